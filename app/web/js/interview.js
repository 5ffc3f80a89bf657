// An interview in progress. What was typed stays in the box, and on this device, until the server shows that it has it.

import { Problem, api } from './api.js';
import { createComposer } from './composer.js';
import { createConversation } from './conversation.js';
import { createPanel } from './criteria.js';
import { confirm } from './dialogs.js';
import { announce, fill, focusOn, h, icon } from './dom.js';
import { LEVEL, STATUS, STYLE, plural } from './labels.js';
import { drafts } from './store.js';
import { createTimer } from './timer.js';

const sameWords = (one, other) => one.replace(/\r\n?/g, '\n').trim() === other.replace(/\r\n?/g, '\n').trim();
const storedAs = (interview, turn) => interview.transcript.find((line) => line.who === 'candidate' && line.turn === turn)?.text ?? null;
const debriefOf = (id) => `#/debrief/${encodeURIComponent(id)}`;

/** The page for the route `#/interview/<id>`; a finished interview goes on to its debrief. */
export async function show({ main, signal, id }) {
  const interview = await api.interview(id, signal);
  if (signal.aborted) return;
  if (interview.status === 'finished' && !drafts.load(id)) {
    location.replace(debriefOf(id));
    return;
  }
  new Session(main, interview, signal).open();
}

class Session {
  #busy = false;

  constructor(main, interview, signal) {
    this.main = main;
    this.id = interview.id;
    this.interview = interview;
    this.practice = interview.style === 'practice';
    this.turn = interview.turn;
    this.signal = signal;
    this.conversation = createConversation({ practice: this.practice });
    this.panel = createPanel({ practice: this.practice }, signal);
    this.timer = createTimer(interview, signal);
    this.composer = createComposer({
      onsend: () => this.send(),
      onhint: () => this.hint(),
      oninput: (text) => drafts.save(this.id, this.turn, text),
    });
  }

  open() {
    const { title, style, level } = this.interview;
    this.finishButton = h('button', { type: 'button', 'data-testid': 'finish', onclick: () => this.finish() }, icon('flag'), 'Finish');
    this.end = h('div', {});
    fill(
      this.main,
      h('div', { class: 'page interview', 'data-testid': 'interview', 'data-style': style },
        h('header', { class: 'interview-head' },
          h('div', {}, h('h1', {}, title), h('p', { class: 'help' }, `${STYLE[style] ?? style} · ${LEVEL[level] ?? level}`)),
          this.timer.element, this.finishButton),
        this.panel.element,
        h('section', { class: 'talk', 'aria-label': 'Interview' }, this.conversation.element, this.end, this.composer.element)),
    );
    this.#show(this.interview);
    this.#restoreDraft();
    announce(spoken('Interviewer', this.interview));
  }

