import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { toViewDetail, toViewList } from '../src/api';
import type { Filters, ICurrentNotebook, IFeatureRegistry, ViewDetail, ViewList } from '../src/tokens';
import { example } from './example';

export const trans = nullTranslator.load('jupyter_features');
export const VIEWS = toViewList(example('views.json'));
export const DETAIL = toViewDetail(example('view_detail.json'));

/** Serves the examples, remembers what it was asked, and fails while `error` is set. */
export class FakeRegistry implements IFeatureRegistry {
  readonly asked: string[] = [];
  error: Error | null = null;
  views: ViewList = VIEWS;

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

  private failIfTold(): void {
    if (this.error !== null) {
      throw this.error;
    }
  }
}

/** A notebook that remembers the cells it was given; `path` is moved with `moveTo`. */
export class FakeNotebook implements ICurrentNotebook {
  readonly inserted: string[] = [];
  readonly changed = new Signal<this, void>(this);
  isEditable = true;

  constructor(public path = 'work/first.ipynb') {}

  insertBelow(source: string): boolean {
    if (this.isEditable) {
      this.inserted.push(source);
    }
    return this.isEditable;
  }

  moveTo(path: string): void {
    this.path = path;
    this.changed.emit();
  }
}
