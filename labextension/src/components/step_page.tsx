import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { SidebarModel } from '../model';
import type { StepModel } from '../step_model';
import { Failed } from './failed';
import { Loading } from './loading';
import { PlanFacts } from './plan_facts';
import { StepForm } from './step_form';
import { stepTitle } from './words';

interface StepPageProps {
  readonly model: SidebarModel;
  readonly step: StepModel;
  readonly trans: TranslationBundle;
}

/** A step before it is taken: its plan, and what must be said for it. Escape leaves without taking it. */
export function StepPage({ model, step, trans }: StepPageProps): React.JSX.Element {
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      model.cancelStep();
    }
  };
  const cancel = React.useRef<HTMLButtonElement>(null);
  // What had the focus is gone; the way back is the first stop, as on the page of a view.
  React.useEffect(() => cancel.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is a shortcut for the Cancel button, which has the role
    <div className="jf-Page" onKeyDown={onKeyDown}>
      <div className="jf-Header">
        <button
          ref={cancel}
          data-jf-first
          type="button"
          className="jf-Button jf-mod-quiet"
          onClick={() => model.cancelStep()}
        >
          <span aria-hidden="true">← </span>
          {trans.__('Cancel')}
        </button>
      </div>
      <section className="jf-Detail" aria-labelledby="jf-step-title">
        <h2 id="jf-step-title" className="jf-Title jf-Name">
          {stepTitle(step.request, trans)}
        </h2>
        {hasEnvironment(step) && <Environment step={step} trans={trans} />}
        <StepBody step={step} trans={trans} onTake={() => void model.takeStep()} />
      </section>
    </div>
  );
}

function hasEnvironment(step: StepModel): boolean {
  return step.request.step === 'promote' || step.request.step === 'rollback';
}

function Environment({
  step,
  trans
}: {
  readonly step: StepModel;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  return (
    <label className="jf-Field">
      {trans.__('Environment')}
      <input
        type="text"
        list="jf-environments"
        value={step.request.environment}
        onChange={event => step.setEnvironment(event.target.value)}
      />
      <datalist id="jf-environments">
        {step.environments.map(environment => (
          <option key={environment} value={environment} />
        ))}
      </datalist>
    </label>
  );
}

interface StepBodyProps {
  readonly step: StepModel;
  readonly trans: TranslationBundle;
  readonly onTake: () => void;
}

function StepBody({ step, trans, onTake }: StepBodyProps): React.JSX.Element {
  const { plan } = step;
  if (plan.state === 'loading') {
    return <Loading text={trans.__('Planning …')} />;
  }
  if (plan.state === 'failed') {
    return <Failed failure={plan.failure} trans={trans} onRetry={() => void step.refresh()} />;
  }
  return (
    <>
      <PlanFacts plan={plan.value} trans={trans} />
      <StepForm step={step} plan={plan.value} trans={trans} onTake={onTake} />
    </>
  );
}
