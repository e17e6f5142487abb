import { expect, test } from 'vitest';
import { inSetOrder } from './set-order.js';

// The orders are those of java.util.HashSet, which the Java SE API specifies by String.hashCode.
test.each([
  [
    ['StartAt', 'States'],
    ['States', 'StartAt'],
  ],
  [
    ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
    ['SecondsPath', 'Seconds', 'TimestampPath', 'Timestamp'],
  ],
  [
    ['End', 'Next'],
    ['Next', 'End'],
  ],
])('fields %j are listed as they lie in a hash set', (given, listed) => {
  expect(inSetOrder(given)).toEqual(listed);
});

test('more names than a small set holds are spread over a larger one, and none is lost', () => {
  const names = Array.from({ length: 50 }, (_, index) => `Field${index}`);
  const listed = inSetOrder(names);
  expect(listed).not.toEqual(names);
  expect([...listed].sort()).toEqual([...names].sort());
});
