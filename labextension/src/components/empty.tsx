import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ViewList } from '../tokens';
import { countOf } from './words';

const FIRST_FEATURE = `%load_ext jupyter_features
%feature publish NAME`;

interface EmptyProps {
  readonly list: ViewList;
  readonly trans: TranslationBundle;
}

/** Nothing is published yet: how to publish the first one. */
export function Empty({ list, trans }: EmptyProps): React.JSX.Element {
  return (
    <div className="jf-State">
      <p className="jf-State-title">{countOf(list, trans)}</p>
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
