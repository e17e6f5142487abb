import { describe, expect, test } from 'vitest';
import { CommandFailure } from './failure.js';
import { tagLimitsIn } from './worker-kinds.js';

describe('limits of tags', () => {
  test('are tags with numbers', () => {
    expect(tagLimitsIn('gpu=2, warehouse=100000')).toEqual({ gpu: 2, warehouse: 100_000 });
    expect(tagLimitsIn('')).toEqual({});
  });

  test.each([
    ...['gpu', 'gpu=', 'gpu=0', 'gpu=-1', 'gpu=1.5', 'gpu=100001', '=2', 'a b=2', 'gpu=1,gpu=2'],
  ])('%s is none', (text) => {
    expect(() => tagLimitsIn(text)).toThrow(CommandFailure);
  });
});
