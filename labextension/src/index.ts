import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Poll } from '@lumino/polling';
import { RestFeatureRegistry } from './api';
import { addOpenCommand, addRefreshCommand, CommandIDs } from './commands';
import { registerInsertCell } from './insert_cell_comm';
import { SidebarModel } from './model';
import { TrackedNotebook } from './notebook';
import { SidebarPanel } from './panel';
import { ICurrentNotebook, IFeatureRegistry } from './tokens';

// A change that a cell or a colleague makes is seen soon; asking costs the registry one number. One that is down is
// asked less often, but still soon enough that nobody reaches for a key when it is back.
const WATCH_MILLISECONDS = 5_000;
const LONGEST_MILLISECONDS = 10_000;

const registry: JupyterFrontEndPlugin<IFeatureRegistry> = {
  id: 'jupyter-features:registry',
  description: 'Reads published features through the Jupyter server.',
  autoStart: true,
  provides: IFeatureRegistry,
  activate: app => new RestFeatureRegistry(app.serviceManager.serverSettings)
};

const currentNotebook: JupyterFrontEndPlugin<ICurrentNotebook> = {
  id: 'jupyter-features:current-notebook',
  description: 'Knows the notebook a person works in.',
  autoStart: true,
  requires: [INotebookTracker],
  provides: ICurrentNotebook,
  activate: (app, tracker: INotebookTracker) => new TrackedNotebook(tracker, id => app.shell.activateById(id))
};

const sidebar: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-features:plugin',
  description: 'Finds published features and inserts a cell that uses them.',
  autoStart: true,
  requires: [IFeatureRegistry, ICurrentNotebook],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer],
  activate: activateSidebar
};

const insertCell: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-features:insert-cell',
  description: 'Lets a widget in a notebook put a cell below it.',
  autoStart: true,
  requires: [INotebookTracker],
  activate: (_app, tracker: INotebookTracker) => registerInsertCell(tracker)
};

function activateSidebar(
  app: JupyterFrontEnd,
  features: IFeatureRegistry,
  notebook: ICurrentNotebook,
  translator: ITranslator | null,
  palette: ICommandPalette | null,
  restorer: ILayoutRestorer | null
): void {
  const trans = (translator ?? nullTranslator).load('jupyter_features');
  const model = new SidebarModel(features, notebook);
  const panel = new SidebarPanel(model, trans);
  const watch = new Poll({
    name: 'jupyter-features:watch',
    factory: () => model.refreshIfChanged(),
    frequency: { interval: WATCH_MILLISECONDS, backoff: true, max: LONGEST_MILLISECONDS },
    standby: 'when-hidden'
  });
  panel.disposed.connect(() => {
    watch.dispose();
    model.dispose();
  });

  addOpenCommand(app, panel, trans);
  addRefreshCommand(app, model, trans);
  for (const command of Object.values(CommandIDs)) {
    palette?.addItem({ command, category: trans.__('Features') });
  }
  app.shell.add(panel, 'left', { rank: 400, type: 'Features' });
  restorer?.add(panel, panel.id);
}

export { ICurrentNotebook, IFeatureRegistry } from './tokens';
export default [registry, currentNotebook, sidebar, insertCell];
