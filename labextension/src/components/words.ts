import type { TranslationBundle } from '@jupyterlab/translation';
import type { CellStateName, State, Step, StepRequest } from '../tokens';

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
export function stepTitle({ step, name, version }: StepRequest, trans: TranslationBundle): string {
  const reference = version === null ? name : `${name}@${version}`;
  return `${stepName(step, trans)} ${reference}`;
}

/** What is true after a step. */
export function stepOutcome({ step, name, version, environment }: StepRequest, trans: TranslationBundle): string {
  const reference = version === null ? name : `${name}@${version}`;
  const outcomes: Record<Step, string> = {
    publish: trans.__('%1 is published.', reference),
    promote: trans.__('%1 serves %2 now.', environment, reference),
    rollback: trans.__('%1 serves what it served before.', environment),
    certify: trans.__('%1 is certified.', reference),
    deprecate: trans.__('%1 is deprecated.', reference)
  };
  return outcomes[step];
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
