// The mock loop: a full set of interviews, one after the other, with a weighted overall.

import { api } from './api.js';
import { confirm } from './dialogs.js';
import { fill, h } from './dom.js';
import { LEVEL, ROUND, plural, score } from './labels.js';
import { radios } from './radios.js';
import { settings } from './store.js';

const interviewOf = (id) => `#/interview/${encodeURIComponent(id)}`;

/** The page for the routes `#/mock-loop` (what it is) and `#/mock-loop/<id>` (how far it is). */
export async function show({ main, signal, id }) {
  const loop = id ? await api.mockLoop(id, signal) : await api.mockLoopOutline(signal);
  if (signal.aborted) return;
  const trouble = h('p', { class: 'notice bad', role: 'alert', hidden: true, 'data-testid': 'mock-loop-error' });
  const attempt = async (action) => {
    trouble.hidden = true;
    try {
      await action();
    } catch (error) {
      trouble.textContent = error.detail ?? 'The round could not be started.';
      trouble.hidden = false;
    }
  };
  fill(main, h('div', { class: 'page narrow mock-loop', 'data-testid': 'mock-loop' },
    h('h1', {}, 'Mock loop'),
    id ? standing(loop) : introduction(loop),
    shares(loop.rounds),
    rounds(loop, attempt),
    trouble,
    id ? goOn(loop, attempt) : beginning(loop, attempt)));
}

function introduction({ rounds: all }) {
  const minutes = all.reduce((sum, each) => sum + each.minutes, 0);
  return h('p', { class: 'lead' },
    `An employer's day in one go: ${plural(all.length, 'interview')}, ${minutes} minutes in all, timed, with nothing shown until each debrief. You may rest between rounds.`);
}

function standing({ overall, rounds: all }) {
  const done = all.filter(({ status }) => status === 'finished').length;
  return h('div', { class: 'overall' },
    h('p', { class: 'big', 'data-testid': 'mock-loop-overall', 'data-value': overall ?? '' }, overall === null ? '–' : score(overall), h('small', {}, ' of 5')),
    h('p', { class: 'help' }, `${done} of ${plural(all.length, 'round')} done${done && done < all.length ? '; weighed over those so far' : ''}.`));
}

/** The weights as one bar; the list beneath says the same in words. */
function shares(all) {
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  return h('div', { class: 'shares', 'aria-hidden': 'true' }, all.map(({ round, weight, status }) => {
    const share = h('span', { class: `share is-${status}` }, h('b', {}, ROUND[round] ?? round), ` ${Math.round((100 * weight) / total)}%`);
    share.style.flexGrow = weight;
    return share;
  }));
}

function rounds({ rounds: all }) {
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  return h('ol', { class: 'past rounds', role: 'list' }, all.map(({ round, weight, questions, minutes, status, interview, overall }) =>
    h('li', { 'data-testid': `round-${round}`, 'data-status': status },
      h('div', { class: 'past-link' },
        h('span', { class: 'past-title' }, ROUND[round] ?? round),
        h('span', { class: `tag ${status === 'open' ? 'tag-open' : ''}` }, { waiting: 'Waiting', open: 'Open', finished: 'Finished' }[status]),
        h('span', { class: 'past-facts' },
          `${Math.round((100 * weight) / total)}% · ${round === 'system-design' ? plural(questions, 'case') : plural(questions, 'question')} · ${minutes} minutes`),
        status === 'finished'
          ? h('a', { class: 'past-go', href: `#/debrief/${encodeURIComponent(interview)}` }, `${overall === null ? 'Not scored' : `${score(overall)} of 5`}, see the debrief`)
          : null))));
}

function beginning(loop, attempt) {
  const level = radios('level', 'Level', Object.entries(LEVEL), settings.load().level ?? 'mid');
  const begin = () => attempt(async () => {
    settings.save({ ...settings.load(), level: level.value() });
    const begun = await api.beginMockLoop({ level: level.value() });
    location.hash = interviewOf(begun.rounds.find(({ status }) => status === 'open').interview);
  });
  return h('div', { class: 'mock-loop-begin' }, level.element,
    h('button', { type: 'button', class: 'primary', 'data-testid': 'mock-loop-begin', onclick: begin }, 'Begin: the clock of the first round starts'));
}

function goOn(loop, attempt) {
  const open = loop.rounds.find(({ status }) => status === 'open');
  const waiting = loop.rounds.find(({ status }) => status === 'waiting');
  if (open) return h('a', { class: 'button primary', href: interviewOf(open.interview), 'data-testid': 'mock-loop-go-on' }, `Go on with ${ROUND[open.round] ?? open.round}`);
  if (!waiting) return h('a', { class: 'button', href: '#/mock-loop' }, 'Take another loop');
  const name = ROUND[waiting.round] ?? waiting.round;
  const next = async () => {
    const text = `Its clock starts at once and runs for ${waiting.minutes} minutes.`;
    if (!(await confirm({ title: `Begin ${name}?`, text, yes: 'Begin', no: 'Not yet', testid: 'round-dialog' }))) return;
    await attempt(async () => {
      const begun = await api.nextRound(loop.id);
      location.hash = interviewOf(begun.rounds.find(({ status }) => status === 'open').interview);
    });
  };
  return h('button', { type: 'button', class: 'primary', 'data-testid': 'mock-loop-next', onclick: next }, `Next round: ${name}`);
}
