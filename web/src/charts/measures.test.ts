import { expect, test } from 'vitest';
import type { CheckResult } from '../api/types.js';
import { bandFrom, bandOf, pointsOf } from './measures.js';

function results(rows: readonly (number | undefined)[], rest: Partial<CheckResult> = {}) {
  return rows.map(
    (count, index): CheckResult => ({
      number: rows.length - index,
      team: 'parcels',
      subject: { provider: 'millrace', account: '0', region: 'r', kind: 'pipeline', name: 'p/a' },
      tags: {},
      status: 'OK',
      at: 1_000 * (rows.length - index),
      cause: '',
      ...(count === undefined ? {} : { rows: count }),
      ...rest,
    }),
  );
}

test('draws the oldest first and leaves out results that do not say the measure', () => {
  const points = pointsOf(results([3, undefined, 1, Number.NaN]), 'rows');
  expect(points.map(({ at, value }) => [at, value])).toEqual([
    [2_000, 1],
    [4_000, 3],
  ]);
});

test('bands what is usual by median and deviation, so that one outlier moves it little', () => {
  const band = bandOf(pointsOf(results([100, 102, 98, 101, 99, 10_000]), 'rows'));
  expect(band?.middle[0]).toBe(100.5);
  expect(band?.low[0]).toBeGreaterThan(90);
  expect(band?.high[0]).toBeLessThan(115);
  expect(band?.low).toHaveLength(6);
});

test('says nothing about the usual from a few points, or from failures', () => {
  expect(bandOf(pointsOf(results([1, 2, 3, 4]), 'rows'))).toBeUndefined();
  expect(
    bandOf(pointsOf(results([1, 2, 3, 4, 5], { status: 'CRITICAL' }), 'rows')),
  ).toBeUndefined();
});

test('bands a series of zeros, and one that never changes, as a line', () => {
  expect(bandOf(pointsOf(results([0, 0, 0, 0, 0]), 'rows'))).toMatchObject({
    low: [0, 0, 0, 0, 0],
  });
  expect(bandOf(pointsOf(results([7, 7, 7, 7, 7]), 'rows'))?.high[0]).toBe(7);
});

test('takes what the server says is usual for when each began, and what was usual last for those it does not know', () => {
  const points = pointsOf(results([3, 2, 1], { startedAt: 500 }), 'rows').map((point, index) => ({
    ...point,
    startedAt: index * 100,
  }));
  const usual = [{ at: 100, low: 1, typical: 2, high: 3 }];
  expect(bandFrom(usual, points)).toMatchObject({
    low: [null, 1, 1],
    middle: [null, 2, 2],
    high: [null, 3, 3],
  });
  expect(bandFrom([], points)).toBeUndefined();
});
