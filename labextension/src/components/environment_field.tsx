import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { StepModel } from '../step_model';

interface EnvironmentFieldProps {
  readonly step: StepModel;
  readonly trans: TranslationBundle;
}

/** Whose pointer moves: one that is known, or for a promotion another by its name. */
export function EnvironmentField({ step, trans }: EnvironmentFieldProps): React.JSX.Element {
  const { environment, environments } = step;
  const isPromotion = step.request.step === 'promote';
  // Kept apart from the name: while a new one is typed, it may read like one that is known.
  const [isNaming, setNaming] = React.useState(isPromotion && !environments.includes(environment ?? ''));
  const choose = (name: string): void => {
    setNaming(name === '');
    step.setEnvironment(name);
  };
  return (
    <>
      <label className="jf-Field">
        {trans.__('Environment')}
        <select
          value={isNaming ? '' : (environment ?? '')}
          disabled={step.isTaking}
          onChange={event => choose(event.target.value)}
        >
          {environments.map(name => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
          {isPromotion && <option value="">{trans.__('another …')}</option>}
        </select>
      </label>
      {isNaming && <OtherName step={step} trans={trans} />}
    </>
  );
}

function OtherName({ step, trans }: EnvironmentFieldProps): React.JSX.Element {
  const environment = step.environment ?? '';
  return (
    <>
      <label className="jf-Field">
        {trans.__('Name of the other environment')}
        <input
          type="text"
          value={environment}
          disabled={step.isTaking}
          onChange={event => step.setEnvironment(event.target.value.trim())}
        />
      </label>
      {environment !== '' && !step.environments.includes(environment) && (
        <p className="jf-Note">
          {trans.__('%1 is new to %2: it serves no version yet. Is it spelt right?', environment, step.request.name)}
        </p>
      )}
    </>
  );
}
