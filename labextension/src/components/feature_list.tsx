import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Feature } from '../tokens';
import { Facts } from './facts';

interface FeatureListProps {
  readonly features: readonly Feature[];
  readonly trans: TranslationBundle;
}

/** Each feature with its type, its default and the columns it depends on. */
export function FeatureList({ features, trans }: FeatureListProps): React.JSX.Element {
  const none = trans.__('none');
  return (
    <ul className="jf-Items">
      {features.map(feature => (
        <li key={feature.name}>
          <div className="jf-Option-head">
            <span className="jf-Name">{feature.name}</span>
            <span className="jf-Chip">{feature.dtype}</span>
          </div>
          <Facts
            facts={[
              [trans.__('Without rows'), feature.defaultText ?? 'NULL'],
              [trans.__('Value from'), feature.valueLineage.join(', ') || trans.__('the rows alone')],
              [trans.__('Rows chosen by'), feature.rowLineage.join(', ') || none]
            ]}
          />
        </li>
      ))}
    </ul>
  );
}
