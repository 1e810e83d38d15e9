import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { StepModel } from '../step_model';
import type { MovePlan, Step } from '../tokens';
import { Refused } from './refused';
import { stepName } from './words';

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
  const reason = reasonLabel(plan.step, trans);
  return (
    <form className="jf-Form" onSubmit={submit}>
      <Acknowledgements step={step} plan={plan} trans={trans} />
      {reason !== null && (
        <label className="jf-Field">
          {reason}
          <textarea
            rows={2}
            required={step.needsReason}
            value={answers.reason}
            onChange={event => step.setAnswers({ reason: event.target.value })}
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
      {step.failure !== null && <Refused failure={step.failure} />}
      <button type="submit" className="jf-Button jf-mod-primary" disabled={!step.canTake}>
        {step.isTaking ? trans.__('Working …') : stepName(plan.step, trans)}
      </button>
    </form>
  );
}

function reasonLabel(step: Step, trans: TranslationBundle): string | null {
  switch (step) {
    case 'certify':
      return trans.__('What did you look at?');
    case 'deprecate':
      return trans.__('Why should nobody start using it?');
    case 'publish':
      return trans.__('Why another, if the same exists already (optional)');
    default:
      return null;
  }
}

function Acknowledgements(props: Omit<StepFormProps, 'onTake'>): React.JSX.Element | null {
  const { step, plan, trans } = props;
  const { acknowledged } = step.answers;
  if (plan.acknowledge.length === 0) {
    return null;
  }
  const toggle = (name: string, isTold: boolean): void =>
    step.setAnswers({ acknowledged: isTold ? [...acknowledged, name] : acknowledged.filter(each => each !== name) });
  return (
    <fieldset className="jf-Fieldset">
      <legend>{trans.__('This breaks what they read. I have told the owners of:')}</legend>
      {plan.acknowledge.map(name => (
        <label key={name} className="jf-Check">
          <input
            type="checkbox"
            checked={acknowledged.includes(name)}
            onChange={event => toggle(name, event.target.checked)}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
