import { describe, expect, it } from 'vitest';
import { formatProblems } from './format-problems.js';
import type { Problem } from './problem.js';

const problem: Problem = {
  severity: 'error',
  code: 'MILL1101',
  message: 'unknown field "retyr"; did you mean "retry"?',
  file: 'orders.yaml',
  line: 3,
  column: 14,
  length: 5,
  why: 'a field that nobody reads is most likely a misspelling',
  fix: 'write "retry"',
};

describe('formatProblems', () => {
  it('shows what, where, why and the fix', () => {
    const text = 'pipeline: orders\nsteps:\n  - load: {  retyr: 3 }\n';
    expect(formatProblems([problem], new Map([['orders.yaml', text]]))).toBe(
      `error[MILL1101] unknown field "retyr"; did you mean "retry"?
  --> orders.yaml:3:14
  2 | steps:
  3 |   - load: {  retyr: 3 }
    |              ^^^^^
 why: a field that nobody reads is most likely a misspelling
 fix: write "retry"
`,
    );
  });

  it('does without the text of the file', () => {
    expect(formatProblems([problem], new Map())).not.toContain('|');
  });

  it('keeps control characters away from the terminal', () => {
    const evil = `a: "\u001b[2J\u202e"`;
    const shown = formatProblems(
      [{ ...problem, line: 1, column: 1, message: '\u001b]8;;x' }],
      new Map([['orders.yaml', evil]]),
    );
    expect(shown).not.toContain('\u001b');
    expect(shown).not.toContain('\u202e');
  });
});
