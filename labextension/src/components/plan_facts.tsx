import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { MovePlan } from '../tokens';
import { ConsumerList } from './consumer_list';
import { Diff } from './diff';
import { Facts } from './facts';
import { Section } from './section';
import { ValueChanges } from './value_changes';

interface PlanFactsProps {
  readonly plan: MovePlan;
  readonly trans: TranslationBundle;
}

/** What a step would change, whom it concerns, and what stands against it; most important first. */
export function PlanFacts({ plan, trans }: PlanFactsProps): React.JSX.Element {
  return (
    <>
      {plan.blockers.length > 0 && (
        <div className="jf-Standing jf-mod-failed" role="note">
          <p className="jf-State-title">{trans.__('Not possible yet:')}</p>
          <ul className="jf-Reasons">
            {plan.blockers.map(blocker => (
              <li key={blocker}>{blocker}</li>
            ))}
          </ul>
        </div>
      )}
      <p role="status">{moveOf(plan, trans)}</p>
      {plan.note !== '' && <p className="jf-Note">{plan.note}</p>}
      {plan.level !== '' && (
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
      )}
      {plan.step !== 'certify' && (
        <Section title={trans.__('Who reads it')}>
          <ConsumerList consumers={plan.consumers} trans={trans} />
        </Section>
      )}
      <Section title={trans.__('Checked and tested')}>
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
      </Section>
    </>
  );
}

function moveOf(plan: MovePlan, trans: TranslationBundle): string {
  const reference = (version: number | null): string =>
    version === null ? trans.__('nothing') : `${plan.name}@${version}`;
  if (plan.step === 'publish') {
    return trans.__('%1 serves %2 and would serve this cell.', plan.environment, reference(plan.before));
  }
  if (plan.environment !== '') {
    return plan.isChange
      ? trans.__('%1 serves %2 and would serve %3.', plan.environment, reference(plan.before), reference(plan.after))
      : trans.__('%1 serves %2 already; nothing would change.', plan.environment, reference(plan.after));
  }
  if (plan.step === 'certify') {
    return trans.__('Says to everybody that %1 was reviewed and can be relied on.', reference(plan.after));
  }
  return trans.__('Asks everybody not to start using %1.', plan.name);
}
