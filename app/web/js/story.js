// One story: it is told, a few missing things are asked for, and it is shown as it was heard. It can be told again.

import { api } from './api.js';
import { createComposer } from './composer.js';
import { announce, fill, focusOn, h } from './dom.js';
import { seen } from './engines.js';
import { FLAG, plural } from './labels.js';
import { drafts } from './store.js';
import { bars, changes, markedUp, plan } from './storyview.js';

/** The page for the route `#/story/<id>`. */
export async function show({ main, signal, id }) {
  const stories = await api.stories(signal);
  const story = await api.story(id, signal);
  if (!signal.aborted) draw(main, story, stories.questions, signal);
}

function draw(main, story, questions, signal, notice = '') {
  const again = (next, notice = '') => {
    if (signal.aborted) return;
    draw(main, next, questions, signal, notice);
    const asked = main.querySelector('.messages > :last-child');
    if (next.status === 'telling' && asked) {
      main.querySelector('textarea').focus({ preventScroll: true });
      asked.scrollIntoView({ block: 'center' });
      return;
    }
    focusOn(main.querySelector('h1'));
    scrollTo(0, 0);
  };
  const page = story.status === 'telling' ? telling(story, again, signal) : told(story, questions, again, notice);
  fill(main, h('div', { class: 'page narrow story', 'data-testid': 'story-page', 'data-status': story.status }, page));
  main.querySelector('textarea[data-testid="answer-box"]')?.dispatchEvent(new Event('input'));
}

function telling(story, again, signal) {
  const last = story.conversation.at(-1);
  const retold = story.versions.length > 0;
  let busy = false;
  const composer = createComposer({ onsend: send, oninput: (text) => drafts.save(story.id, story.turn, text) });
  const finish = h('button', { type: 'button', 'data-testid': 'finish-story', onclick: () => alone(() => api.finishStory(story.id)) }, 'That is my story');

  async function alone(action, text = null) {
    if (busy) return;
    busy = true;
    composer.lock(true);
    composer.say('');
    try {
      const next = await action();
      if (text !== null) drafts.drop(story.id);
      announce(next.conversation.at(-1).text);
      again(next);
    } catch (error) {
      if (!signal.aborted) composer.say(`${error.detail ?? 'It could not be sent.'}${text ? ' What you typed is still in the box.' : ''}`, { again: text !== null && !(error.status >= 400 && error.status < 500) });
    } finally {
      busy = false;
      composer.lock(false);
    }
  }

  function send() {
    const text = composer.text();
    const objection = composer.objection(text);
    composer.say(objection ?? '');
    if (objection) return composer.focus();
    drafts.save(story.id, story.turn, text);
    return alone(() => api.tell(story.id, story.turn, text), text);
  }

  const draft = drafts.load(story.id);
  if (draft?.turn === story.turn) composer.put(draft.text);
  return [
    h('p', { class: 'eyebrow' }, retold ? 'Tell it again' : 'Tell a story'),
    h('h1', {}, story.prompt),
    retold
      ? planAside(story)
      : h('p', { class: 'help' }, 'As you would say it, in two or three minutes. Order is free. At most three things will be asked for.'),
    h('ol', { class: 'messages', role: 'list', 'aria-label': 'Conversation' }, story.conversation.slice(1).map(line)),
    retold && story.conversation.length === 1
      ? h('div', { class: 'actions' },
        h('button', { type: 'button', 'data-testid': 'leave-retelling', onclick: () => alone(() => api.finishStory(story.id)) }, 'Leave it as it was'),
        h('span', { class: 'help' }, 'and go back to the telling before'))
      : null,
    last.by === 'interviewer' && last.turn === null && story.conversation.length > 1
      ? h('div', { class: 'actions' }, finish, h('span', { class: 'help' }, 'ends it without an answer to this'))
      : null,
    composer.element,
  ];
}

function line({ by, text }) {
  const theirs = by === 'interviewer';
  return h('li', { class: `message from-${by}`, 'data-testid': 'message', 'data-who': by },
    h('p', { class: 'who' }, theirs ? 'Interviewer' : 'You'), h('div', { class: 'said' }, text));
}

function planAside(story) {
  return h('details', { open: true }, h('summary', {}, h('h2', {}, 'The plan, out of your own words')), plan(story.versions.at(-1)));
}

