import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ViewDetail } from '../tokens';
import { Code } from './code';
import { Section } from './section';

interface ReviewedViewProps {
  readonly view: ViewDetail;
  readonly trans: TranslationBundle;
}

/** What a reviewer looks at: the definition, and the tests that it passed. */
export function ReviewedView({ view, trans }: ReviewedViewProps): React.JSX.Element {
  return (
    <>
      <Section title={trans.__('Definition, in %1', view.language)}>
        <Code text={view.body} />
      </Section>
      {view.testTexts.length > 0 && (
        <Section title={trans.__('Tests')}>
          {view.testTexts.map(test => (
            <Code key={test} text={test} />
          ))}
        </Section>
      )}
    </>
  );
}
