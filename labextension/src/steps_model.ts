import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { CellsModel } from './cells_model';
import type { NoticeModel } from './notice_model';
import { StepModel } from './step_model';
import type { CellState, ICurrentNotebook, IFeatureRegistry, IOpenCell, StepRequest } from './tokens';

/** Begins steps, and sees each to its end, whatever is shown by then. At most one is in sight. */
export class StepsModel implements IDisposable {
  constructor(
    private readonly registry: IFeatureRegistry,
    private readonly notebook: ICurrentNotebook,
    private readonly cells: CellsModel,
    private readonly notices: NoticeModel
  ) {
    notebook.edited.connect(this.onEdited, this);
  }

  get changed(): ISignal<StepsModel, void> {
    return this._changed;
  }

  /** Emitted when the step in sight is left, taken or not. */
  get left(): ISignal<StepsModel, void> {
    return this._left;
  }

  /** The step that is planned or taken; null while a person only looks around. */
  get current(): StepModel | null {
    return this._current;
  }

  /** The cell that the step publishes; null for another step. */
  get cell(): IOpenCell | null {
    return this._cell;
  }

  /** Whether the cell that is to be published was written, or removed, after it was planned. */
  get isCellEdited(): boolean {
    return this._cell !== null && this._cell.source() !== this._planned;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Begins a step by planning it. */
  begin(request: StepRequest, environments: readonly string[]): void {
    if (this._current?.isTaking) {
      return;
    }
    this._current?.dispose();
    this.notices.clear();
    this._cell = null;
    this._current = new StepModel(this.registry, this.notebook.path, request, environments);
    this._current.changed.connect(this.onStepChanged, this);
    void this._current.refresh();
  }

  /** Begins to publish a feature cell as it stands. */
  beginPublishing(state: CellState): void {
    const cell = this.cells.cell(state);
    const request = cell && this.publication(state.name, cell);
    if (cell === null || request === null) {
      this.notices.say({ kind: 'cell gone' });
      void this.cells.refresh();
      return;
    }
    this.begin(request, []);
    this._cell = cell;
    this._planned = cell.source();
  }

  /** Plans to publish the cell as it was written since. */
  async planAgain(): Promise<void> {
    const [cell, step] = [this._cell, this._current];
    const request = cell && step && this.publication(step.request.name, cell);
    if (cell !== null && request !== null) {
      this._planned = cell.source();
      await step?.setRequest(request);
    }
  }

  /** Plans the step in sight anew, unless it is being taken. */
  async refresh(): Promise<void> {
    if (this._current?.isTaking === false) {
      await this._current.refresh();
    }
  }

  /** Leaves the step without taking it; one that is being taken cannot be left. */
  cancel(): void {
    if (!this._current?.isTaking) {
      this.leave();
    }
  }

  /** Takes the step out of sight; one that is being taken still tells what came of it. */
  leave(): void {
    const step = this._current;
    if (step !== null) {
      this._current = null;
      this._cell = null;
      if (!step.isTaking) {
        step.dispose();
      }
      this._left.emit();
    }
  }

  /** Takes the step, and tells what came of it even if something else is shown by then; whether it was taken. */
  async take(): Promise<boolean> {
    const [step, cell] = [this._current, this._cell];
    if (step === null || !step.canTake) {
      return false;
    }
    const reference = await step.take();
    if (this._isDisposed) {
      return false;
    }
    const isInSight = step === this._current;
    if (reference !== null) {
      if (reference !== '') {
        cell?.remember(reference);
      }
      this.notices.say({ kind: 'taken', request: step.request });
      if (isInSight) {
        this.leave();
      }
    } else if (!isInSight && step.failure !== null) {
      this.notices.say({ kind: 'refused', request: step.request, failure: step.failure });
    }
    if (!isInSight) {
      step.dispose();
    }
    return reference !== null;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._current?.dispose();
      Signal.clearData(this);
    }
  }

  private publication(name: string, cell: IOpenCell): StepRequest | null {
    const content = this.notebook.content();
    const index = content?.cells.findIndex(each => each.id === cell.id) ?? -1;
    return content === null || index < 0 ? null : { step: 'publish', name, content, cell: index };
  }

  private onStepChanged(): void {
    this._changed.emit();
  }

  private onEdited(): void {
    if (this._cell !== null) {
      this._changed.emit();
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _left = new Signal<this, void>(this);
  private _current: StepModel | null = null;
  private _cell: IOpenCell | null = null;
  private _planned: string | null = null;
  private _isDisposed = false;
}
