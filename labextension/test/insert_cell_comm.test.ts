import { expect, it } from 'vitest';
import { sourceOf } from '../src/insert_cell_comm';

it.each([
  [{ source: '1 + 1' }, '1 + 1'],
  [{ source: '' }, ''],
  [{ source: 7 }, null],
  [{}, null],
  [null, null],
  ['1 + 1', null]
])('reads the source of %j as %j', (data, source) => {
  expect(sourceOf(data)).toBe(source);
});
