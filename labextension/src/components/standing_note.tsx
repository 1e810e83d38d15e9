import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Standing } from '../tokens';
import { isoDate } from './iso_date';
import { stateName } from './words';

interface StandingNoteProps {
  readonly standing: Standing;
  readonly trans: TranslationBundle;
}

/** Why one should or should not start using a version; nothing while there is nothing to say. */
export function StandingNote({ standing, trans }: StandingNoteProps): React.JSX.Element | null {
  const { certification } = standing;
  const isEnding = standing.state !== 'published' && standing.state !== 'certified';
  if (!isEnding && certification === null) {
    return null;
  }
  return (
    <div className={`jf-Standing jf-mod-${isEnding ? 'warning' : 'ok'}`}>
      {isEnding && (
        <p>
          <strong>{stateName(standing.state, trans)}</strong>: <bdi>{standing.reason}</bdi>
          {standing.replacement !== '' && ` ${trans.__('Use %1 instead.', standing.replacement)}`}
        </p>
      )}
      {certification !== null && (
        <p>
          {trans.__('Certified by %1 on %2:', certification.by, isoDate(certification.at))}{' '}
          <bdi>{certification.evidence}</bdi>
          {certification.expiresAt !== null && ` ${trans.__('Until %1.', isoDate(certification.expiresAt))}`}
        </p>
      )}
    </div>
  );
}
