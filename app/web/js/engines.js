// Which engine judged what, why it was another than was asked for, and what a model took: in words, the same as the other debriefs'.

import { h, icon } from './dom.js';
import { plural } from './labels.js';

/** A line beneath a message: another engine than the interview's did a part of it, and why. Null where there is nothing to tell. */
export function noticeLine(text) {
  return text ? h('p', { class: 'remark', role: 'note', 'data-testid': 'notice' }, icon('info'), h('span', {}, text)) : null;
}

/** "Judged by the llm engine", or how many answers each engine judged. */
export function judgedBy({ engine, judged_by: answers }) {
  const counts = Object.entries(answers ?? {});
  if (!counts.length) return 'No answer was judged';
  if (counts.length === 1) {
    const [[other]] = counts;
    return other === engine ? `Judged by the ${engine} engine` : `Judged by the ${other} engine in place of ${engine}`;
  }
  const [[name, count], ...rest] = counts.sort(([one], [other]) => (one !== engine) - (other !== engine));
  return [`${plural(count, 'answer')} judged by the ${name} engine`, ...rest.map(([each, some]) => `${some} by the ${each} engine`)].join(', ');
}

/** The label of a verdict that another engine than the interview's gave; null where it is the same. */
export function judgedElsewhere(verdict, debrief) {
  if (!verdict.engine || verdict.engine === debrief.engine) return null;
  return h('span', { class: 'elsewhere', 'data-testid': 'judged-elsewhere' }, verdict.engine === 'offline' ? 'judged offline' : `judged by ${verdict.engine}`);
}

/** What was asked of models; null where no model was asked. */
export function usageLine(usage) {
  if (!usage) return null;
  return h('p', { class: 'help', 'data-testid': 'usage' }, `What the model took: ${took(usage)}.`);
}

function took({ calls, failed, prompt_tokens: prompt, cached_tokens: cached, completion_tokens: completion, seconds, cost }) {
  const counted = (count, one) => `${count.toLocaleString('en')} ${count === 1 ? one : `${one}s`}`;
  const share = prompt ? `${Math.round((cached / prompt) * 100)}% cached` : 'none cached';
  return [
    counted(calls, 'call') + (failed ? ` (${failed} failed)` : ''),
    ...(prompt || completion ? [`${counted(prompt, 'prompt token')} (${share})`, counted(completion, 'completion token')] : ['no tokens counted']),
    `${seconds.toFixed(1)} seconds`,
    dollars(cost),
  ].join(', ');
}

function dollars(cost) {
  if (cost === null || cost === undefined) return 'no price set';
  if (cost > 0 && cost < 0.0001) return 'less than 0.0001 US dollars';
  return `${cost.toFixed(cost >= 1 || !cost ? 2 : 4)} US dollars`;
}

/** What was flagged, so that it can be read: in hidden text, what shows nothing is counted. */
export function seen({ kind, quote }) {
  if (kind !== 'hidden_text') return quote;
  return quote.replace(/[\p{Cf}\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]+/gu, (run) => `[${plural(Array.from(run).length, 'hidden character')}]`);
}
