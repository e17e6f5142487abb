import { expect, test } from 'vitest';
import type { Point } from './measures.js';
import { columnsOf, isDrawn, timesOf } from './plot.js';

const at = Date.parse('2026-11-28T23:00:00Z') / 1000;
const points: Point[] = [
  { at: at * 1000, startedAt: at * 1000, value: 7, status: 'OK', cause: '' },
];

test('tells times in UTC, and the day where it becomes another', () => {
  expect(timesOf([at, at + 1_800, at + 3_600, at + 5_400], 1_800)).toEqual([
    '28 Nov 23:00',
    '23:30',
    '29 Nov 00:00',
    '00:30',
  ]);
  expect(timesOf([at, at + 86_400], 86_400)).toEqual(['28 Nov', '29 Nov']);
  expect(timesOf([at + 1.5], 0.5)).toEqual(['28 Nov 23:00:01.500']);
});

test('draws a band only where there is one', () => {
  expect(columnsOf(points, undefined)).toEqual([[at], [7], [null], [null], [null]]);
  const band = { low: [1], middle: [2], high: [3], words: '' };
  expect(columnsOf(points, band).slice(2)).toEqual([[1], [3], [2]]);
});

test('does not draw a promise so far above that all else would lie on the ground', () => {
  expect(isDrawn(undefined, points)).toBe(false);
  expect(isDrawn(140, points)).toBe(true);
  expect(isDrawn(141, points)).toBe(false);
});
