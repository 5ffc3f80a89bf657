// The debrief: what was credited, from which words, what it cost, what to read and what to practise next.

import { api } from './api.js';
import { download as save, focusOn, fill, h, icon } from './dom.js';
import { judgedBy, seen, usageLine } from './engines.js';
import { FLAG, LEVEL, REASON, STYLE, moment, plural, score } from './labels.js';
import { openNote } from './note.js';
import { questionSection } from './question.js';
import { kindBars, overallCard } from './scores.js';
import { openSelfCheck } from './selfcheck.js';
import { numbered } from './transcript.js';

/** The page for the route `#/debrief/<id>`; an interview that is still open goes back to its page. */
export async function show({ main, signal, id }) {
  try {
    const debrief = await api.debrief(id, signal);
    if (!signal.aborted) draw(main, debrief, signal);
  } catch (error) {
    if (error.status !== 409) throw error;
    location.replace(`#/interview/${encodeURIComponent(id)}`);
  }
}

function draw(main, debrief, signal) {
  const numbers = numbered(debrief);
  /** Let the candidate point at their words; then show the report again, as it counts now, in the same place. */
  const check = async (question, verdict) => {
    if (!(await openSelfCheck(debrief, question, verdict))) return;
    try {
      const again = await api.debrief(debrief.id, signal);
      const from = scrollY;
      draw(main, again, signal);
      scrollTo(0, from);
    } catch (error) {
      if (signal.aborted) return;
      main.prepend(h('p', { class: 'notice bad', role: 'alert' }, error.detail ?? 'The debrief could not be shown again.'));
    }
    focusOn(document.getElementById(`verdict-${question}-${verdict.criterion}`)?.querySelector('[data-check]'), { preventScroll: true });
  };
  fill(
    main,
    h('div', { class: 'page debrief', 'data-testid': 'debrief' },
      head(debrief),
      h('section', { class: 'scores', 'aria-label': 'Scores' }, overallCard(debrief), kindBars(debrief.by_kind)),
      debrief.summary && h('p', { class: 'summary', 'data-testid': 'summary' }, debrief.summary),
      next(debrief),
      unscored(debrief, numbers, check),
      contents(debrief),
      debrief.questions.map((question, index) => questionSection(debrief, question, index, numbers, check)),
      reading(debrief),
      mistakes(debrief),
      flags(debrief),
      foot(debrief)),
  );
}

function head(debrief) {
  const facts = [STYLE[debrief.style], LEVEL[debrief.level], moment(debrief.started_at), REASON[debrief.reason]].filter(Boolean);
  const trouble = h('p', { class: 'notice bad', role: 'alert', hidden: true });
  const download = async () => {
    trouble.hidden = true;
    try {
      const name = `debrief-${debrief.topics.join('-').slice(0, 60)}-${debrief.started_at.slice(0, 10)}.md`;
      save(await api.markdown(debrief.id), 'text/markdown', name);
    } catch (error) {
      trouble.textContent = error.detail ?? 'The debrief could not be downloaded.';
      trouble.hidden = false;
    }
  };
  return h('header', { class: 'debrief-head' },
    h('div', {}, h('p', { class: 'eyebrow' }, 'Debrief'), h('h1', {}, debrief.title), h('p', { class: 'help' }, facts.join(' · ')),
      h('p', { class: 'help', 'data-testid': 'judged-by' }, `${judgedBy(debrief)}.`)),
    h('div', { class: 'actions no-print' },
      debrief.mock_loop ? h('a', { class: 'button primary', 'data-testid': 'to-mock-loop', href: `#/mock-loop/${encodeURIComponent(debrief.mock_loop)}` }, 'Back to the mock loop') : null,
      h('button', { type: 'button', 'data-testid': 'download', onclick: download }, icon('download'), 'Markdown'),
      h('button', { type: 'button', 'data-testid': 'print', onclick: () => print() }, icon('print'), 'Print')),
    trouble);
}

function unscored(debrief, numbers, check) {
  if (!debrief.unscored.length) return null;
  return h('section', { class: 'unscored-box', 'aria-labelledby': 'unscored-title', 'data-testid': 'unscored' },
    h('h2', { id: 'unscored-title' }, `${plural(debrief.unscored.length, 'point')} the engine could not judge`),
    h('p', {}, 'They are left out of the score. If you did say one of them, point at your words: your view is shown beside the engine’s.'),
    h('ul', {}, debrief.unscored.map(({ question, criterion, statement }) => {
      const verdict = debrief.questions[question]?.verdicts.find((each) => each.criterion === criterion);
      return h('li', {},
        h('span', { class: 'number', 'aria-hidden': 'true' }, numbers.get(`${question} ${criterion}`)), h('span', {}, statement),
        verdict ? h('button', { type: 'button', class: 'no-print', 'data-testid': `check-${criterion}`, onclick: () => check(question, verdict) },
          verdict.own_view ? 'Change your view' : 'I did say this', h('span', { class: 'visually-hidden' }, `: ${statement}`)) : null);
    })));
}

