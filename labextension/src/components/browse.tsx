import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { NO_FILTERS } from '../list_model';
import type { SidebarModel } from '../model';
import type { Facets } from '../tokens';
import { Empty } from './empty';
import { Failed } from './failed';
import { FilterBar } from './filter_bar';
import { Found } from './found';
import { Loading } from './loading';
import { NotebookSection } from './notebook_section';
import { NoticeBar } from './notice_bar';
import { OutageBar } from './outage_bar';
import type { OnDrag } from './sidebar';

const NO_FACETS: Facets = { entities: [], owners: [], tags: [], states: [], sources: [], consumers: [] };

interface BrowseProps {
  readonly model: SidebarModel;
  readonly trans: TranslationBundle;
  readonly onDrag: OnDrag;
}

/** Search box, filters, and what they leave. */
export function Browse(props: BrowseProps): React.JSX.Element {
  const { model, trans } = props;
  return (
    <div className="jf-Page">
      <div className="jf-Header">
        <h2 className="jf-Title">{trans.__('Features')}</h2>
        {model.views.list.state === 'ready' && <span className="jf-Chip">{model.views.list.value.environment}</span>}
        <button
          type="button"
          className="jf-Button jf-mod-quiet jf-mod-end"
          title={trans.__('Read the published features anew')}
          onClick={() => void model.refresh()}
        >
          {trans.__('Refresh')}
        </button>
      </div>
      <OutageBar model={model} trans={trans} />
      <NoticeBar notice={model.notices.current} trans={trans} />
      <NotebookSection model={model} trans={trans} />
      <BrowseBody {...props} />
    </div>
  );
}

function BrowseBody({ model, trans, onDrag }: BrowseProps): React.JSX.Element {
  const { list } = model.views;
  if (list.state === 'ready' && list.value.total === 0) {
    return <Empty list={list.value} trans={trans} />;
  }
  return (
    <>
      {/* Stays in all other states, so that the cursor stays in the search box. */}
      <FilterBar
        filters={model.views.filters}
        facets={list.state === 'ready' ? list.value.facets : NO_FACETS}
        hasReads={model.views.hasReads}
        trans={trans}
        onChange={change => model.views.setFilters(change)}
      />
      {list.state === 'loading' && <Loading text={trans.__('Reading the published features …')} />}
      {list.state === 'failed' && <Failed failure={list.failure} trans={trans} onRetry={() => void model.refresh()} />}
      {list.state === 'ready' && (
        <Found
          model={model}
          list={list.value}
          trans={trans}
          onDrag={onDrag}
          onClear={() => model.views.setFilters(NO_FILTERS)}
        />
      )}
    </>
  );
}
