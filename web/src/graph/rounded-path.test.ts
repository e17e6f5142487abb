import { expect, test } from 'vitest';
import { roundedPath } from './rounded-path.js';

test('rounds a corner, less where a piece is short', () => {
  const points = [
    { x: 0, y: 0 },
    { x: 0, y: 20 },
    { x: 8, y: 20 },
  ];
  expect(roundedPath(points, 8)).toBe('M0 0L0 16Q0 20 4 20L8 20');
});

test('draws nothing without points', () => {
  expect(roundedPath([], 8)).toBe('');
});
