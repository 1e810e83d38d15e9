import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Feature } from '../tokens';

interface FeatureListProps {
  readonly features: readonly Feature[];
  readonly trans: TranslationBundle;
}

/** Each feature with its type and what is served without a row; the lineage says where it comes from. */
export function FeatureList({ features, trans }: FeatureListProps): React.JSX.Element {
  return (
    <ul className="jf-Items jf-mod-close">
      {features.map(feature => (
        <li key={feature.name}>
          <div className="jf-Option-head">
            <span className="jf-Name">{feature.name}</span>
            <span className="jf-Chip">{feature.dtype}</span>
          </div>
          <div className="jf-Note">{trans.__('%1 without rows', feature.defaultText ?? 'NULL')}</div>
        </li>
      ))}
    </ul>
  );
}
