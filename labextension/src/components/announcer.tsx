import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { SidebarModel } from '../model';
import { countOf, moveOf, noticeText } from './words';

interface AnnouncerProps {
  readonly model: SidebarModel;
  readonly trans: TranslationBundle;
}

/** The one place from which a screen reader hears what changes; it is always there, as it must be to be heard. */
export function Announcer({ model, trans }: AnnouncerProps): React.JSX.Element {
  return (
    <p role="status" className="jf-Announcer">
      {textOf(model, trans)}
    </p>
  );
}

function textOf(model: SidebarModel, trans: TranslationBundle): string {
  const notice = model.notices.current;
  if (notice !== null) {
    return noticeText(notice, trans);
  }
  const step = model.isAside ? null : model.steps.current;
  if (step !== null) {
    return step.plan.state === 'ready' ? moveOf(step.plan.value, trans) : trans.__('Planning …');
  }
  if (model.detail !== null) {
    return model.detail.state === 'loading' ? trans.__('Reading the feature view …') : '';
  }
  switch (model.views.list.state) {
    case 'loading':
      return trans.__('Reading the published features …');
    case 'ready':
      return countOf(model.views.list.value, trans);
    case 'failed':
      return '';
  }
}
