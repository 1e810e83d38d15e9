import * as React from 'react';

/** A name that may be wrapped after its dots and underscores, and is copied without a trace of that. */
export function Breakable({ text }: { readonly text: string }): React.JSX.Element {
  const parts = text.split(/(?<=[._/])/);
  return (
    <>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other identity
        <React.Fragment key={index}>
          {part}
          <wbr />
        </React.Fragment>
      ))}
    </>
  );
}
