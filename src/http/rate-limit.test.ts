import { expect, it } from 'vitest';
import { createRateLimit } from './rate-limit.js';

it('lets so many a minute through, for each key, also when the clock is set back', () => {
  let now = 1_000_000;
  const limit = createRateLimit(2, () => now);
  expect(['a', 'a', 'a', 'b'].map((key) => limit.take(key))).toEqual([true, true, false, true]);
  now += 59_999;
  expect(limit.take('a')).toBe(false);
  now += 1;
  expect(limit.take('a')).toBe(true);
  now -= 86_400_000;
  expect(limit.take('a')).toBe(true);
});

it('keeps no more keys than it can', () => {
  const limit = createRateLimit(1, () => 0);
  for (let n = 0; n < 30_000; n += 1) expect(limit.take(`k${n}`)).toBe(true);
});
