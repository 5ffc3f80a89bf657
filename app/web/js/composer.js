// The box an answer is written in. Its text leaves only when the server has it.

import { focusOn, h, icon } from './dom.js';

const MOST = 20000;

/** `onsend`, `onhint` (left out: there are no hints) and `oninput(text)` are told; everything else is done to it from outside. */
export function createComposer({ onsend, onhint = null, oninput }) {
  const box = h('textarea', { id: 'answer', rows: 3, 'data-testid': 'answer-box', 'aria-describedby': 'answer-help', enterkeyhint: 'enter' });
  const kept = h('span', { class: 'kept', 'data-testid': 'kept' });
  const apple = /Mac|iPhone|iPad/.test(navigator.platform);
  const keys = h('span', { id: 'answer-help' }, 'Enter makes a new line. ', h('kbd', {}, apple ? '⌘' : 'Ctrl'), ' + ', h('kbd', {}, 'Enter'), ' sends. ');
  const retry = h('button', { type: 'button', 'data-testid': 'retry', onclick: () => onsend() }, 'Send it again');
  const words = h('p', {});
  const trouble = h('div', { class: 'notice bad', role: 'alert', hidden: true, 'data-testid': 'answer-error' }, words, retry);
  const send = h('button', { class: 'primary', 'data-testid': 'send' }, 'Send', icon('send'));
  const hint = h('button', { type: 'button', 'data-testid': 'hint', 'aria-describedby': 'hint-cost', onclick: onhint }, icon('hint'), 'Hint');
  const element = h('form', { class: 'composer', 'aria-label': 'Your answer' },
    trouble,
    h('label', { for: 'answer' }, 'Your answer'),
    box,
    h('div', { class: 'composer-foot' },
      h('p', { class: 'help' }, keys, kept),
      h('div', { class: 'actions' }, onhint && hint, send)),
    onhint && h('p', { class: 'visually-hidden', id: 'hint-cost' }, 'A point that you make after a hint on it counts half.'));

  function grow() {
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight + 2, innerHeight * 0.4)}px`;
  }

  function put(text) {
    box.value = text;
    grow();
  }

  function say(text, { again = false } = {}) {
    const before = element.offsetHeight;
    words.textContent = text;
    retry.hidden = !again;
    trouble.hidden = !text;
    // The box stays at the foot of the screen: what it newly covers moves up with it.
    scrollBy(0, Math.max(0, element.offsetHeight - before));
  }

  box.addEventListener('input', () => {
    grow();
    kept.textContent = oninput(box.value) ? 'Draft kept on this device.' : 'This browser keeps no drafts: do not close the page.';
    if (!box.value) kept.textContent = '';
  });
  box.addEventListener('keydown', (event) => {
    // A composing input method uses Enter for itself.
    if (event.key !== 'Enter' || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onsend();
  });
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    onsend();
  });

  return {
    element,
    text: () => box.value,
    put,
    say,
    /** Why the text cannot be sent as it is, or null. */
    objection(text) {
      const length = Array.from(text.trim()).length;
      if (!length) return 'Write an answer first. “I don’t know” is one, too.';
      return length > MOST ? `That is ${length} characters; ${MOST} is the most an answer can have.` : null;
    },
    /** While an answer is on its way nothing can be changed; focus stays where it is. */
    lock(locked) {
      box.readOnly = locked;
      element.setAttribute('aria-busy', String(locked));
      for (const button of [send, hint]) button.setAttribute('aria-disabled', String(locked));
      if (locked) kept.textContent = '';
    },
    focus: () => focusOn(box),
  };
}
