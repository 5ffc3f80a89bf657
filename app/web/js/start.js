// The start page: choose topics and settings, and begin. An interview that is still open is offered first.

import { api } from './api.js';
import { fill, focusOn, h, icon } from './dom.js';
import { LEVEL, LOOP, plural } from './labels.js';
import { radios } from './radios.js';
import { settings } from './store.js';
import { createTopics } from './topics.js';

/** Minutes that a question takes where none are named, and a case; as the server reckons. */
const QUESTION_MINUTES = 8;
const CASE_MINUTES = 45;
const STYLES = [
  ['practice', 'Practice', 'Criteria light up as you earn them. Take your time.'],
  ['mock', 'Mock', 'Timed, like the real thing. Nothing is shown until the debrief.'],
];

/** The page for the route `#/`. */
export async function show({ main, signal }) {
  const [{ topics }, { interviews }] = await Promise.all([api.topics(signal), api.list(20, 0, signal)]);
  if (signal.aborted) return;
  const chooser = createTopics(topics, () => form.redraw(), signal);
  const form = createForm(chooser);
  const unfinished = interviews.find((each) => each.status === 'open');
  fill(
    main,
    h('div', { class: 'page start' },
      h('header', { class: 'intro' },
        h('h1', {}, 'Practice the interview, see the evidence'),
        h('p', { class: 'lead' },
          'Viva asks, follows up on what you left out, and ends with a debrief that ties every point to your own words.'),
        h('p', { class: 'help engine', 'data-testid': 'engine-note' },
          h('strong', {}, 'Offline engine: '),
          'answers are judged on this server, with no key and no network. It can miss a good point that is put in an unusual way; ',
          'where it cannot tell, it says so, and that is not held against you.')),
      unfinished ? resume(unfinished) : null,
      topics.length ? form.element : h('p', { class: 'notice', 'data-testid': 'no-topics' }, 'This server has no topics yet.')),
  );
}

function resume({ id, title, turn }) {
  return h('aside', { class: 'resume', 'aria-label': 'Unfinished interview' },
    h('p', {}, h('strong', {}, title), ` is still open, ${turn ? `with ${plural(turn, 'answer')} so far` : 'not answered yet'}.`),
    h('a', { class: 'button', href: `#/interview/${encodeURIComponent(id)}`, 'data-testid': 'resume' }, 'Go on with it'));
}

