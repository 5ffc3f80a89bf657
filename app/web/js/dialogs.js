// Modal questions, on the platform's own <dialog>: it keeps focus inside, closes on Escape and gives focus back.

import { h, icon } from './dom.js';
import { apiKey } from './store.js';

/** Show a dialog; resolves, when it closes, with its return value ('' when dismissed). `build` gets its close function. */
export function openDialog({ title, wide = false, testid }, build) {
  return new Promise((resolve) => {
    const close = (value = '') => dialog.close(value);
    const heading = h('h2', { id: 'dialog-title' }, title);
    const dismiss = h('button', { type: 'button', class: 'quiet icon-button', 'aria-label': 'Close', onclick: () => close() }, icon('close'));
    const dialog = h(
      'dialog',
      { class: wide ? 'wide' : null, 'aria-labelledby': 'dialog-title', 'data-testid': testid },
      h('div', { class: 'dialog-head' }, heading, dismiss),
      h('div', { class: 'dialog-body' }, build(close)),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog) close();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Ask before something that cannot be undone. Resolves with whether to go on. */
export async function confirm({ title, text, yes, no = 'Go back', testid }) {
  const answer = await openDialog({ title, testid }, (close) => [
    h('p', {}, text),
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', class: 'primary', 'data-testid': `${testid}-yes`, onclick: () => close('yes') }, yes),
      h('button', { type: 'button', 'data-testid': `${testid}-no`, onclick: () => close() }, no),
    ),
  ]);
  return answer === 'yes';
}

let asking = null;

/** Ask for the server's API key; calls that fail together share one question. Resolves with whether one was given. */
export function askForKey(refused) {
  asking ??= keyDialog(refused).finally(() => { asking = null; });
  return asking;
}

async function keyDialog(refused) {
  const answer = await openDialog({ title: 'This server asks for a key', testid: 'key-dialog' }, (close) => {
    const input = h('input', {
      type: 'password', id: 'api-key', required: true, autocomplete: 'off', 'data-testid': 'api-key', autofocus: true,
      'aria-describedby': 'api-key-help',
    });
    const keep = (event) => {
      event.preventDefault();
      const value = input.value.trim();
      if (!value) return;
      apiKey.set(value);
      close('given');
    };
    return h(
      'form',
      { onsubmit: keep },
      refused ? h('p', { class: 'notice bad', role: 'alert' }, 'The server did not accept the key that it was given.') : null,
      h('label', { for: 'api-key' }, 'API key'),
      input,
      h('p', { class: 'help', id: 'api-key-help' }, 'Whoever runs this server has it. It is kept in this browser only.'),
      h('div', { class: 'actions' }, h('button', { class: 'primary', 'data-testid': 'api-key-save' }, 'Continue')),
    );
  });
  return answer === 'given';
}
