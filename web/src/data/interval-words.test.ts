import { expect, test } from 'vitest';
import { intervalsLater } from './interval-words.js';

test.each([
  ['2026-11-30', 1, '2026-12-01'],
  ['2026-03-01', -1, '2026-02-28'],
  ['2026-11-30T23', 1, '2026-12-01T00'],
  ['2026-11-30T00', -14, '2026-11-29T10'],
])('%s and %i more is %s', (interval, count, later) => {
  expect(intervalsLater(interval, count)).toBe(later);
});
