import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Duplicate } from '../tokens';

/** Opens a version of a view. */
export type OnOpen = (name: string, version: number) => void;

interface DuplicateListProps {
  readonly duplicates: readonly Duplicate[];
  readonly trans: TranslationBundle;
  readonly onOpen: OnOpen;
}

/** What is published already and is the same, or nearly: why that is known, and a way to look at it. */
export function DuplicateList({ duplicates, trans, onOpen }: DuplicateListProps): React.JSX.Element {
  return (
    <ul className="jf-Items">
      {duplicates.map(duplicate => (
        <li key={`${duplicate.kind} ${duplicate.reference}`}>
          <div className="jf-Consumer">
            <span className="jf-Name">{duplicate.reference}</span>
            <span className="jf-Chip">{duplicate.kind}</span>
            <Open reference={duplicate.reference} trans={trans} onOpen={onOpen} />
          </div>
          <p className="jf-Note">{trans.__('%1, of %2: %3', duplicate.state, duplicate.owner, duplicate.evidence)}</p>
        </li>
      ))}
    </ul>
  );
}

function Open(props: {
  readonly reference: string;
  readonly trans: TranslationBundle;
  readonly onOpen: OnOpen;
}): React.JSX.Element | null {
  const { reference, trans, onOpen } = props;
  const [, name, version] = /^([^@:]+)@(\d+)/.exec(reference) ?? [];
  if (name === undefined) {
    return null;
  }
  return (
    <button
      type="button"
      className="jf-Button jf-mod-quiet jf-mod-end"
      aria-label={trans.__('Open %1', reference)}
      onClick={() => onOpen(name, Number(version))}
    >
      {trans.__('Open')}
    </button>
  );
}
