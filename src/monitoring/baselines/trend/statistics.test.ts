import { describe, expect, it } from 'vitest';
import { corrected, mannKendallOfEnds, varianceFactor } from './mann-kendall.js';
import { lineOf, pairSlopes, residualsOf, slopeInterval } from './theil-sen.js';

// Reference values: scipy 1.x stats.theilslopes at 90 %, and pymannkendall's original_test.
const days = [0, 1, 2, 4, 5, 7, 8, 9, 11, 12, 15, 16];
const values = [5, 3, 4, 4, 7, 6, 9, 8, 8, 12, 10, 11];

describe('Mann-Kendall', () => {
  it('counts pairs, and its variance knows of ties', () => {
    const [test] = mannKendallOfEnds(values);
    expect(test?.s).toBe(48);
    expect(test?.variance).toBeCloseTo(210.666_667, 5);
    expect(test?.z).toBeCloseTo(3.238_172, 5);
  });

  it('tests each end as if it were the series', () => {
    const all = mannKendallOfEnds(values);
    for (const from of values.keys()) {
      const end = values.slice(from);
      expect(all[from]).toEqual(mannKendallOfEnds(end)[0]);
    }
  });

  it('finds nothing where nothing varies', () => {
    expect(mannKendallOfEnds([7, 7, 7, 7])[0]).toEqual({ s: 0, variance: 0, z: 0 });
  });

  it('believes fewer points when neighbours resemble each other', () => {
    const waves = Array.from({ length: 60 }, (_, day) => Math.sin(day / 4));
    const alternating = Array.from({ length: 60 }, (_, day) => (day * 7919) % 61);
    expect(varianceFactor(waves)).toBeGreaterThan(4);
    expect(varianceFactor(alternating)).toBe(1);
    expect(corrected({ s: 31, variance: 100, z: 3 }, 4).z).toBeCloseTo(1.5, 9);
  });
});

describe('the Theil-Sen line', () => {
  it('has the median slope, and the interval of Sen and Gilbert, rounded outwards', () => {
    const [test] = mannKendallOfEnds(values);
    const slopes = pairSlopes(days, values, 0);
    const { slope, low, high } = slopeInterval(slopes, Math.sqrt(test?.variance ?? 0), 1.645);
    expect(slope).toBeCloseTo(0.5, 12);
    expect(low).toBeGreaterThan(0.3);
    expect(low).toBeLessThanOrEqual(1 / 3);
    expect(high).toBeGreaterThanOrEqual(2 / 3);
    expect(high).toBeLessThan(0.72);
  });

  it('is not moved by three wrong points of twelve', () => {
    const x = Array.from({ length: 12 }, (_, day) => day);
    const y = x.map((day) => (day % 5 === 1 ? 1000 : 2 * day + 1));
    const slopes = pairSlopes(x, y, 0);
    const line = lineOf(slopeInterval(slopes, 0, 0).slope, x, y, 0, 11);
    expect(line).toEqual({ slope: 2, level: 23, origin: 11 });
    expect(residualsOf(line, x, y, 0).filter((one) => one === 0)).toHaveLength(9);
  });
});
