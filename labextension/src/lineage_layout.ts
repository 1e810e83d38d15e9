import type { Feature } from './tokens';

export const ROW_HEIGHT = 22;
export const EDGES_WIDTH = 64;

/** A line from a column to a feature; both are row numbers from 0. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly kind: 'value' | 'row';
}

/** Columns at the left, features at the right, and what leads from one to the other. */
export interface Lineage {
  readonly columns: readonly string[];
  readonly features: readonly string[];
  readonly edges: readonly Edge[];
  readonly height: number;
}

/** Puts columns whose values are used first, then those that only decide which rows count. */
export function layOut(features: readonly Feature[]): Lineage {
  const values = new Set(features.flatMap(feature => feature.valueLineage));
  const rows = new Set(features.flatMap(feature => feature.rowLineage).filter(column => !values.has(column)));
  const columns = [...[...values].sort(), ...[...rows].sort()];
  const edges = features.flatMap((feature, to) => [
    ...feature.rowLineage.map(column => ({ from: columns.indexOf(column), to, kind: 'row' as const })),
    ...feature.valueLineage.map(column => ({ from: columns.indexOf(column), to, kind: 'value' as const }))
  ]);
  // Solid lines are drawn last, so that they lie above the dashed ones.
  edges.sort((one, other) => (one.kind === other.kind ? 0 : one.kind === 'row' ? -1 : 1));
  const height = Math.max(columns.length, features.length) * ROW_HEIGHT;
  return { columns, features: features.map(feature => feature.name), edges, height };
}

/** The curve of an edge, between the middles of its two rows. */
export function curve({ from, to }: Edge): string {
  const [start, end, middle] = [middleOf(from), middleOf(to), EDGES_WIDTH / 2];
  return `M 0 ${start} C ${middle} ${start}, ${middle} ${end}, ${EDGES_WIDTH} ${end}`;
}

function middleOf(row: number): number {
  return row * ROW_HEIGHT + ROW_HEIGHT / 2;
}
