// A choice of one among a few, as a group of radio buttons.

import { h } from './dom.js';

/** `options` are `[value, label, help?]`; `value()` is the one chosen. */
export function radios(name, label, options, chosen) {
  const inputs = options.map(([value]) =>
    h('input', { type: 'radio', name, value, checked: value === chosen, 'data-testid': `${name}-${value}` }));
  const element = h('fieldset', { class: `radios ${name}`, 'data-testid': name },
    h('legend', {}, label),
    h('div', { class: 'options' },
      options.map(([, text, help], index) =>
        h('label', { class: 'option' }, inputs[index], h('span', { class: 'option-text' }, h('b', {}, text), help ? h('small', {}, help) : null)))));
  return { element, value: () => inputs.find((input) => input.checked)?.value ?? options[0][0] };
}
