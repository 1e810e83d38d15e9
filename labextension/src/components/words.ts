import type { TranslationBundle } from '@jupyterlab/translation';
import type { Notice } from '../notice_model';
import { referenceOf } from '../step_request';
import type { CellStateName, MovePlan, State, Step, StepRequest, ViewList } from '../tokens';

/** What a button of a step says. */
export function stepName(step: Step, trans: TranslationBundle): string {
  const names: Record<Step, string> = {
    publish: trans.__('Publish'),
    promote: trans.__('Promote'),
    rollback: trans.__('Roll back'),
    certify: trans.__('Certify'),
    deprecate: trans.__('Deprecate')
  };
  return names[step];
}

/** The title of a step's plan. */
export function stepTitle(request: StepRequest, trans: TranslationBundle): string {
  return `${stepName(request.step, trans)} ${referenceOf(request)}`;
}

/** What a step would do. */
export function moveOf(plan: MovePlan, trans: TranslationBundle): string {
  const { environment, name } = plan;
  const reference = (version: number | null): string => (version === null ? trans.__('nothing') : `${name}@${version}`);
  switch (plan.step) {
    case 'publish':
      return trans.__('%1 serves %2 and would serve this cell.', environment, reference(plan.before));
    case 'promote':
    case 'rollback':
      return plan.isChange
        ? trans.__('%1 serves %2 and would serve %3.', environment, reference(plan.before), reference(plan.after))
        : trans.__('%1 serves %2 already; nothing would change.', environment, reference(plan.after));
    case 'certify':
      return trans.__('Says to everybody that %1 was reviewed and can be relied on.', reference(plan.after));
    case 'deprecate':
      return trans.__('Asks everybody not to start using %1.', name);
  }
}

/** What came of something a person did. */
export function noticeText(notice: Notice, trans: TranslationBundle): string {
  switch (notice.kind) {
    case 'taken':
      return stepOutcome(notice.request, trans);
    case 'refused':
      return `${trans.__('%1 was refused.', stepTitle(notice.request, trans))} ${notice.failure.message}`;
    case 'inserted':
      return trans.__('Inserted below the active cell of %1.', nameOfFile(notice.path));
    case 'not inserted':
      return trans.__('%1 cannot be edited, so no cell was inserted.', nameOfFile(notice.path));
    case 'cell gone':
      return trans.__('This cell is no longer in the notebook.');
  }
}

/** How many views are shown of how many, and of which search. */
export function countOf({ views, total, corrected }: ViewList, trans: TranslationBundle): string {
  if (total === 0) {
    return trans.__('No features are published in this project yet.');
  }
  const count = trans._n('%2 of %1 feature view', '%2 of %1 feature views', total, views.length);
  return corrected === '' ? count : `${trans.__('Showing results for “%1”.', corrected)} ${count}`;
}

/** The last part of a path. */
export function nameOfFile(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Says what the sidebar's form offers where a sentence names what one types in a terminal. */
export function inWordsOfTheForm(sentence: string): string {
  return sentence
    .replace(/--(reason|evidence) '[^']*'/g, 'the field for a reason')
    .replace(/--ack '([^']*)'/g, 'tick $1')
    .replace(/--ack\b/g, 'the tick boxes');
}

/** A state in the words of the reader. */
export function stateName(state: State | CellStateName, trans: TranslationBundle): string {
  const names: Record<State | CellStateName, string> = {
    published: trans.__('published'),
    certified: trans.__('certified'),
    deprecated: trans.__('deprecated'),
    retired: trans.__('retired'),
    yanked: trans.__('yanked'),
    new: trans.__('new'),
    unchanged: trans.__('unchanged'),
    changed: trans.__('changed'),
    'version gone': trans.__('version gone'),
    broken: trans.__('broken')
  };
  return names[state];
}

function stepOutcome(request: StepRequest, trans: TranslationBundle): string {
  const reference = referenceOf(request);
  switch (request.step) {
    case 'publish':
      return trans.__('%1 is published.', reference);
    case 'promote':
      return trans.__('%1 serves %2 now.', request.environment, reference);
    case 'rollback':
      return trans.__('%1 serves what it served before.', request.environment);
    case 'certify':
      return trans.__('%1 is certified.', reference);
    case 'deprecate':
      return trans.__('%1 is deprecated.', reference);
  }
}
