/** Where the focus belongs after something a person did: the list, the title of a page, or the section of the notebook. */
export type FocusTarget = 'list' | 'page' | 'notebook';

/** Whether the focus may be moved to an element: never away from a text that is being written, nor from outside the panel. */
export function mayTakeFocus(element: HTMLElement): boolean {
  const { activeElement, body } = element.ownerDocument;
  if (activeElement === null || activeElement === body) {
    return true;
  }
  const panel = element.closest('.jf-Panel') ?? body;
  return panel.contains(activeElement) && !isTextField(activeElement);
}

/** Whether a person writes there. */
export function isTextField(element: unknown): boolean {
  if (element instanceof HTMLInputElement) {
    return element.type !== 'checkbox';
  }
  return element instanceof HTMLTextAreaElement;
}
