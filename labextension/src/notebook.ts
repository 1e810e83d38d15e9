import type { INotebookTracker, Notebook, NotebookPanel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { ICurrentNotebook, NotebookContent } from './tokens';

/** Key of our own metadata on a cell. */
const METADATA = 'jupyter_features';

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

  get edited(): ISignal<ICurrentNotebook, void> {
    return this._edited;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  content(): NotebookContent | null {
    const model = this._panel?.content.model ?? null;
    if (model === null) {
      return null;
    }
    // Outputs and foreign metadata stay here: they may be large, and may hold what is nobody's business.
    const cells = model.sharedModel.cells.map(cell => {
      const own = cell.getMetadata(METADATA);
      return {
        cell_type: cell.cell_type,
        source: cell.getSource(),
        metadata: own === undefined ? {} : { [METADATA]: own }
      };
    });
    return { cells };
  }

  reveal(index: number): void {
    const notebook = this._panel?.content;
    if (notebook !== undefined && index < notebook.widgets.length) {
      notebook.deselectAll();
      notebook.activeCellIndex = index;
      void notebook.scrollToItem(index, 'smart');
    }
  }

  remember(index: number, reference: string): void {
    this._panel?.content.model?.sharedModel.getCell(index)?.setMetadata(METADATA, { published: reference });
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
    this._panel?.context.model.contentChanged.disconnect(this.onEdited, this);
    this._panel = this.tracker.currentWidget;
    this._panel?.context.pathChanged.connect(this.onPathChanged, this);
    this._panel?.context.model.contentChanged.connect(this.onEdited, this);
    this._changed.emit();
  }

  private onPathChanged(): void {
    this._changed.emit();
  }

  private onEdited(): void {
    this._edited.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _edited = new Signal<this, void>(this);
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
