import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { insertCellBelow } from './insert_cell_below';

export const INSERT_CELL_TARGET = 'jupyter_features:insert_cell';

/** Lets the kernel of every open notebook put a cell below that notebook's active cell. */
export function registerInsertCell(tracker: INotebookTracker): void {
  tracker.widgetAdded.connect((_, panel) => {
    listen(panel, panel.sessionContext.session?.kernel ?? null);
    panel.sessionContext.kernelChanged.connect((_, change) => listen(panel, change.newValue));
  });
}

/** Reads the source of a message; null when it is not one we know. */
export function sourceOf(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('source' in data)) {
    return null;
  }
  return typeof data.source === 'string' ? data.source : null;
}

function listen(panel: NotebookPanel, kernel: Kernel.IKernelConnection | null): void {
  kernel?.registerCommTarget(INSERT_CELL_TARGET, (comm, opening) => {
    answer(panel, comm, opening);
    comm.onMsg = message => answer(panel, comm, message);
  });
}

function answer(
  panel: NotebookPanel,
  comm: Kernel.IComm,
  message: KernelMessage.ICommOpenMsg | KernelMessage.ICommMsgMsg
): void {
  const source = sourceOf(message.content.data);
  // An opening without a source only asks whether anybody is there.
  if (source !== null) {
    comm.send({ inserted: insertCellBelow(panel.content, source) });
  }
}
