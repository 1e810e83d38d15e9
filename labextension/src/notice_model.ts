import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Failure, StepRequest } from './tokens';

/** What came of something a person did; `path` is the notebook's. */
export type Notice =
  | { readonly kind: 'taken'; readonly request: StepRequest }
  | { readonly kind: 'refused'; readonly request: StepRequest; readonly failure: Failure }
  | { readonly kind: 'inserted'; readonly path: string }
  | { readonly kind: 'not inserted'; readonly path: string }
  | { readonly kind: 'cell gone' };

const SHOWN_MILLISECONDS = 15_000;

/** The last thing to tell; it goes by itself, but for a refusal, which somebody must have seen. */
export class NoticeModel implements IDisposable {
  get changed(): ISignal<NoticeModel, void> {
    return this._changed;
  }

  get current(): Notice | null {
    return this._current;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  say(notice: Notice): void {
    clearTimeout(this._timer);
    this._current = notice;
    if (notice.kind !== 'refused') {
      this._timer = setTimeout(() => this.clear(), SHOWN_MILLISECONDS);
    }
    this._changed.emit();
  }

  clear(): void {
    clearTimeout(this._timer);
    if (this._current !== null) {
      this._current = null;
      this._changed.emit();
    }
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      clearTimeout(this._timer);
      Signal.clearData(this);
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private _current: Notice | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}
