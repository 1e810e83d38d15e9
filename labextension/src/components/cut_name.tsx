import * as React from 'react';

const TAIL = 8;

/** A name on one line; if it is too long its middle gives way, since names differ at their ends. */
export function CutName({ text }: { readonly text: string }): React.JSX.Element {
  return (
    <span className="jf-Cut">
      <span className="jf-Cut-head">{text.slice(0, -TAIL)}</span>
      <span className="jf-Cut-tail">{text.slice(-TAIL)}</span>
    </span>
  );
}
