import { MimeData } from '@lumino/coreutils';
import { Drag } from '@lumino/dragdrop';

/** What notebooks take when it is dropped on them. */
const CELLS_MIME = 'application/vnd.jupyter.cells';
const START_PIXELS = 5;

/** Where the pointer went down on something that can be dragged. */
export interface Press {
  readonly pointerType: string;
  readonly button: number;
  readonly clientX: number;
  readonly clientY: number;
}

/**
 * Lets the pointer carry a code cell into a notebook, from the press of its button on.
 *
 * @param label - what is seen beside the pointer.
 * @param read - gives the cell's source; it is asked only when the pointer moves, since most presses are clicks.
 */
export function dragCell(press: Press, label: string, read: () => Promise<string>): void {
  // A finger that moves scrolls.
  if (press.button !== 0 || press.pointerType === 'touch') {
    return;
  }
  const ended = new AbortController();
  const listening = { capture: true, signal: ended.signal };
  let [x, y] = [press.clientX, press.clientY];
  let isAsked = false;
  const move = (event: PointerEvent): void => {
    [x, y] = [event.clientX, event.clientY];
    if (!isAsked && Math.hypot(x - press.clientX, y - press.clientY) >= START_PIXELS) {
      isAsked = true;
      // A cell that cannot be read cannot be dragged; opening its view says why.
      read().then(start, () => ended.abort());
    }
  };
  const start = (source: string): void => {
    if (!ended.signal.aborted) {
      ended.abort();
      carry(source, label, x, y);
    }
  };
  document.addEventListener('pointermove', move, listening);
  document.addEventListener('pointerup', () => ended.abort(), listening);
  document.addEventListener('pointercancel', () => ended.abort(), listening);
}

function carry(source: string, label: string, x: number, y: number): void {
  const mimeData = new MimeData();
  const cell = { cell_type: 'code', source: source.trimEnd(), metadata: { trusted: true }, outputs: [] };
  mimeData.setData(CELLS_MIME, [cell]);
  mimeData.setData('text/plain', source);
  const dragImage = document.createElement('div');
  dragImage.className = 'jf-DragImage';
  dragImage.textContent = label;
  const drag = new Drag({ mimeData, dragImage, proposedAction: 'copy', supportedActions: 'copy' });
  void drag.start(x, y).then(() => drag.dispose());
}
