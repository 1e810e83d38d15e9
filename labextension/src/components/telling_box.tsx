import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { StepModel } from '../step_model';
import { FORM_ID } from './step_form';

interface TellingBoxProps {
  readonly step: StepModel;
  readonly name: string;
  readonly trans: TranslationBundle;
}

/** Says of one consumer that its owner was told; it belongs to the form of the step, wherever it stands. */
export function TellingBox({ step, name, trans }: TellingBoxProps): React.JSX.Element {
  return (
    <>
      <label className="jf-Check">
        <input
          type="checkbox"
          form={FORM_ID}
          required
          checked={step.answers.acknowledged.includes(name)}
          onChange={event => step.acknowledge(name, event.target.checked)}
        />
        <bdi className="jf-Name">{name}</bdi>
      </label>
      {step.newlyAsked.includes(name) && (
        <span className="jf-Chip jf-mod-warning">{trans.__('since your last plan')}</span>
      )}
    </>
  );
}
