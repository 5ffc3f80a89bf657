// Building elements. Text always becomes a text node, so nothing that was fetched or typed is ever parsed as HTML.

const SVG = 'http://www.w3.org/2000/svg';

/** An element. Attributes that are null or false are left out; `onclick` and the like become listeners. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const STROKES = {
  met: ['M8 12.5l2.7 2.7L16.2 9.5'],
  wrong: ['M9 9l6 6M15 9l-6 6'],
  unscored: ['M9.7 9.7a2.4 2.4 0 1 1 3.3 2.3c-.7.3-1 .7-1 1.5', 'M12 16.4v.1'],
  info: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 11v5.5M12 7.6v.1'],
  hint: ['M9.5 18h5M10.5 21h3', 'M12 3a6 6 0 0 0-3.7 10.7c.8.7 1.2 1.3 1.2 2.3h5c0-1 .4-1.6 1.2-2.3A6 6 0 0 0 12 3z'],
  send: ['M5 12h13M12.5 6l6 6-6 6'],
  search: ['M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5'],
  clock: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5V12l3 2'],
  shuffle: ['M4 7h3c5 0 5 10 10 10h3M17 14l3 3-3 3M4 17h3c1.6 0 2.7-1 3.6-2.4M13.4 9.4C14.3 8 15.4 7 17 7h3M17 4l3 3-3 3'],
  book: ['M12 6.5C10 5 7 4.5 4 4.8V18c3-.3 6 .2 8 1.7 2-1.5 5-2 8-1.7V4.8c-3-.3-6 .2-8 1.7zM12 6.5v13'],
  close: ['M6 6l12 12M18 6L6 18'],
  download: ['M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14'],
  print: ['M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z'],
  trash: ['M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13'],
  sun: ['M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3L7 7M17 17l1.7 1.7M18.7 5.3L17 7M7 17l-1.7 1.7'],
  moon: ['M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z'],
  auto: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 3v18M15 4v16M18 6v12'],
  back: ['M19 12H6M11.5 6l-6 6 6 6'],
  flag: ['M6 21V4M6 5h11l-2 4 2 4H6'],
};

/** A decorative drawing: it never carries meaning alone, so it is hidden from assistive technology. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const set = (node, attributes) => Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  set(svg, { viewBox: '0 0 24 24', width: 20, height: 20, 'aria-hidden': 'true', focusable: 'false', class: `icon icon-${name}` });
  const add = (tag, attributes) => {
    const node = document.createElementNS(SVG, tag);
    set(node, attributes);
    svg.append(node);
  };
  const status = ['met', 'wrong', 'unscored', 'partial', 'absent', 'open'].includes(name);
  if (status) add('circle', { cx: 12, cy: 12, r: 9, class: 'icon-ring' });
  if (name === 'partial') add('path', { d: 'M12 3a9 9 0 0 1 0 18z', class: 'icon-fill' });
  for (const d of STROKES[name] ?? []) add('path', { d });
  return svg;
}

/** Hand a text to the reader as a file. */
export function download(text, type, name) {
  const link = h('a', { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Replace everything in an element. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter(Boolean));
  return element;
}

/** Move focus to something that is not a control, such as a heading. */
export function focusOn(element, options = {}) {
  if (!element) return;
  if (!element.matches('a[href], button, input, select, textarea')) element.tabIndex = -1;
  element.focus(options);
}

/** Bring an element into view, gently where the reader has not asked for less motion. */
export function reveal(element, block = 'center') {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollIntoView({ block, behavior: still ? 'auto' : 'smooth' });
}

/** Say something once to a screen reader. The region is emptied first, so that equal messages are said again. */
export function announce(text) {
  const live = document.getElementById('live');
  live.textContent = '';
  setTimeout(() => { live.textContent = text; }, 60);
}
