import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { SidebarModel } from '../model';
import { Browse } from './browse';
import { DetailPage } from './detail_page';
import { StepPage } from './step_page';

interface SidebarProps {
  readonly model: SidebarModel;
  readonly trans: TranslationBundle;
}

/** The list of feature views, one of them, or a step that is planned. */
export function Sidebar({ model, trans }: SidebarProps): React.JSX.Element {
  const [lastOpened, setLastOpened] = React.useState<string | null>(null);
  const isBackFromStep = React.useRef(false);
  const open = (name: string): void => {
    setLastOpened(name);
    void model.open(name);
  };
  if (model.step !== null) {
    isBackFromStep.current = true;
    return <StepPage model={model} step={model.step} trans={trans} />;
  }
  if (model.detail !== null) {
    isBackFromStep.current = false;
    return <DetailPage model={model} trans={trans} detail={model.detail} />;
  }
  return (
    <Browse
      model={model}
      trans={trans}
      lastOpened={isBackFromStep.current ? null : lastOpened}
      isBackFromStep={isBackFromStep.current}
      onOpen={open}
    />
  );
}
