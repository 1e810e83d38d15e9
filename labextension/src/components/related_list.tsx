import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Related } from '../tokens';
import { Breakable } from './breakable';

interface RelatedListProps {
  readonly related: readonly Related[];
  readonly trans: TranslationBundle;
  readonly onOpen: (name: string) => void;
}

/** Other views from the same columns, each with a way to open it. */
export function RelatedList({ related, trans, onOpen }: RelatedListProps): React.JSX.Element {
  return (
    <ul className="jf-Items jf-mod-close">
      {related.map(view => (
        <li key={view.name}>
          <button type="button" className="jf-Button jf-mod-quiet jf-mod-link" onClick={() => onOpen(view.name)}>
            {view.name}
          </button>
          <div className="jf-Note">
            {trans.__('%1, from the same', view.owner)} <Breakable text={view.columns.join(', ')} />
          </div>
        </li>
      ))}
    </ul>
  );
}
