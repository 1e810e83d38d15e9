import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import { LOADING, type Loadable, load } from './loadable';
import { isKept } from './reach';
import type {
  CellState,
  ICurrentNotebook,
  IFeatureRegistry,
  IOpenCell,
  NotebookContent,
  NotebookStates
} from './tokens';

const EDIT_DELAY_MILLISECONDS = 800;

/** The feature cells of the open notebook against the registry. It reads nothing until a person opens the section. */
export class CellsModel implements IDisposable {
  constructor(
    private readonly registry: IFeatureRegistry,
    private readonly notebook: ICurrentNotebook
  ) {
    notebook.changed.connect(this.onNotebookChanged, this);
    notebook.edited.connect(this.onEdited, this);
  }

  get changed(): ISignal<CellsModel, void> {
    return this._changed;
  }

  get isOpen(): boolean {
    return this._isOpen;
  }

  /** Null while no notebook is open. */
  get states(): Loadable<NotebookStates> | null {
    return this._states;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Takes hold of the cell that was compared, wherever it is now; null when it is gone. */
  cell(state: CellState): IOpenCell | null {
    const id = this._compared?.cells[state.index]?.id;
    return id === undefined ? null : this.notebook.cell(id);
  }

  setOpen(isOpen: boolean): void {
    this._isOpen = isOpen;
    this._changed.emit();
    void this.refresh();
  }

  setVisible(isVisible: boolean): void {
    this._isVisible = isVisible;
  }

  /** Compares anew, if anybody can see it; what is shown stays until the answer is there. */
  async refresh(): Promise<void> {
    if (!this._isOpen || !this._isVisible || this._isDisposed) {
      return;
    }
    const reading = ++this._reading;
    const content = this.notebook.content();
    if (this._states?.state !== 'ready' && content !== null) {
      this._states = LOADING;
      this._changed.emit();
    }
    const states = content === null ? null : await load(this.registry.states(this.notebook.path, content));
    const isShown = this._states?.state === 'ready';
    if (reading === this._reading && !this._isDisposed && !(states && isKept(isShown, states))) {
      this._states = states;
      this._compared = content;
      this._changed.emit();
    }
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._comparing.dispose();
      Signal.clearData(this);
    }
  }

  private onNotebookChanged(): void {
    // Nothing of the old notebook stays in sight.
    this._states = this.notebook.path === '' ? null : LOADING;
    this._changed.emit();
    void this.refresh();
  }

  private onEdited(): void {
    if (this._isOpen && this._isVisible) {
      // A newer edit rejects the one it replaces, and so does disposal.
      this._comparing.invoke().catch(() => undefined);
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _comparing = new Debouncer(() => this.refresh(), EDIT_DELAY_MILLISECONDS);
  private _states: Loadable<NotebookStates> | null = null;
  private _compared: NotebookContent | null = null;
  private _isOpen = false;
  private _isVisible = false;
  private _isDisposed = false;
  private _reading = 0;
}
