// The candidate's words, marked by what was made of them: by colour, by the line beneath, and by a label.

import { h } from './dom.js';
import { STATUS } from './labels.js';

const STRENGTH = ['wrong', 'met', 'partial', 'unscored', 'own'];

/**
 * `text` as nodes, its highlights as <mark>. `start` and `end` count Unicode code points, end exclusive.
 * Highlights may overlap: each stretch takes the strongest status. `label(highlight)` makes what stands behind
 * the last word of each, or null.
 */
export function highlighted(text, highlights, label = () => null) {
  const letters = Array.from(text);
  const marks = highlights.filter(({ start, end }) => Number.isInteger(start) && end > start && end <= letters.length);
  const edges = [...new Set([0, letters.length, ...marks.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  const out = [];
  for (const [index, from] of edges.slice(0, -1).entries()) {
    const to = edges[index + 1];
    const here = marks.filter(({ start, end }) => start <= from && end >= to);
    const words = letters.slice(from, to).join('');
    out.push(here.length ? mark(words, here) : words);
    out.push(...marks.filter(({ end }) => end === to).map(label).filter(Boolean));
  }
  return out;
}

function mark(words, highlights) {
  const [strongest] = [...highlights].sort((a, b) => STRENGTH.indexOf(a.status) - STRENGTH.indexOf(b.status));
  return h('mark', {
    class: `is-${strongest.status}`,
    'data-criteria': highlights.map(({ criterion }) => criterion).join(' '),
    title: STATUS[strongest.status] ?? 'Your own view',
  }, words);
}
