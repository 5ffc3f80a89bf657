// Server-sent events read by hand: EventSource cannot send a POST.

/**
 * Feed it text in pieces of any size; it gives back the events that are complete.
 * Lines may end in LF, CRLF or CR; comments (pings) and unknown fields are skipped.
 */
export class EventParser {
  #rest = '';
  #event = '';
  #data = [];

  /** The events that `chunk` completes: `[{event, data}]`, data still text. */
  push(chunk) {
    this.#rest += chunk;
    // A CR at the very end may be half of a CRLF: wait for what follows.
    const held = this.#rest.endsWith('\r') ? '\r' : '';
    const lines = this.#rest.slice(0, this.#rest.length - held.length).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() + held;
    return lines.map((line) => this.#line(line)).filter(Boolean);
  }

  #line(line) {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    if (field === 'data') this.#data.push(value);
    return null;
  }

  #dispatch() {
    const complete = this.#data.length ? { event: this.#event || 'message', data: this.#data.join('\n') } : null;
    this.#event = '';
    this.#data = [];
    return complete;
  }
}

/** The events of a response's body, as they arrive. */
export async function* readEvents(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
