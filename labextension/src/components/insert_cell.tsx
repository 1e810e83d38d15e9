import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

interface InsertCellProps {
  readonly hasNotebook: boolean;
  readonly trans: TranslationBundle;
  /** Tells whether a notebook took the cell. */
  readonly onInsert: () => boolean;
}

/** Puts the cell into the notebook, or says what is missing for that. */
export function InsertCell({ hasNotebook, trans, onInsert }: InsertCellProps): React.JSX.Element {
  const [outcome, setOutcome] = React.useState('');
  const insert = (): void =>
    setOutcome(
      onInsert()
        ? trans.__('Inserted below the active cell.')
        : trans.__('This notebook cannot be edited, so no cell was inserted.')
    );
  const note = hasNotebook ? outcome : trans.__('Open a notebook to insert a cell into it.');
  return (
    <div className="jf-Insert">
      <button
        type="button"
        className="jf-Button jf-mod-primary"
        disabled={!hasNotebook}
        aria-describedby="jf-insert-note"
        onClick={insert}
      >
        {trans.__('Insert cell')}
      </button>
      <span id="jf-insert-note" className="jf-Note" role="status">
        {note}
      </span>
    </div>
  );
}
