// The public API, and nothing else. Every failure leaves here as a Problem whose `detail` is written for a person.

import { askForKey } from './dialogs.js';
import { readEvents } from './sse.js';
import { apiKey } from './store.js';

/** A failed call. `status` is 0 when no answer came at all. */
export class Problem extends Error {
  constructor({ status = 0, detail, errors = [], expected_turn: expectedTurn = null }) {
    super(detail);
    this.status = status;
    this.detail = detail;
    this.errors = errors;
    this.expectedTurn = expectedTurn;
  }
}

const UNREACHABLE = 'The server could not be reached. Check that it is running, then try again.';
const CUT_OFF = 'The connection broke before the interviewer had finished.';

let skew = 0;

/** The server's clock, in milliseconds: a deadline is counted by the clock that set it. */
export const serverNow = () => Date.now() + skew;

async function send(method, path, { body, accept = 'application/json', signal } = {}) {
  const headers = { Accept: accept };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (apiKey.get()) headers.Authorization = `Bearer ${apiKey.get()}`;
  try {
    return await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem({ detail: UNREACHABLE });
  }
}

async function problem(response) {
  const fallback = { status: response.status, detail: `The server answered ${response.status} and gave no reason. Try again in a moment.` };
  try {
    const body = await response.json();
    const lines = (body.errors ?? []).map((each) => [each.field, each.message].filter(Boolean).join(': '));
    const detail = body.detail || lines.join('. ') || fallback.detail;
    return new Problem({ ...body, status: response.status, detail });
  } catch {
    return new Problem(fallback);
  }
}

async function request(method, path, options) {
  let response = await send(method, path, options);
  while (response.status === 401 && (await askForKey(Boolean(apiKey.get())))) {
    response = await send(method, path, options);
  }
  const clock = Date.parse(response.headers.get('Date') ?? '');
  // The header counts whole seconds: believe it only where it says more than that.
  if (Number.isFinite(clock)) skew = Math.abs(clock - Date.now()) > 2000 ? clock - Date.now() : 0;
  if (!response.ok) throw await problem(response);
  return response;
}

async function json(method, path, options) {
  const response = await request(method, path, options);
  return response.status === 204 ? null : response.json();
}

const story = (id) => `/v1/stories/${encodeURIComponent(id)}`;
const interview = (id) => `/v1/interviews/${encodeURIComponent(id)}`;

export const api = {
  topics: (signal) => json('GET', '/v1/topics', { signal }),
  topic: (slug) => json('GET', `/v1/topics/${encodeURIComponent(slug)}`),
  search: (query, signal) => json('GET', `/v1/search?${new URLSearchParams({ q: query, k: '12' })}`, { signal }),
  quiz: (wanted, signal) => json('GET', `/v1/quiz?${new URLSearchParams(wanted)}`, { signal }),
  mockLoopOutline: (signal) => json('GET', '/v1/mock-loops/outline', { signal }),
  mockLoop: (id, signal) => json('GET', `/v1/mock-loops/${encodeURIComponent(id)}`, { signal }),
  beginMockLoop: (choice) => json('POST', '/v1/mock-loops', { body: choice }),
  nextRound: (id) => json('POST', `/v1/mock-loops/${encodeURIComponent(id)}/next`),
  stories: (signal) => json('GET', '/v1/stories', { signal }),
  beginStory: (choice) => json('POST', '/v1/stories', { body: choice }),
  story: (id, signal) => json('GET', story(id), { signal }),
  tell: (id, turn, text) => json('POST', `${story(id)}/answers`, { body: { text, turn } }),
  finishStory: (id) => json('POST', `${story(id)}/finish`),
  retell: (id) => json('POST', `${story(id)}/retell`),
  keepStory: (id, kept) => json('PUT', `${story(id)}/bank`, { body: kept }),
  removeStory: (id) => json('DELETE', story(id)),
  start: (choice) => json('POST', '/v1/interviews', { body: choice }),
  list: (limit, offset, signal) => json('GET', `/v1/interviews?${new URLSearchParams({ limit, offset })}`, { signal }),
  interview: (id, signal) => json('GET', interview(id), { signal }),
  remove: (id) => json('DELETE', interview(id)),
  hint: (id) => json('POST', `${interview(id)}/hint`),
  finish: (id) => json('POST', `${interview(id)}/finish`),
  debrief: (id, signal) => json('GET', `${interview(id)}/debrief`, { signal }),
  selfCheck: (id, check) => json('POST', `${interview(id)}/self-checks`, { body: check }),

  async storyBankMarkdown() {
    return (await request('GET', '/v1/stories', { accept: 'text/markdown' })).text();
  },

  async markdown(id) {
    return (await request('GET', `${interview(id)}/debrief`, { accept: 'text/markdown' })).text();
  },

  /** Send an answer; yields `{event, data}` as the turn goes on. Ends with a `message`, or throws a Problem. */
  async *answer(id, turn, text, signal) {
    const response = await request('POST', `${interview(id)}/answers`, { body: { text, turn }, accept: 'text/event-stream', signal });
    if (!(response.headers.get('Content-Type') ?? '').includes('text/event-stream')) {
      yield { event: 'message', data: await response.json() };
      return;
    }
    try {
      for await (const { event, data } of readEvents(response.body)) {
        const value = JSON.parse(data);
        if (event === 'error') throw new Problem(value);
        yield { event, data: value };
        if (event === 'message') return;
      }
    } catch (error) {
      if (error instanceof Problem || error.name === 'AbortError') throw error;
      throw new Problem({ detail: CUT_OFF });
    }
    throw new Problem({ detail: CUT_OFF });
  },
};
