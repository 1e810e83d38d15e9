import * as React from 'react';

/** A text as written; long lines scroll. */
export function Code({ text }: { readonly text: string }): React.JSX.Element {
  return (
    <pre
      className="jf-Code"
      dir="ltr"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and scrolling must work by keyboard
      tabIndex={0}
    >
      <code>{text}</code>
    </pre>
  );
}
