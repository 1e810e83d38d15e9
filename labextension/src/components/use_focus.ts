import * as React from 'react';
import { type FocusTarget, mayTakeFocus } from '../focus';
import type { SidebarModel } from '../model';

/** Gives an element the focus once, when something a person did leads there. */
export function useFocus(model: SidebarModel, target: FocusTarget, element: React.RefObject<HTMLElement>): void {
  // After every drawing: the element may appear later than the wish.
  React.useEffect(() => {
    if (model.focus === target && element.current !== null) {
      model.takeFocus();
      if (mayTakeFocus(element.current)) {
        element.current.focus();
      }
    }
  });
}
