import { describe, expect, it } from 'vitest';
import {
  DAY,
  FIRST,
  HISTORY,
  type Kind,
  randomOf,
  seriesOf,
} from '../../../bench/forecast-series.js';
import { forecast } from './forecast.js';

const SERIES = 30;
const zone = { name: 'UTC', wall: (instant: number): number => instant };

/** Of 30 generated series, looked at every third day: how many crossings were foreseen, and how many of those rightly. */
function rates(kind: Omit<Kind, 'name'>): { foreseen: number; right: number; trends: number } {
  const found = { foreseen: 0, right: 0, trends: 0 };
  for (let seed = 1; seed <= SERIES; seed++) {
    const series = seriesOf({ name: '', ...kind }, randomOf(seed));
    const { metric, samples, limit, crossing = Number.POSITIVE_INFINITY } = series;
    let trend = false;
    for (let day = series.onset ?? HISTORY; day < Math.min(crossing, series.lastLook); day += 3) {
      const now = FIRST + day * DAY + 3_600_000;
      const course = forecast(samples, { metric, zone, now, limit });
      if (course.kind !== 'trend') continue;
      trend = true;
      if (course.crossing?.state !== 'foreseen') continue;
      const { earliest, latest = Number.POSITIVE_INFINITY } = course.crossing;
      const truth = FIRST + crossing * DAY;
      found.foreseen++;
      if (truth >= earliest - DAY && truth <= latest + DAY) found.right++;
      break;
    }
    if (trend) found.trends++;
  }
  return found;
}

describe('of thirty series whose truth is known', () => {
  it('those without a trend are left alone', () => {
    expect(rates({ course: 'steady' }).trends).toBeLessThanOrEqual(1);
    expect(rates({ course: 'steady', over: 'weekdays' }).trends).toBeLessThanOrEqual(1);
    expect(rates({ course: 'steady', over: 'memory' }).foreseen).toBeLessThanOrEqual(1);
  });

  it('hardly any with a step, or with a slow fortnight, are said to go on', () => {
    expect(rates({ course: 'step' }).trends).toBeLessThanOrEqual(1);
    expect(rates({ course: 'passing' }).trends).toBeLessThanOrEqual(1);
  });

  it('most crossings are foreseen, and nearly all of those within the range that is said', () => {
    const kinds = [
      { course: 'exponential' },
      { course: 'linear', over: 'weekdays' },
      { course: 'falling', over: 'zeros' },
    ] as const;
    for (const kind of kinds) {
      const { foreseen, right } = rates(kind);
      expect(foreseen, JSON.stringify(kind)).toBeGreaterThan(SERIES / 2);
      expect(right / foreseen, JSON.stringify(kind)).toBeGreaterThan(0.8);
    }
  });
});
