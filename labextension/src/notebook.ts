import type { INotebookTracker, Notebook, NotebookPanel } from '@jupyterlab/notebook';
import type { JSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import { DockPanel } from '@lumino/widgets';
import { insertCellBelow } from './insert_cell_below';
import type { ICurrentNotebook, IOpenCell, NotebookContent } from './tokens';

/** Key of our own metadata on a cell. */
const METADATA = 'jupyter_features';

/** The notebook that the tracker calls current. */
export class TrackedNotebook implements ICurrentNotebook, IDisposable {
  /** @param activate - brings a widget of the shell to the front and gives it the focus. */
  constructor(
    private readonly tracker: INotebookTracker,
    private readonly activate: (id: string) => void
  ) {
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
        id: cell.getId(),
        cell_type: cell.cell_type,
        source: cell.getSource(),
        metadata: own === undefined ? {} : { [METADATA]: own }
      };
    });
    return { cells };
  }

  cell(id: string): IOpenCell | null {
    const panel = this._panel;
    const cell = panel === null ? null : new OpenCell(panel, id, this.activate, () => this._panel === panel);
    return cell !== null && cell.source() !== null ? cell : null;
  }

  insertBelow(source: string): boolean {
    if (this._panel === null || !insertCellBelow(this._panel.content, source)) {
      return false;
    }
    show(this._panel);
    return true;
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

/** A cell that is found by its id, so that it may be moved, and its notebook be closed. */
class OpenCell implements IOpenCell {
  constructor(
    private readonly panel: NotebookPanel,
    readonly id: string,
    private readonly activate: (id: string) => void,
    private readonly isInFront: () => boolean
  ) {}

  get path(): string {
    return this.panel.context.localPath;
  }

  get isCurrent(): boolean {
    return this.isInFront();
  }

  source(): string | null {
    return this.shared()?.getSource() ?? null;
  }

  reveal(): void {
    const index = this.cells().findIndex(cell => cell.getId() === this.id);
    if (index >= 0) {
      const notebook = this.panel.content;
      notebook.deselectAll();
      notebook.activeCellIndex = index;
      this.activate(this.panel.id);
      void notebook.scrollToItem(index, 'smart');
    }
  }

  remember(reference: string): void {
    const cell = this.shared();
    const own = cell?.getMetadata(METADATA);
    // Whatever else stands there is kept: another version of this package may need it.
    cell?.setMetadata(METADATA, { ...(isObject(own) ? own : {}), published: reference });
  }

  private shared(): SharedCell | undefined {
    return this.cells().find(cell => cell.getId() === this.id);
  }

  private cells(): readonly SharedCell[] {
    return (this.panel.isDisposed ? null : this.panel.content.model)?.sharedModel.cells ?? [];
  }
}

type SharedCell = NonNullable<Notebook['model']>['sharedModel']['cells'][number];

function isObject(value: unknown): value is JSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lets a notebook be seen that another document covers; the focus stays where it is. */
function show(panel: NotebookPanel): void {
  if (!panel.isVisible && panel.parent instanceof DockPanel) {
    panel.parent.selectWidget(panel);
  }
}