function createForm(chooser) {
  const saved = settings.load();
  const level = radios('level', 'Level', Object.entries(LEVEL).map(([value, label]) => [value, label]), saved.level ?? 'mid');
  const style = radios('style', 'Style', STYLES, saved.style ?? 'practice');
  const questions = number('questions', 'Questions', { min: 1, max: 10, required: true, value: saved.questions ?? 1 });
  const minutes = number('minutes', 'Minutes', { min: 1, max: 180, value: saved.minutes ?? '' });
  const cases = createCases();
  const summary = h('p', { class: 'summary', 'data-testid': 'summary', 'aria-live': 'polite' });
  const trouble = h('p', { class: 'notice bad', role: 'alert', hidden: true, 'data-testid': 'start-error' });
  const begin = h('button', { class: 'primary', 'data-testid': 'start-button' }, 'Start');
  const surprise = h('button', { type: 'button', 'data-testid': 'surprise', onclick: () => start(true) }, icon('shuffle'), 'Surprise me');
  const setup = h('fieldset', { class: 'setup' },
    h('legend', {}, h('h2', {}, 'Your interview')),
    level.element, style.element, cases.element,
    h('div', { class: 'pair' }, questions.element, minutes.element),
    h('p', { class: 'help', id: 'minutes-help' }));
  const element = h('form', { class: 'start-form', novalidate: true, 'aria-label': 'New interview' },
    h('section', { class: 'choose', 'aria-labelledby': 'choose-title' },
      h('div', { class: 'choose-head' }, h('h2', { id: 'choose-title' }, 'Topic'), surprise),
      // With sixty topics, nobody should have to tab through them all to reach the settings.
      h('button', { type: 'button', class: 'visually-hidden shown-on-focus', 'data-testid': 'to-settings',
        onclick: () => focusOn(level.element.querySelector('input:checked')) }, 'Skip the topics, to the settings'),
      chooser.element),
    h('div', { class: 'side' }, setup, h('div', { class: 'start-bar' }, trouble, summary, begin)));

  function choice(surprised) {
    const topics = surprised ? [] : chooser.chosen();
    const loop = chooser.loop();
    const where = topics.length === 1 ? { topic: topics[0].topic } : topics.length ? { topics: topics.map(({ topic }) => topic) } : loop ? { loop } : {};
    const limit = minutes.input.value ? { minutes: minutes.input.valueAsNumber } : {};
    const one = !surprised && cases.value() ? { question: cases.value() } : {};
    return { ...where, ...one, level: level.value(), style: style.value(), questions: questions.input.valueAsNumber, ...limit };
  }

  async function start(surprised) {
    const wrong = [questions, minutes].find(({ input }) => !input.checkValidity());
    fail(wrong ? `${wrong.label}: choose a whole number from ${wrong.input.min} to ${wrong.input.max}.` : '');
    if (wrong) return focusOn(wrong.input);
    const asked = choice(surprised);
    settings.save({ level: asked.level, style: asked.style, questions: asked.questions, minutes: minutes.input.value });
    begin.disabled = surprise.disabled = true;
    begin.textContent = 'Starting…';
    try {
      const { id } = await api.start(asked);
      location.hash = `#/interview/${encodeURIComponent(id)}`;
    } catch (error) {
      fail(error.detail ?? 'The interview could not be started.');
      begin.textContent = 'Start';
      begin.disabled = surprise.disabled = false;
    }
  }

  function fail(text) {
    trouble.textContent = text;
    trouble.hidden = !text;
  }

  let raised = false;

  function redraw() {
    const topics = chooser.chosen();
    const loop = chooser.loop();
    const names = topics.length > 2 ? plural(topics.length, 'topic') : topics.map(({ title }) => title).join(' and ');
    const count = questions.input.valueAsNumber || 1;
    // Two topics need two questions; give the number back when the second topic goes.
    if (topics.length > count || raised) {
      questions.input.value = String(Math.min(10, Math.max(topics.length, 1)));
      raised = topics.length > 1;
    }
    const staged = cases.offer(topics);
    if (cases.value()) questions.input.value = '1';
    const what = names || (loop ? `Any topic from ${LOOP[loop] ?? loop}` : 'Any topic');
    fill(summary, h('strong', {}, what), ` · ${LEVEL[level.value()]} · ${plural(questions.input.valueAsNumber || 1, staged ? 'case' : 'question')}`);
    const mock = style.value() === 'mock';
    const usual = staged ? CASE_MINUTES : QUESTION_MINUTES;
    minutes.input.placeholder = mock || staged ? String(usual * (questions.input.valueAsNumber || 1)) : 'No limit';
    setup.querySelector('#minutes-help').textContent = staged
      ? `A case takes ${CASE_MINUTES} minutes: requirements, data, model, serving.`
      : mock ? `Left empty, a mock takes ${QUESTION_MINUTES} minutes a question.` : 'Left empty, there is no time limit.';
  }

  questions.input.addEventListener('input', () => { raised = false; });
  element.addEventListener('input', redraw);
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    start(false);
  });
  redraw();
  return { element, redraw };
}

/** Which case, where the one topic chosen is asked in cases. */
function createCases() {
  const select = h('select', { id: 'case', 'data-testid': 'case' });
  const element = h('div', { class: 'field', hidden: true }, h('label', { for: 'case' }, 'Case'), select);
  let shown = null;
  return {
    element,
    value: () => (element.hidden ? '' : select.value),
    /** Offer the cases of the topics chosen; whether all of them are asked in cases. */
    offer(topics) {
      const offered = topics.length === 1 ? topics[0].cases : [];
      element.hidden = !offered.length;
      if (offered.length && shown !== topics[0]) {
        fill(select, h('option', { value: '' }, 'Any case'), offered.map((each) => h('option', { value: each.case }, `${each.title} (${LEVEL[each.level] ?? each.level})`)));
        shown = topics[0];
      }
      return topics.length > 0 && topics.every(({ cases }) => cases.length);
    },
  };
}

function number(name, label, attributes) {
  const input = h('input', { type: 'number', id: name, name, inputmode: 'numeric', step: 1, 'data-testid': name, ...attributes });
  if (name === 'minutes') input.setAttribute('aria-describedby', 'minutes-help');
  return { label, input, element: h('div', { class: 'field' }, h('label', { for: name }, label), input) };
}
