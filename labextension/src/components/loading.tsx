import * as React from 'react';

/** Says what is being read. */
export function Loading({ text }: { readonly text: string }): React.JSX.Element {
  return <p className="jf-State">{text}</p>;
}