function next(debrief) {
  const { next: drill } = debrief;
  if (!drill) return null;
  const trouble = h('p', { class: 'notice bad', role: 'alert', hidden: true });
  const level = debrief.questions.find(({ topic, question }) => topic === drill.topic && question === drill.question)?.level ?? debrief.level;
  const begin = async () => {
    button.disabled = true;
    try {
      const { id } = await api.start({ topic: drill.topic, question: drill.question, level, style: 'practice', questions: 1 });
      location.hash = `#/interview/${encodeURIComponent(id)}`;
    } catch (error) {
      trouble.textContent = error.detail ?? 'The drill could not be started.';
      trouble.hidden = false;
      button.disabled = false;
    }
  };
  const button = h('button', { type: 'button', class: 'primary no-print', 'data-testid': 'drill', onclick: begin }, 'Start this drill');
  return h('section', { class: 'next', 'aria-labelledby': 'next-title' },
    h('div', {}, h('h2', { id: 'next-title' }, 'One next drill'), h('p', { class: 'drill' }, drill.text), h('p', { class: 'help' }, drill.why), trouble),
    button);
}

function contents(debrief) {
  if (debrief.questions.length < 2) return null;
  const jump = (index) => {
    const section = document.getElementById(`question-${index}`);
    section.scrollIntoView({ block: 'start' });
    focusOn(section.querySelector('h2'), { preventScroll: true });
  };
  return h('nav', { class: 'contents no-print', 'aria-label': 'Questions' },
    h('ol', {}, debrief.questions.map((question, index) =>
      h('li', {}, h('button', { type: 'button', class: 'link', onclick: () => jump(index) }, question.title), ' ',
        h('span', { class: 'help' }, question.overall === null ? 'not scored' : `${score(question.overall)} of 5`)))));
}

function reading(debrief) {
  if (!debrief.read.length) return null;
  return h('section', { class: 'reading', 'aria-labelledby': 'read-title', 'data-testid': 'reading' },
    h('h2', { id: 'read-title' }, 'What to read'),
    h('ul', { role: 'list' }, debrief.read.map((each) =>
      h('li', {},
        h('button', { type: 'button', class: 'reading-item', 'data-testid': 'read', onclick: () => openNote(each) },
          icon('book'),
          h('span', { class: 'reading-text' }, h('b', {}, each.section),
            h('small', {}, `${each.title} · for ${plural(each.criteria.length, 'point')}`)),
          h('span', { class: 'reach' }, `${each.reach === 'recap' ? 'Recap' : 'Deeper pass'}, ${each.minutes} min`))))));
}

/** Mistakes that cross topics. They cost nothing; an interviewer would have noticed. */
function mistakes(debrief) {
  if (!debrief.mistakes.length) return null;
  return h('section', { class: 'mistakes', 'aria-labelledby': 'mistakes-title', 'data-testid': 'mistakes' },
    h('h2', { id: 'mistakes-title' }, 'Beside the rubric'),
    h('p', { class: 'help' }, 'Habits that an interviewer notices on any topic. They took nothing off the score.'),
    h('ul', { role: 'list' }, debrief.mistakes.map((each) =>
      h('li', { 'data-testid': `mistake-${each.name}` },
        h('h3', {}, each.title),
        h('p', {}, h('q', {}, each.quote)),
        each.missing.length ? h('p', { class: 'help' }, 'Not said: ', h('strong', {}, each.missing.join(', ')), '.') : null,
        h('p', {}, each.advice, ' ', h('button', { type: 'button', class: 'link', onclick: () => openNote({ topic: each.topic, title: each.title }) }, 'Read the note'))))));
}

function flags(debrief) {
  if (!debrief.flags.length) return null;
  return h('section', { class: 'flags', 'aria-labelledby': 'flags-title', 'data-testid': 'flags' },
    h('h2', { id: 'flags-title' }, 'Set aside'),
    h('ul', {}, debrief.flags.map((flag) => h('li', {}, h('q', {}, seen(flag)), ' ', FLAG[flag.kind] ?? flag.kind))));
}

function foot(debrief) {
  const versions = Object.entries(debrief.versions ?? {}).filter(([, value]) => value);
  const how = h('details', { class: 'versions' },
    h('summary', {}, 'How it was judged'),
    h('p', { class: 'help' }, 'The engine judges each criterion; the score is computed from those verdicts by one fixed rule: met counts fully, partly met half, ',
      'a contradiction takes off a quarter; what came after a probe counts 80%, after a hint 50%.'),
    h('dl', {}, [['seed', debrief.seed], ...versions].map(([name, value]) => [h('dt', {}, name), h('dd', {}, String(value))])));
  return h('footer', { class: 'how' }, how, usageLine(debrief.usage));
}

addEventListener('beforeprint', () => {
  document.querySelectorAll('main details').forEach((each) => { each.open = true; });
});
