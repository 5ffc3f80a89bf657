// The numbers of a debrief, each with the words that say what it is.

import { h } from './dom.js';
import { KIND, plural, score } from './labels.js';

/** The overall, 0 to 5, with what it rests on. */
export function overallCard(debrief) {
  const { overall, own_overall: own, unscored } = debrief;
  const share = Math.round(debrief.scored * 100);
  return h('div', { class: 'overall' },
    h('h2', {}, 'Overall'),
    h('p', { class: 'big', 'data-testid': 'overall', 'data-value': overall ?? '' }, overall === null ? 'Not scored' : [score(overall), h('small', {}, ' of 5')]),
    overall === null ? null : bar(overall, 'big-bar'),
    h('p', {}, overall === null
      ? 'Nothing that was asked could be judged, so there is no number.'
      : unscored.length
        ? `${share}% of the weight was judged; ${plural(unscored.length, 'point')} could not be, and ${unscored.length === 1 ? 'does' : 'do'} not count against you.`
        : 'Every point was judged.'),
    own === null || own === undefined ? null : h('p', { class: 'own', 'data-testid': 'own-overall' }, 'With your own view counted: ', h('b', {}, `${score(own)} of 5`)));
}

/** A bar for each kind of criterion that was asked for. */
export function kindBars(byKind) {
  return h('div', { class: 'kinds' },
    h('h2', {}, 'By kind'),
    h('dl', {}, Object.entries(byKind).map(([kind, value]) =>
      h('div', { 'data-testid': `kind-${kind}` },
        h('dt', {}, KIND[kind] ?? kind),
        h('dd', {}, value === null ? h('span', { class: 'help' }, 'not scored') : [bar(value), h('b', {}, score(value))])))));
}

/** Decorative: the number always stands beside it. */
function bar(value, extra = '') {
  const filled = h('i', {});
  filled.style.width = `${Math.max(0, Math.min(1, value / 5)) * 100}%`;
  return h('span', { class: `bar ${extra}`, 'aria-hidden': 'true' }, filled);
}
