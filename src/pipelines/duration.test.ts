import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each<[string | number, number]>([
    [90, 90],
    ['10s', 10],
    ['5 minutes', 300],
    ['2h', 7200],
    ['1 day', 86_400],
    ['8 days', 691_200],
    ['2 weeks', 1_209_600],
  ])('%s is %s seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each<string | number>(['10', 'x', '10x', '1h30m', '-5s', '', -1, 1.5, '5constructor'])(
    '%s is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
