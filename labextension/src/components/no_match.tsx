import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

interface NoMatchProps {
  readonly trans: TranslationBundle;
  readonly onClear: () => void;
}

/** There are features, but the search and the filters leave none. */
export function NoMatch({ trans, onClear }: NoMatchProps): React.JSX.Element {
  return (
    <div className="jf-State">
      <p className="jf-State-title">{trans.__('No feature view matches.')}</p>
      <button type="button" className="jf-Button" onClick={onClear}>
        {trans.__('Clear search and filters')}
      </button>
    </div>
  );
}
