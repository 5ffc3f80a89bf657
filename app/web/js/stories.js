// The story bank: the stories told so far, the common questions that they answer, and those that none answers yet.

import { api } from './api.js';
import { confirm } from './dialogs.js';
import { announce, download, fill, focusOn, h, icon } from './dom.js';
import { moment, plural, score } from './labels.js';
import { drafts } from './store.js';

const storyOf = (id) => `#/story/${encodeURIComponent(id)}`;

/** The page for the route `#/stories`. */
export async function show({ main, signal }) {
  const bank = await api.stories(signal);
  if (signal.aborted) return;
  const trouble = h('p', { class: 'notice bad', role: 'alert', hidden: true, 'data-testid': 'stories-error' });
  const attempt = async (action) => {
    trouble.hidden = true;
    try {
      await action();
    } catch (error) {
      if (signal.aborted) return;
      trouble.textContent = error.detail ?? 'That did not work.';
      trouble.hidden = false;
    }
  };
  const begin = (choice) => attempt(async () => { location.hash = storyOf((await api.beginStory(choice)).id); });
  const remove = ({ id, title }) => attempt(async () => {
    const text = `“${title}” and every telling of it will be gone for good.`;
    if (!(await confirm({ title: 'Delete this story?', text, yes: 'Delete', no: 'Keep it', testid: 'delete-dialog' }))) return;
    await api.removeStory(id);
    drafts.drop(id);
    await show({ main, signal });
    announce('The story was deleted.');
    focusOn(main.querySelector('h1'));
  });
  fill(main, h('div', { class: 'page narrow stories', 'data-testid': 'stories' },
    h('h1', {}, 'Stories'),
    h('p', { class: 'lead' }, 'Five to eight good stories answer most behavioral questions. Tell one, see it marked up, tell it better, and keep it for the day.'),
    trouble,
    coverage(bank, begin),
    ownPrompt(begin),
    unfinished(bank, remove),
    kept(bank, remove),
    bank.stories.length ? exports(attempt) : null));
}

/** Each common question with the stories that answer it; those without one come with a button. */
function coverage({ stories, questions, open }, begin) {
  const titles = new Map(stories.map(({ id, title }) => [id, title]));
  const covered = questions.length - open.length;
  const filled = h('i', {});
  filled.style.width = `${questions.length ? (100 * covered) / questions.length : 0}%`;
  return h('section', { 'aria-labelledby': 'coverage-title' },
    h('h2', { id: 'coverage-title' }, 'Common questions'),
    h('p', { class: 'help', 'data-testid': 'coverage' }, `${covered} of ${questions.length} have a story.`),
    h('span', { class: 'bar', 'aria-hidden': 'true' }, filled),
    h('ul', { class: 'coverage', role: 'list' }, questions.map((question) =>
      h('li', { class: question.stories.length ? 'is-met' : 'is-open', 'data-testid': `question-${question.id}` },
        icon(question.stories.length ? 'met' : 'open'),
        h('div', {}, h('p', {}, question.ask),
          question.stories.length
            ? h('p', { class: 'help' }, question.stories.map((id, index) => [index ? ', ' : '', h('a', { href: storyOf(id) }, titles.get(id))]))
            : h('p', { class: 'help' }, 'No story yet')),
        h('button', { type: 'button', 'data-testid': `tell-${question.id}`, onclick: () => begin({ question: question.id }) },
          question.stories.length ? 'Tell another' : 'Tell one', h('span', { class: 'visually-hidden' }, `: ${question.ask}`))))));
}

function ownPrompt(begin) {
  const prompt = h('input', { id: 'own-prompt', 'data-testid': 'own-prompt', maxlength: 300, autocomplete: 'off' });
  const submit = (event) => {
    event.preventDefault();
    if (prompt.value.trim()) begin({ prompt: prompt.value.trim() });
    else prompt.focus();
  };
  return h('form', { class: 'own-prompt', onsubmit: submit },
    h('div', { class: 'field' }, h('label', { for: 'own-prompt' }, 'Or a question of your own'), prompt),
    h('button', { 'data-testid': 'tell-own' }, 'Tell it'));
}

/** What was begun and not ended, to go on with. */
function unfinished({ unfinished: all }, remove) {
  if (!all.length) return null;
  return h('section', { 'aria-labelledby': 'unfinished-title', 'data-testid': 'unfinished' },
    h('h2', { id: 'unfinished-title' }, 'Not told to the end'),
    h('ul', { class: 'past', role: 'list' }, all.map((story) =>
      h('li', {},
        h('a', { href: storyOf(story.id), class: 'past-link' },
          h('span', { class: 'past-title' }, story.title),
          h('span', { class: 'tag' }, 'open'),
          h('span', { class: 'past-facts' }, moment(story.at)),
          h('span', { class: 'past-go' }, 'Go on')),
        h('button', { type: 'button', class: 'quiet icon-button', 'aria-label': `Delete ${story.title}`, 'data-testid': 'delete-unfinished', onclick: () => remove(story) }, icon('trash'))))));
}

function kept({ stories, unfinished: open }, remove) {
  if (!stories.length && open.length) return null;
  if (!stories.length) return h('p', { class: 'empty', 'data-testid': 'no-stories' }, 'No story is told yet. Choose a question and begin; it takes five minutes.');
  return h('section', { 'aria-labelledby': 'bank-title' },
    h('h2', { id: 'bank-title' }, 'Your stories'),
    h('ul', { class: 'past', role: 'list' }, stories.map((story) =>
      h('li', { 'data-testid': 'story' },
        h('a', { href: storyOf(story.id), class: 'past-link' },
          h('span', { class: 'past-title' }, story.title),
          h('span', { class: 'tag' }, `${score(story.overall)} of 5`),
          h('span', { class: 'past-facts' },
            [moment(story.at), plural(story.versions, 'telling'), `answers ${plural(story.questions.length, 'question')}`, ...story.tags].join(' · ')),
          h('span', { class: 'past-go' }, 'Read it')),
        h('button', { type: 'button', class: 'quiet icon-button', 'aria-label': `Delete ${story.title}`, 'data-testid': 'delete-story', onclick: () => remove(story) }, icon('trash'))))));
}

function exports(attempt) {
  const markdown = () => attempt(async () => download(await api.storyBankMarkdown(), 'text/markdown', 'stories.md'));
  const json = () => attempt(async () => download(JSON.stringify(await api.stories(), null, 2), 'application/json', 'stories.json'));
  return h('div', { class: 'actions no-print' },
    h('button', { type: 'button', 'data-testid': 'stories-markdown', onclick: markdown }, icon('download'), 'Markdown'),
    h('button', { type: 'button', 'data-testid': 'stories-json', onclick: json }, icon('download'), 'JSON'));
}
