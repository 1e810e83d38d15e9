import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

/** Name and type of a feature. */
export interface FeatureSummary {
  readonly name: string;
  readonly dtype: string;
}

/** Where a version is in its life. */
export type State = 'published' | 'certified' | 'deprecated' | 'retired' | 'yanked';

/** One line of the list: the version that the environment serves; null reads mean that nobody reports them. */
export interface ViewSummary {
  readonly name: string;
  readonly version: number;
  readonly entity: string;
  readonly owner: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly features: readonly FeatureSummary[];
  readonly publishedAt: Date;
  readonly state: State;
  readonly reads: number | null;
}

/** What one can filter by: the values that occur in the environment. */
export interface Facets {
  readonly entities: readonly string[];
  readonly owners: readonly string[];
  readonly tags: readonly string[];
  readonly states: readonly string[];
  readonly sources: readonly string[];
  /** Names of feature services, models and on-demand views that read anything. */
  readonly consumers: readonly string[];
}

/**
 * What matches, and what it was chosen from: `total` counts before any filter.
 * `corrected` is what was searched for instead of a misspelt query, else empty; `hasReads` whether a matching view was read lately.
 */
export interface ViewList {
  readonly environment: string;
  readonly revision: number;
  readonly total: number;
  readonly corrected: string;
  readonly hasReads: boolean;
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

/** One version in the history; level, changes and difference are against the one before, empty for the first. */
export interface VersionLine {
  readonly version: number;
  readonly fingerprint: string;
  readonly author: string;
  readonly publishedAt: Date;
  readonly state: State;
  readonly level: string;
  readonly changes: readonly string[];
  readonly difference: string;
  readonly environments: readonly string[];
}

/** Somebody else than the author reviewed a version; a null expiry means never. */
export interface Certification {
  readonly by: string;
  readonly at: Date;
  readonly evidence: string;
  readonly expiresAt: Date | null;
}

/** Where a version is in its life, and what was said about it; reason and replacement may be empty. */
export interface Standing {
  readonly state: State;
  readonly reason: string;
  readonly replacement: string;
  readonly certification: Certification | null;
}

/** One reader of a version; a null last read means that it is declared. */
export interface Consumer {
  readonly kind: string;
  readonly name: string;
  readonly owner: string;
  readonly version: number;
  readonly isPinned: boolean;
  readonly lastAt: Date | null;
}

/** Another view, and the source columns from which both take values. */
export interface Related {
  readonly name: string;
  readonly version: number;
  readonly owner: string;
  readonly columns: readonly string[];
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
  readonly standing: Standing;
  readonly consumers: readonly Consumer[];
  readonly related: readonly Related[];
  readonly duplicateReason: string;
  readonly testTexts: readonly string[];
  readonly snippet: string;
}

/** What narrows the list; an empty text means any. */
export interface Filters {
  readonly query: string;
  readonly entity: string;
  readonly owner: string;
  readonly tag: string;
  readonly state: string;
  /** A source, or a column of one such as `invoices.amount`. */
  readonly source: string;
  readonly consumer: string;
  readonly usage: Usage;
}

/** Whether anybody was seen reading a view lately. */
export type Usage = '' | 'read' | 'unread';

/** Who asks: roles, own teams, and the teams whose objects somebody else must change. */
export interface Me {
  readonly name: string;
  readonly roles: readonly string[];
  readonly teams: readonly string[];
  readonly closedTeams: readonly string[];
}

export type Step = 'publish' | 'promote' | 'rollback' | 'certify' | 'deprecate';

/** What of a notebook the registry is compared with: texts of its cells and our own metadata, never outputs. */
export interface NotebookContent {
  readonly cells: readonly NotebookCell[];
}

export interface NotebookCell {
  readonly id: string;
  readonly cell_type: string;
  readonly source: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A step that is to be planned, then taken; `cell` is an index in the content. */
export type StepRequest =
  | { readonly step: 'publish'; readonly name: string; readonly content: NotebookContent; readonly cell: number }
  | { readonly step: 'promote'; readonly name: string; readonly version: number; readonly environment: string }
  | { readonly step: 'rollback'; readonly name: string; readonly environment: string }
  | { readonly step: 'certify'; readonly name: string; readonly version: number }
  | { readonly step: 'deprecate'; readonly name: string };

/** What a person says before a step is taken; `reason` is the evidence of a certification, `expiresOn` a day or empty. */
export interface StepAnswers {
  readonly reason: string;
  readonly replacement: string;
  readonly expiresOn: string;
  readonly acknowledged: readonly string[];
}

export interface SchemaChange {
  readonly feature: string;
  readonly before: string;
  readonly after: string;
}

/** How one feature's values would move: of `entities` sampled, `changed` differ; the example is in words. */
export interface ValueChange {
  readonly feature: string;
  readonly entities: number;
  readonly changed: number;
  readonly example: string;
}

export interface CheckRecord {
  readonly name: string;
  readonly isPassed: boolean;
  readonly detail: string;
}

/** A published view that is the same, or nearly; kind and evidence say what they share. */
export interface Duplicate {
  readonly reference: string;
  readonly owner: string;
  readonly state: string;
  readonly kind: string;
  readonly evidence: string;
}

/** What a step would change, whom it concerns, and what stands against it. */
export interface MovePlan {
  readonly step: Step;
  readonly name: string;
  readonly environment: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly isChange: boolean;
  readonly level: string;
  readonly reasons: readonly string[];
  readonly definition: string;
  readonly schemaChanges: readonly SchemaChange[];
  readonly valueChanges: readonly ValueChange[];
  readonly valuesAt: Date | null;
  readonly note: string;
  readonly consumers: readonly Consumer[];
  readonly acknowledge: readonly string[];
  readonly checks: readonly CheckRecord[];
  readonly tests: number;
  readonly blockers: readonly string[];
  readonly duplicates: readonly Duplicate[];
  readonly needsReason: boolean;
  readonly cost: string;
}

export type CellStateName = 'new' | 'unchanged' | 'changed' | 'version gone' | 'broken';

/** One feature cell of the notebook against the registry; `replacedBy` is the index of a later cell that defines the same name. */
export interface CellState {
  readonly index: number;
  readonly name: string;
  readonly state: CellStateName;
  readonly version: number | null;
  readonly message: string;
  readonly rules: readonly string[];
  readonly owner: string;
  readonly replacedBy: number | null;
}

export interface NotebookStates {
  readonly environment: string;
  readonly cells: readonly CellState[];
}

/** Why something could not be read, in the server's own words; `hint` may be empty, `status` is 0 without an answer. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Reads and changes published features; every method rejects with a `RequestError`. */
export interface IFeatureRegistry {
  /** @param path - contents path of the open notebook, which decides the project; empty without one. */
  list(path: string, filters: Filters): Promise<ViewList>;
  /** @param version - null means the one that the environment serves. */
  detail(path: string, name: string, version: number | null): Promise<ViewDetail>;
  me(path: string): Promise<Me>;
  /** Gives a number that grows with every change of the registry; cheap. */
  revision(path: string): Promise<number>;
  /** Compares the notebook's feature cells with the registry; runs nothing of it. */
  states(path: string, content: NotebookContent): Promise<NotebookStates>;
  /** Tells what a step would change, and changes nothing. */
  plan(path: string, request: StepRequest): Promise<MovePlan>;
  /**
   * Takes a step; gives the reference that was published, else an empty text.
   * A publication is refused if the environment no longer serves the version that its plan `follows`.
   */
  take(path: string, request: StepRequest, answers: StepAnswers, follows: number | null): Promise<string>;
}

export const IFeatureRegistry = new Token<IFeatureRegistry>(
  'jupyter-features:IFeatureRegistry',
  'Reads and changes the published feature views of the open notebook’s project.'
);

/** One cell of one notebook: the same cell wherever it is moved, and whatever comes to the front. */
export interface IOpenCell {
  readonly id: string;
  /** Contents path of its notebook. */
  readonly path: string;
  /** Whether its notebook is the current one. */
  readonly isCurrent: boolean;
  /** What is written in it; null when the cell or its notebook is gone. */
  source(): string | null;
  /** Brings its notebook to the front, makes the cell active and gives it the focus. */
  reveal(): void;
  /** Notes in its metadata which version it was published as, if it is still there. */
  remember(reference: string): void;
}

/** The notebook that the sidebar reads for and inserts into. */
export interface ICurrentNotebook {
  /** Contents path, without a drive; empty when no notebook is open. */
  readonly path: string;
  /** Emitted when another notebook becomes current, or the current one moves. */
  readonly changed: ISignal<ICurrentNotebook, void>;
  /** Emitted when a cell is written, added, moved or removed. */
  readonly edited: ISignal<ICurrentNotebook, void>;
  /** The cells as they stand, saved or not; null when no notebook is open. */
  content(): NotebookContent | null;
  /** Takes hold of a cell; null when the notebook has none of that id. */
  cell(id: string): IOpenCell | null;
  /** Puts a code cell below the active cell, makes it active and the notebook visible; false when no notebook can take it. */
  insertBelow(source: string): boolean;
}

export const ICurrentNotebook = new Token<ICurrentNotebook>(
  'jupyter-features:ICurrentNotebook',
  'Knows the notebook a person works in, and puts cells into it.'
);
