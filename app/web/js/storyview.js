// A story as it was heard: marked up by colour, by line and by letter, a bar for each dimension, a plan, what changed.

import { fill, h, icon } from './dom.js';
import { CLARITY, DIMENSION, score } from './labels.js';

const LETTER = { situation: 'S', task: 'T', action: 'A', result: 'R', ownership: 'O', quantified: 'N', reflection: 'L', trade_off: 'W' };

/** The words, each marked with what it shows. A button for each dimension shows one alone. */
export function markedUp({ text, marks }) {
  const words = h('div', { class: 'marked', 'data-testid': 'marked', 'data-only': '' });
  const used = Object.keys(DIMENSION).filter((dimension) => marks.some((mark) => mark.dimension === dimension));
  const buttons = used.map((dimension) => {
    const button = h('button', { type: 'button', class: `key is-${dimension}`, 'aria-pressed': 'false', 'data-testid': `only-${dimension}` },
      h('b', { class: 'letter', 'aria-hidden': 'true' }, LETTER[dimension]), DIMENSION[dimension]);
    button.addEventListener('click', () => {
      const only = words.dataset.only === dimension ? '' : dimension;
      words.dataset.only = only;
      buttons.forEach((each, index) => each.setAttribute('aria-pressed', String(used[index] === only)));
      fill(words, pieces(text, only ? marks.filter((mark) => mark.dimension === only) : marks));
    });
    return button;
  });
  fill(words, pieces(text, marks));
  return h('div', {}, h('div', { class: 'keys no-print', role: 'group', 'aria-label': 'Show one dimension alone' }, buttons), words);
}

/** Text cut wherever a mark begins or ends; offsets count Unicode code points. */
function pieces(text, marks) {
  const letters = Array.from(text);
  const edges = [...new Set([0, letters.length, ...marks.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  const out = [];
  for (const [index, from] of edges.slice(0, -1).entries()) {
    const to = edges[index + 1];
    const words = letters.slice(from, to).join('');
    const here = marks.filter(({ start, end }) => start <= from && end >= to).map(({ dimension }) => dimension);
    out.push(here.length ? h('mark', { class: `shows is-${here[0]}`, 'data-dimensions': here.join(' ') }, words) : words);
    const ending = marks.filter(({ start, end }) => end === to && start < end).map(({ dimension }) => dimension);
    if (ending.length) out.push(h('span', { class: 'letters' }, [...new Set(ending)].map((dimension) =>
      h('b', { class: `letter is-${dimension}`, title: DIMENSION[dimension] }, LETTER[dimension], h('span', { class: 'visually-hidden' }, `(${DIMENSION[dimension]}) `)))));
  }
  return out;
}

/** Overall, and for each dimension a bar of two parts, the words and the advice. */
export function bars(star) {
  return h('div', { class: 'dimensions' },
    h('p', { class: 'big', 'data-testid': 'story-overall', 'data-value': star.overall }, score(star.overall), h('small', {}, ' of 5')),
    h('dl', {}, Object.entries(star.dimensions).map(([dimension, { score: level, quote, advice }]) =>
      h('div', { class: `dimension is-${dimension}`, 'data-testid': `dimension-${dimension}`, 'data-score': level },
        h('dt', {}, h('b', { class: `letter is-${dimension}`, 'aria-hidden': 'true' }, LETTER[dimension]), DIMENSION[dimension]),
        h('dd', {},
          h('span', { class: `level level-${level}` }, h('i', { 'aria-hidden': 'true' }), h('i', { 'aria-hidden': 'true' }), h('b', {}, CLARITY[level])),
          quote ? h('q', {}, quote) : null,
          h('p', { class: 'help' }, advice))))));
}

/** The steps of a retelling: own words to say, and questions where something is missing. */
export function plan({ plan: steps }) {
  return h('ol', { class: 'plan', 'data-testid': 'plan' }, steps.map(({ dimensions, says, asks }) =>
    h('li', {},
      h('h3', {}, dimensions.map((each) => DIMENSION[each]).join(' and ')),
      says.map((words) => h('p', {}, h('q', {}, words))),
      asks.map((words) => h('p', { class: 'ask' }, icon('unscored'), words)))));
}

/** This telling beside the one before it. */
export function changes(all) {
  const WORD = (before, after) => (after > before ? 'clearer' : after < before ? 'weaker' : 'as before');
  const better = all.filter(({ before, after }) => after > before).length;
  const worse = all.filter(({ before, after }) => after < before).length;
  return h('section', { class: 'changes', 'aria-labelledby': 'changes-title', 'data-testid': 'changes' },
    h('h2', { id: 'changes-title' }, 'Beside the telling before'),
    h('p', {}, better || worse ? `${better} clearer, ${worse} weaker.` : 'Nothing changed in what was heard.'),
    h('table', {},
      h('thead', {}, h('tr', {}, ['', 'Before', 'Now', ''].map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, all.map(({ dimension, before, after }) =>
        h('tr', { class: WORD(before, after).replace(' ', '-'), 'data-testid': `change-${dimension}` },
          h('th', { scope: 'row' }, DIMENSION[dimension]), h('td', {}, CLARITY[before]), h('td', {}, CLARITY[after]), h('td', {}, WORD(before, after)))))));
}
