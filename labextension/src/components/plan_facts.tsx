import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { StepModel } from '../step_model';
import type { MovePlan } from '../tokens';
import { ConsumerList } from './consumer_list';
import { Diff } from './diff';
import { DuplicateList, type OnOpen } from './duplicate_list';
import { Facts } from './facts';
import { Section } from './section';
import { ValueChanges } from './value_changes';
import { inWordsOfTheForm, moveOf } from './words';

interface PlanFactsProps {
  readonly step: StepModel;
  readonly plan: MovePlan;
  readonly trans: TranslationBundle;
  readonly onOpen: OnOpen;
}

/** What a step would change, whom it concerns, and what stands against it; most important first. */
export function PlanFacts({ step, plan, trans, onOpen }: PlanFactsProps): React.JSX.Element {
  return (
    <>
      {plan.blockers.length > 0 && <Blockers plan={plan} trans={trans} />}
      <p>{moveOf(plan, trans)}</p>
      {plan.note !== '' && <p className="jf-Note">{plan.note}</p>}
      {plan.duplicates.length > 0 && (
        <Section title={trans.__('Exists already')}>
          <DuplicateList duplicates={plan.duplicates} trans={trans} onOpen={onOpen} />
        </Section>
      )}
      {plan.level !== '' && <Changes plan={plan} trans={trans} />}
      {plan.cost !== '' && (
        <Section title={trans.__('Cost')}>
          <p className="jf-Note">{plan.cost}</p>
        </Section>
      )}
      <Section title={trans.__('Who reads it')}>
        <ConsumerList consumers={plan.consumers} trans={trans} telling={step} />
      </Section>
      <Section title={trans.__('Checked and tested')}>
        <Checks plan={plan} trans={trans} />
      </Section>
    </>
  );
}

type PlanPartProps = Pick<PlanFactsProps, 'plan' | 'trans'>;

function Blockers({ plan, trans }: PlanPartProps): React.JSX.Element {
  return (
    <div className="jf-Standing jf-mod-failed" role="note">
      <p className="jf-State-title">{trans.__('Not possible yet:')}</p>
      <ul className="jf-Reasons">
        {plan.blockers.map(blocker => (
          <li key={blocker}>{inWordsOfTheForm(blocker)}</li>
        ))}
      </ul>
    </div>
  );
}

function Changes({ plan, trans }: PlanPartProps): React.JSX.Element {
  return (
    <Section title={trans.__('What changes')}>
      <div className="jf-Chips">
        <span className={`jf-Chip jf-mod-${plan.level === 'MAJOR' ? 'warning' : 'info'}`}>{plan.level}</span>
      </div>
      <ul className="jf-Reasons">
        {plan.reasons.map(reason => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <ValueChanges plan={plan} trans={trans} />
      <Diff text={plan.definition} trans={trans} />
    </Section>
  );
}

function Checks({ plan, trans }: PlanPartProps): React.JSX.Element {
  return (
    <Facts
      facts={[
        [trans.__('Tests passed'), String(plan.tests)],
        ...plan.checks.map(
          check =>
            [
              check.name.replaceAll('_', ' '),
              check.isPassed ? trans.__('passed') : check.detail || trans.__('failed')
            ] as const
        )
      ]}
    />
  );
}
