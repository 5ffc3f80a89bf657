// The words for what the API names by slug, and how times and scores are written.

export const KIND = {
  definition: 'Definition',
  assumption: 'Assumption',
  pitfall: 'Pitfall',
  trade_off: 'Trade-off',
  clarification: 'Clarification',
  impact: 'Impact',
};

export const STATUS = {
  met: 'Met',
  partial: 'Partly met',
  wrong: 'Contradicted',
  absent: 'Not said',
  unscored: 'Could not tell',
  open: 'Open',
};

export const MOVE = {
  open: 'Question',
  probe: 'Follow-up',
  challenge: 'Challenge',
  hint: 'Hint',
  clarify: 'Clarification',
  redirect: 'Back to the question',
  advance: 'Next question',
  close: 'Close',
};

export const LEVEL = { junior: 'Junior', mid: 'Mid-level', senior: 'Senior' };
export const STYLE = { practice: 'Practice', mock: 'Mock' };
export const LOOP = { modeling: 'Modeling', systems: 'Systems', coding: 'Coding', data: 'Data', behavioral: 'Behavioral' };
export const STAGE = { requirements: 'Requirements', data: 'Data', model: 'Model', serving: 'Serving' };
export const ROUND = { coding: 'Coding', concepts: 'Concepts', 'system-design': 'System design', behavioral: 'Behavioral' };
export const DIMENSION = {
  situation: 'Situation',
  task: 'Task',
  action: 'Action',
  result: 'Result',
  ownership: 'Ownership',
  quantified: 'Numbers',
  reflection: 'Reflection',
  trade_off: 'Trade-off',
};
export const CLARITY = ['Absent', 'Vague', 'Clear'];
export const REASON = { done: 'Every question was asked.', time: 'Time ran out.', candidate: 'You ended it.' };

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** 3.4 as "3.4", 3 as "3.0", 2.25 as "2.3"; null as a dash. */
export function score(value) {
  if (value === null || value === undefined) return '–';
  const tenths = Math.round(value * 10);
  // Halves go to the even tenth, as in the server's files: 3.25 is 3.2 there and here.
  const even = (value * 10) % 1 === 0.5 && tenths % 2 ? tenths - 1 : tenths;
  return (even / 10).toFixed(1);
}

/** Points without needless zeros: 2.4, 3, -0.75. */
export const points = (value) => String(Math.round(value * 100) / 100).replace('-', '\u2212');

/** Milliseconds as 7:05 or 1:02:09; never below zero. */
export function clock(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const two = (value) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A moment as the reader's own calendar writes it. */
export const moment = (iso) => new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** What may be set aside, and that it earned nothing. */
export const FLAG = {
  instruction_to_grader: 'Words addressed to the grader. They earned nothing.',
  keyword_list: 'A list of terms, with nothing said about them. It earned nothing.',
  other_script: 'Not in the interview’s language. It earned nothing.',
  off_question: 'No part of the story. It earned nothing.',
  hidden_text: 'Characters that cannot be seen or pass for others. They earned nothing.',
};