  #show(interview) {
    this.interview = interview;
    this.turn = interview.turn;
    this.conversation.render(interview.transcript);
    this.panel.update(interview);
    if (interview.status === 'finished') this.#over();
    else if (interview.transcript.length > 1) scrollTo(0, document.body.scrollHeight);
  }

  #restoreDraft() {
    const draft = drafts.load(this.id);
    if (!draft) return;
    const stored = storedAs(this.interview, draft.turn);
    if (stored !== null && sameWords(stored, draft.text)) drafts.drop(this.id);
    else this.composer.put(draft.text);
  }

  async send() {
    if (this.#busy || this.interview.status === 'finished') return;
    const text = this.composer.text();
    const objection = this.composer.objection(text);
    this.composer.say(objection ?? '');
    if (objection) return this.composer.focus();
    const turn = this.turn;
    drafts.save(this.id, turn, text);
    await this.#alone(async () => {
      const answer = this.conversation.sending(text, turn);
      const reply = this.conversation.streaming();
      try {
        await this.#receive(await this.#follow(turn, text, answer, reply), { turn, text, reply });
      } catch (error) {
        answer.remove();
        reply.remove();
        if (!this.signal.aborted) await this.#failed(error, text);
      }
    });
  }

  /** Follow a turn as it happens; the Outcome that it ends with. */
  async #follow(turn, text, answer, reply) {
    for await (const { event, data } of api.answer(this.id, turn, text, this.signal)) {
      if (event === 'stored') {
        answer.stored();
        this.composer.put('');
      } else if (event === 'judged') {
        answer.credit(data.verdicts, data.criteria);
        this.panel.criteria(data.criteria);
      } else if (event === 'token') {
        reply.token(data.text);
      } else if (event === 'message') {
        answer.stored();
        if (data.verdicts?.length) answer.credit(data.verdicts, this.#criteriaOf(data));
        return data;
      }
    }
    throw new Problem({ detail: 'The interviewer did not answer.' });
  }

  /** The criteria that an outcome's verdicts are about: it may already have gone on to the next question. */
  #criteriaOf(outcome) {
    return [...(outcome.criteria ?? []), ...(this.interview.criteria ?? [])];
  }

  async #receive(outcome, { turn, text, reply }) {
    if (outcome.repeated) {
      const now = await api.interview(this.id, this.signal);
      const stored = storedAs(now, turn);
      const differs = stored !== null && !sameWords(stored, text);
      if (differs) drafts.save(this.id, now.turn, text);
      this.#show(now);
      if (differs) {
        this.composer.put(text);
        this.composer.say('That turn had been answered already, with the words shown above. What you typed is still in the box.');
        return;
      }
    } else {
      reply.done({ ...outcome.message, turn, notice: outcome.notice });
      this.panel.update(outcome);
      this.interview = { ...this.interview, ...outcome };
      this.turn = outcome.turn;
    }
    drafts.drop(this.id);
    this.composer.put('');
    announce(heard(outcome.verdicts) + spoken('Interviewer', outcome));
    if (outcome.status === 'finished') this.#over();
    else this.composer.focus();
  }

  async #failed(error, text) {
    this.composer.put(text);
    const elsewhere = error.status === 409;
    let detail = error.detail ?? 'Something went wrong on this page.';
    if (elsewhere) {
      const now = await api.interview(this.id, this.signal).catch(() => null);
      if (now) drafts.save(this.id, now.turn, text);
      if (now) this.#show(now);
      if (error.expectedTurn) detail = 'This interview went on elsewhere, perhaps in another tab; it is shown as it stands now.';
    }
    const refused = [413, 422].includes(error.status);
    this.composer.say(`${detail} What you typed is still in the box.`, { again: !refused && this.interview.status === 'open' });
    this.composer.focus();
  }

  async hint() {
    await this.#alone(async () => {
      this.composer.say('');
      try {
        const outcome = await api.hint(this.id);
        this.conversation.say({ ...outcome.message, turn: this.turn - 1, notice: outcome.notice });
        this.panel.update(outcome);
        announce(spoken('Hint', outcome));
      } catch (error) {
        this.composer.say(error.detail ?? 'No hint could be had.');
      }
      this.composer.focus();
    });
  }

  async finish() {
    if (this.#busy) return;
    const unsent = this.composer.text().trim() ? 'What is in the box has not been sent, and will not count. ' : '';
    const text = `${unsent}You go on to the debrief. Questions that were not asked do not count against you.`;
    if (!(await confirm({ title: 'Finish the interview?', text, yes: 'Finish', no: 'Keep going', testid: 'finish-dialog' }))) return;
    await this.#alone(async () => {
      try {
        await api.finish(this.id);
        drafts.drop(this.id);
        location.hash = debriefOf(this.id);
      } catch (error) {
        this.composer.say(error.detail ?? 'The interview could not be finished.');
      }
    });
  }

  /** The interview has ended: no more answers, the debrief next. Words that were never sent stay readable. */
  #over() {
    this.timer.stop();
    this.finishButton.hidden = true;
    const unsent = drafts.load(this.id);
    this.composer.element.hidden = !unsent;
    this.composer.lock(true);
    const link = h('a', { class: 'button primary', href: debriefOf(this.id), 'data-testid': 'debrief-link' }, 'See the debrief');
    fill(this.end, h('div', { class: 'over', 'data-testid': 'over' }, h('p', {}, 'The interview is over.'), link));
    focusOn(link);
  }

  /** One thing at a time: the box is locked while `work` runs. */
  async #alone(work) {
    if (this.#busy) return;
    this.#busy = true;
    this.composer.lock(true);
    try {
      await work();
    } finally {
      this.#busy = false;
      this.composer.lock(this.interview.status === 'finished');
    }
  }
}

/** The interviewer's words for the live region, with what there is to know of them. */
function spoken(what, { message, notice }) {
  return [`${what}: ${message.text}`, notice].filter(Boolean).join(' ');
}

/** What was judged, in a few words for the live region. */
function heard(verdicts) {
  const parts = ['met', 'partial', 'wrong']
    .map((status) => [status, (verdicts ?? []).filter((verdict) => verdict.status === status).length])
    .filter(([, count]) => count)
    .map(([status, count]) => `${plural(count, 'criterion', 'criteria')} ${STATUS[status].toLowerCase()}`);
  return parts.length ? `${parts.join(', ')}. ` : '';
}
