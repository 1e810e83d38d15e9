import { ServerConnection } from '@jupyterlab/services';
import { describe, expect, it } from 'vitest';
import { RestFeatureRegistry } from '../src/api';
import { RequestError } from '../src/failure';
import { NO_FILTERS } from '../src/list_model';
import { toFailure, toMovePlan, toNotebookStates, toViewDetail, toViewList } from '../src/read_wire';
import type { StepRequest } from '../src/tokens';
import { example } from './example';

describe('the wire', () => {
  it('gives the list in the words of TypeScript', () => {
    const list = toViewList(example('views.json'));

    expect([list.environment, list.revision, list.total, list.corrected]).toEqual(['dev', 3, 3, '']);
    expect(list.hasReads).toBe(true);
    expect(list.facets.owners).toEqual(['catalogue', 'growth']);
    expect(list.views[1]).toEqual({
      name: 'customer_value',
      version: 2,
      entity: 'customer',
      owner: 'growth',
      description: 'What a customer bought in the last 180 days: how often, and for how much.',
      tags: ['ltv', 'spend'],
      features: [
        { name: 'orders_180d', dtype: 'BIGINT' },
        { name: 'spend_180d', dtype: 'DOUBLE' },
        { name: 'spend_30d', dtype: 'DOUBLE' }
      ],
      publishedAt: new Date(Date.UTC(1998, 6, 2, 10, 30)),
      state: 'certified',
      reads: 4
    });
    expect(list.facets.states).toEqual(['certified', 'deprecated', 'published']);
    expect(list.views[0]?.reads).toBeNull();
  });

  it('reads what a version changed, where it stands, who reads it and what is like it', () => {
    const detail = toViewDetail(example('view_detail.json'));

    expect(detail.versions[0]).toMatchObject({ level: 'MINOR', changes: ['spend_30d is new'], environments: ['dev'] });
    expect(detail.standing.certification).toMatchObject({ by: 'grace', expiresAt: null });
    expect(detail.consumers.map(each => [each.kind, each.isPinned, each.lastAt?.getUTCDate()])).toEqual([
      ['service', true, undefined],
      ['model', true, undefined],
      ['training set', false, 4]
    ]);
    expect(detail.related[0]?.columns).toEqual(['purchases.amount']);
  });

  it('reads a plan and the states of a notebook', () => {
    const plan = toMovePlan(example('plan_promote.json'));
    expect([plan.before, plan.after, plan.level, plan.acknowledge]).toEqual([1, 2, 'MAJOR', ['churn_model@1']]);
    expect(plan.valueChanges[0]).toMatchObject({ changed: 17, entities: 1200 });

    const { cells } = toNotebookStates(example('notebook_states.json'));
    expect(cells.map(cell => [cell.state, cell.version])).toEqual([
      ['unchanged', 2],
      ['changed', null],
      ['new', null],
      ['version gone', 1],
      ['broken', null]
    ]);
  });

  it('reads what a plan says of duplicates and cost, of a server that says it', () => {
    const duplicates = [
      { reference: 'spend@1', owner: 'growth', state: 'certified', kind: 'same values', evidence: '40 of 40 rows' }
    ];
    const body = { ...(example('plan_promote.json') as object), duplicates, needs_reason: true, cost: '12 rows a day' };

    expect(toMovePlan(body)).toMatchObject({ duplicates, needsReason: true, cost: '12 rows a day' });
  });

  it('reads whose a cell is and which one replaces it, of a server that says it', () => {
    const cell = { index: 0, name: 'a', state: 'new', version: null, message: '', rules: [] };
    const cells = [cell, { ...cell, owner: 'growth', replaced_by: 3 }, { ...cell, owner: 'growth', replaced_by: null }];

    expect(toNotebookStates({ environment: 'dev', cells }).cells.map(each => [each.owner, each.replacedBy])).toEqual([
      ['', null],
      ['growth', 3],
      ['growth', null]
    ]);
  });

  it('makes visible what would turn the direction of a text', () => {
    const body = {
      ...(example('view_detail.json') as object),
      description: 'safe \u202Eelif\u202C',
      tags: ['\u2066a']
    };

    expect(toViewDetail(body).description).toBe('safe [U+202E]elif[U+202C]');
    expect(toViewDetail(body).tags).toEqual(['[U+2066]a']);
  });

  it('refuses a step and a state that it does not know', () => {
    expect(() => toMovePlan({ ...(example('plan_promote.json') as object), step: 'explode' })).toThrow("in 'step'");
    const cell = { index: 0, name: 'a', state: 'lost', version: null, message: '', rules: [] };
    expect(() => toNotebookStates({ environment: 'dev', cells: [cell] })).toThrow("in 'state'");
  });

  it('tells a default of 0 from NULL', () => {
    const [orders, spend] = toViewDetail(example('view_detail.json')).features;

    expect([orders?.defaultText, spend?.defaultText]).toEqual(['0', null]);
    expect(spend?.valueLineage).toEqual(['purchases.amount']);
  });

  it('keeps what the detail says of keys, sources and versions', () => {
    const detail = toViewDetail(example('view_detail.json'));

    expect(detail.joinKeys).toEqual([{ name: 'customer_id', dtype: 'BIGINT' }]);
    expect(detail.sources[0]?.lookback).toBe('180d');
    expect(detail.versions.map(line => [line.version, line.author])).toEqual([
      [2, 'ada'],
      [1, 'grace']
    ]);
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['a version that is a text', { ...(example('view_detail.json') as object), version: '2' }],
    ['an instant that is none', { ...(example('view_detail.json') as object), published_at: 'yesterday' }],
    ['tags that are no list', { ...(example('view_detail.json') as object), tags: 'ltv' }]
  ])('refuses %s', (_, body) => {
    expect(() => toViewDetail(body)).toThrow("The server's answer has no");
  });

  it.each([
    ['view_not_found.json', 404, 'JF003', "There is no feature view named 'customer_valeu'."],
    [
      'path_outside.json',
      400,
      'JF001',
      "The path '../secrets/notebook.ipynb' leaves the folder that this server serves."
    ]
  ])('hands on the sentence of %s', (name, status, code, message) => {
    expect(toFailure(status, example(name))).toMatchObject({ code, message });
  });

  it('says the status when something else than the extension answers', () => {
    expect(toFailure(502, null)).toEqual({
      status: 502,
      code: 'HTTP502',
      message: 'The Jupyter server answered with status 502.',
      hint: ''
    });
  });
});

