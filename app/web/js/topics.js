// Choosing topics: a search box, the loops as filters, a card for each topic.

import { api } from './api.js';
import { fill, h, icon } from './dom.js';
import { LEVEL, LOOP, plural } from './labels.js';
import { openNote } from './note.js';

/** Topics shown, from which on they stand under the headings of their loops. */
const GROUPED_FROM = 12;

const fold = (text) => text.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, ' ').trim();

/** `chosen()` are the ticked topics, `loop()` the filter in force or null; `onchange` hears of both. */
export function createTopics(topics, onchange, signal) {
  const ticked = new Set();
  const cards = new Map(topics.map((topic) => [topic.topic, card(topic)]));
  const grid = h('div', { class: 'topics', 'data-testid': 'topics' });
  const count = h('p', { class: 'help count', role: 'status' });
  const box = h('input', { type: 'search', id: 'topic-search', autocomplete: 'off', 'data-testid': 'topic-search', placeholder: 'Overfitting, drift, A/B tests…' });
  const clear = h('button', { type: 'button', class: 'link', hidden: true, 'data-testid': 'clear-topics', onclick: untick }, 'Clear the choice');
  let loop = null;
  let searching = 0;

  function card(topic) {
    const input = h('input', { type: 'checkbox', value: topic.topic, onchange: () => {
      if (input.checked) ticked.add(topic);
      else ticked.delete(topic);
      clear.hidden = !ticked.size;
      onchange();
    } });
    const levels = topic.levels.length === Object.keys(LEVEL).length ? 'All levels' : topic.levels.map((level) => LEVEL[level] ?? level).join(', ');
    return h('li', { class: 'card' },
      h('label', { 'data-testid': `topic-${topic.topic}` },
        input,
        h('span', { class: 'card-title' }, topic.title),
        h('span', { class: 'card-meta' }, `${levels} · ${topic.cases.length ? plural(topic.questions, 'case') : plural(topic.questions, 'question')}`),
        h('span', { class: 'card-meta' }, `${topic.recap_minutes} min recap · ${topic.deep_minutes} min study`)),
      h('button', { type: 'button', class: 'quiet card-note', 'aria-label': `Read the note on ${topic.title}`, title: 'Read the note',
        'data-testid': `note-${topic.topic}`, onclick: () => openNote(topic) }, icon('book')));
  }

  function untick() {
    for (const input of grid.querySelectorAll('input:checked')) input.checked = false;
    cards.forEach((each) => { each.querySelector('input').checked = false; });
    ticked.clear();
    clear.hidden = true;
    box.focus();
    onchange();
  }

  function draw(shown, said = `${plural(shown.length, 'topic')}`) {
    // Sixty cards in a row are a wall: as long as nothing narrows them down, each loop has its heading.
    const whole = !loop && shown.length > GROUPED_FROM;
    const groups = whole ? Object.keys(LOOP).map((each) => [LOOP[each], shown.filter((topic) => topic.loop === each)]) : [[null, shown]];
    fill(grid, groups.filter(([, group]) => group.length).map(([title, group]) => [
      title ? h('h3', {}, title) : null,
      h('ul', { class: 'cards', role: 'list' }, group.map(({ topic }) => cards.get(topic)))]));
    count.textContent = said;
  }

  function inLoop() {
    return topics.filter((topic) => !loop || topic.loop === loop);
  }

  function filter() {
    const words = fold(box.value).split(' ').filter(Boolean);
    const found = inLoop().filter((topic) => {
      const text = fold(`${topic.title} ${topic.topic} ${topic.loop}`);
      return words.every((word) => text.includes(word));
    });
    clearTimeout(searching);
    if (found.length || fold(box.value).length < 3) return draw(found, words.length && !found.length ? 'No topic has that in its title.' : undefined);
    draw([], 'No topic has that in its title. Looking in the notes…');
    searching = setTimeout(inNotes, 350);
  }

  /** No title matches: the notes may speak of it all the same. */
  async function inNotes() {
    const query = box.value.trim();
    try {
      const { passages } = await api.search(query.slice(0, 500), signal);
      if (box.value.trim() !== query) return;
      const slugs = [...new Set(passages.map(({ topic }) => topic))];
      const found = slugs.map((slug) => inLoop().find(({ topic }) => topic === slug)).filter(Boolean);
      draw(found, found.length ? `No title matches. ${plural(found.length, 'topic')} whose notes come nearest:` : 'No topic was found for that.');
    } catch (error) {
      if (!signal.aborted) draw([], error.detail ?? 'The notes could not be searched.');
    }
  }

  box.addEventListener('input', filter);
  // Enter in a search box searches; it must not start the interview.
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault();
  });
  draw(topics);
  return { element: h('div', {}, searchField(box), loopFilter(topics, (chosen) => {
    loop = chosen;
    filter();
    onchange();
  }), h('div', { class: 'count-line' }, count, clear), grid), chosen: () => [...ticked], loop: () => loop };
}

function searchField(box) {
  return h('div', { class: 'search' }, h('label', { for: 'topic-search', class: 'visually-hidden' }, 'Search the topics'), icon('search'), box);
}

function loopFilter(topics, onchoose) {
  const loops = Object.keys(LOOP).filter((loop) => topics.some((topic) => topic.loop === loop));
  const chip = (value, label, count) => {
    const input = h('input', { type: 'radio', name: 'loop', value: value ?? '', checked: value === null, 'data-testid': `loop-${value ?? 'all'}`,
      onchange: () => onchoose(value) });
    return h('label', { class: 'chip' }, input, h('span', {}, label, ' ', h('small', {}, String(count))));
  };
  return h('fieldset', { class: 'loops' },
    h('legend', { class: 'visually-hidden' }, 'Show the topics of'),
    chip(null, 'All', topics.length),
    loops.map((loop) => chip(loop, LOOP[loop], topics.filter((topic) => topic.loop === loop).length)));
}
