import type { Notebook } from '@jupyterlab/notebook';

/** Puts a code cell below the active cell and makes it active; false for a notebook that cannot be edited. */
export function insertCellBelow(notebook: Notebook, source: string): boolean {
  const model = notebook.model;
  if (model === null || model.readOnly) {
    return false;
  }
  const index = model.cells.length === 0 ? 0 : notebook.activeCellIndex + 1;
  // Through the shared model: the notebook's default cell may be a text cell, and this is one step to undo.
  model.sharedModel.insertCell(index, { cell_type: 'code', source: source.trimEnd(), metadata: { trusted: true } });
  notebook.deselectAll();
  notebook.activeCellIndex = index;
  // Its height is known only when its editor is there.
  void notebook.activeCell?.ready.then(() => notebook.scrollToItem(index, 'smart'));
  return true;
}
