import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { SidebarModel } from '../model';
import type { StepModel } from '../step_model';
import { EnvironmentField } from './environment_field';
import { Failed } from './failed';
import { Loading } from './loading';
import { NoticeBar } from './notice_bar';
import { onEscape } from './on_escape';
import { OutageBar } from './outage_bar';
import { PageTitle } from './page_title';
import { PlanFacts } from './plan_facts';
import { ReviewedView } from './reviewed_view';
import { StepForm } from './step_form';
import { nameOfFile, stepTitle } from './words';

interface StepPageProps {
  readonly model: SidebarModel;
  readonly step: StepModel;
  readonly trans: TranslationBundle;
}

/** A step before it is taken: its plan, and what must be said for it. Escape leaves without taking it. */
export function StepPage({ model, step, trans }: StepPageProps): React.JSX.Element {
  const { cell } = model.steps;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is a shortcut for the Cancel button, which has the role
    <div className="jf-Page" onKeyDown={onEscape(() => model.steps.cancel())}>
      <div className="jf-Header">
        <button
          data-jf-first
          type="button"
          className="jf-Button jf-mod-quiet"
          aria-disabled={step.isTaking}
          onClick={() => model.steps.cancel()}
        >
          <span aria-hidden="true">← </span>
          {trans.__('Cancel')}
        </button>
      </div>
      {step.plan.state !== 'failed' && <OutageBar model={model} trans={trans} />}
      <section className="jf-Detail" aria-labelledby="jf-step-title">
        <PageTitle id="jf-step-title" model={model}>
          {stepTitle(step.request, trans)}
        </PageTitle>
        {cell !== null && <p className="jf-Note">{trans.__('From %1', nameOfFile(cell.path))}</p>}
        <NoticeBar notice={model.notices.current} trans={trans} />
        {model.steps.isCellEdited && <Edited model={model} trans={trans} />}
        {step.environment !== null && <EnvironmentField step={step} trans={trans} />}
        <StepBody model={model} step={step} trans={trans} />
      </section>
    </div>
  );
}

/** The plan is of another text than the cell has now. */
function Edited({ model, trans }: Omit<StepPageProps, 'step'>): React.JSX.Element {
  return (
    <div className="jf-Standing jf-mod-warning" role="alert">
      <p>{trans.__('The cell was edited after this plan, which is of the text before.')}</p>
      <button type="button" className="jf-Button" onClick={() => void model.steps.planAgain()}>
        {trans.__('Plan again')}
      </button>
    </div>
  );
}

function StepBody({ model, step, trans }: StepPageProps): React.JSX.Element {
  const { plan } = step;
  if (step.environment === '') {
    return <p>{trans.__('Name the environment first; then the plan appears here.')}</p>;
  }
  if (plan.state === 'loading') {
    return <Loading text={trans.__('Planning …')} />;
  }
  if (plan.state === 'failed') {
    return <Failed failure={plan.failure} trans={trans} onRetry={() => void step.refresh()} />;
  }
  const view = model.detail?.state === 'ready' ? model.detail.value : null;
  return (
    <>
      <PlanFacts
        step={step}
        plan={plan.value}
        trans={trans}
        onOpen={(name, version) => void model.openAside(name, version)}
      />
      {step.request.step === 'certify' && view !== null && <ReviewedView view={view} trans={trans} />}
      <StepForm step={step} plan={plan.value} trans={trans} onTake={() => void model.takeStep()} />
    </>
  );
}
