// What the page remembers on this device. Where storage is refused (private windows, a full disk), memory stands in.

const memory = new Map();

function read(key) {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

function write(key, value) {
  memory.set(key, value);
  try {
    localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

function remove(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was stored there in the first place.
  }
}

export const apiKey = {
  get: () => read('viva.key'),
  set: (value) => write('viva.key', value),
};

/** `auto`, `light` or `dark`. */
export const theme = {
  get: () => read('viva.theme') ?? 'auto',
  set: (value) => write('viva.theme', value),
};

/**
 * The answer being written, for each interview: `{turn, text}`. It is kept while it is on its way, and dropped
 * only when the server has shown that it holds the same words.
 */
export const drafts = {
  load(id) {
    try {
      return JSON.parse(read(`viva.draft.${id}`));
    } catch {
      return null;
    }
  },
  /** Whether the draft will outlive this page. */
  save: (id, turn, text) => (text ? write(`viva.draft.${id}`, JSON.stringify({ turn, text })) : (remove(`viva.draft.${id}`), true)),
  drop: (id) => remove(`viva.draft.${id}`),
};

/** The quiz under way: its questions, how far it is, what was typed and how it was marked. */
export const quizzes = {
  load() {
    try {
      return JSON.parse(read('viva.quiz'));
    } catch {
      return null;
    }
  },
  save: (state) => write('viva.quiz', JSON.stringify(state)),
};

/** The settings last used on the start page. */
export const settings = {
  load() {
    try {
      return JSON.parse(read('viva.settings')) ?? {};
    } catch {
      return {};
    }
  },
  save: (value) => write('viva.settings', JSON.stringify(value)),
};
