import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { VersionLine } from '../tokens';
import { isoDate } from './iso_date';

interface VersionListProps {
  readonly versions: readonly VersionLine[];
  readonly shown: number;
  readonly trans: TranslationBundle;
  readonly onOpen: (version: number) => void;
}

/** The history, newest first; every version can be opened. */
export function VersionList({ versions, shown, trans, onOpen }: VersionListProps): React.JSX.Element {
  return (
    <ul className="jf-Items">
      {versions.map(line => (
        <li key={line.version} className="jf-Version">
          <button
            type="button"
            className="jf-Button jf-mod-quiet"
            aria-current={line.version === shown}
            onClick={() => onOpen(line.version)}
          >
            {trans.__('Version %1', line.version)}
          </button>
          <span>
            {isoDate(line.publishedAt)}, {line.author}
          </span>
          <code title={line.fingerprint}>{line.fingerprint.slice(0, 8)}</code>
        </li>
      ))}
    </ul>
  );
}
