import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import { failureOf } from './failure';
import { LOADING, type Loadable, load } from './loadable';
import type { Failure, IFeatureRegistry, MovePlan, StepAnswers, StepRequest } from './tokens';

const NO_ANSWERS: StepAnswers = { reason: '', replacement: '', acknowledged: [] };
const PLAN_DELAY_MILLISECONDS = 400;

/** One step on its way: planned first, taken when a person has answered what the plan asks. */
export class StepModel implements IDisposable {
  /** @param environments - known ones, to choose from when a pointer moves. */
  constructor(
    private readonly registry: IFeatureRegistry,
    private readonly path: string,
    request: StepRequest,
    readonly environments: readonly string[]
  ) {
    this._request = request;
  }

  get changed(): ISignal<StepModel, void> {
    return this._changed;
  }

  get request(): StepRequest {
    return this._request;
  }

  get plan(): Loadable<MovePlan> {
    return this._plan;
  }

  get answers(): StepAnswers {
    return this._answers;
  }

  /** Why the step was refused, in the server's words; null while it was not. */
  get failure(): Failure | null {
    return this._failure;
  }

  get isTaking(): boolean {
    return this._isTaking;
  }

  /** Whether a reason must be given: a review says what was looked at, a deprecation says why. */
  get needsReason(): boolean {
    return this._request.step === 'certify' || this._request.step === 'deprecate';
  }

  get canTake(): boolean {
    if (this._plan.state !== 'ready' || this._isTaking || this._plan.value.blockers.length > 0) {
      return false;
    }
    const { acknowledge } = this._plan.value;
    const isAnswered = acknowledge.every(name => this._answers.acknowledged.includes(name));
    return isAnswered && (!this.needsReason || this._answers.reason.trim() !== '');
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Plans the step; a newer plan is never replaced by the answer to an older question. */
  async refresh(): Promise<void> {
    const reading = ++this._reading;
    this._plan = LOADING;
    this._failure = null;
    this._changed.emit();
    const plan = await load(this.registry.plan(this.path, this._request));
    if (reading === this._reading && !this._isDisposed) {
      this._plan = plan;
      this._changed.emit();
    }
  }

  /** Plans for another environment, once typing pauses; what was acknowledged was said of another plan. */
  setEnvironment(environment: string): void {
    this._request = { ...this._request, environment };
    this._answers = { ...this._answers, acknowledged: [] };
    this._plan = LOADING;
    this._reading++;
    this._changed.emit();
    // A newer text rejects the one it replaces, and so does disposal.
    this._planning.invoke().catch(() => undefined);
  }

  setAnswers(change: Partial<StepAnswers>): void {
    this._answers = { ...this._answers, ...change };
    this._changed.emit();
  }

  /** Takes the step; gives what was published, an empty text after another step, and null if it was refused. */
  async take(): Promise<string | null> {
    if (!this.canTake) {
      return null;
    }
    this._isTaking = true;
    this._failure = null;
    this._changed.emit();
    try {
      return await this.registry.take(this.path, this._request, this._answers);
    } catch (error) {
      this._failure = failureOf(error);
      return null;
    } finally {
      this._isTaking = false;
      this._changed.emit();
    }
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._planning.dispose();
      Signal.clearData(this);
    }
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _planning = new Debouncer(() => this.refresh(), PLAN_DELAY_MILLISECONDS);
  private _request: StepRequest;
  private _plan: Loadable<MovePlan> = LOADING;
  private _answers = NO_ANSWERS;
  private _failure: Failure | null = null;
  private _isTaking = false;
  private _isDisposed = false;
  private _reading = 0;
}
