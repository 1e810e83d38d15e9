import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

interface DiffProps {
  readonly text: string;
  readonly trans: TranslationBundle;
  readonly isOpen?: boolean;
}

/** Changed lines, folded; the sign at the front says what the colour says. */
export function Diff({ text, trans, isOpen = false }: DiffProps): React.JSX.Element | null {
  if (text === '') {
    return null;
  }
  return (
    <details className="jf-Fold" open={isOpen}>
      <summary>{trans.__('Changed lines')}</summary>
      <pre
        className="jf-Code"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, and scrolling must work by keyboard
        tabIndex={0}
      >
        <code>
          {text.split('\n').map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a text have no other identity
            <span key={index} className={toneOf(line)}>
              {line}
              {'\n'}
            </span>
          ))}
        </code>
      </pre>
    </details>
  );
}

function toneOf(line: string): string {
  if (line.startsWith('+')) {
    return 'jf-Diff-added';
  }
  return line.startsWith('-') ? 'jf-Diff-removed' : 'jf-Diff-same';
}
