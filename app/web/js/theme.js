// Light, dark, or what the system says. Loaded before the first paint, so that the page never flashes.

import { theme } from './store.js';

const ORDER = ['auto', 'light', 'dark'];

/** The scheme in use: `auto`, `light` or `dark`. */
export const current = () => (ORDER.includes(theme.get()) ? theme.get() : 'auto');

/** The next scheme in the order that the toggle goes through. */
export const next = () => ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length];

export function apply(scheme = current()) {
  theme.set(scheme);
  if (scheme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = scheme;
}

apply();
