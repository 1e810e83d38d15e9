import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { SidebarModel } from '../model';
import { utcMinute } from './iso_date';

interface OutageBarProps {
  readonly model: SidebarModel;
  readonly trans: TranslationBundle;
}

/** Says that what is shown is old, since when and why; nothing while the registry answers, or while nothing is shown. */
export function OutageBar({ model, trans }: OutageBarProps): React.JSX.Element | null {
  const { outage } = model.reach;
  if (outage === null || model.views.readAt === null) {
    return null;
  }
  return (
    <div className="jf-Standing jf-Notice jf-mod-warning" role="alert">
      <p>
        {trans.__(
          'Not reachable since %1, showing what was read at %2.',
          utcMinute(outage.since),
          utcMinute(model.views.readAt)
        )}
      </p>
      <p>{outage.failure.message}</p>
    </div>
  );
}
