import { expect, test } from 'vitest';
import { kindWords, startCommand, waitingWords } from './worker-words.js';

const line = { kind: 'shell', tags: ['gpu'], team: 'parcels', attempts: 3, workers: 0 };

test('a kind is told with how many at a time, where that is fewer than there are slots', () => {
  expect(kindWords({ kinds: { shell: 4, sql: 1 }, slots: 4 })).toBe('shell, sql (1 at a time)');
});

test.each([
  [
    line,
    '3 tasks of parcels wait for a worker that performs shell with the tag gpu: none is connected',
  ],
  [
    { ...line, attempts: 1, tags: [], workers: 2 },
    '1 task of parcels waits for a worker that performs shell: 2 connected, all of them busy',
  ],
  [
    { ...line, tags: ['gpu', 'big'], workers: 2, limited: 'gpu' },
    '3 tasks of parcels wait for a worker that performs shell with the tags gpu, big: no more tasks with the tag gpu may run now',
  ],
])('what waits is told with why: %j', (given, words) => {
  expect(waitingWords(given)).toBe(words);
});

test('the command starts a worker that could take them', () => {
  expect(startCommand(line)).toBe('millrace worker --kinds shell --tags gpu');
  expect(startCommand({ kind: 'shell', tags: [] })).toBe('millrace worker --kinds shell');
  expect(startCommand({ kind: 'shell', tags: ["a'b; rm"] })).toContain("--tags 'a'");
});
