import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import { LOADING, type Loadable, load } from './loadable';
import { isKept, type Reach } from './reach';
import type { Filters, ICurrentNotebook, IFeatureRegistry, ViewList } from './tokens';

export const NO_FILTERS: Filters = {
  query: '',
  entity: '',
  owner: '',
  tag: '',
  state: '',
  source: '',
  consumer: '',
  usage: ''
};

const SEARCH_DELAY_MILLISECONDS = 200;

/** The list of views, and what narrows it. It keeps what it shows until a newer answer is there. */
export class ListModel implements IDisposable {
  /** @param now - the clock of what is shown as the time of an answer. */
  constructor(
    private readonly registry: IFeatureRegistry,
    private readonly notebook: ICurrentNotebook,
    private readonly reach: Reach,
    private readonly now: () => Date
  ) {}

  get changed(): ISignal<ListModel, void> {
    return this._changed;
  }

  get list(): Loadable<ViewList> {
    return this._list;
  }

  /** Whether a newer list is awaited than the one that is shown. */
  get isListing(): boolean {
    return this._isListing;
  }

  /** The view of the list that was opened or chosen last; null for the first. */
  get chosen(): string | null {
    return this._chosen;
  }

  /** Whether any view of the project was read lately, so that it is worth asking which. */
  get hasReads(): boolean {
    return this._hasReads;
  }

  /** When the list was read that is shown; null before the first. */
  get readAt(): Date | null {
    return this._readAt;
  }

  get filters(): Filters {
    return this._filters;
  }

  /** The environment that is listed; empty while that is not known. */
  get environment(): string {
    return this._list.state === 'ready' ? this._list.value.environment : '';
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Narrows the list; typing waits for a pause, a choice does not. */
  setFilters(change: Partial<Filters>): void {
    this._filters = { ...this._filters, ...change };
    this._chosen = null;
    this._isListing = true;
    this._changed.emit();
    if (change.query === undefined) {
      void this.refresh();
    } else {
      // A newer search rejects the one it replaces, and so does disposal.
      this._search.invoke().catch(() => undefined);
    }
  }

  /** Chooses a view of the list without opening it. */
  choose(name: string): void {
    this._chosen = name;
    this._changed.emit();
  }

  /** Reads the list anew; an answer that comes after another question is not shown. */
  async refresh(): Promise<void> {
    const reading = ++this._reading;
    this._isListing = true;
    // What is shown stays until the answer is there, so that typing does not make the list flicker.
    if (this._list.state === 'failed') {
      this._list = LOADING;
    }
    this._changed.emit();
    const list = await load(this.registry.list(this.notebook.path, this._filters));
    if (reading === this._reading) {
      this._isListing = false;
      this.reach.note(list);
      this.show(list);
      this._changed.emit();
    }
  }

  /** Forgets a project's list, and what was asked for it; the filters stay. */
  reset(): void {
    this._reading++;
    this._list = LOADING;
    this._isListing = false;
    this._chosen = null;
    this._hasReads = false;
    this._readAt = null;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._search.dispose();
      Signal.clearData(this);
    }
  }

  private show(list: Loadable<ViewList>): void {
    if (isKept(this._list.state === 'ready', list)) {
      return;
    }
    this._list = list;
    if (list.state === 'ready') {
      this._readAt = this.now();
      this._hasReads ||= list.value.hasReads;
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _search = new Debouncer(() => this.refresh(), SEARCH_DELAY_MILLISECONDS);
  private _filters = NO_FILTERS;
  private _list: Loadable<ViewList> = LOADING;
  private _isListing = false;
  private _hasReads = false;
  private _readAt: Date | null = null;
  private _chosen: string | null = null;
  private _isDisposed = false;
  private _reading = 0;
}
