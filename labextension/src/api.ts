import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { RequestError } from './failure';
import type {
  Facets,
  Failure,
  Feature,
  FeatureSummary,
  Filters,
  IFeatureRegistry,
  JoinKey,
  SourceUse,
  VersionLine,
  ViewDetail,
  ViewList,
  ViewSummary
} from './tokens';
import { arrayOf, date, type Fields, fields, integer, text, texts, WireError } from './wire';

const API = 'jupyter-features/api/v1';

/** Reads features through the Jupyter server, which needs no kernel. */
export class RestFeatureRegistry implements IFeatureRegistry {
  constructor(private readonly settings: ServerConnection.ISettings = ServerConnection.makeSettings()) {}

  async list(path: string, filters: Filters): Promise<ViewList> {
    return toViewList(await this.get('views', { path, ...filters }));
  }

  async detail(path: string, name: string, version: number | null): Promise<ViewDetail> {
    return toViewDetail(await this.get(`views/${encodeURIComponent(name)}`, { path, version: version ?? '' }));
  }

  private async get(resource: string, params: Record<string, string | number>): Promise<unknown> {
    // An empty parameter means the same as none; leaving it out keeps the server's log short.
    const given = Object.entries(params).filter(([, value]) => value !== '');
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    const url = `${URLExt.join(this.settings.baseUrl, API, resource)}?${query}`;
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, {}, this.settings);
    } catch {
      throw new RequestError({ code: 'NETWORK', message: 'The Jupyter server does not answer.', hint: '' });
    }
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) {
      throw new RequestError(toFailure(response.status, body));
    }
    return body;
  }
}

export function toFailure(status: number, body: unknown): Failure {
  try {
    const error = fields(fields(body).error);
    return { code: text(error, 'code'), message: text(error, 'message'), hint: text(error, 'hint') };
  } catch (error) {
    if (error instanceof WireError) {
      // A proxy or a login page answered instead of the extension.
      return { code: `HTTP${status}`, message: `The Jupyter server answered with status ${status}.`, hint: '' };
    }
    throw error;
  }
}

export function toViewList(body: unknown): ViewList {
  const list = fields(body);
  return {
    environment: text(list, 'environment'),
    revision: integer(list, 'revision'),
    total: integer(list, 'total'),
    facets: toFacets(fields(list.facets)),
    views: arrayOf(list, 'views', toViewSummary)
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
    snippet: text(detail, 'snippet')
  };
}

function toFacets(facets: Fields): Facets {
  return { entities: texts(facets, 'entities'), owners: texts(facets, 'owners'), tags: texts(facets, 'tags') };
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
    publishedAt: date(view, 'published_at')
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
    publishedAt: date(line, 'published_at')
  };
}
