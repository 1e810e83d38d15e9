import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ViewStep } from '../step_request';
import { stepName } from './words';

interface StepButtonsProps {
  readonly steps: readonly ViewStep[];
  readonly trans: TranslationBundle;
  readonly onStart: (step: ViewStep) => void;
}

/** The steps that a person may take; each shows its plan first, which the dots say. */
export function StepButtons({ steps, trans, onStart }: StepButtonsProps): React.JSX.Element | null {
  if (steps.length === 0) {
    return null;
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields, these are buttons
    <div role="group" className="jf-Steps" aria-label={trans.__('Steps')}>
      {steps.map(step => (
        <button key={step} type="button" className="jf-Button" onClick={() => onStart(step)}>
          {stepName(step, trans)} …
        </button>
      ))}
    </div>
  );
}
