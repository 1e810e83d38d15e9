import * as React from 'react';
import { Sidebar } from '../src/components/sidebar';
import type { SidebarModel } from '../src/model';
import { trans } from './fakes';

/** Draws the sidebar anew at each change of the model, as the panel does. */
export function Rerendering({ model }: { readonly model: SidebarModel }): React.JSX.Element {
  const [, draw] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const slot = (): void => draw();
    model.changed.connect(slot);
    return () => void model.changed.disconnect(slot);
  }, [model]);
  return <Sidebar model={model} trans={trans} onDrag={() => undefined} />;
}
