import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError } from '../src/failure';
import { SidebarModel } from '../src/model';
import { FakeNotebook, FakeRegistry } from './fakes';

describe('SidebarModel', () => {
  let registry: FakeRegistry;
  let notebook: FakeNotebook;
  let model: SidebarModel;

  beforeEach(() => {
    vi.useFakeTimers();
    registry = new FakeRegistry();
    notebook = new FakeNotebook();
    model = new SidebarModel(registry, notebook);
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
    expect(model.list).toMatchObject({ state: 'ready', value: { total: 3 } });
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

  it('keeps what is shown while the registry does not answer', async () => {
    await show();
    registry.error = new RequestError({ code: 'NETWORK', message: 'No answer.', hint: '' });

    await model.refreshIfChanged();

    expect(model.list).toMatchObject({ state: 'ready' });
  });

  it('reads anew in another folder, but not for another notebook of the same one', async () => {
    await show();
    notebook.moveTo('work/second.ipynb');
    notebook.moveTo('other/third.ipynb');
    await vi.runAllTimersAsync();

    expect(registry.asked).toEqual(['list work/first.ipynb', 'list other/third.ipynb']);
  });

  it('offers nothing of the old project while the new one is read', async () => {
    await show();
    await model.open('customer_value');
    notebook.moveTo('other/third.ipynb');

    expect(model.detail).toEqual({ state: 'loading' });
    expect(model.insert()).toBe(false);
  });

  it('waits for a pause in typing', async () => {
    await show();
    model.setFilters({ query: 'v' });
    model.setFilters({ query: 'va' });
    await vi.runAllTimersAsync();

    expect(registry.asked.slice(1)).toEqual(['list work/first.ipynb va']);
  });

  it('does not wait for a choice', async () => {
    await show();
    model.setFilters({ entity: 'customer' });

    expect(registry.asked.slice(1)).toEqual(['list work/first.ipynb  customer']);
  });

  it('shows the answer to the newest question, whatever arrives last', async () => {
    await show();
    const answers: ((total: number) => void)[] = [];
    const views = registry.views;
    registry.list = () => new Promise(answer => answers.push(total => answer({ ...views, total })));
    model.setFilters({ entity: 'customer' });
    model.setFilters({ entity: 'product' });
    answers[1]?.(2);
    answers[0]?.(1);
    await vi.runAllTimersAsync();

    expect(model.list).toMatchObject({ value: { total: 2 } });
  });

  it('keeps the sentence of a failure, and retries', async () => {
    registry.error = new RequestError({ code: 'JF401', message: 'Written by a newer version.', hint: 'Upgrade.' });
    await show();
    expect(model.list).toEqual({
      state: 'failed',
      failure: { code: 'JF401', message: 'Written by a newer version.', hint: 'Upgrade.' }
    });

    registry.error = null;
    const retry = model.refresh();
    expect(model.list.state).toBe('loading');
    await retry;
    expect(model.list.state).toBe('ready');
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

  it('inserts the snippet of the open view', async () => {
    await show();
    expect(model.insert()).toBe(false);
    await model.open('customer_value');

    expect(model.insert()).toBe(true);
    expect(notebook.inserted[0]).toContain('"customer_value:orders_180d"');
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
