import { describe, expect, it } from 'vitest';
import { mayPublish, mayPublishFor, stepsFor } from '../src/permissions';
import type { Me, State } from '../src/tokens';
import { DETAIL, ME } from './fakes';

const viewer: Me = { name: 'vera', roles: ['viewer'], teams: [], closedTeams: ['growth'] };
const grace: Me = { name: 'grace', roles: ['author', 'certifier'], teams: ['growth'], closedTeams: [] };

describe('stepsFor', () => {
  it.each<[string, Me | null, readonly string[]]>([
    ['nobody known', null, []],
    ['a viewer', viewer, []],
    ['the author, who cannot review her own work', ME, ['promote', 'rollback', 'deprecate']],
    ['a reviewer of the same team', grace, ['certify', 'promote', 'rollback', 'deprecate']],
    ['a reviewer of another team', { ...grace, closedTeams: ['growth'] }, ['certify']],
    [
      'an author where the team is new',
      { ...viewer, roles: ['author'], closedTeams: [] },
      ['promote', 'rollback', 'deprecate']
    ]
  ])('offers %s what the registry would allow', (_, me, steps) => {
    expect(stepsFor(me, DETAIL)).toEqual(steps);
  });

  it.each<[State, readonly string[]]>([
    ['deprecated', ['certify', 'promote', 'rollback', 'deprecate']],
    ['yanked', ['rollback', 'deprecate']],
    ['retired', []]
  ])('offers of a version that is %s only what is left', (state, steps) => {
    expect(stepsFor(grace, { ...DETAIL, standing: { ...DETAIL.standing, state } })).toEqual(steps);
  });
});

it('lets authors publish, and nobody who is not known', () => {
  expect([mayPublish(ME), mayPublish(viewer), mayPublish(null)]).toEqual([true, false, false]);
});

it('lets authors publish for their own team and for a new one', () => {
  expect(['growth', 'new', 'catalogue'].map(owner => mayPublishFor(ME, owner))).toEqual([true, true, false]);
  expect(mayPublishFor(viewer, 'new')).toBe(false);
});
