import * as React from 'react';
import type { SidebarModel } from '../model';
import { useFocus } from './use_focus';

interface PageTitleProps {
  readonly id: string;
  readonly model: SidebarModel;
  readonly children: React.ReactNode;
}

/** The title of a page that was opened: the focus begins there, so that the next key reads or walks on from it. */
export function PageTitle({ id, model, children }: PageTitleProps): React.JSX.Element {
  const title = React.useRef<HTMLHeadingElement>(null);
  useFocus(model, 'page', title);
  return (
    <h2 ref={title} id={id} tabIndex={-1} data-jf-title className="jf-Title jf-Name">
      {children}
    </h2>
  );
}
