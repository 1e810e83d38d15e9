import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Failure } from '../tokens';
import { inWordsOfTheForm } from './words';

interface FailedProps {
  readonly failure: Failure;
  readonly trans: TranslationBundle;
  readonly onRetry: () => void;
}

/** The server's own sentence, and a way to ask again. */
export function Failed({ failure, trans, onRetry }: FailedProps): React.JSX.Element {
  const retry = (event: React.MouseEvent): void => {
    // This button is about to go; the focus moves to what stays.
    event.currentTarget.closest('.jf-Page')?.querySelector<HTMLElement>('[data-jf-first]')?.focus();
    onRetry();
  };
  return (
    <div className="jf-State jf-mod-failed" role="alert">
      <p className="jf-State-title">{failure.message}</p>
      {failure.hint !== '' && <p>{inWordsOfTheForm(failure.hint)}</p>}
      <p>
        <code>{failure.code}</code>
      </p>
      <button type="button" className="jf-Button" onClick={retry}>
        {trans.__('Retry')}
      </button>
    </div>
  );
}
