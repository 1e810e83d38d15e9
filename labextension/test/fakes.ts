import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { RequestError } from '../src/failure';
import { toMe, toMovePlan, toNotebookStates, toViewDetail, toViewList } from '../src/read_wire';
import type {
  Filters,
  ICurrentNotebook,
  IFeatureRegistry,
  IOpenCell,
  Me,
  MovePlan,
  NotebookContent,
  NotebookStates,
  StepAnswers,
  StepRequest,
  ViewDetail,
  ViewList
} from '../src/tokens';
import { example } from './example';

/** What a registry says that is not there. */
export const NO_ANSWER = new RequestError({ status: 0, code: 'NETWORK', message: 'No answer.', hint: '' });

export const trans = nullTranslator.load('jupyter_features');
export const VIEWS = toViewList(example('views.json'));
export const DETAIL = toViewDetail(example('view_detail.json'));
export const ME = toMe(example('me.json'));
export const PLAN = toMovePlan(example('plan_promote.json'));
export const REFUSED_PLAN = toMovePlan(example('plan_refused.json'));
export const STATES = toNotebookStates(example('notebook_states.json'));

/** Serves the examples, remembers what it was asked, and fails while `error` is set. */
export class FakeRegistry implements IFeatureRegistry {
  readonly asked: string[] = [];
  error: Error | null = null;
  views: ViewList = VIEWS;
  newest = VIEWS.revision;
  known: Me = ME;
  planned: MovePlan = PLAN;
  compared: NotebookStates = STATES;
  /** Answers of each step that was taken, in order. */
  readonly taken: (StepAnswers & { readonly request: StepRequest; readonly follows: number | null })[] = [];
  /** Set to refuse the next step. */
  refusal: Error | null = null;

  async list(path: string, filters: Filters): Promise<ViewList> {
    this.asked.push(`list ${path} ${filters.query} ${filters.entity}`.trimEnd());
    this.failIfTold();
    return this.views;
  }

  async detail(path: string, name: string, version: number | null): Promise<ViewDetail> {
    this.asked.push(`detail ${path} ${name}@${version}`);
    this.failIfTold();
    return version === null ? DETAIL : { ...DETAIL, version };
  }

  // Known at once and of no interest to most tests, so it does not stand among what was asked.
  async me(): Promise<Me> {
    return this.known;
  }

  async revision(path: string): Promise<number> {
    this.asked.push(`revision ${path}`);
    this.failIfTold();
    return this.newest;
  }

  async states(path: string, content: NotebookContent): Promise<NotebookStates> {
    this.asked.push(`states ${path} ${content.cells.length}`);
    this.failIfTold();
    return this.compared;
  }

  async plan(path: string, request: StepRequest): Promise<MovePlan> {
    const environment = 'environment' in request ? request.environment : '';
    this.asked.push(`plan ${request.step} ${path} ${request.name} ${environment}`.trimEnd());
    this.failIfTold();
    return { ...this.planned, step: request.step };
  }

  async take(_path: string, request: StepRequest, answers: StepAnswers, follows: number | null): Promise<string> {
    if (this.refusal !== null) {
      throw this.refusal;
    }
    this.taken.push({ ...answers, request, follows });
    return request.step === 'publish' ? `${request.name}@1` : '';
  }

  private failIfTold(): void {
    if (this.error !== null) {
      throw this.error;
    }
  }
}

/** A notebook of nine cells that remembers what was done to them; `path` is moved with `moveTo`. */
export class FakeNotebook implements ICurrentNotebook {
  readonly inserted: string[] = [];
  readonly remembered: string[] = [];
  readonly revealed: string[] = [];
  readonly changed = new Signal<this, void>(this);
  readonly edited = new Signal<this, void>(this);
  /** Ids and sources; what is removed here is gone from the notebook. */
  readonly sources = new Map(Array.from({ length: 9 }, (_, index) => [`cell-${index}`, `%%feature f${index}`]));
  isEditable = true;

  constructor(public path = 'work/first.ipynb') {}

  insertBelow(source: string): boolean {
    if (this.isEditable) {
      this.inserted.push(source);
    }
    return this.isEditable;
  }

  content(): NotebookContent | null {
    const cells = [...this.sources].map(([id, source]) => ({ id, cell_type: 'code', source, metadata: {} }));
    return this.path === '' ? null : { cells };
  }

  cell(id: string): IOpenCell | null {
    const path = this.path;
    const isCurrent = (): boolean => this.path === path;
    return {
      id,
      path,
      get isCurrent() {
        return isCurrent();
      },
      source: () => this.sources.get(id) ?? null,
      reveal: () => this.revealed.push(id),
      remember: reference => this.remembered.push(`${path} ${id} ${reference}`)
    };
  }

  write(id: string, source: string): void {
    this.sources.set(id, source);
    this.edited.emit();
  }

  moveTo(path: string): void {
    this.path = path;
    this.changed.emit();
  }
}
