// One question of the debrief: its criteria beside what was said, then the model answer.

import { weightDots } from './criteria.js';
import { h, icon } from './dom.js';
import { judgedElsewhere } from './engines.js';
import { KIND, LEVEL, STATUS, points, score } from './labels.js';
import { markdown } from './markdown.js';
import { goToWords, transcriptOf } from './transcript.js';

/** The section for question `index`; `check(index, verdict)` lets the candidate point at their own words. */
export function questionSection(debrief, question, index, numbers, check) {
  const many = debrief.questions.length > 1;
  const answered = debrief.transcript.some((line) => line.who === 'candidate' && line.question === index);
  return h('section', { class: 'question', id: `question-${index}`, 'aria-labelledby': `question-title-${index}`, 'data-testid': 'debrief-question' },
    h('header', { class: 'question-head' },
      h('div', {},
        h('h2', { id: `question-title-${index}` }, many ? `Question ${index + 1}: ${question.title}` : 'Point by point'),
        h('p', { class: 'ask' }, question.ask)),
      many ? h('p', { class: 'question-score' }, h('b', {}, score(question.overall)), ' of 5', h('small', {}, LEVEL[question.level] ?? question.level)) : null),
    h('div', { class: 'two' },
      h('div', { class: 'verdicts-column' }, h('h3', {}, 'What a good answer states'),
        h('ol', { class: 'verdicts', role: 'list' }, question.verdicts.map((verdict) => row(debrief, verdict, index, numbers, answered ? check : null)))),
      h('div', { class: 'transcript-column', tabindex: 0, role: 'region', 'aria-label': `What was said on question ${index + 1}` }, h('h3', {}, 'What was said'), legend(), transcriptOf(debrief, index, numbers))),
    told(question.told),
    question.model_answer
      ? h('details', { class: 'model', 'data-testid': 'model-answer' }, h('summary', {}, 'A model answer'), h('div', { class: 'prose' }, markdown(question.model_answer, 4)))
      : null);
}

function row(debrief, verdict, question, numbers, check) {
  const { criterion, status, kind, weight, statement, quote, own_view: own } = verdict;
  return h('li', { class: `verdict is-${status}`, id: `verdict-${question}-${criterion}`, 'data-testid': `verdict-${criterion}`, 'data-status': status },
    h('div', { class: 'verdict-head' },
      h('span', { class: 'number', 'aria-hidden': 'true' }, numbers.get(`${question} ${criterion}`)),
      h('span', { class: 'state' }, icon(status), STATUS[status] ?? status),
      h('span', { class: 'kind' }, KIND[kind] ?? kind), weightDots(weight), judgedElsewhere(verdict, debrief),
      h('span', { class: 'earned' }, earned(verdict))),
    h('p', { class: 'statement' }, statement),
    quote ? h('button', { type: 'button', class: 'quote', 'data-words': true, 'data-testid': `words-${criterion}`, onclick: () => goToWords(question, criterion) },
      h('span', { class: 'visually-hidden' }, 'Show in what was said: '), h('q', {}, quote)) : null,
    h('p', { class: 'verdict-foot' }, [cost(verdict), certainty(verdict)].filter(Boolean).join(' ')),
    check && (status !== 'met' || own) ? ownView(verdict, question, check) : null);
}

function earned({ status, credit, weight }) {
  return status === 'unscored' ? 'left out of the score' : `${points(credit * weight)} of ${weight}`;
}

/** What help took off. */
function cost({ help, cost: share, weight, status }) {
  if (help === 'none' || !help) return '';
  const after = `Said after a ${help}`;
  if (share) return `${after}, which cost ${points(share * weight)}.`;
  return ['met', 'partial'].includes(status) ? `${after}.` : '';
}

function certainty({ confidence, engine, status }) {
  if (confidence === null || confidence === undefined || status === 'unscored') return '';
  const word = confidence >= 0.85 ? 'sure' : confidence >= 0.65 ? 'fairly sure' : 'not very sure';
  return `The ${engine} engine is ${word} (${Math.round(confidence * 100)}%).`;
}

/** The candidate's own view, kept apart from the engine's; where the engine did judge, only a quiet way to disagree. */
function ownView(verdict, question, check) {
  const { own_view: own, criterion, status, statement } = verdict;
  const invited = status === 'unscored';
  const button = h('button', { type: 'button', class: own || invited ? null : 'link', 'data-check': true, 'data-testid': `self-check-${criterion}`,
    onclick: () => check(question, verdict) },
  own ? 'Change your view' : 'I did say this', h('span', { class: 'visually-hidden' }, `: ${statement}`));
  if (!own && !invited) return h('p', {}, button);
  return h('div', { class: 'own-view' },
    h('p', {}, h('b', {}, 'Your view: '), own ? ['said, ', h('q', {}, own.quote)] : 'nothing yet.'), button);
}

function told(facts) {
  if (!facts?.length) return null;
  return h('div', { class: 'told' }, h('h3', {}, 'What you asked for and were told'),
    h('ul', {}, facts.map(({ asks_about: about, says }) => h('li', {}, h('b', {}, `${about}: `), says))));
}

function legend() {
  return h('p', { class: 'legend', 'aria-hidden': 'true' },
    h('mark', { class: 'is-met' }, 'met'), h('mark', { class: 'is-partial' }, 'partly'), h('mark', { class: 'is-wrong' }, 'contradicted'), h('mark', { class: 'is-own' }, 'your view'));
}
