// The Markdown that notes are written in, as elements. What it does not know stays text; it never makes HTML of text.

import { h } from './dom.js';

const INLINE = /(`+)(.+?)\1|\*\*(.+?)\*\*|__(.+?)__|\*([^*\s](?:[^*]*[^*\s])?)\*|\[([^\]]+)\]\(([^)\s]+)\)/s;

/** Inline marks: code, bold, italics, links to http(s) pages. */
export function inline(text) {
  const out = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    const [whole, , code, bold, strong, italics, label, address] = found;
    out.push(rest.slice(0, found.index));
    if (code !== undefined) out.push(h('code', {}, code.trim()));
    else if (bold ?? strong) out.push(h('strong', {}, inline(bold ?? strong)));
    else if (italics) out.push(h('em', {}, inline(italics)));
    else if (/^https?:\/\//i.test(address)) out.push(h('a', { href: address, rel: 'noopener noreferrer', target: '_blank' }, inline(label)));
    else out.push(inline(label));
    rest = rest.slice(found.index + whole.length);
  }
  return [...out, rest];
}

const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const FENCE = /^\s*(```|~~~)/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const startsBlock = (line) => [ITEM, FENCE, HEADING, RULE].some((pattern) => pattern.test(line)) || /^\s*>/.test(line);

/** The blocks of `source`. Its headings begin at `level`, so that a note fits below the page's own. */
export function markdown(source, level = 3) {
  const lines = source.replace(/\r\n?/g, '\n').split('\n');
  const blocks = [];
  let at = 0;
  const takeWhile = (test) => {
    const taken = [];
    while (at < lines.length && test(lines[at])) taken.push(lines[at++]);
    return taken;
  };
  while (at < lines.length) {
    const line = lines[at];
    const heading = HEADING.exec(line);
    if (!line.trim()) at += 1;
    else if (FENCE.test(line)) {
      const mark = FENCE.exec(lines[at++])[1];
      blocks.push(h('pre', { tabindex: 0 }, h('code', {}, takeWhile((each) => !each.trim().startsWith(mark)).join('\n'))));
      at += 1;
    } else if (heading) {
      at += 1;
      blocks.push(h(`h${Math.min(6, level + heading[1].length - 1)}`, {}, inline(heading[2])));
    } else if (RULE.test(line)) {
      at += 1;
      blocks.push(h('hr'));
    } else if (ITEM.test(line)) {
      blocks.push(list(takeWhile((each) => ITEM.test(each) || /^\s+\S/.test(each))));
    } else if (/^\s*>/.test(line)) {
      blocks.push(h('blockquote', {}, markdown(takeWhile((each) => /^\s*>/.test(each)).map((each) => each.replace(/^\s*> ?/, '')).join('\n'), level)));
    } else if (line.includes('|') && /^\s*\|?[\s:|-]*-[\s:|-]*$/.test(lines[at + 1] ?? '')) {
      blocks.push(table(takeWhile((each) => each.includes('|'))));
    } else {
      const first = lines[at++];
      blocks.push(h('p', {}, inline([first, ...takeWhile((each) => each.trim() && !startsBlock(each))].join('\n'))));
    }
  }
  return blocks;
}

function list(lines) {
  const [, margin, mark] = ITEM.exec(lines[0]);
  const items = [];
  for (const line of lines) {
    const found = ITEM.exec(line);
    if (found && found[1].length <= margin.length) items.push({ text: [found[3]], inner: [] });
    else if (found || items.at(-1).inner.length) items.at(-1).inner.push(line);
    else items.at(-1).text.push(line.trim());
  }
  const numbered = /\d/.test(mark);
  const start = numbered && parseInt(mark, 10) !== 1 ? parseInt(mark, 10) : null;
  return h(numbered ? 'ol' : 'ul', { start },
    items.map(({ text, inner }) => h('li', {}, inline(text.join('\n')), inner.length && ITEM.test(inner[0]) ? list(inner) : inner.join(' '))));
}

function table([head, , ...rows]) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());
  return h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Table' },
    h('table', {},
      h('thead', {}, h('tr', {}, cells(head).map((cell) => h('th', { scope: 'col' }, inline(cell))))),
      h('tbody', {}, rows.map((row) => h('tr', {}, cells(row).map((cell) => h('td', {}, inline(cell))))))));
}
