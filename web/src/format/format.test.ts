import { expect, test } from 'vitest';
import { formatAmount, formatBytes } from './amount.js';
import { readCause } from './cause.js';
import { formatAge, formatDuration } from './duration.js';
import { printable } from './printable.js';
import { shellWord } from './shell-word.js';
import { subjectKind, subjectName } from './subject.js';
import { formatMoment } from './time.js';

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
  expect(readCause('{"JobRunState":"FAILED","ErrorMessage":"no disk"}')).toEqual({
    message: 'no disk',
    stack: ['{', '  "JobRunState": "FAILED",', '  "ErrorMessage": "no disk"', '}'],
  });
  expect(readCause('{"other": 1}')).toEqual({ message: '{"other": 1}', stack: [] });
  expect(readCause('{broken')).toEqual({ message: '{broken', stack: [] });
});

test('quotes words for a shell only when they need it', () => {
  expect(shellWord('orders/2026-11-20')).toBe('orders/2026-11-20');
  expect(shellWord("it's $HOME")).toBe("'it'\\''s $HOME'");
});

test('names what is watched: own things without their team, others with what and where they are', () => {
  const own = {
    provider: 'millrace',
    account: '0',
    region: 'local',
    kind: 'pipeline',
    name: 'p/a/b',
  };
  expect([subjectName(own), subjectKind(own)]).toEqual(['a/b', undefined]);
  expect(subjectKind({ ...own, kind: 'check' })).toBe('check');
  const other = { ...own, provider: 'aws', region: 'eu-west-1', kind: 'glue' };
  expect([subjectName(other), subjectKind(other)]).toEqual(['p/a/b', 'glue, aws 0 eu-west-1']);
});

test('says counts and sizes', () => {
  expect(formatAmount(1_234_567)).toBe('1,234,567');
  expect([0, 999, 1_250, 999_960, 4.2e8, 1e18].map(formatBytes)).toEqual([
    '0 bytes',
    '999 bytes',
    '1.3 kB',
    '1.0 MB',
    '420.0 MB',
    '1000.0 PB',
  ]);
});

test('prints the zone of a moment', () => {
  expect(formatMoment(0, 'America/Los_Angeles')).toBe('Wed 31 Dec, 16:00 America/Los_Angeles');
});
