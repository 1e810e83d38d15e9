import { expect, it } from 'vitest';
import { curve, layOut, ROW_HEIGHT } from '../src/lineage_layout';
import { DETAIL } from './fakes';

it('puts columns that give values first, and draws solid edges above dashed ones', () => {
  const lineage = layOut(DETAIL.features);

  expect(lineage.origins.map(origin => origin.label)).toEqual([
    'purchases',
    'amount',
    'customer_id',
    'purchased_at',
    'quantity'
  ]);
  expect(lineage.features).toEqual(['orders_180d', 'spend_180d', 'spend_30d']);
  expect(lineage.edges.slice(-2)).toEqual([
    { from: 1, to: 1, kind: 'value' },
    { from: 1, to: 2, kind: 'value' }
  ]);
  expect(lineage.edges.filter(edge => edge.kind === 'row')).toHaveLength(9);
  expect(lineage.height).toBe(5 * ROW_HEIGHT);
});

it('has room for more features than columns, and nothing for no features', () => {
  const [orders] = DETAIL.features;
  const counted = { ...orders, valueLineage: [], rowLineage: ['a.b'] } as (typeof DETAIL.features)[number];

  expect(layOut([counted, counted, counted]).height).toBe(3 * ROW_HEIGHT);
  expect(layOut([])).toEqual({ origins: [], features: [], edges: [], height: 0 });
});

it('leads from the middle of one row to the middle of another', () => {
  expect(curve({ from: 0, to: 2, kind: 'value' })).toBe('M 0 10 C 32 10, 32 50, 64 50');
});
