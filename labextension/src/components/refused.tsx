import * as React from 'react';
import { mayTakeFocus } from '../focus';
import type { Failure, MovePlan } from '../tokens';
import { inWordsOfTheForm } from './words';

interface RefusedProps {
  readonly failure: Failure;
  /** Stands above it, and may be longer when it was made anew. */
  readonly plan: MovePlan;
}

/** Why a step was refused, in the server's own sentences; it comes into sight, and gets the focus of the button. */
export function Refused({ failure, plan }: RefusedProps): React.JSX.Element {
  const alert = React.useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each refusal comes into sight, and again below a new plan
  React.useEffect(() => {
    alert.current?.scrollIntoView?.({ block: 'nearest' });
  }, [failure, plan]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each refusal gets the focus once
  React.useEffect(() => {
    if (alert.current !== null && mayTakeFocus(alert.current)) {
      alert.current.focus({ preventScroll: true });
    }
  }, [failure]);
  return (
    <div ref={alert} className="jf-Standing jf-mod-failed" role="alert" tabIndex={-1}>
      <p className="jf-State-title">{failure.message}</p>
      {failure.hint !== '' && <p className="jf-Pre">{inWordsOfTheForm(failure.hint)}</p>}
      <p>
        <code>{failure.code}</code>
      </p>
    </div>
  );
}
