import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import { CellsModel } from './cells_model';
import { isOutage, RequestError } from './failure';
import type { FocusTarget } from './focus';
import { ListModel, NO_FILTERS } from './list_model';
import { LOADING, type Loadable, load } from './loadable';
import { NoticeModel } from './notice_model';
import { isKept, Reach } from './reach';
import { requestFor, servingEnvironments, type ViewStep } from './step_request';
import { StepsModel } from './steps_model';
import type { CellState, ICurrentNotebook, IFeatureRegistry, Me, ViewDetail } from './tokens';

/** The view that is open; a null version means the one that the environment serves. */
export interface Selection {
  readonly name: string;
  readonly version: number | null;
}

/** What the sidebar shows. It reads nothing while it is hidden. */
export class SidebarModel implements IDisposable {
  /** @param now - the clock of what is shown as the time of an answer. */
  constructor(
    private readonly registry: IFeatureRegistry,
    private readonly notebook: ICurrentNotebook,
    now: () => Date = () => new Date()
  ) {
    this._folder = folderOf(notebook.path);
    this.reach = new Reach(now);
    this.views = new ListModel(registry, notebook, this.reach, now);
    this.cells = new CellsModel(registry, notebook);
    this.steps = new StepsModel(registry, notebook, this.cells, this.notices);
    for (const part of [this.reach, this.views, this.cells, this.notices, this.steps]) {
      part.changed.connect(this.onPartChanged, this);
    }
    this.steps.left.connect(this.onStepLeft, this);
    notebook.changed.connect(this.onNotebookChanged, this);
  }

  get changed(): ISignal<SidebarModel, void> {
    return this._changed;
  }

  /** Null while the list is shown. */
  get detail(): Loadable<ViewDetail> | null {
    return this._detail;
  }

  get selection(): Selection | null {
    return this._selection;
  }

  /** Whether a view is only looked at while a step waits, to which the way back leads. */
  get isAside(): boolean {
    return this._isAside;
  }

  /** Who asks; null while that is not known, and then nothing is offered that changes the registry. */
  get me(): Me | null {
    return this._me;
  }

