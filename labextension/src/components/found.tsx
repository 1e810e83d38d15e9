import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { SidebarModel } from '../model';
import type { ViewList as Views } from '../tokens';
import { NoMatch } from './no_match';
import type { OnDrag } from './sidebar';
import { ViewList } from './view_list';
import { countOf } from './words';

interface FoundProps {
  readonly model: SidebarModel;
  readonly list: Views;
  readonly trans: TranslationBundle;
  readonly onDrag: OnDrag;
  readonly onClear: () => void;
}

/** How many match, and which. */
export function Found({ model, list, trans, onDrag, onClear }: FoundProps): React.JSX.Element {
  return (
    <>
      <p className={`jf-Count${model.views.isListing ? ' jf-mod-busy' : ''}`}>{countOf(list, trans)}</p>
      {list.views.length === 0 ? (
        <NoMatch trans={trans} onClear={onClear} />
      ) : (
        <ViewList model={model} views={list.views} trans={trans} onDrag={onDrag} />
      )}
    </>
  );
}