function told(story, questions, again, notice) {
  const version = story.versions.at(-1);
  const trouble = h('p', { class: 'notice bad', role: 'alert', hidden: true });
  const attempt = async (action) => {
    trouble.hidden = true;
    try {
      again(await action());
    } catch (error) {
      trouble.textContent = error.detail ?? 'That did not work.';
      trouble.hidden = false;
    }
  };
  const lost = version.lost_thread;
  return [
    h('p', { class: 'eyebrow' }, story.versions.length > 1 ? `Story, telling ${story.versions.length}` : 'Story'),
    h('h1', { 'data-testid': 'story-title' }, story.title),
    h('p', { class: 'help' }, story.prompt),
    notice ? h('p', { class: 'notice', 'data-testid': 'kept-notice' }, notice) : null,
    story.changes.length ? changes(story.changes) : null,
    h('section', { 'aria-labelledby': 'bars-title' }, h('h2', { id: 'bars-title' }, 'What was heard'), bars(version.star)),
    h('section', { 'aria-labelledby': 'marked-title' }, h('h2', { id: 'marked-title' }, 'Your words'), markedUp(version)),
    lost
      ? h('p', { class: 'notice', 'data-testid': 'lost-thread' }, `A listener may lose the thread here, for ${plural(lost.words, 'word')}: `,
        h('q', {}, shortened(version.text, lost)), ' It cost nothing; shorter would be kinder.')
      : null,
    flags(version.star),
    h('section', { 'aria-labelledby': 'plan-title' }, h('h2', { id: 'plan-title' }, 'A plan for telling it again'),
      h('p', { class: 'help' }, 'Made of what you said. What is missing is asked for; nothing is made up.'), plan(version)),
    trouble,
    h('div', { class: 'actions no-print' },
      h('button', { type: 'button', class: 'primary', 'data-testid': 'retell', onclick: () => attempt(() => api.retell(story.id)) }, 'Tell it again'),
      h('button', { type: 'button', onclick: () => print() }, 'Print'),
      h('a', { class: 'button', href: '#/stories' }, 'All stories')),
    keeping(story, questions, again),
    h('p', { class: 'help', 'data-testid': 'read-by' }, version.star.trouble
      ? `Read by the engine ${version.star.engine}, because the other one could not: ${version.star.trouble}`
      : `Read by the engine ${version.star.engine}.`),
  ];
}

function shortened(text, { start, end }) {
  const words = Array.from(text).slice(start, end).join('').split(/\s+/);
  return words.length <= 16 ? words.join(' ') : `${words.slice(0, 8).join(' ')} … ${words.slice(-8).join(' ')}`;
}

function flags({ flags: all }) {
  if (!all.length) return null;
  return h('section', { class: 'flags', 'data-testid': 'flags', 'aria-labelledby': 'flags-title' },
    h('h2', { id: 'flags-title' }, 'Set aside'),
    h('ul', {}, all.map((flag) => h('li', {}, h('q', {}, seen(flag)), ' ', FLAG[flag.kind] ?? flag.kind))));
}

/** Name it, tag it, and say which common questions it can answer. */
function keeping(story, questions, again) {
  const said = h('p', { class: 'notice bad', role: 'alert', hidden: true, 'data-testid': 'keep-error' });
  const title = h('input', { id: 'story-name', value: story.title.endsWith(' …') ? '' : story.title, maxlength: 80, placeholder: story.title, 'data-testid': 'story-name', autocomplete: 'off' });
  const tags = h('input', { id: 'story-tags', value: story.tags.join(', '), 'data-testid': 'story-tags', autocomplete: 'off' });
  const boxes = questions.map(({ id, ask }) => {
    const box = h('input', { type: 'checkbox', value: id, checked: story.questions.includes(id), 'data-testid': `answers-${id}` });
    return { box, row: h('li', {}, h('label', { class: 'check' }, box, h('span', {}, ask))) };
  });
  const submit = async (event) => {
    event.preventDefault();
    try {
      const next = await api.keepStory(story.id, {
        title: title.value.trim(),
        tags: tags.value.split(',').map((each) => each.trim()).filter(Boolean),
        questions: boxes.filter(({ box }) => box.checked).map(({ box }) => box.value),
      });
      again(next, `Kept as ${next.title}. It stands among your stories.`);
      announce(`Kept as ${next.title}.`);
    } catch (error) {
      said.textContent = error.detail ?? 'It could not be kept.';
      said.hidden = false;
    }
  };
  return h('form', { class: 'keeping no-print', onsubmit: submit, 'aria-labelledby': 'keeping-title' },
    h('h2', { id: 'keeping-title' }, 'Keep it for the day'),
    h('div', { class: 'field' }, h('label', { for: 'story-name' }, 'Name'), title),
    h('div', { class: 'field' }, h('label', { for: 'story-tags' }, 'Tags, with commas between'), tags),
    h('fieldset', {}, h('legend', {}, 'It can answer'), h('ul', { role: 'list' }, boxes.map(({ row }) => row))),
    said,
    h('button', { class: 'primary', 'data-testid': 'keep-story' }, 'Keep'));
}
