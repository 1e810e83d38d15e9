import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import { failureOf } from './failure';
import type { Failure, Filters, ICurrentNotebook, IFeatureRegistry, ViewDetail, ViewList } from './tokens';

export const NO_FILTERS: Filters = { query: '', entity: '', owner: '', tag: '' };

/** Something that is being read, could not be read, or is here. */
export type Loadable<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly failure: Failure }
  | { readonly state: 'ready'; readonly value: T };

/** The view that is open; a null version means the one that the environment serves. */
export interface Selection {
  readonly name: string;
  readonly version: number | null;
}

const LOADING = { state: 'loading' } as const;
const SEARCH_DELAY_MILLISECONDS = 200;

/** What the sidebar shows. It reads nothing while it is hidden. */
export class SidebarModel implements IDisposable {
  constructor(
    private readonly registry: IFeatureRegistry,
    private readonly notebook: ICurrentNotebook
  ) {
    this._folder = folderOf(notebook.path);
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
    if (appears) {
      void this.refresh();
    }
  }

  /** Reads anew what is shown; while hidden there is nothing to read. */
  async refresh(): Promise<void> {
    if (this._isVisible) {
      await Promise.all([this.readList(), this.readDetail()]);
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
    this._changed.emit();
    await this.readDetail();
  }

  /** Goes back to the list. */
  close(): void {
    this._selection = null;
    this._detail = null;
    this._changed.emit();
  }

  /** Puts the open view's snippet into the current notebook; false when no notebook can take it. */
  insert(): boolean {
    return this._detail?.state === 'ready' && this.notebook.insertBelow(this._detail.value.snippet);
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._search.dispose();
      Signal.clearData(this);
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

  private onNotebookChanged(): void {
    const folder = folderOf(this.notebook.path);
    if (folder !== this._folder) {
      // Another folder may be another project; nothing of this one may be inserted there.
      this._folder = folder;
      this._list = LOADING;
      this._detail = this._selection && LOADING;
      void this.refresh();
    }
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _search = new Debouncer(() => this.readList(), SEARCH_DELAY_MILLISECONDS);
  private _filters = NO_FILTERS;
  private _list: Loadable<ViewList> = LOADING;
  private _detail: Loadable<ViewDetail> | null = null;
  private _selection: Selection | null = null;
  private _folder: string;
  private _isVisible = false;
  private _isDisposed = false;
  private _listReading = 0;
}

async function load<T>(answer: Promise<T>): Promise<Loadable<T>> {
  try {
    return { state: 'ready', value: await answer };
  } catch (error) {
    return { state: 'failed', failure: failureOf(error) };
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
