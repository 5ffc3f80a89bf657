// Beside the conversation: the question, and in practice style its criteria, which light up as they are earned.

import { fill, h, icon } from './dom.js';
import { KIND, LEVEL, STAGE, STATUS, plural } from './labels.js';

const EARNED = ['met', 'partial'];
const WIDE = '(min-width: 60rem)';

/** `update(outcome)` shows the question and its criteria; `criteria(list)` only the latter, as soon as they are judged. */
export function createPanel({ practice }, signal) {
  const count = h('span', { class: 'tally' });
  const pips = h('span', { class: 'pips', 'aria-hidden': 'true' });
  const question = h('div', { class: 'asked' });
  const chips = h('ul', { class: 'chips', role: 'list', 'aria-label': 'Criteria of this question', 'data-testid': 'criteria' });
  const details = h('details', { class: 'panel-details' },
    h('summary', {}, h('span', {}, practice ? 'Question and criteria' : 'The question'), count, pips),
    question,
    practice
      ? [h('h2', {}, 'What a good answer states'), h('p', { class: 'help' }, 'Each shows its words once you have said it. Dots are weight.'), chips]
      : h('p', { class: 'help' }, 'Mock interview: nothing is judged in front of you. The debrief shows everything.'));
  const wide = matchMedia(WIDE);
  const element = h('aside', { class: 'panel', 'aria-label': 'The question and what it is judged on' }, details);
  // On a wide screen it stands open and scrolls by itself, so the keyboard must reach it; on a narrow one it folds.
  const fit = () => {
    details.open = wide.matches;
    if (wide.matches) element.tabIndex = 0;
    else element.removeAttribute('tabindex');
  };
  wide.addEventListener('change', fit, { signal });
  fit();
  let before = new Map();
  let shown = null;

  function criteria(list) {
    if (!practice || !list) return;
    chips.replaceChildren(...list.map((each) => chip(each, before.has(each.criterion) && before.get(each.criterion) !== each.status)));
    before = new Map(list.map(({ criterion, status }) => [criterion, status]));
    const earned = list.filter(({ status }) => EARNED.includes(status)).length;
    count.textContent = `${earned} of ${list.length}`;
    pips.replaceChildren(...list.map(({ status }) => h('i', { class: `pip is-${status === 'absent' ? 'open' : status}` })));
  }

  return {
    element,
    criteria,
    update(outcome) {
      const { question: asked } = outcome;
      if (asked.index !== shown) before = new Map();
      shown = asked.index;
      fill(question,
        h('h2', { 'data-testid': 'question' }, `Question ${asked.index + 1} of ${asked.of}`),
        h('p', { class: 'help' }, `${asked.title} · ${LEVEL[asked.level] ?? asked.level}`),
        asked.stage ? stages(asked.stage) : null,
        h('p', { class: 'ask' }, asked.ask));
      criteria(outcome.criteria);
    },
  };
}

/** Where in a case the interview is. */
function stages(now) {
  return h('ol', { class: 'stages', role: 'list', 'aria-label': 'Stages of this case', 'data-testid': 'stages' },
    Object.entries(STAGE).map(([stage, label]) => h('li', { 'aria-current': stage === now ? 'step' : null }, label)));
}

function chip({ criterion, kind, weight, status, statement }, changed) {
  const state = status === 'absent' ? 'open' : status;
  return h('li', { class: `criterion is-${state}${changed ? ' lit' : ''}`, 'data-testid': `criterion-${criterion}`, 'data-status': state },
    h('span', { class: 'criterion-head' },
      icon(state),
      h('span', { class: 'kind' }, KIND[kind] ?? kind),
      weightDots(weight),
      h('span', { class: 'state' }, STATUS[state] ?? state)),
    statement ? h('span', { class: 'statement' }, statement) : null);
}

/** A weight of 1 to 3 as dots, and in words for whoever cannot see them. */
export function weightDots(weight) {
  return h('span', { class: 'dots' },
    h('span', { class: 'visually-hidden' }, `weight ${plural(weight, 'point')} of 3`),
    [1, 2, 3].map((each) => h('i', { class: each <= weight ? 'on' : null, 'aria-hidden': 'true' })));
}
