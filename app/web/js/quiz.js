// The sense-check: short questions out of the notes, to answer in one's own words and compare.

import { api } from './api.js';
import { announce, fill, focusOn, h, icon } from './dom.js';
import { LOOP, plural } from './labels.js';
import { markdown } from './markdown.js';
import { openNote } from './note.js';
import { quizzes } from './store.js';

const COUNTS = [5, 10, 20];

/** The page for the routes `#/quiz` and `#/quiz/<topic>`; a quiz that was left goes on where it stopped. */
export async function show({ main, signal, id: topic }) {
  const stage = h('div', { class: 'quiz', 'data-testid': 'quiz' });
  const begin = async (wanted) => {
    const { items } = await api.quiz(wanted, signal);
    if (!signal.aborted) play({ wanted, items, at: 0, said: [], marks: [] });
  };
  const play = (state) => {
    quizzes.save(state);
    if (state.at < state.items.length) question(stage, state, play);
    else result(stage, state, { again: () => attempt(() => begin(state.wanted)), choose });
  };
  const choose = () => chooser(stage, (wanted) => attempt(() => begin(wanted)));
  const attempt = async (action) => {
    try {
      await action();
    } catch (error) {
      if (!signal.aborted) stage.prepend(h('p', { class: 'notice bad', role: 'alert' }, error.detail ?? 'The quiz could not be loaded.'));
    }
  };
  fill(main, h('div', { class: 'page narrow' },
    h('h1', {}, 'Sense check'),
    h('p', { class: 'lead' }, 'Two questions from each note. Say it in your own words, look at the answer, and be your own judge.'),
    stage));
  const left = quizzes.load();
  if (topic) await begin({ topic, count: COUNTS[0] });
  else if (left && left.at < left.items.length) play(left);
  else choose();
}

function chooser(stage, onchoose) {
  const loop = h('select', { id: 'quiz-loop', 'data-testid': 'quiz-loop' },
    h('option', { value: '' }, 'Every loop'), Object.entries(LOOP).map(([value, label]) => h('option', { value }, label)));
  const count = h('select', { id: 'quiz-count', 'data-testid': 'quiz-count' }, COUNTS.map((each) => h('option', { value: each }, each)));
  const submit = (event) => {
    event.preventDefault();
    onchoose({ ...(loop.value ? { loop: loop.value } : {}), count: count.value });
  };
  fill(stage, h('form', { class: 'quiz-setup', onsubmit: submit },
    h('div', { class: 'field' }, h('label', { for: 'quiz-loop' }, 'Questions from'), loop),
    h('div', { class: 'field' }, h('label', { for: 'quiz-count' }, 'How many'), count),
    h('button', { class: 'primary', 'data-testid': 'quiz-start' }, 'Start')));
}

function question(stage, state, play) {
  const { items, at, said } = state;
  const item = items[at];
  const heading = h('h2', { 'data-testid': 'quiz-title' }, `Question ${at + 1} of ${items.length}`);
  const box = h('textarea', { id: 'quiz-answer', rows: 4, 'data-testid': 'quiz-answer', placeholder: 'A sentence or two. It stays on this device.' });
  box.value = said[at] ?? '';
  box.addEventListener('input', () => {
    said[at] = box.value;
    quizzes.save(state);
  });
  const answer = h('div', { class: 'quiz-reveal' });
  const open = h('button', { type: 'button', class: 'primary', 'data-testid': 'quiz-reveal', onclick: reveal }, 'Show the answer');
  const settle = (had) => {
    state.marks[at] = had;
    play({ ...state, at: at + 1 });
  };

  function reveal() {
    open.remove();
    const title = h('h3', {}, 'The answer');
    fill(answer,
      h('section', { class: 'quiz-answer', 'data-testid': 'quiz-shown' }, title, markdown(item.answer, 4)),
      h('p', { class: 'help' }, 'Did your words say that?'),
      h('div', { class: 'actions' },
        h('button', { type: 'button', 'data-testid': 'quiz-had', onclick: () => settle(true) }, icon('met'), 'I had it'),
        h('button', { type: 'button', 'data-testid': 'quiz-missed', onclick: () => settle(false) }, icon('open'), 'Not quite')));
    focusOn(title);
  }

  fill(stage,
    progress(state),
    h('article', { class: 'quiz-card' },
      heading, h('p', { class: 'help' }, item.title),
      h('div', { class: 'quiz-question', 'data-testid': 'quiz-question' }, markdown(item.question, 3)),
      h('label', { for: 'quiz-answer' }, 'Your answer'), box, open, answer));
  focusOn(heading, { preventScroll: true });
}

function progress({ items, at, marks }) {
  return h('ol', { class: 'quiz-progress', role: 'list', 'aria-hidden': 'true' },
    items.map((_, index) => h('li', { class: index < at ? (marks[index] ? 'had' : 'missed') : index === at ? 'now' : null })));
}

function result(stage, { items, said, marks }, { again, choose }) {
  const had = marks.filter(Boolean).length;
  const heading = h('h2', { 'data-testid': 'quiz-result' }, items.length ? `You had ${had} of ${items.length}` : 'There are no questions here');
  fill(stage,
    heading,
    h('ol', { class: 'quiz-list', role: 'list' }, items.map((item, index) =>
      h('li', { class: marks[index] ? 'is-met' : 'is-open' },
        icon(marks[index] ? 'met' : 'open'),
        h('div', {},
          h('p', { class: 'help' }, `${item.title} · ${marks[index] ? 'had it' : 'not quite'}`),
          h('div', {}, markdown(item.question, 3)),
          said[index]?.trim() ? h('p', {}, 'You said: ', h('q', {}, said[index].trim())) : null,
          h('details', { open: !marks[index] }, h('summary', {}, 'The answer'), markdown(item.answer, 4)),
          marks[index] ? null : h('button', { type: 'button', class: 'link', onclick: () => openNote(item) }, `Read the note on ${item.title}`))))),
    h('div', { class: 'actions' },
      h('button', { type: 'button', class: 'primary', 'data-testid': 'quiz-again', onclick: again }, 'Another round'),
      h('button', { type: 'button', onclick: choose }, 'Choose other questions')));
  focusOn(heading);
  announce(`${plural(had, 'answer')} of ${items.length}`);
}
