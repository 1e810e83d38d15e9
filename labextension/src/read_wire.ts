import type {
  CellState,
  CellStateName,
  Certification,
  CheckRecord,
  Consumer,
  Duplicate,
  Facets,
  Failure,
  Feature,
  FeatureSummary,
  JoinKey,
  Me,
  MovePlan,
  NotebookStates,
  Related,
  SchemaChange,
  SourceUse,
  Standing,
  State,
  Step,
  ValueChange,
  VersionLine,
  ViewDetail,
  ViewList,
  ViewSummary
} from './tokens';
import {
  arrayOf,
  boolean,
  date,
  type Fields,
  fields,
  integer,
  nullable,
  oneOf,
  optional,
  text,
  texts,
  WireError
} from './wire';

const STATES: readonly State[] = ['published', 'certified', 'deprecated', 'retired', 'yanked'];
const STEPS: readonly Step[] = ['publish', 'promote', 'rollback', 'certify', 'deprecate'];
const CELL_STATES: readonly CellStateName[] = ['new', 'unchanged', 'changed', 'version gone', 'broken'];

export function toFailure(status: number, body: unknown): Failure {
  try {
    const error = fields(fields(body).error);
    return { status, code: text(error, 'code'), message: text(error, 'message'), hint: text(error, 'hint') };
  } catch (error) {
    if (error instanceof WireError) {
      // A proxy or a login page answered instead of the extension.
      return {
        status,
        code: `HTTP${status}`,
        message: `The Jupyter server answered with status ${status}.`,
        hint: ''
      };
    }
    throw error;
  }
}

export function toViewList(body: unknown): ViewList {
  const list = fields(body);
  const views = arrayOf(list, 'views', toViewSummary);
  return {
    environment: text(list, 'environment'),
    revision: integer(list, 'revision'),
    total: integer(list, 'total'),
    corrected: optional(list, 'corrected', '', text),
    hasReads: views.some(view => view.reads !== null && view.reads > 0),
    facets: toFacets(fields(list.facets)),
    views
  };
}

export function toViewDetail(body: unknown): ViewDetail {
  const detail = fields(body);
  return {
    name: text(detail, 'name'),
    version: integer(detail, 'version'),
    fingerprint: text(detail, 'fingerprint'),
    entity: text(detail, 'entity'),
    joinKeys: arrayOf(detail, 'join_keys', toTyped),
    owner: text(detail, 'owner'),
    description: text(detail, 'description'),
    tags: texts(detail, 'tags'),
    features: arrayOf(detail, 'features', toFeature),
    language: text(detail, 'language'),
    body: text(detail, 'body'),
    sources: arrayOf(detail, 'sources', toSourceUse),
    inputs: texts(detail, 'inputs'),
    request: arrayOf(detail, 'request', toTyped),
    versions: arrayOf(detail, 'versions', toVersionLine),
    environments: texts(detail, 'environments'),
    checks: texts(detail, 'checks'),
    tests: integer(detail, 'tests'),
    author: text(detail, 'author'),
    publishedAt: date(detail, 'published_at'),
    standing: toStanding(fields(detail.standing)),
    consumers: arrayOf(detail, 'consumers', toConsumer),
    related: arrayOf(detail, 'related', toRelated),
    duplicateReason: text(detail, 'duplicate_reason'),
    testTexts: optional(detail, 'test_texts', [], texts),
    snippet: text(detail, 'snippet')
  };
}

export function toRevision(answer: unknown): number {
  return integer(fields(answer), 'revision');
}

export function toMe(body: unknown): Me {
  const me = fields(body);
  return {
    name: text(me, 'name'),
    roles: texts(me, 'roles'),
    teams: texts(me, 'teams'),
    closedTeams: texts(me, 'closed_teams')
  };
}

export function toMovePlan(body: unknown): MovePlan {
  const plan = fields(body);
  return {
    step: oneOf(plan, 'step', STEPS),
    name: text(plan, 'name'),
    environment: text(plan, 'environment'),
    before: nullable(plan, 'before', integer),
    after: nullable(plan, 'after', integer),
    isChange: boolean(plan, 'is_change'),
    level: text(plan, 'level'),
    reasons: texts(plan, 'reasons'),
    definition: text(plan, 'definition'),
    schemaChanges: arrayOf(plan, 'schema_changes', toSchemaChange),
    valueChanges: arrayOf(plan, 'value_changes', toValueChange),
    valuesAt: nullable(plan, 'values_at', date),
    note: text(plan, 'note'),
    consumers: arrayOf(plan, 'consumers', toConsumer),
    acknowledge: texts(plan, 'acknowledge'),
    checks: arrayOf(plan, 'checks', toCheckRecord),
    tests: integer(plan, 'tests'),
    blockers: texts(plan, 'blockers'),
    duplicates: optional(plan, 'duplicates', [], (from, name) => arrayOf(from, name, toDuplicate)),
    needsReason: optional(plan, 'needs_reason', false, boolean),
    cost: optional(plan, 'cost', '', text)
  };
}

