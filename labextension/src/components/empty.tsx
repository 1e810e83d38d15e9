import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

const FIRST_FEATURE = `%load_ext jupyter_features
%feature publish NAME`;

/** Nothing is published yet: how to publish the first one. */
export function Empty({ trans }: { readonly trans: TranslationBundle }): React.JSX.Element {
  return (
    <div className="jf-State">
      <p className="jf-State-title">{trans.__('No features are published in this project yet.')}</p>
      <p>
        {trans.__(
          'Define one in a %1 cell of a notebook, then publish it under “This notebook”, or by its name:',
          '%%feature'
        )}
      </p>
      <pre className="jf-Code">
        <code>{FIRST_FEATURE}</code>
      </pre>
      <p>{trans.__('It appears here, with its owner, versions and lineage.')}</p>
    </div>
  );
}
