import { afterEach, expect, it } from 'vitest';
import { isTextField, mayTakeFocus } from '../src/focus';

afterEach(() => document.body.replaceChildren());

it.each<[string, string, boolean]>([
  ['a button of the panel', '#inside', true],
  ['a tick box of the panel', '#box', true],
  ['a text that is written in the panel', '#text', false],
  ['something outside of it', '#outside', false],
  ['nothing', '#none', true]
])('with the focus on %s, it may be moved: %s', (_, selector, isFree) => {
  document.body.innerHTML = `
    <div class="jf-Panel">
      <h2 tabindex="-1">customer_value</h2><button id="inside"></button>
      <input id="box" type="checkbox"><textarea id="text"></textarea>
    </div>
    <button id="outside"></button>`;
  document.querySelector<HTMLElement>(selector)?.focus();

  expect(mayTakeFocus(document.querySelector('h2') as HTMLElement)).toBe(isFree);
});

it('knows where a person writes', () => {
  const elements = ['input', 'textarea', 'button', 'select'].map(name => document.createElement(name));

  expect(elements.map(isTextField)).toEqual([true, true, false, false]);
});
