import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';
import { NO_ANSWERS, stillValid } from './answers';
import { failureOf, isStale } from './failure';
import { LOADING, type Loadable, load } from './loadable';
import type { Failure, IFeatureRegistry, MovePlan, StepAnswers, StepRequest } from './tokens';

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

  /** Whether it is planned, or planned anew while the plan before stays in sight. */
  get isPlanning(): boolean {
    return this._isPlanning;
  }

  /** The environment whose pointer moves; null for a step that moves none, empty while none is named. */
  get environment(): string | null {
    return 'environment' in this._request ? this._request.environment : null;
  }

  /** Consumers that must be told and did not stand in the plan before, which the person has answered already. */
  get newlyAsked(): readonly string[] {
    return this._newlyAsked;
  }

  /** Whether a reason must be given: a review says what was looked at, a deprecation and a duplicate say why. */
  get needsReason(): boolean {
    const { step } = this._request;
    return step === 'certify' || step === 'deprecate' || (this._plan.state === 'ready' && this._plan.value.needsReason);
  }

  get canTake(): boolean {
    if (this._plan.state !== 'ready' || this._isPlanning || this._isTaking || this._plan.value.blockers.length > 0) {
      return false;
    }
    const { acknowledge, isChange } = this._plan.value;
    const isAnswered = acknowledge.every(name => this._answers.acknowledged.includes(name));
    const isMove = isChange || this.environment === null;
    return isMove && isAnswered && (!this.needsReason || this._answers.reason.trim() !== '');
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /**
   * Plans the step; a newer plan is never replaced by the answer to an older question.
   * What is shown stays until the answer is there, and so does what was said, as far as it is still asked.
   */
  async refresh(): Promise<void> {
    const reading = ++this._reading;
    if (this.environment === '') {
      return;
    }
    if (this._plan.state === 'failed') {
      this._plan = LOADING;
    }
    this._isPlanning = true;
    this._changed.emit();
    const plan = await load(this.registry.plan(this.path, this._request));
    if (reading === this._reading && !this._isDisposed) {
      this._isPlanning = false;
      this.takeOver(plan);
      this._changed.emit();
    }
  }

  /** Plans for another environment, once typing pauses; what was acknowledged was said of another plan. */
  setEnvironment(environment: string): void {
    if ('environment' in this._request) {
      this.replan({ ...this._request, environment });
      this._answers = { ...this._answers, acknowledged: [] };
      // A newer text rejects the one it replaces, and so does disposal.
      this._planning.invoke().catch(() => undefined);
    }
  }

  /** Plans what is meant now, such as a cell that was written again. */
  async setRequest(request: StepRequest): Promise<void> {
    this.replan(request);
    await this.refresh();
  }

  /** Consumers that must be told before the step is taken. */
  get toAcknowledge(): readonly string[] {
    return this._plan.state === 'ready' ? this._plan.value.acknowledge : [];
  }

  /** Says of a consumer whether its owner was told. */
  acknowledge(name: string, isTold: boolean): void {
    const others = this._answers.acknowledged.filter(each => each !== name);
    this.setAnswers({ acknowledged: isTold ? [...others, name] : others });
  }

  setAnswers(change: Partial<StepAnswers>): void {
    this._answers = { ...this._answers, ...change };
    this._changed.emit();
  }

  /**
   * Takes the step; gives what was published, an empty text after another step, and null if it was refused.
   * When the registry has changed since the plan, the step is planned anew, and the refusal stays beside the new plan.
   */
  async take(): Promise<string | null> {
    if (!this.canTake || this._plan.state !== 'ready') {
      return null;
    }
    const { before } = this._plan.value;
    this._isTaking = true;
    this._failure = null;
    this._changed.emit();
    try {
      return await this.registry.take(this.path, this._request, this._answers, before);
    } catch (error) {
      this._failure = failureOf(error);
      if (isStale(this._failure)) {
        void this.refresh();
      }
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

  private replan(request: StepRequest): void {
    this._request = request;
    this._plan = LOADING;
    this._failure = null;
    this._newlyAsked = [];
    this._isPlanning = false;
    this._reading++;
    this._changed.emit();
  }

  private takeOver(plan: Loadable<MovePlan>): void {
    if (plan.state === 'ready') {
      const before = this._plan.state === 'ready' ? this._plan.value.acknowledge : plan.value.acknowledge;
      this._newlyAsked = plan.value.acknowledge.filter(name => !before.includes(name));
      this._answers = stillValid(this._answers, plan.value);
    }
    this._plan = plan;
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _planning = new Debouncer(() => this.refresh(), PLAN_DELAY_MILLISECONDS);
  private _request: StepRequest;
  private _plan: Loadable<MovePlan> = LOADING;
  private _answers = NO_ANSWERS;
  private _failure: Failure | null = null;
  private _newlyAsked: readonly string[] = [];
  private _isPlanning = false;
  private _isTaking = false;
  private _isDisposed = false;
  private _reading = 0;
}
