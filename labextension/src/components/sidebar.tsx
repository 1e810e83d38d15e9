import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { Press } from '../drag_cell';
import type { SidebarModel } from '../model';
import { Announcer } from './announcer';
import { Browse } from './browse';
import { DetailPage } from './detail_page';
import { StepPage } from './step_page';

/** Begins to drag the cell that uses a view; a null version means the one that the environment serves. */
export type OnDrag = (press: Press, name: string, version: number | null) => void;

interface SidebarProps {
  readonly model: SidebarModel;
  readonly trans: TranslationBundle;
  readonly onDrag: OnDrag;
}

/** The list of feature views, one of them, or a step that is planned. */
export function Sidebar(props: SidebarProps): React.JSX.Element {
  return (
    <>
      <Announcer model={props.model} trans={props.trans} />
      <Page {...props} />
    </>
  );
}

function Page({ model, trans, onDrag }: SidebarProps): React.JSX.Element {
  const step = model.steps.current;
  if (step !== null && !model.isAside) {
    return <StepPage model={model} step={step} trans={trans} />;
  }
  if (model.detail !== null) {
    return <DetailPage model={model} trans={trans} detail={model.detail} onDrag={onDrag} />;
  }
  return <Browse model={model} trans={trans} onDrag={onDrag} />;
}
