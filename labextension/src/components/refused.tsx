import * as React from 'react';
import type { Failure } from '../tokens';

/** Why a step was refused: the server's own sentences, unchanged. */
export function Refused({ failure }: { readonly failure: Failure }): React.JSX.Element {
  return (
    <div className="jf-Standing jf-mod-failed" role="alert">
      <p className="jf-State-title">{failure.message}</p>
      {failure.hint !== '' && <p className="jf-Pre">{failure.hint}</p>}
      <p>
        <code>{failure.code}</code>
      </p>
    </div>
  );
}