export function toNotebookStates(body: unknown): NotebookStates {
  const states = fields(body);
  return { environment: text(states, 'environment'), cells: arrayOf(states, 'cells', toCellState) };
}

/** Reads which version a cell was published as. */
export function toReference(body: unknown): string {
  return text(fields(body), 'reference');
}

function toFacets(facets: Fields): Facets {
  return {
    entities: texts(facets, 'entities'),
    owners: texts(facets, 'owners'),
    tags: texts(facets, 'tags'),
    states: texts(facets, 'states'),
    sources: texts(facets, 'sources'),
    consumers: texts(facets, 'consumers')
  };
}

function toViewSummary(view: Fields): ViewSummary {
  return {
    name: text(view, 'name'),
    version: integer(view, 'version'),
    entity: text(view, 'entity'),
    owner: text(view, 'owner'),
    description: text(view, 'description'),
    tags: texts(view, 'tags'),
    features: arrayOf(view, 'features', toTyped),
    publishedAt: date(view, 'published_at'),
    state: oneOf(view, 'state', STATES),
    reads: nullable(view, 'reads', integer)
  };
}

function toTyped(typed: Fields): FeatureSummary & JoinKey {
  return { name: text(typed, 'name'), dtype: text(typed, 'dtype') };
}

function toFeature(feature: Fields): Feature {
  return {
    ...toTyped(feature),
    defaultText: feature.default === null ? null : String(feature.default),
    valueLineage: texts(feature, 'value_lineage'),
    rowLineage: texts(feature, 'row_lineage')
  };
}

function toSourceUse(source: Fields): SourceUse {
  return {
    name: text(source, 'name'),
    alias: text(source, 'alias'),
    kind: text(source, 'kind'),
    lookback: text(source, 'lookback'),
    location: text(source, 'location')
  };
}

function toVersionLine(line: Fields): VersionLine {
  return {
    version: integer(line, 'version'),
    fingerprint: text(line, 'fingerprint'),
    author: text(line, 'author'),
    publishedAt: date(line, 'published_at'),
    state: oneOf(line, 'state', STATES),
    level: text(line, 'level'),
    changes: texts(line, 'changes'),
    difference: text(line, 'difference'),
    environments: texts(line, 'environments')
  };
}

function toStanding(standing: Fields): Standing {
  return {
    state: oneOf(standing, 'state', STATES),
    reason: text(standing, 'reason'),
    replacement: text(standing, 'replacement'),
    certification: nullable(standing, 'certification', (from, name) => toCertification(fields(from[name])))
  };
}

function toCertification(certification: Fields): Certification {
  return {
    by: text(certification, 'by'),
    at: date(certification, 'at'),
    evidence: text(certification, 'evidence'),
    expiresAt: nullable(certification, 'expires_at', date)
  };
}

function toConsumer(consumer: Fields): Consumer {
  return {
    kind: text(consumer, 'kind'),
    name: text(consumer, 'name'),
    owner: text(consumer, 'owner'),
    version: integer(consumer, 'version'),
    isPinned: boolean(consumer, 'is_pinned'),
    lastAt: nullable(consumer, 'last_at', date)
  };
}

function toRelated(related: Fields): Related {
  return {
    name: text(related, 'name'),
    version: integer(related, 'version'),
    owner: text(related, 'owner'),
    columns: texts(related, 'columns')
  };
}

function toSchemaChange(change: Fields): SchemaChange {
  return { feature: text(change, 'feature'), before: text(change, 'before'), after: text(change, 'after') };
}

function toValueChange(change: Fields): ValueChange {
  return {
    feature: text(change, 'feature'),
    entities: integer(change, 'entities'),
    changed: integer(change, 'changed'),
    example: text(change, 'example')
  };
}

function toDuplicate(duplicate: Fields): Duplicate {
  return {
    reference: text(duplicate, 'reference'),
    owner: text(duplicate, 'owner'),
    state: text(duplicate, 'state'),
    kind: text(duplicate, 'kind'),
    evidence: text(duplicate, 'evidence')
  };
}

function toCheckRecord(check: Fields): CheckRecord {
  return { name: text(check, 'name'), isPassed: boolean(check, 'is_passed'), detail: text(check, 'detail') };
}

function toCellState(cell: Fields): CellState {
  return {
    index: integer(cell, 'index'),
    name: text(cell, 'name'),
    state: oneOf(cell, 'state', CELL_STATES),
    version: nullable(cell, 'version', integer),
    message: text(cell, 'message'),
    rules: texts(cell, 'rules'),
    owner: optional(cell, 'owner', '', text),
    replacedBy: optional(cell, 'replaced_by', null, (from, name) => nullable(from, name, integer))
  };
}
