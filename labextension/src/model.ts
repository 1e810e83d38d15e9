import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import { CellsModel } from './cells_model';
import { LOADING, type Loadable, load } from './loadable';
import { StepModel } from './step_model';
import type {
  CellState,
  Filters,
  ICurrentNotebook,
  IFeatureRegistry,
  Me,
  Step,
  StepRequest,
  ViewDetail,
  ViewList
} from './tokens';

export const NO_FILTERS: Filters = { query: '', entity: '', owner: '', tag: '', state: '', usage: '' };

/** The view that is open; a null version means the one that the environment serves. */
export interface Selection {
  readonly name: string;
  readonly version: number | null;
}

const SEARCH_DELAY_MILLISECONDS = 200;

/** What the sidebar shows. It reads nothing while it is hidden. */
export class SidebarModel implements IDisposable {
  constructor(
    private readonly registry: IFeatureRegistry,
    private readonly notebook: ICurrentNotebook
  ) {
    this._folder = folderOf(notebook.path);
    this.cells = new CellsModel(registry, notebook);
    this.cells.changed.connect(this.onPartChanged, this);
    notebook.changed.connect(this.onNotebookChanged, this);
  }

  get changed(): ISignal<SidebarModel, void> {
    return this._changed;
  }

  get list(): Loadable<ViewList> {
    return this._list;
  }

  /** Null while the list is shown. */
  get detail(): Loadable<ViewDetail> | null {
    return this._detail;
  }

  get selection(): Selection | null {
    return this._selection;
  }

  /** Who asks; null while that is not known, and then nothing is offered that changes the registry. */
  get me(): Me | null {
    return this._me;
  }

  /** The step that is planned or taken; null while a person only looks around. */
  get step(): StepModel | null {
    return this._step;
  }

  /** The plan of the step that was taken last; null before one, and again after the next. */
  get taken(): StepRequest | null {
    return this._taken;
  }

  get filters(): Filters {
    return this._filters;
  }

  get hasNotebook(): boolean {
    return this.notebook.path !== '';
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Says whether a person can see the sidebar; becoming visible reads everything anew. */
  setVisible(isVisible: boolean): void {
    const appears = isVisible && !this._isVisible;
    this._isVisible = isVisible;
    this.cells.setVisible(isVisible);
    if (appears) {
      void this.refresh();
    }
  }

  /** Reads anew what is shown; while hidden there is nothing to read. */
  async refresh(): Promise<void> {
    if (this._isVisible) {
      await Promise.all([this.readList(), this.readDetail(), this.readMe(), this.cells.refresh()]);
    }
  }

  /** Reads anew if somebody changed the registry since the list was read; a registry that does not answer is asked later. */
  async refreshIfChanged(): Promise<void> {
    if (!this._isVisible || this._list.state !== 'ready') {
      return;
    }
    const list = this._list;
    const revision = await load(this.registry.revision(this.notebook.path));
    if (revision.state === 'ready' && list === this._list && revision.value !== list.value.revision) {
      await this.refresh();
    }
  }

  /** Narrows the list; typing waits for a pause, a choice does not. */
  setFilters(change: Partial<Filters>): void {
    this._filters = { ...this._filters, ...change };
    this._changed.emit();
    if (change.query === undefined) {
      void this.readList();
    } else {
      // A newer search rejects the one it replaces, and so does disposal.
      this._search.invoke().catch(() => undefined);
    }
  }

  async open(name: string, version: number | null = null): Promise<void> {
    this._selection = { name, version };
    this._detail = LOADING;
    this._taken = null;
    this._changed.emit();
    await this.readDetail();
  }

  /** Goes back to the list. */
  close(): void {
    this._selection = null;
    this._detail = null;
    this._taken = null;
    this._changed.emit();
  }

  /** Goes back to the list, to the views that read a column. */
  find(column: string): void {
    this.close();
    this.setFilters({ ...NO_FILTERS, query: column });
  }

  /** Puts the open view's snippet into the current notebook; false when no notebook can take it. */
  insert(): boolean {
    return this._detail?.state === 'ready' && this.notebook.insertBelow(this._detail.value.snippet);
  }

  /** Begins a step with the open view by planning it. */
  startStep(step: Step): void {
    if (this._detail?.state !== 'ready') {
      return;
    }
    const { name, version, versions, environments } = this._detail.value;
    const serving = [...new Set(versions.flatMap(line => line.environments))].sort();
    const other = serving.find(environment => !environments.includes(environment));
    const own = this._list.state === 'ready' ? this._list.value.environment : '';
    // Promotion goes on to another environment, going back starts from one's own.
    const target = { promote: other ?? 'prod', rollback: serving.includes(own) ? own : (serving[0] ?? '') };
    this.begin(
      {
        step,
        name,
        version: step === 'promote' || step === 'certify' ? version : null,
        environment: step === 'promote' || step === 'rollback' ? target[step] : '',
        content: null
      },
      serving
    );
  }

  /** Begins to publish a feature cell as it stands. */
  startPublishing(cell: CellState): void {
    const content = this.notebook.content();
    if (content !== null) {
      this.begin({ step: 'publish', name: cell.name, version: null, environment: '', content }, []);
      this._cell = cell;
    }
  }

  /** Leaves the step without taking it. */
  cancelStep(): void {
    this._step?.dispose();
    this._step = null;
    this._cell = null;
    this._changed.emit();
  }

  /** Takes the step; when it is done, what it was started from is shown as it is now. */
  async takeStep(): Promise<void> {
    const step = this._step;
    const reference = (await step?.take()) ?? null;
    if (step === null || reference === null || step !== this._step) {
      return;
    }
    if (this._cell !== null && reference !== '') {
      this.notebook.remember(this._cell.index, reference);
    }
    this._taken = step.request;
    this.cancelStep();
    await this.refresh();
  }

  reveal(cell: CellState): void {
    this.notebook.reveal(cell.index);
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._search.dispose();
      this._step?.dispose();
      this.cells.dispose();
      Signal.clearData(this);
    }
  }

