import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { isOutage } from '../failure';
import type { SidebarModel } from '../model';
import { mayPublishFor } from '../permissions';
import type { NotebookStates } from '../tokens';
import { CellItem } from './cell_item';
import { Failed } from './failed';
import { Loading } from './loading';
import { useFocus } from './use_focus';

interface SectionBodyProps {
  readonly model: SidebarModel;
  readonly trans: TranslationBundle;
}

const BODY_ID = 'jf-notebook-cells';

/** The feature cells of the open notebook; folded until a person opens it, and read only then. */
export function NotebookSection({ model, trans }: SectionBodyProps): React.JSX.Element {
  const { isOpen } = model.cells;
  const toggle = React.useRef<HTMLButtonElement>(null);
  useFocus(model, 'notebook', toggle);
  return (
    <section className="jf-Notebook" aria-labelledby="jf-notebook-title">
      <h3 className="jf-Notebook-head">
        <button
          ref={toggle}
          id="jf-notebook-title"
          type="button"
          className="jf-Button jf-mod-quiet jf-mod-link"
          aria-expanded={isOpen}
          aria-controls={BODY_ID}
          onClick={() => model.cells.setOpen(!isOpen)}
        >
          <span aria-hidden="true">{isOpen ? '▾ ' : '▸ '}</span>
          {trans.__('This notebook')}
        </button>
      </h3>
      <div id={BODY_ID} className="jf-Notebook-body" hidden={!isOpen}>
        {isOpen && <SectionBody model={model} trans={trans} />}
      </div>
    </section>
  );
}

function SectionBody({ model, trans }: SectionBodyProps): React.JSX.Element {
  const { states } = model.cells;
  if (states === null) {
    return <p className="jf-State">{trans.__('Open a notebook to see its feature cells.')}</p>;
  }
  if (states.state === 'loading') {
    return <Loading text={trans.__('Comparing the feature cells …')} />;
  }
  if (states.state === 'failed' && model.reach.outage !== null && isOutage(states.failure)) {
    // One thing went wrong, and it is told already.
    return <p className="jf-State">{trans.__('The cells are compared when the registry answers.')}</p>;
  }
  if (states.state === 'failed') {
    return <Failed failure={states.failure} trans={trans} onRetry={() => void model.cells.refresh()} />;
  }
  return <Cells model={model} trans={trans} states={states.value} />;
}

interface CellsProps extends SectionBodyProps {
  readonly states: NotebookStates;
}

function Cells({ model, trans, states }: CellsProps): React.JSX.Element {
  if (states.cells.length === 0) {
    return <p className="jf-State">{trans.__('It defines no features yet: a %1 cell does.', '%%feature')}</p>;
  }
  return (
    <ul className="jf-Items jf-Cells">
      {states.cells.map(cell => (
        <CellItem
          key={cell.index}
          cell={cell}
          mayPublish={mayPublishFor(model.me, cell.owner)}
          trans={trans}
          onReveal={() => model.reveal(cell)}
          onPublish={() => model.startPublishing(cell)}
        />
      ))}
    </ul>
  );
}
