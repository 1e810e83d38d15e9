import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { CellState } from '../tokens';
import { Badge } from './badge';

interface CellItemProps {
  readonly cell: CellState;
  readonly mayPublish: boolean;
  readonly trans: TranslationBundle;
  readonly onReveal: () => void;
  readonly onPublish: () => void;
}

/** One feature cell: its state, what there is to say, a way to it, and a way to publish it. */
export function CellItem({ cell, mayPublish, trans, onReveal, onPublish }: CellItemProps): React.JSX.Element {
  const reference = cell.version === null ? cell.name : `${cell.name}@${cell.version}`;
  const isToPublish = mayPublish && cell.replacedBy === null && cell.state !== 'unchanged' && cell.state !== 'broken';
  return (
    <li>
      <div className="jf-Option-head">
        <button
          type="button"
          className="jf-Button jf-mod-quiet jf-mod-link"
          title={trans.__('Go to the cell')}
          onClick={onReveal}
        >
          {reference || trans.__('cell %1', cell.index + 1)}
        </button>
        <Badge state={cell.state} trans={trans} />
        {isToPublish && (
          <button
            type="button"
            className="jf-Button jf-mod-end"
            aria-label={trans.__('Publish %1 …', cell.name)}
            onClick={onPublish}
          >
            {trans.__('Publish')} …
          </button>
        )}
      </div>
      {cell.replacedBy !== null && (
        <p className="jf-Note">{trans.__('Replaced by cell %1, which defines the same name.', cell.replacedBy + 1)}</p>
      )}
      {(cell.message !== '' || cell.rules.length > 0) && (
        <p className="jf-Note">
          {cell.message} {cell.rules.map(rule => `[${rule}]`).join(' ')}
        </p>
      )}
    </li>
  );
}
