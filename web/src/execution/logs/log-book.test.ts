import { expect, test } from 'vitest';
import type { LogLine } from '../../api/types.js';
import { EMPTY_BOOK, HELD, matchingLines, withPage } from './log-book.js';

function lines(count: number, rest: Partial<LogLine> = {}): LogLine[] {
  return Array.from({ length: count }, (_, index) => ({
    at: index,
    state: 'Load',
    attempt: 1,
    stream: 'stdout',
    level: 'info',
    message: `line ${index}`,
    tags: {},
    ...rest,
  }));
}

test('numbers lines that were read from the start', () => {
  const book = withPage(EMPTY_BOOK, { items: lines(10), next: 'a' }, 10, false);
  expect(book).toMatchObject({ first: 1, cursor: 'a', complete: false });
  const more = withPage(book, { items: lines(3), next: 'b' }, 10, false);
  expect(more).toMatchObject({ first: 1, cursor: 'b', complete: true });
  expect(more.lines).toHaveLength(13);
});

test('does not number the end of a log whose beginning was not read', () => {
  expect(withPage(EMPTY_BOOK, { items: lines(10), next: 'a' }, 10, true).first).toBeUndefined();
  expect(withPage(EMPTY_BOOK, { items: lines(9), next: 'a' }, 10, true).first).toBe(1);
});

test('keeps the same lines when nothing new was there', () => {
  const book = withPage(EMPTY_BOOK, { items: lines(2), next: 'a' }, 10, false);
  expect(withPage(book, { items: [], next: 'a' }, 10, false).lines).toBe(book.lines);
});

test('lets the oldest lines go when there are too many, and counts them', () => {
  const book = withPage(EMPTY_BOOK, { items: lines(HELD), next: 'a' }, HELD, false);
  const more = withPage(book, { items: lines(5), next: 'b' }, 10, false);
  expect(more.lines).toHaveLength(HELD);
  expect(more.first).toBe(6);
});

test('finds lines by text and by level, whatever the case', () => {
  const all = [
    ...lines(2),
    ...lines(1, { level: 'warn', message: 'Disk nearly FULL' }),
    ...lines(1, { level: 'error', message: 'disk full', state: 'Store' }),
  ];
  expect(matchingLines(all, { text: 'full', level: 'all' })).toEqual([2, 3]);
  expect(matchingLines(all, { text: '', level: 'warn' })).toEqual([2, 3]);
  expect(matchingLines(all, { text: 'store', level: 'error' })).toEqual([3]);
});
