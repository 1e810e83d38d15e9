import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ViewList as Views } from '../tokens';
import { NoMatch } from './no_match';
import { ViewList } from './view_list';

interface FoundProps {
  readonly list: Views;
  readonly trans: TranslationBundle;
  readonly lastOpened: string | null;
  readonly onOpen: (name: string) => void;
  readonly onClear: () => void;
}

/** How many match, and which. */
export function Found({ list, trans, lastOpened, onOpen, onClear }: FoundProps): React.JSX.Element {
  const { views, total } = list;
  return (
    <>
      <p className="jf-Count" role="status">
        {trans.__('%1 of %2 feature views', views.length, total)}
      </p>
      {views.length === 0 ? (
        <NoMatch trans={trans} onClear={onClear} />
      ) : (
        <ViewList views={views} lastOpened={lastOpened} trans={trans} onOpen={onOpen} />
      )}
    </>
  );
}
