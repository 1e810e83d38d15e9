import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError } from '../src/failure';
import { SidebarModel } from '../src/model';
import type { CellState, Me, ViewDetail } from '../src/tokens';
import { DETAIL, FakeNotebook, FakeRegistry, ME, NO_ANSWER, STATES } from './fakes';

describe('SidebarModel', () => {
  let registry: FakeRegistry;
  let notebook: FakeNotebook;
  let model: SidebarModel;
  let now: Date;

  beforeEach(() => {
    vi.useFakeTimers();
    registry = new FakeRegistry();
    notebook = new FakeNotebook();
    now = new Date(Date.UTC(1998, 6, 1, 9));
    model = new SidebarModel(registry, notebook, () => now);
  });

  afterEach(() => {
    model.dispose();
    vi.useRealTimers();
  });

  async function show(): Promise<void> {
    model.setVisible(true);
    await vi.runAllTimersAsync();
  }

  it('asks nothing while it is hidden', async () => {
    notebook.moveTo('elsewhere/second.ipynb');
    await model.refresh();

    expect(registry.asked).toEqual([]);
  });

  it('reads the list of the notebook’s project each time it appears', async () => {
    await show();
    model.setVisible(false);
    await show();

    expect(registry.asked).toEqual(['list work/first.ipynb', 'list work/first.ipynb']);
    expect(model.views.list).toMatchObject({ state: 'ready', value: { total: 3 } });
  });

  it('reads anew when the registry has changed, and only then', async () => {
    await model.refreshIfChanged();
    await show();
    await model.refreshIfChanged();
    expect(registry.asked).toEqual(['list work/first.ipynb', 'revision work/first.ipynb']);

    registry.newest += 1;
    await model.refreshIfChanged();

    expect(registry.asked.slice(2)).toEqual(['revision work/first.ipynb', 'list work/first.ipynb']);
  });

  it('keeps what is shown while the registry does not answer, says since when, and recovers by itself', async () => {
    await show();
    registry.error = NO_ANSWER;
    now = new Date(Date.UTC(1998, 6, 1, 9, 30));
    await expect(model.refreshIfChanged()).rejects.toThrow('No answer.');
    now = new Date(Date.UTC(1998, 6, 1, 9, 35));
    await model.refresh();
    expect(model.views.list).toMatchObject({ state: 'ready' });
    expect([model.reach.outage?.since.toISOString(), model.views.readAt?.toISOString()]).toEqual([
      '1998-07-01T09:30:00.000Z',
      '1998-07-01T09:00:00.000Z'
    ]);

    registry.error = null;
    registry.views = { ...registry.views, total: 4 };
    await model.refreshIfChanged();
    expect(model.reach.outage).toBeNull();
    expect(model.views.list).toMatchObject({ value: { total: 4 } });
  });

  it('reads the list by itself when the first answer comes late', async () => {
    registry.error = NO_ANSWER;
    await show();
    expect(model.views.list.state).toBe('failed');

    registry.error = null;
    await model.refreshIfChanged();
    expect(model.views.list.state).toBe('ready');
  });

  it('reads an open view by itself when it could not be read for a moment', async () => {
    await show();
    registry.error = NO_ANSWER;
    await model.open('customer_value');
    expect(model.detail?.state).toBe('failed');

    registry.error = null;
    await model.refreshIfChanged();
    expect(model.detail?.state).toBe('ready');
  });

  it('plans anew when the registry has changed', async () => {
    await show();
    await model.open('customer_value');
    model.startStep('deprecate');
    registry.newest += 1;
    await model.refreshIfChanged();

    expect(registry.asked.filter(asked => asked.startsWith('plan'))).toHaveLength(2);
  });

  it('reads anew in another folder, but not for another notebook of the same one', async () => {
    await show();
    notebook.moveTo('work/second.ipynb');
    notebook.moveTo('other/third.ipynb');
    await vi.runAllTimersAsync();

    expect(registry.asked).toEqual(['list work/first.ipynb', 'list other/third.ipynb']);
  });

  it('compares the cells of a notebook in another folder once', async () => {
    await show();
    model.cells.setOpen(true);
    await vi.runAllTimersAsync();
    notebook.moveTo('other/third.ipynb');
    await vi.runAllTimersAsync();

    expect(registry.asked.filter(asked => asked.startsWith('states other'))).toEqual(['states other/third.ipynb 9']);
  });

  it('leaves the plan of a notebook that another one covers', async () => {
    await show();
    model.cells.setOpen(true);
    await vi.runAllTimersAsync();
    model.startPublishing(STATES.cells[1] as CellState);
    notebook.moveTo('work/second.ipynb');

    expect([model.steps.current, model.focus]).toEqual([null, null]);
  });

  it('goes back to the list of the new project, and inserts nothing of the old one', async () => {
    await show();
    await model.open('customer_value');
    notebook.moveTo('other/third.ipynb');
    model.insert();

    expect([model.detail, model.selection, model.views.chosen]).toEqual([null, null, null]);
    expect(notebook.inserted).toEqual([]);
  });

  it('shows no answer of one project in another', async () => {
    await show();
    let answer: (detail: ViewDetail) => void = () => undefined;
    let tell: (me: Me) => void = () => undefined;
    registry.detail = () => new Promise(resolve => (answer = resolve));
    registry.me = () => new Promise(resolve => (tell = resolve));
    void model.refresh();
    void model.open('customer_value');
    const tellOld = tell;
    notebook.moveTo('other/third.ipynb');
    answer(DETAIL);
    tellOld(ME);
    await vi.runAllTimersAsync();

    expect([model.detail, model.me]).toEqual([null, null]);
  });

  it('waits for a pause in typing', async () => {
    await show();
    model.views.setFilters({ query: 'v' });
    model.views.setFilters({ query: 'va' });
    await vi.runAllTimersAsync();

    expect(registry.asked.slice(1)).toEqual(['list work/first.ipynb va']);
  });

  it('does not wait for a choice', async () => {
    await show();
    model.views.setFilters({ entity: 'customer' });

    expect(registry.asked.slice(1)).toEqual(['list work/first.ipynb  customer']);
  });

  it('shows the answer to the newest question, whatever arrives last', async () => {
    await show();
    const answers: ((total: number) => void)[] = [];
    const views = registry.views;
    registry.list = () => new Promise(answer => answers.push(total => answer({ ...views, total })));
    model.views.setFilters({ entity: 'customer' });
    model.views.setFilters({ entity: 'product' });
    answers[1]?.(2);
    answers[0]?.(1);
    await vi.runAllTimersAsync();

    expect(model.views.list).toMatchObject({ value: { total: 2 } });
  });

  it('keeps the sentence of a failure, and retries', async () => {
    registry.error = new RequestError({
      status: 503,
      code: 'JF401',
      message: 'Written by a newer version.',
      hint: 'Upgrade.'
    });
    await show();
    expect(model.views.list).toEqual({
      state: 'failed',
      failure: { status: 503, code: 'JF401', message: 'Written by a newer version.', hint: 'Upgrade.' }
    });

    registry.error = null;
    const retry = model.refresh();
    expect(model.views.list.state).toBe('loading');
    await retry;
    expect(model.views.list.state).toBe('ready');
  });

  it('opens a view, one of its versions, and goes back', async () => {
    await show();
    await model.open('customer_value');
    await model.open('customer_value', 1);

    expect(registry.asked.slice(1)).toEqual([
      'detail work/first.ipynb customer_value@null',
      'detail work/first.ipynb customer_value@1'
    ]);
    expect(model.detail).toMatchObject({ state: 'ready', value: { version: 1 } });
    model.close();
    expect(model.detail).toBeNull();
  });

  it('forgets an answer for a view that was closed meanwhile', async () => {
    await show();
    const opening = model.open('customer_value');
    model.close();
    await opening;

    expect(model.detail).toBeNull();
  });

  it('inserts the snippet of the open view, and says where for a while', async () => {
    await show();
    model.insert();
    expect(notebook.inserted).toEqual([]);
    await model.open('customer_value');
    model.insert();

    expect(notebook.inserted[0]).toContain('"customer_value:orders_180d"');
    expect(model.notices.current).toEqual({ kind: 'inserted', path: 'work/first.ipynb' });
    await vi.runAllTimersAsync();
    expect(model.notices.current).toBeNull();
  });

  it('gives the source of a cell to drag without opening the view', async () => {
    await show();

    expect(await model.snippet('customer_value', null)).toContain('"customer_value:orders_180d"');
    expect(model.detail).toBeNull();
  });

  it('begins a new search at its first view', async () => {
    await show();
    await model.open('customer_value');
    model.close();
    expect(model.views.chosen).toBe('customer_value');
    model.views.setFilters({ query: 'v' });

    expect(model.views.chosen).toBeNull();
  });

  it('is busy while a narrower list is read', async () => {
    await show();
    model.views.setFilters({ entity: 'customer' });
    expect(model.views.isListing).toBe(true);
    await vi.runAllTimersAsync();

    expect(model.views.isListing).toBe(false);
  });

  it('comes back to the step from a view that is looked at beside it', async () => {
    await show();
    await model.open('customer_value');
    model.startStep('deprecate');
    model.steps.current?.setAnswers({ reason: 'It counts refunds.' });
    await model.openAside('customer_recency', 1);
    expect([model.isAside, model.selection?.name]).toEqual([true, 'customer_recency']);
    model.close();

    expect([model.isAside, model.selection?.name]).toEqual([false, 'customer_value']);
    expect(model.steps.current?.answers.reason).toBe('It counts refunds.');
  });

  it('knows whether a notebook is open', () => {
    expect(model.hasNotebook).toBe(true);
    notebook.moveTo('');
    expect(model.hasNotebook).toBe(false);
  });

  it('lets go of the notebook when it is disposed', async () => {
    await show();
    model.dispose();
    notebook.moveTo('other/third.ipynb');

    expect(registry.asked).toEqual(['list work/first.ipynb']);
  });
});
