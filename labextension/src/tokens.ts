import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

/** Name and type of a feature. */
export interface FeatureSummary {
  readonly name: string;
  readonly dtype: string;
}

/** One line of the list: the version that the environment serves. */
export interface ViewSummary {
  readonly name: string;
  readonly version: number;
  readonly entity: string;
  readonly owner: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly features: readonly FeatureSummary[];
  readonly publishedAt: Date;
}

/** What one can filter by: the values that occur in the environment. */
export interface Facets {
  readonly entities: readonly string[];
  readonly owners: readonly string[];
  readonly tags: readonly string[];
}

/** What matches, and what it was chosen from: `total` counts before any filter. */
export interface ViewList {
  readonly environment: string;
  readonly revision: number;
  readonly total: number;
  readonly facets: Facets;
  readonly views: readonly ViewSummary[];
}

export interface JoinKey {
  readonly name: string;
  readonly dtype: string;
}

/** A feature with its lineage; `defaultText` is null when NULL is served without a row. */
export interface Feature {
  readonly name: string;
  readonly dtype: string;
  readonly defaultText: string | null;
  readonly valueLineage: readonly string[];
  readonly rowLineage: readonly string[];
}

/** A source as the view uses it; an empty lookback means all history. */
export interface SourceUse {
  readonly name: string;
  readonly alias: string;
  readonly kind: string;
  readonly lookback: string;
  readonly location: string;
}

export interface VersionLine {
  readonly version: number;
  readonly fingerprint: string;
  readonly author: string;
  readonly publishedAt: Date;
}

/** All that is known of one version; `versions` are newest first, `inputs` and `request` are those of an on-demand view. */
export interface ViewDetail {
  readonly name: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly entity: string;
  readonly joinKeys: readonly JoinKey[];
  readonly owner: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly features: readonly Feature[];
  readonly language: string;
  readonly body: string;
  readonly sources: readonly SourceUse[];
  readonly inputs: readonly string[];
  readonly request: readonly FeatureSummary[];
  readonly versions: readonly VersionLine[];
  readonly environments: readonly string[];
  readonly checks: readonly string[];
  readonly tests: number;
  readonly author: string;
  readonly publishedAt: Date;
  readonly snippet: string;
}

/** What narrows the list; an empty text means any. */
export interface Filters {
  readonly query: string;
  readonly entity: string;
  readonly owner: string;
  readonly tag: string;
}

/** Why something could not be read, in the server's own words; `hint` may be empty. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Reads published features; every method rejects with a `RequestError`. */
export interface IFeatureRegistry {
  /** @param path - contents path of the open notebook, which decides the project; empty without one. */
  list(path: string, filters: Filters): Promise<ViewList>;
  /** @param version - null means the one that the environment serves. */
  detail(path: string, name: string, version: number | null): Promise<ViewDetail>;
}

export const IFeatureRegistry = new Token<IFeatureRegistry>(
  'jupyter-features:IFeatureRegistry',
  'Reads the published feature views of the open notebook’s project.'
);

/** The notebook that the sidebar reads for and inserts into. */
export interface ICurrentNotebook {
  /** Contents path, without a drive; empty when no notebook is open. */
  readonly path: string;
  /** Emitted when another notebook becomes current, or the current one moves. */
  readonly changed: ISignal<ICurrentNotebook, void>;
  /** Puts a code cell below the active cell and makes it active; false when no notebook can take it. */
  insertBelow(source: string): boolean;
}

export const ICurrentNotebook = new Token<ICurrentNotebook>(
  'jupyter-features:ICurrentNotebook',
  'Knows the notebook a person works in, and puts cells into it.'
);
