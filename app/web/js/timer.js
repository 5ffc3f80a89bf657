// The time that is left, or that has passed where there is no limit.

import { serverNow } from './api.js';
import { announce, h, icon } from './dom.js';
import { clock } from './labels.js';

const WARNINGS = [[5 * 60_000, 'Five minutes are left.'], [60_000, 'One minute is left.'], [0, 'Time is up. Send what you have; the interviewer will close.']];

/** Runs until `signal` aborts. Seconds are not announced; five minutes, one minute and the end are. */
export function createTimer({ started_at: startedAt, deadline }, signal) {
  const digits = h('span', { class: 'digits' });
  const label = h('span', { class: 'timer-label' });
  const element = h('p', { class: 'timer', role: 'timer', 'data-testid': 'timer', 'data-limited': String(Boolean(deadline)) }, icon('clock'), digits, label);
  const end = deadline ? Date.parse(deadline) : null;
  let last = Infinity;

  function tick() {
    const left = end === null ? null : end - serverNow();
    digits.textContent = left === null ? clock(serverNow() - Date.parse(startedAt)) : clock(left);
    label.textContent = left === null ? 'so far' : left > 0 ? 'left' : 'time is up';
    element.dataset.state = left === null ? 'open' : left <= 0 ? 'over' : left <= 60_000 ? 'last' : 'running';
    if (left === null) return;
    const passed = WARNINGS.filter(([at]) => last > at && left <= at && last !== Infinity).at(-1);
    if (passed) announce(passed[1]);
    last = left;
  }

  tick();
  const beat = setInterval(tick, 1000);
  const stop = () => clearInterval(beat);
  signal.addEventListener('abort', stop);
  return { element, stop };
}