  private begin(request: StepRequest, environments: readonly string[]): void {
    this._step?.dispose();
    this._taken = null;
    this._step = new StepModel(this.registry, this.notebook.path, request, environments);
    this._step.changed.connect(this.onPartChanged, this);
    void this._step.refresh();
  }

  private async readMe(): Promise<void> {
    const me = await load(this.registry.me(this.notebook.path));
    if (!this._isDisposed) {
      this._me = me.state === 'ready' ? me.value : null;
      this._changed.emit();
    }
  }

  private async readList(): Promise<void> {
    const reading = ++this._listReading;
    // What is shown stays until the answer is there, so that typing does not make the list flicker.
    if (this._list.state === 'failed') {
      this._list = LOADING;
      this._changed.emit();
    }
    const list = await load(this.registry.list(this.notebook.path, this._filters));
    if (reading === this._listReading && !this._isDisposed) {
      this._list = list;
      this._changed.emit();
    }
  }

  private async readDetail(): Promise<void> {
    const selection = this._selection;
    if (selection === null) {
      return;
    }
    if (this._detail?.state === 'failed') {
      this._detail = LOADING;
      this._changed.emit();
    }
    const detail = await load(this.registry.detail(this.notebook.path, selection.name, selection.version));
    if (selection === this._selection && !this._isDisposed) {
      this._detail = detail;
      this._changed.emit();
    }
  }

  private onPartChanged(): void {
    this._changed.emit();
  }

  private onNotebookChanged(): void {
    const folder = folderOf(this.notebook.path);
    if (folder !== this._folder) {
      // Another folder may be another project; nothing of this one may be inserted there.
      this._folder = folder;
      this._list = LOADING;
      this._detail = this._selection && LOADING;
      this._me = null;
      this.cancelStep();
      void this.refresh();
    }
    this._changed.emit();
  }

  readonly cells: CellsModel;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _search = new Debouncer(() => this.readList(), SEARCH_DELAY_MILLISECONDS);
  private _filters = NO_FILTERS;
  private _list: Loadable<ViewList> = LOADING;
  private _detail: Loadable<ViewDetail> | null = null;
  private _selection: Selection | null = null;
  private _me: Me | null = null;
  private _step: StepModel | null = null;
  private _cell: CellState | null = null;
  private _taken: StepRequest | null = null;
  private _folder: string;
  private _isVisible = false;
  private _isDisposed = false;
  private _listReading = 0;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
