import type { ViewStep } from './step_request';
import type { Me, ViewDetail } from './tokens';

/** Whether a person may define and publish at all; an unknown person may not. */
export function mayPublish(me: Me | null): boolean {
  return me?.roles.includes('author') ?? false;
}

/** Whether a person may publish for a team: a member may, and anybody for a team that has no members yet. */
export function mayPublishFor(me: Me | null, owner: string): boolean {
  return mayPublish(me) && !(me?.closedTeams.includes(owner) ?? true);
}

/** The steps to offer for a version: what the person's roles and teams allow. The registry decides all the same. */
export function stepsFor(me: Me | null, view: ViewDetail): readonly ViewStep[] {
  if (me === null || view.standing.state === 'retired') {
    return [];
  }
  const isAuthor = mayPublishFor(me, view.owner);
  const isWhole = view.standing.state !== 'yanked';
  const steps: ViewStep[] = [];
  if (me.roles.includes('certifier') && view.author !== me.name && isWhole) {
    steps.push('certify');
  }
  if (isAuthor) {
    if (isWhole) {
      steps.push('promote');
    }
    if (view.versions.length > 1 && view.versions.some(line => line.environments.length > 0)) {
      steps.push('rollback');
    }
    steps.push('deprecate');
  }
  return steps;
}
