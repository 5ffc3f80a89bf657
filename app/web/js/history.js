// Past interviews, newest first.

import { api } from './api.js';
import { confirm } from './dialogs.js';
import { announce, fill, focusOn, h, icon } from './dom.js';
import { LEVEL, STYLE, moment, plural } from './labels.js';
import { drafts } from './store.js';

const PAGE = 30;

/** The page for the route `#/interviews`. */
export async function show({ main, signal }) {
  const first = await api.list(PAGE, 0, signal);
  if (signal.aborted) return;
  const list = h('ul', { class: 'past', role: 'list', 'data-testid': 'past-interviews' });
  const trouble = h('p', { class: 'notice bad', role: 'alert', hidden: true });
  const more = h('button', { type: 'button', 'data-testid': 'more', onclick: load }, 'Show more');
  const empty = h('div', { class: 'empty', 'data-testid': 'no-interviews' },
    h('p', {}, 'No interviews yet. The first takes about ten minutes.'), h('a', { class: 'button primary', href: '#/' }, 'Start one'));

  function add(interviews) {
    list.append(...interviews.map((each) => row(each, remove)));
    more.hidden = interviews.length < PAGE;
    empty.hidden = list.children.length > 0;
  }

  function fail(error, fallback) {
    trouble.textContent = error?.detail ?? fallback;
    trouble.hidden = !error;
  }

  async function load() {
    fail(null);
    try {
      const before = list.children.length;
      add((await api.list(PAGE, before, signal)).interviews);
      focusOn(list.children[before]?.querySelector('a'));
    } catch (error) {
      if (!signal.aborted) fail(error, 'The list could not be loaded.');
    }
  }

  async function remove({ id, title }, element) {
    const text = `“${title}” and everything said in it will be gone for good.`;
    if (!(await confirm({ title: 'Delete this interview?', text, yes: 'Delete', no: 'Keep it', testid: 'delete-dialog' }))) return;
    fail(null);
    try {
      await api.remove(id);
      drafts.drop(id);
      const neighbour = element.nextElementSibling ?? element.previousElementSibling;
      element.remove();
      empty.hidden = list.children.length > 0;
      announce('The interview was deleted.');
      focusOn(neighbour?.querySelector('a') ?? main.querySelector('h1'));
    } catch (error) {
      fail(error, 'The interview could not be deleted.');
    }
  }

  add(first.interviews);
  fill(main, h('div', { class: 'page narrow' }, h('h1', {}, 'Past interviews'), trouble, empty, list, more));
}

function row(interview, remove) {
  const { id, title, status, style, level, questions, turn, started_at: at } = interview;
  const open = status === 'open';
  const to = `#/${open ? 'interview' : 'debrief'}/${encodeURIComponent(id)}`;
  const facts = [STYLE[style], LEVEL[level], plural(questions, 'question'), plural(turn, 'answer')].filter(Boolean).join(' · ');
  const element = h('li', { 'data-testid': 'past-interview', 'data-status': status },
    h('a', { href: to, class: 'past-link' },
      h('span', { class: 'past-title' }, title), h('span', { class: `tag ${open ? 'tag-open' : ''}` }, open ? 'Open' : 'Finished'),
      h('span', { class: 'past-facts' }, `${moment(at)} · ${facts}`),
      h('span', { class: 'past-go' }, open ? 'Go on with it' : 'See the debrief')),
    h('button', { type: 'button', class: 'quiet icon-button', 'aria-label': `Delete ${title}, ${moment(at)}`, 'data-testid': 'delete',
      onclick: () => remove(interview, element) }, icon('trash')));
  return element;
}
