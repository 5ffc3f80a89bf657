// A topic's note, opened over the page, at the section that is asked for.

import { api } from './api.js';
import { openDialog } from './dialogs.js';
import { fill, focusOn, h } from './dom.js';
import { plural } from './labels.js';
import { markdown } from './markdown.js';

/** Open the note on `topic`; `section` is the heading to begin at. */
export function openNote({ topic, title, section = null }) {
  return openDialog({ title, wide: true, testid: 'note' }, () => {
    const body = h('div', { class: 'note', 'aria-busy': 'true' }, h('p', { class: 'loading' }, 'Loading…'));
    load(body, topic, section);
    return body;
  });
}

async function load(body, topic, section) {
  try {
    draw(body, await api.topic(topic), section);
  } catch (error) {
    fill(body, h('p', { class: 'notice bad', role: 'alert' }, error.detail ?? 'The note could not be shown.'));
  }
  body.removeAttribute('aria-busy');
}

function draw(body, note, wanted) {
  const headings = new Map();
  const sections = note.sections.map(({ section, text }) => {
    const heading = h('h3', {}, section);
    headings.set(section, heading);
    return h('section', {}, heading, markdown(text, 4));
  });
  const jump = (section) => {
    const heading = headings.get(section);
    heading.scrollIntoView({ block: 'start' });
    focusOn(heading, { preventScroll: true });
  };
  fill(
    body,
    h('p', { class: 'help' }, `${plural(note.recap_minutes, 'minute')} to recap, ${note.deep_minutes} for a deeper pass. `,
      h('a', { href: `#/quiz/${encodeURIComponent(note.topic)}`, 'data-testid': 'note-quiz' }, 'Check yourself on it')),
    h('nav', { class: 'note-contents', 'aria-label': 'Sections of this note' },
      h('ul', {}, note.sections.map(({ section }) => h('li', {}, h('button', { type: 'button', class: 'link', onclick: () => jump(section) }, section))))),
    sections,
  );
  if (headings.has(wanted)) jump(wanted);
}
