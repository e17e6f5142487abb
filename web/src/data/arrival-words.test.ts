import { expect, test } from 'vitest';
import { ARRIVALS, cellLabel, shortRows } from './arrival-words.js';

test('every state has a sign and a word of its own', () => {
  const all = Object.values(ARRIVALS);
  expect(new Set(all.map(({ sign }) => sign)).size).toBe(all.length);
  expect(new Set(all.map(({ word }) => word)).size).toBe(all.length);
});

test('a cell says in words what it shows', () => {
  const day = { day: '2026-11-30', state: 'arrived late' as const, rows: 1_200, versions: 2 };
  expect(cellLabel('a', { ...day, words: 'by 08:00' })).toBe(
    'a, 2026-11-30: arrived late, 1,200 rows, 2 versions, by 08:00',
  );
  expect([0, 999, 41_872, 2_000_000, 3e9].map(shortRows)).toEqual(['0', '999', '42k', '2M', '3G']);
});
