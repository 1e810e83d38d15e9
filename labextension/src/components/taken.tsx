import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { StepRequest } from '../tokens';
import { stepOutcome } from './words';

interface TakenProps {
  readonly request: StepRequest | null;
  readonly trans: TranslationBundle;
}

/** Says what the last step did, once. */
export function Taken({ request, trans }: TakenProps): React.JSX.Element | null {
  if (request === null) {
    return null;
  }
  return (
    <p className="jf-Standing jf-mod-ok jf-Taken" role="status">
      {stepOutcome(request, trans)}
    </p>
  );
}
