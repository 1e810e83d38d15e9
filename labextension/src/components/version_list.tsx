import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { VersionLine } from '../tokens';
import { Badge } from './badge';
import { Diff } from './diff';
import { isoDate } from './iso_date';

/** How many versions are shown at first. */
const FEW = 5;

interface VersionListProps {
  readonly versions: readonly VersionLine[];
  readonly shown: number;
  readonly trans: TranslationBundle;
  readonly onOpen: (version: number) => void;
}

/** The history, newest first: what each version changed, where it is served, and a way to open it. */
export function VersionList({ versions, shown, trans, onOpen }: VersionListProps): React.JSX.Element {
  const [isWhole, setWhole] = React.useState(false);
  // What is shown stands in the list even if it is old.
  const few = isWhole ? versions : versions.filter((line, place) => place < FEW || line.version === shown);
  return (
    <>
      <ul className="jf-Items">
        {few.map(line => (
          <VersionItem key={line.version} line={line} isShown={line.version === shown} trans={trans} onOpen={onOpen} />
        ))}
      </ul>
      {few.length < versions.length && (
        <button type="button" className="jf-Button jf-mod-quiet" onClick={() => setWhole(true)}>
          {trans.__('Show all %1', versions.length)}
        </button>
      )}
    </>
  );
}

function VersionItem(props: {
  readonly line: VersionLine;
  readonly isShown: boolean;
  readonly trans: TranslationBundle;
  readonly onOpen: (version: number) => void;
}): React.JSX.Element {
  const { line, isShown, trans, onOpen } = props;
  return (
    <li>
      <div className="jf-Version">
        <button
          type="button"
          className="jf-Button jf-mod-quiet"
          aria-current={isShown}
          onClick={() => onOpen(line.version)}
        >
          {trans.__('Version %1', line.version)}
        </button>
        <span>
          {isoDate(line.publishedAt)}, {line.author}
        </span>
        <code title={line.fingerprint}>{line.fingerprint.slice(0, 8)}</code>
      </div>
      <VersionChips line={line} trans={trans} />
      {line.changes.length > 0 && (
        <ul className="jf-Reasons">
          {line.changes.map(change => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
      <Diff text={line.difference} trans={trans} />
    </li>
  );
}

function VersionChips(props: {
  readonly line: VersionLine;
  readonly trans: TranslationBundle;
}): React.JSX.Element | null {
  const { line, trans } = props;
  if (line.state === 'published' && line.level === '' && line.environments.length === 0) {
    return null;
  }
  return (
    <div className="jf-Chips">
      {line.state !== 'published' && <Badge state={line.state} trans={trans} />}
      {line.level !== '' && <span className="jf-Chip">{line.level}</span>}
      {line.environments.map(environment => (
        <span key={environment} className="jf-Chip jf-mod-info">
          {trans.__('served in %1', environment)}
        </span>
      ))}
    </div>
  );
}
