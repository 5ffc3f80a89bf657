// The transcript of one question, with the candidate's words tied to the criteria they bear on.

import { focusOn, h, reveal } from './dom.js';
import { noticeLine } from './engines.js';
import { highlighted } from './highlight.js';
import { MOVE, STATUS } from './labels.js';

/** A number for each criterion, by `"<question> <criterion>"`: it labels both its row and its words. */
export function numbered(debrief) {
  const numbers = new Map();
  const prefix = (question) => (debrief.questions.length > 1 ? `${question + 1}.` : '');
  debrief.questions.forEach(({ verdicts }, question) =>
    verdicts.forEach(({ criterion }, index) => numbers.set(`${question} ${criterion}`, `${prefix(question)}${index + 1}`)));
  return numbers;
}

/** What was said on question `index`. */
export function transcriptOf(debrief, index, numbers) {
  const own = debrief.questions[index].verdicts.filter(({ own_view: view }) => view)
    .map(({ criterion, own_view: view }) => ({ ...view, criterion, status: 'own' }));
  const lines = debrief.transcript.filter(({ question }) => question === index);
  return h('ol', { class: 'transcript', role: 'list', 'data-testid': 'transcript', 'aria-label': 'What was said' }, lines.map((line) => {
    if (line.who !== 'candidate') {
      return h('li', { class: 'line from-interviewer' },
        h('p', { class: 'who' }, 'Interviewer', line.move ? h('span', { class: 'move' }, MOVE[line.move]) : null), h('p', { class: 'said' }, line.text),
        noticeLine(line.notice));
    }
    const marks = [...(line.highlights ?? []), ...own.filter(({ turn }) => turn === line.turn)];
    return h('li', { class: 'line from-candidate' },
      h('p', { class: 'who' }, 'You'),
      h('p', { class: 'said' }, highlighted(line.text, marks, (mark) => cite(mark, index, numbers))),
      noticeLine(line.notice));
  }));
}

/** The small number behind a highlight: it leads to the criterion. */
function cite({ criterion, status }, question, numbers) {
  const number = numbers.get(`${question} ${criterion}`);
  if (!number) return null;
  return h('button', {
    type: 'button', class: `cite is-${status}`, 'aria-label': `${STATUS[status] ?? 'Your own view'}: go to point ${number}`, 'data-testid': `cite-${criterion}`,
    onclick: () => goToVerdict(question, criterion),
  }, number);
}

/** Scroll to the row of a criterion. */
export function goToVerdict(question, criterion) {
  const row = document.getElementById(`verdict-${question}-${criterion}`);
  if (!row) return;
  reveal(row);
  flash(row);
  focusOn(row.querySelector('[data-words]') ?? row, { preventScroll: true });
}

/** Scroll to the words that a criterion was judged by. */
export function goToWords(question, criterion) {
  const section = document.getElementById(`question-${question}`);
  const marks = [...section.querySelectorAll('.transcript mark')].filter((mark) => mark.dataset.criteria.split(' ').includes(criterion));
  if (!marks.length) return;
  reveal(marks[0]);
  marks.forEach(flash);
  focusOn(section.querySelector(`[data-testid="cite-${CSS.escape(criterion)}"]`) ?? marks[0], { preventScroll: true });
}

function flash(element) {
  element.classList.remove('flash');
  void element.offsetWidth; // Restart the animation when it is asked for twice.
  element.classList.add('flash');
}
