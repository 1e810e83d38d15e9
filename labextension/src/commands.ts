import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import { featuresIcon } from './icon';
import type { SidebarModel } from './model';
import type { SidebarPanel } from './panel';

export namespace CommandIDs {
  export const open = 'jupyter-features:open';
  export const refresh = 'jupyter-features:refresh';
}

const NO_ARGUMENTS = { args: { type: 'object', properties: {} } } as const;

/** Shows the sidebar and puts the cursor into its search box. */
export function addOpenCommand(app: JupyterFrontEnd, panel: SidebarPanel, trans: TranslationBundle): void {
  app.commands.addCommand(CommandIDs.open, {
    label: trans.__('Features: Open the Sidebar'),
    caption: trans.__('Find published features'),
    icon: featuresIcon,
    describedBy: NO_ARGUMENTS,
    execute: async () => {
      await paletteClosed();
      app.shell.activateById(panel.id);
    }
  });
}

/** Reads the list, and the open feature view, anew. */
export function addRefreshCommand(app: JupyterFrontEnd, model: SidebarModel, trans: TranslationBundle): void {
  app.commands.addCommand(CommandIDs.refresh, {
    label: trans.__('Features: Refresh'),
    caption: trans.__('Read the published features anew'),
    describedBy: NO_ARGUMENTS,
    execute: () => model.refresh()
  });
}

/**
 * Waits until the command palette has given the focus back to the notebook, so that it is not taken from the sidebar:
 * the notebook panel passes it on to the notebook, which makes two rounds of messages, one per frame.
 */
function paletteClosed(): Promise<void> {
  return new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
}
