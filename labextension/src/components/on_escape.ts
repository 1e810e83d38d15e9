import type * as React from 'react';
import { isTextField } from '../focus';

/** Makes Escape lead back; in a text that is being written it only leaves the field, so that the text is not lost. */
export function onEscape(leave: () => void): (event: React.KeyboardEvent) => void {
  return event => {
    if (event.key !== 'Escape') {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (isTextField(event.target)) {
      event.currentTarget.querySelector<HTMLElement>('[data-jf-title]')?.focus();
    } else {
      leave();
    }
  };
}
