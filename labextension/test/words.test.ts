import { expect, it } from 'vitest';
import { countOf, inWordsOfTheForm } from '../src/components/words';
import { trans, VIEWS } from './fakes';

it.each([
  ["Say why: --reason '...'.", 'Say why: the field for a reason.'],
  ["Tell their owners, then say so: --ack 'a@1' --ack 'b@2'.", 'Tell their owners, then say so: tick a@1 tick b@2.'],
  ['Use it.', 'Use it.']
])('says for the form what a terminal is told: %s', (sentence, words) => {
  expect(inWordsOfTheForm(sentence)).toBe(words);
});

it('counts one view as one', () => {
  expect(countOf({ ...VIEWS, total: 1, views: VIEWS.views.slice(0, 1) }, trans)).toBe('1 of 1 feature view');
});
