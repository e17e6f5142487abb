/**
 * Where a metric is going: whether it grows or falls, how fast, since when, and when it crosses a limit.
 *
 *     samples ──▶ a point a day, season taken away ──▶ trend at all? ──▶ onset, step? ──▶ slope, shape ──▶ crossing, with a range
 *
 * It is looked at every day for every pipeline, so a false alarm must be far rarer than in a test that is made once: the
 * test must reach 4 standard deviations (once in 16,000 single looks at independent points), a line must explain the
 * points better than a step, and the change must be worth saying. `bench/forecast-truth.ts` shows how often that is right.
 * @module
 */
import type { MetricName } from './metric.js';
import { median } from './rank-statistics.js';
import { DAY, inWindow, type Sample, type SampleCounts, wallDay, type Zone } from './sample.js';
import { fromScale, type Scale, scaleOf } from './scale.js';
import {
  coursesOf,
  LEAST_DAYS,
  LEAST_POINTS,
  levelScore,
  lineScore,
  mostOf,
  stepOf,
} from './trend/course.js';
import type { Course, Steady, Trend } from './trend/course-found.js';
import { type Crossing, crossingOf, type Limit } from './trend/crossing.js';
import {
  corrected,
  type Kendall,
  mannKendallOfEnds,
  varianceFactor,
} from './trend/mann-kendall.js';
import { dailyPoints, type Points } from './trend/points.js';
import { type Fit, shapesOf } from './trend/shape.js';
import { residualsOf } from './trend/theil-sen.js';
import { forecastWords } from './words/forecast-words.js';

/** Standard deviations that Mann-Kendall must reach. */
const TREND_Z = 4;
/** And must have reached without the last week. */
const EARLIER_Z = 3;
/** By how much a line must explain the points better than a step, as a score (a likelihood ratio of e³). */
const STEP_DOUBT = 6;
/** Scores within which two onsets are about equally believable (a likelihood ratio of e²). */
const ALIKE = 4;
/** Relative change a week that is worth saying. */
const LEAST_RATE = 0.01;
/** Of a 90 % interval. */
const RANGE_Z = 1.645;
/** Latest points of which the level of a steady series is said. */
const LEVEL_POINTS = 14;
/** How much better a step must explain a series than a level, in units of the score (a likelihood ratio of e^5). */
const STEP_WORTH = 10;

export type { Crossing, Limit };

export type Forecast = Course & { metric: MetricName; counts: SampleCounts; words: string };

/**
 * The forecast of a series.
 * @param samples of one metric of one pipeline, in any order
 * @param options `now`: epoch milliseconds; `limit`: what must not be crossed, in the metric's unit
 * @example forecast(samples, { metric: 'duration', zone, now, limit: { most: 10_800_000, name: 'SLA' } }).words
 * // '11 % slower a week for 5 weeks; crosses its 3 h SLA about 12 December (5 to 20)'
 */
export function forecast(
  samples: readonly Sample[],
  options: { metric: MetricName; zone: Zone; now: number; limit?: Limit },
): Forecast {
  const { metric, zone, now, limit } = options;
  const { samples: used, counts } = inWindow(samples, now, zone);
  const scale = scaleOf(used.map(({ value }) => value));
  const points = dailyPoints(used, scale);
  const today = wallDay(zone.wall(now));
  const course = courseFound(points, scale, { now, today, limit });
  return { ...course, metric, counts, words: forecastWords(course, { metric, zone, now, limit }) };
}

interface Look {
  now: number;
  /** Day of the wall clock. */
  today: number;
  limit: Limit | undefined;
}