  /** Where the focus is still to go; whoever moves it there takes it with `takeFocus`. */
  get focus(): FocusTarget | null {
    return this._focus;
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
      await Promise.all([this.views.refresh(), this.readDetail(), this.readMe(), this.cells.refresh()]);
    }
  }

  /**
   * Reads anew, and plans anew, if somebody changed the registry since the list was read or if it answers again.
   *
   * @throws RequestError - if it does not answer, so that whoever asks does so less often.
   */
  async refreshIfChanged(): Promise<void> {
    const { list } = this.views;
    const wasOut = this.reach.outage !== null || [list, this._detail, this.steps.current?.plan].some(isMissing);
    if (!this._isVisible || (list.state !== 'ready' && !wasOut)) {
      return;
    }
    const project = this._project;
    const revision = await load(this.registry.revision(this.notebook.path));
    if (project !== this._project) {
      return;
    }
    if (revision.state !== 'ready') {
      this.reach.note(revision);
      throw new RequestError(revision.failure);
    }
    const isChanged = list === this.views.list && list.state === 'ready' && revision.value !== list.value.revision;
    if (wasOut || isChanged) {
      await Promise.all([this.refresh(), this.steps.refresh()]);
    }
  }

  async open(name: string, version: number | null = null): Promise<void> {
    if (!this._isAside) {
      this.views.choose(name);
    }
    this.notices.clear();
    await this.select({ name, version });
  }

  /** Opens a view beside a step, which waits. */
  async openAside(name: string, version: number): Promise<void> {
    if (this.steps.current?.isTaking === false) {
      this._isAside = true;
      this._before = this._selection;
      await this.open(name, version);
    }
  }

  /** Goes back to the list, or to the step that waits. */
  close(): void {
    this.notices.clear();
    if (this._isAside) {
      this._isAside = false;
      void this.select(this._before);
    } else {
      this._selection = null;
      this._detail = null;
      this.giveFocus('list');
    }
  }

  /** Goes back to the list, to the views in which a source column has a say. */
  find(column: string): void {
    this.steps.cancel();
    this.close();
    this.views.setFilters({ ...NO_FILTERS, source: column });
  }

  /** Puts the open view's snippet into the current notebook, and tells what came of it. */
  insert(): void {
    if (this._detail?.state === 'ready') {
      const isInserted = this.notebook.insertBelow(this._detail.value.snippet);
      this.notices.say({ kind: isInserted ? 'inserted' : 'not inserted', path: this.notebook.path });
    }
  }

  /** Reads the source of the cell that uses a view; a null version means the one that the environment serves. */
  async snippet(name: string, version: number | null): Promise<string> {
    if (this._detail?.state === 'ready' && this._selection?.name === name && this._selection.version === version) {
      return this._detail.value.snippet;
    }
    return (await this.registry.detail(this.notebook.path, name, version)).snippet;
  }

  /** Begins a step with the open view by planning it. */
  startStep(step: ViewStep): void {
    if (this._detail?.state === 'ready') {
      const view = this._detail.value;
      const own = this.views.environment;
      const known = new Set([...servingEnvironments(view), ...(own === '' ? [] : [own])]);
      this._isAside = false;
      this.steps.begin(requestFor(step, view, own), [...known].sort());
      this.giveFocus('page');
    }
  }

  /** Begins to publish a feature cell as it stands. */
  startPublishing(cell: CellState): void {
    this.steps.beginPublishing(cell);
    if (this.steps.current !== null) {
      this.giveFocus('page');
    }
  }

  /** Takes the step; when it is done, what it was started from is shown as it is now. */
  async takeStep(): Promise<void> {
    if (await this.steps.take()) {
      await this.refresh();
    }
  }

  reveal(cell: CellState): void {
    this.cells.cell(cell)?.reveal();
  }

  /** Says that the focus was moved, or is better left where it is. */
  takeFocus(): void {
    this._focus = null;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this.views.dispose();
      this.steps.dispose();
      this.cells.dispose();
      this.notices.dispose();
      Signal.clearData(this);
    }
  }

  private async select(selection: Selection | null): Promise<void> {
    this._selection = selection;
    this._detail = selection && LOADING;
    this.giveFocus('page');
    await this.readDetail();
  }

  private giveFocus(target: FocusTarget): void {
    this._focus = target;
    this._changed.emit();
  }

  private async readMe(): Promise<void> {
    const project = this._project;
    const me = await load(this.registry.me(this.notebook.path));
    if (project === this._project && !isKept(this._me !== null, me)) {
      this._me = me.state === 'ready' ? me.value : null;
      this._changed.emit();
    }
  }

  private async readDetail(): Promise<void> {
    const [project, selection] = [this._project, this._selection];
    if (selection === null) {
      return;
    }
    if (this._detail?.state === 'failed') {
      this._detail = LOADING;
      this._changed.emit();
    }
    const detail = await load(this.registry.detail(this.notebook.path, selection.name, selection.version));
    const isAwaited = selection === this._selection && project === this._project;
    if (isAwaited && !isKept(this._detail?.state === 'ready', detail)) {
      this._detail = detail;
      this._changed.emit();
    }
  }

  private onPartChanged(): void {
    this._changed.emit();
  }

  private onStepLeft(): void {
    this._isAside = false;
    // Publishing begins in the section of the notebook, the other steps on the page of a view.
    this.giveFocus(this._selection === null ? 'notebook' : 'page');
  }

  private onNotebookChanged(): void {
    const folder = folderOf(this.notebook.path);
    if (folder !== this._folder) {
      this._folder = folder;
      this.leaveProject();
    } else if (this.steps.cell?.isCurrent === false) {
      // The plan is of a notebook that is no longer in sight.
      this.steps.leave();
      this.takeFocus();
    }
    this._changed.emit();
  }

  /** Another folder may be another project: nothing of this one may be seen, inserted or changed there. */
  private leaveProject(): void {
    this._project++;
    this.views.reset();
    this._selection = null;
    this._detail = null;
    this._me = null;
    this.reach.reset();
    this.steps.leave();
    this.takeFocus();
    if (this._isVisible) {
      // The cells are compared by their own model, which hears of the notebook itself.
      void Promise.all([this.views.refresh(), this.readMe()]);
    }
  }

  readonly reach: Reach;
  readonly views: ListModel;
  readonly cells: CellsModel;
  readonly steps: StepsModel;
  readonly notices = new NoticeModel();
  private readonly _changed = new Signal<this, void>(this);
  private _detail: Loadable<ViewDetail> | null = null;
  private _selection: Selection | null = null;
  private _isAside = false;
  private _before: Selection | null = null;
  private _me: Me | null = null;
  private _focus: FocusTarget | null = null;
  private _folder: string;
  /** Counts the projects, so that no answer of one is shown in another. */
  private _project = 0;
  private _isVisible = false;
  private _isDisposed = false;
}

/** Whether something could not be read for want of an answer. */
function isMissing(part: Loadable<unknown> | null | undefined): boolean {
  return part?.state === 'failed' && isOutage(part.failure);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