describe('RestFeatureRegistry', () => {
  it('asks below the base URL and leaves empty parameters out', async () => {
    const { registry, urls } = answering(200, example('views.json'));

    await registry.list('work/a b.ipynb', { ...NO_FILTERS, tag: 'ltv' });

    expect(urls).toEqual(['http://localhost/hub/jupyter-features/api/v1/views?path=work%2Fa+b.ipynb&tag=ltv']);
  });

  it.each<['read' | 'unread', readonly string[]]>([
    ['read', ['customer_value']],
    ['unread', ['product_returns']]
  ])('keeps what is %s, and asks the server for neither', async (usage, names) => {
    const { registry, urls } = answering(200, example('views.json'));

    const list = await registry.list('', { ...NO_FILTERS, usage });

    expect([list.views.map(view => view.name), list.total]).toEqual([names, 3]);
    expect(urls).toEqual(['http://localhost/hub/jupyter-features/api/v1/views']);
  });

  it('escapes a name that is no name', async () => {
    const { registry, urls } = answering(200, example('view_detail.json'));

    await registry.detail('', '../secrets', 1);

    expect(urls).toEqual(['http://localhost/hub/jupyter-features/api/v1/views/..%2Fsecrets?version=1']);
  });

  it.each<[StepRequest, string, unknown]>([
    [
      { step: 'promote', name: 'value', version: 2, environment: 'prod' },
      'views/value/promote?path=a.ipynb',
      { to: 'prod', version: 2, acknowledge: ['churn@1'] }
    ],
    [
      { step: 'rollback', name: 'value', environment: 'dev' },
      'views/value/rollback?path=a.ipynb',
      { environment: 'dev' }
    ],
    [
      { step: 'certify', name: 'value', version: 2 },
      'views/value/certify?path=a.ipynb',
      { version: 2, evidence: 'seen', expires_at: '1999-01-31T00:00:00Z' }
    ],
    [
      { step: 'deprecate', name: 'value' },
      'views/value/deprecate?path=a.ipynb',
      { reason: 'seen', replacement: 'other' }
    ],
    [
      { step: 'publish', name: 'value', content: { cells: [] }, cell: 4 },
      'notebook/publish',
      {
        path: 'a.ipynb',
        content: { cells: [] },
        name: 'value',
        cell: 4,
        reason: 'seen',
        acknowledge: ['churn@1'],
        follows: 1
      }
    ]
  ])('sends of %j only what the server knows', async (request, address, body) => {
    const { registry, urls, bodies } = answering(200, example('cell_published.json'));

    const answers = { reason: 'seen', replacement: 'other', expiresOn: '1999-01-31', acknowledged: ['churn@1'] };
    await registry.take('a.ipynb', request, answers, 1);

    expect(urls).toEqual([`http://localhost/hub/jupyter-features/api/v1/${address}`]);
    expect(bodies).toEqual([body]);
  });

  it('plans at an address of its own', async () => {
    const { registry, urls, bodies } = answering(200, example('plan_promote.json'));
    const request = { step: 'promote', name: 'value', version: 2, environment: 'prod' } as const;

    expect((await registry.plan('', request)).step).toBe('promote');

    expect(urls).toEqual(['http://localhost/hub/jupyter-features/api/v1/views/value/plan-promote']);
    expect(bodies).toEqual([{ to: 'prod', version: 2, acknowledge: [] }]);
  });

  it('rejects with the failure that the server worded', async () => {
    const { registry } = answering(404, example('view_not_found.json'));

    const asked = registry.detail('', 'customer_valeu', null);

    await expect(asked).rejects.toThrow(RequestError);
    await expect(asked).rejects.toMatchObject({
      failure: { hint: "Did you mean 'customer_value' or 'customer_recency'?" }
    });
  });
});

interface Answering {
  readonly registry: RestFeatureRegistry;
  readonly urls: string[];
  readonly bodies: unknown[];
}

function answering(status: number, body: unknown): Answering {
  const urls: string[] = [];
  const bodies: unknown[] = [];
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    // The server connection adds a number to the address, so that nothing is cached.
    urls.push((input as Request).url.replace(/[?&]\d+$/, ''));
    if ((input as Request).method === 'POST') {
      bodies.push(await (input as Request).json());
    }
    return new Response(JSON.stringify(body), { status });
  };
  const settings = ServerConnection.makeSettings({ baseUrl: 'http://localhost/hub/', fetch });
  return { registry: new RestFeatureRegistry(settings), urls, bodies };
}
