// The messages of an interview: what was said, by whom, and what an answer was credited with.

import { h, icon, reveal } from './dom.js';
import { noticeLine } from './engines.js';
import { highlighted } from './highlight.js';
import { KIND, MOVE, STATUS } from './labels.js';

const SAYS_SOMETHING = ['met', 'partial', 'wrong'];

/**
 * The list of messages. In mock style the moves are not named: that an answer is challenged would already be
 * a verdict. A notice stands beneath the interviewer's words, once a turn: a judge that fails fails for one reason.
 */
export function createConversation({ practice }) {
  const list = h('ol', { class: 'messages', role: 'list', 'data-testid': 'messages', 'aria-label': 'Conversation' });
  let told = {}; // the notice shown last, and its turn

  function interviewer({ move, text, turn, notice = null }) {
    const named = move && (practice || move === 'hint' || move === 'advance');
    const words = h('div', { class: 'said' }, text);
    const element = h('li', { class: `message from-interviewer move-${move ?? 'pending'}`, 'data-testid': 'message', 'data-who': 'interviewer', 'data-move': move ?? 'pending', 'data-turn': turn },
      h('p', { class: 'who' }, 'Interviewer', named ? h('span', { class: 'move' }, MOVE[move] ?? move) : null), words,
      told.turn === turn && told.notice === notice ? null : noticeLine(notice));
    if (notice) told = { turn, notice };
    return { element, words };
  }

  function candidate({ text, turn, verdicts = [] }) {
    const words = h('div', { class: 'said' }, text);
    const notes = h('div', {});
    const state = h('span', { class: 'sending' });
    const element = h('li', { class: 'message from-candidate', 'data-testid': 'message', 'data-who': 'candidate', 'data-turn': turn },
      h('p', { class: 'who' }, 'You', state), words, notes);
    const credit = (judged, criteria = []) => {
      const said = judged.filter((verdict) => SAYS_SOMETHING.includes(verdict.status) && verdict.quote && (verdict.turn ?? turn) === turn);
      words.replaceChildren(...highlighted(text, said));
      notes.replaceChildren(...[credited(said, judged, criteria)].filter(Boolean));
    };
    if (verdicts?.length) credit(verdicts);
    return { element, credit, state };
  }

  function add({ element }) {
    list.append(element);
    return element;
  }

  return {
    element: list,

    /** Show a whole transcript, in place of what was there. */
    render(transcript) {
      list.replaceChildren();
      told = {};
      // What went wrong in judging an answer is told beneath what was said to it, as it was when it happened.
      const judging = new Map(transcript.filter(({ who }) => who === 'candidate').map(({ turn, notice }) => [turn, notice]));
      for (const line of transcript) {
        add(line.who === 'candidate' ? candidate(line) : interviewer({ ...line, notice: judging.get(line.turn) ?? line.notice }));
      }
    },

    /** An answer on its way. Until `stored()` it is marked as not yet sent. */
    sending(text, turn) {
      const message = candidate({ text, turn });
      message.state.textContent = 'Sending…';
      reveal(add(message), 'nearest');
      return {
        stored: () => { message.state.textContent = ''; },
        credit: message.credit,
        remove: () => message.element.remove(),
      };
    },

    /** The interviewer's next message, filled word by word; `done` replaces it with the finished one. */
    streaming() {
      let message = null;
      return {
        token(text) {
          if (!message) {
            message = interviewer({ text: '' });
            message.element.setAttribute('aria-busy', 'true');
            reveal(add(message), 'nearest');
          }
          message.words.append(text);
          // Keep the newest words in sight, but leave a reader alone who has scrolled up.
          const below = message.element.getBoundingClientRect().bottom - innerHeight;
          if (below > -260 && below < 60) message.element.scrollIntoView({ block: 'nearest' });
        },
        done(said) {
          const whole = interviewer(said);
          if (message) message.element.replaceWith(whole.element);
          else add(whole);
          reveal(whole.element, 'nearest');
          return whole.element;
        },
        remove: () => message?.element.remove(),
      };
    },

    /** Say something that is complete already, unless it is what was said last. */
    say(said) {
      const last = list.lastElementChild;
      if (last?.dataset.move === said.move && last.querySelector('.said').textContent === said.text) return reveal(last, 'nearest');
      return reveal(add(interviewer(said)), 'nearest');
    },
  };
}

function credited(said, judged, criteria) {
  const unclear = judged.filter(({ status }) => status === 'unscored').length;
  if (!said.length && !unclear) return null;
  const kind = (id) => KIND[criteria.find(({ criterion }) => criterion === id)?.kind];
  // One sentence may earn several criteria: its words are shown once.
  const groups = Map.groupBy(said, ({ status, quote }) => `${status} ${quote}`);
  return h('ul', { class: 'credited', 'aria-label': 'What this answer was judged to say' },
    [...groups.values()].map((group) => {
      const [{ status, quote }] = group;
      const kinds = group.map(({ criterion }) => kind(criterion)).filter(Boolean).join(', ');
      return h('li', { class: `is-${status}`, 'data-testid': 'credit', 'data-criteria': group.map(({ criterion }) => criterion).join(' ') },
        icon(status), h('span', {}, h('b', {}, [STATUS[status], kinds].filter(Boolean).join(' · ')), ' ', h('q', {}, quote)));
    }),
    unclear ? h('li', { class: 'is-unscored' }, icon('unscored'),
      h('span', {}, `${unclear} more could not be told from this answer; that is not held against you.`)) : null);
}
