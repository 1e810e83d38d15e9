import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CellsModel } from '../src/cells_model';
import { RequestError } from '../src/failure';
import { FakeNotebook, FakeRegistry, NO_ANSWER, STATES } from './fakes';

describe('CellsModel', () => {
  let registry: FakeRegistry;
  let notebook: FakeNotebook;
  let model: CellsModel;

  beforeEach(() => {
    vi.useFakeTimers();
    registry = new FakeRegistry();
    notebook = new FakeNotebook('work/a.ipynb');
    model = new CellsModel(registry, notebook);
    model.setVisible(true);
  });

  afterEach(() => {
    model.dispose();
    vi.useRealTimers();
  });

  async function open(): Promise<void> {
    model.setOpen(true);
    await vi.runAllTimersAsync();
  }

  it('reads nothing of a notebook until its section is opened', async () => {
    notebook.edited.emit();
    notebook.moveTo('work/b.ipynb');
    await vi.runAllTimersAsync();
    expect(registry.asked).toEqual([]);

    await open();
    expect(registry.asked).toEqual(['states work/b.ipynb 9']);
    expect(model.states).toMatchObject({ state: 'ready', value: { environment: 'dev' } });
  });

  it('compares anew after a pause in writing, and what is shown stays until then', async () => {
    await open();
    notebook.edited.emit();
    notebook.edited.emit();
    expect(model.states?.state).toBe('ready');
    await vi.runAllTimersAsync();

    expect(registry.asked).toHaveLength(2);
  });

  it('shows nothing of the old notebook while another is compared', async () => {
    await open();
    notebook.moveTo('work/b.ipynb');
    expect(model.states?.state).toBe('loading');
    notebook.moveTo('');
    expect(model.states).toBeNull();
  });

  it('does no work while it is folded or hidden', async () => {
    await open();
    model.setVisible(false);
    notebook.edited.emit();
    await model.refresh();
    model.setVisible(true);
    model.setOpen(false);
    notebook.edited.emit();
    await vi.runAllTimersAsync();

    expect(registry.asked).toHaveLength(1);
  });

  it('takes hold of the cell that was compared, wherever it is by then', async () => {
    await open();
    const [first] = STATES.cells;
    notebook.sources.delete('cell-0');

    expect(first?.index).toBe(2);
    expect(first && model.cell(first)?.id).toBe('cell-2');
  });

  it('keeps what was compared while nobody answers', async () => {
    await open();
    registry.error = NO_ANSWER;
    await model.refresh();

    expect(model.states).toMatchObject({ state: 'ready' });
  });

  it('keeps the sentence of a failure', async () => {
    registry.error = new RequestError({ status: 503, code: 'JF400', message: 'The registry is locked.', hint: '' });
    await open();

    expect(model.states).toMatchObject({ state: 'failed', failure: { message: 'The registry is locked.' } });
  });
});
