import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { SourceUse } from '../tokens';
import { Facts } from './facts';

interface SourceListProps {
  readonly sources: readonly SourceUse[];
  readonly trans: TranslationBundle;
}

/** Each source as the view uses it. */
export function SourceList({ sources, trans }: SourceListProps): React.JSX.Element {
  return (
    <ul className="jf-Items">
      {sources.map(source => (
        <li key={source.alias}>
          <div className="jf-Option-head">
            <span className="jf-Name">{source.name}</span>
            <span className="jf-Chip">{source.kind}</span>
          </div>
          <Facts
            facts={[
              [trans.__('Looks back'), source.lookback || trans.__('all history')],
              ...(source.alias === source.name ? [] : [[trans.__('Named'), source.alias] as const]),
              [trans.__('Location'), source.location]
            ]}
          />
        </li>
      ))}
    </ul>
  );
}
