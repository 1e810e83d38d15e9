import type { INotebookTracker, Notebook, NotebookPanel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { ICurrentNotebook } from './tokens';

/** The notebook that the tracker calls current. */
export class TrackedNotebook implements ICurrentNotebook, IDisposable {
  constructor(private readonly tracker: INotebookTracker) {
    tracker.currentChanged.connect(this.onCurrentChanged, this);
    this.onCurrentChanged();
  }

  get path(): string {
    return this._panel?.context.localPath ?? '';
  }

  get changed(): ISignal<ICurrentNotebook, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  insertBelow(source: string): boolean {
    return this._panel !== null && insertCellBelow(this._panel.content, source);
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.clearData(this);
    }
  }

  private onCurrentChanged(): void {
    this._panel?.context.pathChanged.disconnect(this.onPathChanged, this);
    this._panel = this.tracker.currentWidget;
    this._panel?.context.pathChanged.connect(this.onPathChanged, this);
    this._changed.emit();
  }

  private onPathChanged(): void {
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _panel: NotebookPanel | null = null;
  private _isDisposed = false;
}

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
