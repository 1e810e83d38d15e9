import { expect, it } from 'vitest';
import { failureOf, isOutage, isStale, RequestError } from '../src/failure';

const failure = (status: number, code: string) => ({ status, code, message: 'No.', hint: '' });

it.each([
  [0, 'NETWORK', true],
  [502, 'HTTP502', true],
  [503, 'JF400', true],
  [503, 'JF402', false],
  [404, 'JF003', false],
  [0, 'CLIENT', false]
])('takes status %i with code %s for an outage: %s', (status, code, isOne) => {
  expect(isOutage(failure(status, code))).toBe(isOne);
});

it.each([
  [409, true],
  [422, true],
  [403, false]
])('plans anew after status %i: %s', (status, isAgain) => {
  expect(isStale(failure(status, 'JF412'))).toBe(isAgain);
});

it('keeps the words of a request, and those of anything else that is thrown', () => {
  expect(failureOf(new RequestError(failure(404, 'JF003'))).code).toBe('JF003');
  expect(failureOf(new TypeError('no list')).message).toBe('no list');
});
