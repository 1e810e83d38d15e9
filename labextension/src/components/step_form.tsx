import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { StepModel } from '../step_model';
import type { MovePlan, Step } from '../tokens';
import { Refused } from './refused';
import { stepName } from './words';

/** Names the form to fields that stand outside of it. */
export const FORM_ID = 'jf-step-form';

interface StepFormProps {
  readonly step: StepModel;
  readonly plan: MovePlan;
  readonly trans: TranslationBundle;
  readonly onTake: () => void;
}

/** What must be said for a step, and the button that takes it. */
export function StepForm({ step, plan, trans, onTake }: StepFormProps): React.JSX.Element {
  const { answers } = step;
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    onTake();
  };
  return (
    <form id={FORM_ID} className="jf-Form" aria-busy={step.isPlanning} onSubmit={submit}>
      {step.needsReason && (
        <label className="jf-Field">
          {reasonLabel(plan.step, trans)}
          <textarea
            rows={2}
            required
            value={answers.reason}
            onChange={event => step.setAnswers({ reason: event.target.value })}
          />
        </label>
      )}
      {plan.step === 'certify' && (
        <label className="jf-Field">
          {trans.__('Holds until (optional)')}
          <input
            type="date"
            value={answers.expiresOn}
            onChange={event => step.setAnswers({ expiresOn: event.target.value })}
          />
        </label>
      )}
      {plan.step === 'deprecate' && (
        <label className="jf-Field">
          {trans.__('Use instead (optional)')}
          <input
            type="text"
            value={answers.replacement}
            onChange={event => step.setAnswers({ replacement: event.target.value })}
          />
        </label>
      )}
      {step.failure !== null && <Refused failure={step.failure} plan={plan} />}
      {/* Stays reachable while it does nothing, so that the focus does not fall off it. */}
      <button type="submit" className="jf-Button jf-mod-primary" aria-disabled={!step.canTake}>
        {step.isTaking ? trans.__('Working …') : stepName(plan.step, trans)}
      </button>
    </form>
  );
}

function reasonLabel(step: Step, trans: TranslationBundle): string {
  switch (step) {
    case 'certify':
      return trans.__('What did you look at?');
    case 'deprecate':
      return trans.__('Why should nobody start using it?');
    default:
      return trans.__('The same exists already. Why is another needed?');
  }
}
