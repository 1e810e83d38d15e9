import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { MovePlan } from '../tokens';
import { isoDate } from './iso_date';

interface ValueChangesProps {
  readonly plan: MovePlan;
  readonly trans: TranslationBundle;
}

/** Types that change, and how many of the sampled values move. */
export function ValueChanges({ plan, trans }: ValueChangesProps): React.JSX.Element | null {
  const { schemaChanges, valueChanges, valuesAt } = plan;
  if (schemaChanges.length === 0 && valueChanges.length === 0) {
    return null;
  }
  const example = valueChanges.find(change => change.example !== '')?.example;
  return (
    <>
      <table className="jf-Table">
        {valuesAt !== null && <caption>{trans.__('Values as of %1, sampled', isoDate(valuesAt))}</caption>}
        <thead>
          <tr>
            <th scope="col">{trans.__('Feature')}</th>
            <th scope="col">{trans.__('Change')}</th>
          </tr>
        </thead>
        <tbody>
          {schemaChanges.map(change => (
            <tr key={`type ${change.feature}`}>
              <th scope="row">{change.feature}</th>
              <td>
                {change.before} → {change.after}
              </td>
            </tr>
          ))}
          {valueChanges.map(change => (
            <tr key={change.feature}>
              <th scope="row">{change.feature}</th>
              <td>
                {change.changed === 0
                  ? trans.__('same in all %1', change.entities)
                  : trans.__('%1 of %2 differ', change.changed, change.entities)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {example !== undefined && <p className="jf-Note">{trans.__('Such as %1', example)}</p>}
    </>
  );
}