function courseFound(points: Points, scale: Scale, look: Look): Course {
  const { days, values } = points;
  const first = days[0] ?? 0;
  const last = days.at(-1) ?? 0;
  if (days.length < LEAST_POINTS || last - first < LEAST_DAYS)
    return { kind: 'unknown', days: days.length, needed: LEAST_POINTS };
  const tests = mannKendallOfEnds(values);
  // Most series end here, for what it costs to count pairs once.
  if (!tests.some(({ z }) => Math.abs(z) >= TREND_Z))
    return { kind: 'steady', level: fromScale(scale, median(values.slice(-LEVEL_POINTS))) };
  const most = mostOf(values);
  const courses = coursesOf(days, values, look.today, most);
  const [best] = courses;
  if (best === undefined) return steady(points, scale, most, look);
  const { onset, line } = best;
  const residuals = residualsOf(line, days, values, onset);
  const factor = varianceFactor(residuals);
  const test = corrected(tests[onset] as Kendall, factor);
  const step = stepOf(values.slice(onset), most);
  // A slow fortnight looks like a trend for some days: what is one was one a week ago, nearly.
  const weekAgo = days.findLastIndex((day) => day <= look.today - 7) + 1;
  const [earlier] = mannKendallOfEnds(values.slice(onset, weekAgo));
  const isTrend =
    Math.abs(test.z) >= TREND_Z &&
    Math.sign(test.s) === Math.sign(line.slope) &&
    (step === undefined || lineScore(residuals, most) + STEP_DOUBT < step.score) &&
    earlier !== undefined &&
    Math.sign(test.s) * corrected(earlier, factor).z >= EARLIER_Z;
  if (!isTrend) return steady(points, scale, most, look);
  const fits = courses
    .filter((one) => one.score <= best.score + ALIKE && one.line.slope * line.slope > 0)
    .flatMap(({ onset: from, slopes }) => {
      const deviation = Math.sqrt((tests[from] as Kendall).variance * factor);
      const shared = { days, values, scale, origin: look.today, factor, z: RANGE_Z };
      return shapesOf({ ...shared, onset: from, slopes, deviation });
    }) as [Fit, ...Fit[]];
  const trend = trendOf(fits, days[onset] as number, test.z, look);
  const worthSaying = trend.perWeek === undefined || Math.abs(trend.perWeek.rate) >= LEAST_RATE;
  return worthSaying ? trend : steady(points, scale, most, look);
}

function steady({ days, values }: Points, scale: Scale, most: number, look: Look): Steady {
  const level = fromScale(scale, median(values.slice(-LEVEL_POINTS)));
  const step = stepOf(values, most);
  if (step === undefined || step.score > levelScore(values, most) - STEP_WORTH)
    return { kind: 'steady', level };
  return {
    kind: 'steady',
    level: fromScale(scale, step.after),
    step: {
      at: instantOf(days[step.place] as number, look),
      before: fromScale(scale, step.before),
      after: fromScale(scale, step.after),
    },
  };
}

function trendOf(fits: [Fit, ...Fit[]], since: number, z: number, look: Look): Trend {
  const [{ shape, line, low, high }] = fits;
  const level = shape === 'exponential' ? Math.exp(line.level) : line.level;
  const rateOf = (slope: number): number =>
    shape === 'exponential' ? Math.expm1(7 * slope) : (7 * slope) / level;
  const length = look.today - since;
  const crossing = look.limit && crossingFound(fits, look.limit, length, look.now);
  return {
    kind: 'trend',
    direction: line.slope > 0 ? 'up' : 'down',
    shape,
    ...(level > 0 && {
      perWeek: { rate: rateOf(line.slope), low: rateOf(low), high: rateOf(high) },
    }),
    amount: shape === 'exponential' ? level * rateOf(line.slope) : 7 * line.slope,
    since: instantOf(since, look),
    weeks: length / 7,
    level,
    z,
    ...(crossing && { crossing }),
  };
}

function crossingFound(
  fits: [Fit, ...Fit[]],
  limit: Limit,
  length: number,
  now: number,
): Crossing | undefined {
  const found = crossingOf(fits, limit, length);
  if (found === undefined) return undefined;
  if (found === 'over') return { state: 'over' };
  const instant = (days: number): number => Math.round(now + days * DAY);
  return {
    state: 'foreseen',
    at: instant(found.expected),
    earliest: instant(found.earliest),
    ...(Number.isFinite(found.latest) && { latest: instant(found.latest) }),
  };
}

/** A time on a day of the wall clock; a change of the clock moves it by an hour, which no forecast is as exact as. */
function instantOf(day: number, { now, today }: Look): number {
  return now - (today - day) * DAY;
}
