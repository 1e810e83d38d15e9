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
import { StandingNote } from './standing_note';
import { StepButtons } from './step_buttons';
import { Taken } from './taken';
import { ViewFacts } from './view_facts';

interface DetailPageProps {
  readonly model: SidebarModel;
  readonly trans: TranslationBundle;
  readonly detail: Loadable<ViewDetail>;
}

/** One feature view; Escape goes back to the list. */
export function DetailPage({ model, trans, detail }: DetailPageProps): React.JSX.Element {
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      model.close();
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is a shortcut for the Back button, which has the role
    <div className="jf-Page" onKeyDown={onKeyDown}>
      <div className="jf-Header">
        <BackButton trans={trans} onBack={() => model.close()} />
      </div>
      <DetailBody model={model} trans={trans} detail={detail} />
    </div>
  );
}

function BackButton(props: { readonly trans: TranslationBundle; readonly onBack: () => void }): React.JSX.Element {
  const button = React.useRef<HTMLButtonElement>(null);
  // The list is gone and the focus with it: the way back is the first stop, so that no key is needed to find it.
  React.useEffect(() => button.current?.focus(), []);
  return (
    <button ref={button} data-jf-first type="button" className="jf-Button jf-mod-quiet" onClick={props.onBack}>
      <span aria-hidden="true">← </span>
      {props.trans.__('All features')}
    </button>
  );
}

function DetailBody({ model, trans, detail }: DetailPageProps): React.JSX.Element {
  if (detail.state === 'loading') {
    return <Loading text={trans.__('Reading the feature view …')} />;
  }
  if (detail.state === 'failed') {
    return <Failed failure={detail.failure} trans={trans} onRetry={() => void model.refresh()} />;
  }
  const view = detail.value;
  return (
    <article className="jf-Detail" aria-labelledby="jf-detail-name">
      <div className="jf-Option-head">
        <h2 id="jf-detail-name" className="jf-Name jf-Title">
          {view.name}
        </h2>
        <span className="jf-Chips">
          {view.standing.state !== 'published' && <Badge state={view.standing.state} trans={trans} />}
          <span className="jf-Chip">v{view.version}</span>
        </span>
      </div>
      <p>{view.description}</p>
      <Taken request={model.taken} trans={trans} />
      <StandingNote standing={view.standing} trans={trans} />
      <InsertCell
        key={`${view.name}@${view.version}`}
        hasNotebook={model.hasNotebook}
        trans={trans}
        onInsert={() => model.insert()}
      />
      <StepButtons steps={stepsFor(model.me, view)} trans={trans} onStart={step => model.startStep(step)} />
      <ViewFacts
        view={view}
        trans={trans}
        onOpenVersion={version => void model.open(view.name, version)}
        onOpenRelated={name => void model.open(name)}
        onFind={column => model.find(column)}
      />
    </article>
  );
}
