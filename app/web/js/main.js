// Routes by hash, moves focus to the new heading, and shows what went wrong in plain words.

import * as debrief from './debrief.js';
import { announce, fill, focusOn, h, icon } from './dom.js';
import * as history from './history.js';
import * as interview from './interview.js';
import * as mockLoop from './mockloop.js';
import * as quiz from './quiz.js';
import * as start from './start.js';
import * as stories from './stories.js';
import * as story from './story.js';
import * as theme from './theme.js';

const ROUTES = [
  { pattern: /^#\/$/, name: 'start', view: start },
  { pattern: /^#\/quiz(?:\/([^/]+))?$/, name: 'quiz', view: quiz },
  { pattern: /^#\/mock-loop(?:\/([^/]+))?$/, name: 'mock-loop', view: mockLoop },
  { pattern: /^#\/stories$/, name: 'stories', view: stories },
  { pattern: /^#\/story\/([^/]+)$/, name: 'story', view: story },
  { pattern: /^#\/interviews$/, name: 'history', view: history },
  { pattern: /^#\/interview\/([^/]+)$/, name: 'interview', view: interview },
  { pattern: /^#\/debrief\/([^/]+)$/, name: 'debrief', view: debrief },
];

const main = document.getElementById('main');
let leaving = new AbortController();
let first = true;

async function route() {
  const hash = location.hash || '#/';
  if (!hash.startsWith('#/')) return;
  const found = ROUTES.find(({ pattern }) => pattern.test(hash));
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  document.querySelectorAll('dialog[open]').forEach((dialog) => dialog.close());
  for (const link of document.querySelectorAll('[data-nav]')) {
    if (link.dataset.nav === found?.name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.body.dataset.view = found?.name ?? 'missing';
  fill(main, h('p', { class: 'loading', 'data-testid': 'loading' }, 'Loading…'));
  try {
    if (!found) throw new Error('There is no page at this address.');
    await found.view.show({ main, signal, id: decodeURIComponent(found.pattern.exec(hash)[1] ?? '') });
  } catch (error) {
    if (signal.aborted) return;
    failed(error);
  }
  if (signal.aborted) return;
  const heading = main.querySelector('h1');
  document.title = heading && found?.name !== 'start' ? `${heading.textContent} · Viva` : 'Viva';
  // The first page is read from its top, as every page is; later ones begin at their heading.
  if (!first) {
    focusOn(heading, { preventScroll: true });
    if (found?.name !== 'interview') scrollTo(0, 0);
  }
  first = false;
}

function failed(error) {
  fill(
    main,
    h('div', { class: 'page narrow' },
      h('h1', {}, error.status === 404 || !error.detail ? 'Not found' : 'That did not work'),
      h('p', { class: 'notice bad', role: 'alert', 'data-testid': 'error' }, error.detail ?? error.message),
      h('div', { class: 'actions' },
        h('button', { type: 'button', class: 'primary', 'data-testid': 'try-again', onclick: route }, 'Try again'),
        h('a', { class: 'button', href: '#/' }, 'New interview')),
    ),
  );
}

function themeToggle() {
  const button = document.getElementById('theme');
  const NAMES = { auto: 'as the system', light: 'light', dark: 'dark' };
  const ICONS = { auto: 'auto', light: 'sun', dark: 'moon' };
  const draw = () => {
    const label = `Colors: ${NAMES[theme.current()]}. Change to ${NAMES[theme.next()]}`;
    button.setAttribute('aria-label', label);
    button.title = label;
    fill(button, icon(ICONS[theme.current()]));
  };
  button.addEventListener('click', () => {
    theme.apply(theme.next());
    draw();
    announce(`Colors: ${NAMES[theme.current()]}`);
  });
  draw();
}

document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
themeToggle();
addEventListener('hashchange', route);
route();
