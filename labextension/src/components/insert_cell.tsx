import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Press } from '../drag_cell';

interface InsertCellProps {
  readonly hasNotebook: boolean;
  readonly trans: TranslationBundle;
  readonly onInsert: () => void;
  readonly onPress: (press: Press) => void;
}

/** Puts the cell into the notebook, by a click or by dragging it there, or says what is missing for that. */
export function InsertCell({ hasNotebook, trans, onInsert, onPress }: InsertCellProps): React.JSX.Element {
  const insert = (event: React.MouseEvent): void => {
    // The second click of a double click means no second cell.
    if (event.detail < 2) {
      onInsert();
    }
  };
  return (
    <div className="jf-Insert">
      <button
        type="button"
        className="jf-Button jf-mod-primary"
        disabled={!hasNotebook}
        aria-describedby="jf-insert-note"
        onPointerDown={onPress}
        onClick={insert}
      >
        {trans.__('Insert cell')}
      </button>
      <span id="jf-insert-note" className="jf-Note">
        {hasNotebook ? trans.__('or drag it into the notebook') : trans.__('Open a notebook to insert a cell into it.')}
      </span>
    </div>
  );
}
