import { expect, test } from 'vitest';
import { readCause } from './cause.js';
import { formatAge, formatDuration } from './duration.js';
import { printable } from './printable.js';
import { shellWord } from './shell-word.js';

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [9_960, '10 s'],
  [61_000, '1 m 01 s'],
  [3_780_000, '1 h 03 m'],
  [200_000_000, '2 d 7 h'],
])('says %d ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('says how long ago in one unit', () => {
  expect([1_000, 59_000, 130_000, 7_200_000, 300_000_000].map(formatAge)).toEqual([
    'just now',
    '59 s ago',
    '2 min ago',
    '2 h ago',
    '3 days ago',
  ]);
});

test('takes terminal colours out and makes other control characters visible', () => {
  expect(printable('\u001b[1;31mred\u001b[0m \u001b]0;title\u0007end')).toBe('red end');
  expect(printable('a\u0007b\u202ec\td\n')).toBe('a␇b\\u202ec\td\n');
});

test('reads the JSON that Lambda puts into a cause', () => {
  const cause = { errorMessage: 'no', errorType: 'KeyError', stackTrace: ['  at a\n  at b\n'] };
  expect(readCause(JSON.stringify(cause))).toEqual({
    message: 'no',
    errorType: 'KeyError',
    stack: ['  at a', '  at b'],
  });
  expect(readCause('{"other": 1}')).toEqual({ message: '{"other": 1}', stack: [] });
  expect(readCause('{broken')).toEqual({ message: '{broken', stack: [] });
});

test('quotes words for a shell only when they need it', () => {
  expect(shellWord('orders/2026-11-20')).toBe('orders/2026-11-20');
  expect(shellWord("it's $HOME")).toBe("'it'\\''s $HOME'");
});
