// Where the engine could not tell: the candidate points at the words that state the criterion.

import { api } from './api.js';
import { openDialog } from './dialogs.js';
import { h } from './dom.js';

/** Sentences of an answer, each verbatim as it stands there. */
const sentences = (text) => text.split(/(?<=[.!?])\s+|\n+/).map((each) => each.trim()).filter(Boolean);

/** Ask for the words; resolves with whether something was changed on the server. */
export async function openSelfCheck(debrief, question, verdict) {
  const answers = debrief.transcript.filter((line) => line.who === 'candidate' && line.question === question);
  const outcome = await openDialog({ title: 'Which words say it?', wide: true, testid: 'self-check' },
    (close) => form(debrief, question, verdict, answers, close));
  return outcome === 'changed';
}

function form(debrief, question, verdict, answers, close) {
  const own = verdict.own_view;
  const words = h('textarea', { id: 'own-words', rows: 3, 'data-testid': 'own-words', 'aria-describedby': 'own-help' });
  const trouble = h('p', { class: 'notice bad', role: 'alert', hidden: true });
  let turn = own?.turn ?? answers.at(-1)?.turn;
  words.value = own?.quote ?? '';

  const choose = (line, text) => {
    turn = line.turn;
    words.value = text;
  };
  const options = answers.flatMap((line) => sentences(line.text).map((text) =>
    h('label', { class: 'sentence' },
      h('input', { type: 'radio', name: 'sentence', checked: own?.turn === line.turn && own.quote === text, onchange: () => choose(line, text) }),
      h('span', { 'data-turn': line.turn }, text))));

  /** Words selected with the mouse or a finger are taken as they are. */
  const select = () => {
    const chosen = getSelection();
    const text = chosen.toString().trim();
    const place = chosen.anchorNode?.parentElement?.closest('[data-turn]');
    if (text && place && place.contains(chosen.focusNode)) {
      choose({ turn: Number(place.dataset.turn) }, text);
      place.previousElementSibling.checked = true;
    }
  };

  const keep = async (quote) => {
    trouble.hidden = true;
    try {
      await api.selfCheck(debrief.id, { question, criterion: verdict.criterion, turn: place(quote) ?? turn, quote });
      close('changed');
    } catch (error) {
      trouble.textContent = error.detail ?? 'That could not be kept.';
      trouble.hidden = false;
    }
  };

  /** The answer that holds these words: the one pointed at, else any that does. */
  const place = (quote) => {
    const holds = ({ text }) => text.includes(quote);
    return (answers.find((line) => line.turn === turn && holds(line)) ?? answers.find(holds))?.turn;
  };

  const submit = (event) => {
    event.preventDefault();
    const quote = words.value.trim();
    if (quote) return keep(quote);
    trouble.textContent = 'Choose a sentence, or copy the words in.';
    trouble.hidden = false;
    return words.focus();
  };

  return h('form', { onsubmit: submit },
    h('p', { class: 'criterion-text' }, verdict.statement),
    h('fieldset', { class: 'sentences', onmouseup: select, ontouchend: select },
      h('legend', {}, 'Choose a sentence of your answer, or select part of one'), options.length ? options : h('p', {}, 'You gave no answer to this question.')),
    h('label', { for: 'own-words' }, 'The words that count'),
    words,
    h('p', { class: 'help', id: 'own-help' }, 'Shorten them if you like; they must stand in your answer as written.'),
    trouble,
    h('div', { class: 'actions' },
      h('button', { class: 'primary', 'data-testid': 'self-check-save' }, 'These words say it'),
      own ? h('button', { type: 'button', 'data-testid': 'self-check-clear', onclick: () => keep('') }, 'Take it back') : null));
}
