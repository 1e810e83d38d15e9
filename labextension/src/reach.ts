import { type ISignal, Signal } from '@lumino/signaling';
import { isOutage } from './failure';
import type { Answer, Loadable } from './loadable';
import type { Failure } from './tokens';

/** Since when the registry does not answer, and in which words it fails. */
export interface Outage {
  readonly since: Date;
  readonly failure: Failure;
}

/** Whether the registry answers. */
export class Reach {
  /** @param now - the clock of what is shown as the beginning of an outage. */
  constructor(private readonly now: () => Date) {}

  get changed(): ISignal<Reach, void> {
    return this._changed;
  }

  /** Null while the registry answers. */
  get outage(): Outage | null {
    return this._outage;
  }

  /** Notes what became of a question: any answer means that the registry is there, even one that refuses. */
  note(answer: Answer<unknown>): void {
    const before = this._outage;
    const failure = answer.state === 'failed' && isOutage(answer.failure) ? answer.failure : null;
    this._outage = failure && { since: before?.since ?? this.now(), failure };
    if (before !== null || failure !== null) {
      this._changed.emit();
    }
  }

  /** Forgets what was noted: from now on another registry is asked. */
  reset(): void {
    this._outage = null;
  }

  private readonly _changed = new Signal<this, void>(this);
  private _outage: Outage | null = null;
}

/** Whether what is shown stays in sight, because nobody can say anything newer. */
export function isKept(isShown: boolean, answer: Loadable<unknown>): boolean {
  return isShown && answer.state === 'failed' && isOutage(answer.failure);
}
