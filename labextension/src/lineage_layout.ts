import type { Feature } from './tokens';

export const ROW_HEIGHT = 20;
export const EDGES_WIDTH = 64;

/** A line from a column to a feature; both are row numbers from 0. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly kind: 'value' | 'row';
}

/** One line at the left: a source, or one of its columns below it. */
export interface Origin {
  readonly name: string;
  readonly label: string;
  readonly isSource: boolean;
}

/** Columns under their sources at the left, features at the right, and what leads from one to the other. */
export interface Lineage {
  readonly origins: readonly Origin[];
  readonly features: readonly string[];
  readonly edges: readonly Edge[];
  readonly height: number;
}

/** Sources by name; of each, the columns whose values are used come before those that only decide which rows count. */
export function layOut(features: readonly Feature[]): Lineage {
  const values = new Set(features.flatMap(feature => feature.valueLineage));
  const rows = new Set(features.flatMap(feature => feature.rowLineage).filter(column => !values.has(column)));
  const columns = [...[...values].sort(), ...[...rows].sort()];
  const sources = [...new Set(columns.map(sourceOf))].sort();
  const origins = sources.flatMap(source => [
    { name: source, label: source, isSource: true },
    ...columns
      .filter(column => sourceOf(column) === source)
      .map(column => ({ name: column, label: column.slice(source.length + 1), isSource: false }))
  ]);
  const rowOf = new Map(origins.flatMap((origin, row) => (origin.isSource ? [] : [[origin.name, row] as const])));
  const edges = features.flatMap((feature, to) => [
    ...feature.rowLineage.map(column => ({ from: rowOf.get(column) ?? 0, to, kind: 'row' as const })),
    ...feature.valueLineage.map(column => ({ from: rowOf.get(column) ?? 0, to, kind: 'value' as const }))
  ]);
  // Solid lines are drawn last, so that they lie above the dashed ones.
  edges.sort((one, other) => rank(one) - rank(other));
  const height = Math.max(origins.length, features.length) * ROW_HEIGHT;
  return { origins, features: features.map(feature => feature.name), edges, height };
}

/** The curve of an edge, between the middles of its two rows. */
export function curve({ from, to }: Edge): string {
  const [start, end, middle] = [middleOf(from), middleOf(to), EDGES_WIDTH / 2];
  return `M 0 ${start} C ${middle} ${start}, ${middle} ${end}, ${EDGES_WIDTH} ${end}`;
}

function sourceOf(column: string): string {
  const dot = column.lastIndexOf('.');
  return dot < 0 ? '' : column.slice(0, dot);
}

function rank(edge: Edge): number {
  return edge.kind === 'value' ? 1 : 0;
}

function middleOf(row: number): number {
  return row * ROW_HEIGHT + ROW_HEIGHT / 2;
}
