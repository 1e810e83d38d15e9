import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CellsModel } from '../src/cells_model';
import { RequestError } from '../src/failure';
import { NoticeModel } from '../src/notice_model';
import { StepsModel } from '../src/steps_model';
import type { CellState } from '../src/tokens';
import { FakeNotebook, FakeRegistry, PLAN, STATES } from './fakes';

describe('StepsModel', () => {
  let registry: FakeRegistry;
  let notebook: FakeNotebook;
  let cells: CellsModel;
  let notices: NoticeModel;
  let model: StepsModel;
  let visits: CellState;

  beforeEach(async () => {
    registry = new FakeRegistry();
    registry.planned = { ...PLAN, acknowledge: [] };
    notebook = new FakeNotebook();
    cells = new CellsModel(registry, notebook);
    notices = new NoticeModel();
    model = new StepsModel(registry, notebook, cells, notices);
    cells.setVisible(true);
    cells.setOpen(true);
    await settled();
    visits = STATES.cells.find(cell => cell.name === 'customer_visits') as CellState;
  });

  afterEach(() => {
    model.dispose();
    notices.dispose();
    cells.dispose();
  });

  async function publishing(): Promise<void> {
    model.beginPublishing(visits);
    await settled();
  }

  it('publishes the cell that was compared, and marks it, though cells were moved meanwhile', async () => {
    notebook.sources.delete('cell-0');
    await publishing();
    notebook.sources.delete('cell-1');
    await model.take();

    expect(registry.taken.map(each => each.request)).toMatchObject([{ name: 'customer_visits', cell: 4 }]);
    expect(notebook.remembered).toEqual(['work/first.ipynb cell-5 customer_visits@1']);
  });

  it('says so when the cell is gone, and compares anew', async () => {
    notebook.sources.delete('cell-5');
    await publishing();

    expect([model.current, notices.current]).toEqual([null, { kind: 'cell gone' }]);
    expect(registry.asked.filter(asked => asked.startsWith('states'))).toHaveLength(2);
  });

  it('knows that the cell was written after its plan, and plans what it is now', async () => {
    await publishing();
    expect(model.isCellEdited).toBe(false);
    notebook.write('cell-5', '%%feature customer_visits --entity customer');
    expect(model.isCellEdited).toBe(true);

    await model.planAgain();
    await model.take();
    expect(model.isCellEdited).toBe(false);
    const [taken] = registry.taken;
    const request = taken?.request.step === 'publish' ? taken.request : null;
    expect(request?.content.cells[5]?.source).toBe('%%feature customer_visits --entity customer');
  });

  it('cannot be cancelled while it is taken', async () => {
    await publishing();
    const taking = model.take();
    model.cancel();
    expect(model.current).not.toBeNull();
    await taking;

    expect(notices.current).toMatchObject({ kind: 'taken', request: { name: 'customer_visits' } });
  });

  it('marks the right cell and tells the outcome of a step that is out of sight by then', async () => {
    await publishing();
    const taking = model.take();
    notebook.moveTo('other/third.ipynb');
    model.leave();
    await taking;

    expect(notebook.remembered).toEqual(['work/first.ipynb cell-5 customer_visits@1']);
    expect(notices.current).toMatchObject({ kind: 'taken' });
  });

  it('tells that a step out of sight was refused', async () => {
    await publishing();
    registry.refusal = new RequestError({ status: 403, code: 'JF404', message: 'It belongs to growth.', hint: '' });
    const taking = model.take();
    model.leave();
    await taking;

    expect(notices.current).toMatchObject({ kind: 'refused', failure: { message: 'It belongs to growth.' } });
  });
});

/** Lets every promise that is ready go on. */
function settled(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 0));
}
