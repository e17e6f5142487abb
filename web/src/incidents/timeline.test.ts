import { expect, test } from 'vitest';
import type { Delivery, IncidentChange } from '../api/types.js';
import { timelineOf } from './timeline.js';

const change = (number: number, at: number): IncidentChange => ({
  ...{ number, at, type: 'OPENED', words: 'failed' },
});
const told = (number: number, createdAt: number) => ({ number, createdAt }) as Delivery;

test('what was told stands after what it tells of, though it was read with the newest first', () => {
  const entries = timelineOf([change(7, 100), change(8, 200)], [told(4, 200), told(3, 100)]);
  expect(
    entries.map((entry) => (entry.is === 'change' ? entry.change.number : -entry.delivery.number)),
  ).toEqual([7, -3, 8, -4]);
});

test('changes of one moment keep the order in which they were written', () => {
  const entries = timelineOf([change(9, 5), change(8, 5)], []);
  expect(entries.map((entry) => entry.is === 'change' && entry.change.number)).toEqual([8, 9]);
});
