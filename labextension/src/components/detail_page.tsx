import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Loadable } from '../loadable';
import type { SidebarModel } from '../model';
import { stepsFor } from '../permissions';
import type { ViewDetail } from '../tokens';
import { Badge } from './badge';
import { Failed } from './failed';
import { InsertCell } from './insert_cell';
import { Loading } from './loading';
import { NoticeBar } from './notice_bar';
import { onEscape } from './on_escape';
import { OutageBar } from './outage_bar';
import { PageTitle } from './page_title';
import type { OnDrag } from './sidebar';
import { StandingNote } from './standing_note';
import { StepButtons } from './step_buttons';
import { ViewFacts } from './view_facts';

interface DetailPageProps {
  readonly model: SidebarModel;
  readonly trans: TranslationBundle;
  readonly detail: Loadable<ViewDetail>;
  readonly onDrag: OnDrag;
}

/** One feature view; Escape goes back to where it was opened from. */
export function DetailPage(props: DetailPageProps): React.JSX.Element {
  const { model, trans, detail } = props;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is a shortcut for the Back button, which has the role
    <div className="jf-Page" onKeyDown={onEscape(() => model.close())}>
      <div className="jf-Header">
        <button data-jf-first type="button" className="jf-Button jf-mod-quiet" onClick={() => model.close()}>
          <span aria-hidden="true">← </span>
          {model.isAside ? trans.__('Back to the plan') : trans.__('All features')}
        </button>
      </div>
      {detail.state !== 'failed' && <OutageBar model={model} trans={trans} />}
      <article
        key={`${model.selection?.name}@${model.selection?.version}`}
        className="jf-Detail"
        aria-labelledby="jf-detail-name"
      >
        <div className="jf-Option-head">
          <PageTitle id="jf-detail-name" model={model}>
            {model.selection?.name}
          </PageTitle>
          {detail.state === 'ready' && <Chips view={detail.value} trans={trans} />}
        </div>
        {detail.state === 'loading' && <Loading text={trans.__('Reading the feature view …')} />}
        {detail.state === 'failed' && (
          <Failed failure={detail.failure} trans={trans} onRetry={() => void model.refresh()} />
        )}
        {detail.state === 'ready' && <DetailBody {...props} view={detail.value} />}
      </article>
    </div>
  );
}

function Chips(props: { readonly view: ViewDetail; readonly trans: TranslationBundle }): React.JSX.Element {
  const { view, trans } = props;
  return (
    <span className="jf-Chips">
      {view.standing.state !== 'published' && <Badge state={view.standing.state} trans={trans} />}
      <span className="jf-Chip">v{view.version}</span>
    </span>
  );
}

interface DetailBodyProps extends DetailPageProps {
  readonly view: ViewDetail;
}

function DetailBody({ model, trans, view, onDrag }: DetailBodyProps): React.JSX.Element {
  return (
    <>
      <p dir="auto">{view.description}</p>
      <StandingNote standing={view.standing} trans={trans} />
      <InsertCell
        hasNotebook={model.hasNotebook}
        trans={trans}
        onInsert={() => model.insert()}
        onPress={press => onDrag(press, view.name, model.selection?.version ?? null)}
      />
      <NoticeBar notice={model.notices.current} trans={trans} />
      <StepButtons steps={stepsFor(model.me, view)} trans={trans} onStart={step => model.startStep(step)} />
      <ViewFacts
        view={view}
        trans={trans}
        onOpenVersion={version => void model.open(view.name, version)}
        onOpenRelated={name => void model.open(name)}
        onFind={column => model.find(column)}
      />
    </>
  );
}
