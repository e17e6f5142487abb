/**
 * What is usual for a metric of a pipeline at an hour of the week, learned from the last thirteen weeks.
 *
 *     samples ──scale──▶ grain of the season ──▶ a bucket each: weighted median ± spread ──▶ usual range
 *
 * - The *typical* value of a bucket is its weighted median. A sample counts half as much for every four weeks of its age.
 *   So after a step the baseline stands on the new level when that holds half of the weight: after three and a half weeks.
 * - The *spread* is a scaled MAD. A bucket of nine Mondays tells little of its own spread, so it is drawn towards the
 *   spread that all buckets share, as if ten more values said so; with many values of its own it stands for itself.
 * - The *usual range* is the median ± 3.5 spreads: the bound for modified z-scores of B. Iglewicz and D. Hoaglin, "How to
 *   Detect and Handle Outliers" (ASQC 1993). It is widened for what a median of few values, and a MAD of few, leave open.
 *
 * A series with fewer than eight samples has no baseline: the next value lies beyond all of n values that say nothing of
 * it with a chance of 2 in n + 1, and with fewer than eight no width of a range makes that rare.
 * @module
 */
import { LEAST_RELATIVE_SPREAD, METRICS, type MetricName } from './metric.js';
import { effectiveCount, MAD_SCALE, madBias, weightedMedian } from './rank-statistics.js';
import {
  inWindow,
  type Sample,
  type SampleCounts,
  type WallSample,
  WEEK,
  type Zone,
} from './sample.js';
import { fromScale, type Scale, scaleOf, toScale } from './scale.js';
import {
  bucketOf,
  bucketsOf,
  daysOf,
  type Grain,
  NEEDED_DAYS,
  seasonOf,
  wallOfHour,
} from './season.js';

/** Samples without which nothing is said to be usual or unusual. */
export const NEEDED_SAMPLES = 8;
/** Spreads to each side that are usual. */
export const USUAL_SPREADS = 3.5;

const HALF_LIFE = 4 * WEEK;
/** As many values as the spread that all buckets share counts for. */
const SHARED_WEIGHT = 10;
/** Variance of a median, in variances of a value divided by their number: π / 2 for normal values. */
const MEDIAN_VARIANCE = Math.PI / 2;

/** What is usual in one bucket. Values are in the metric's unit, `center` and `spread` on the baseline's scale. */
export interface Usual {
  samples: number;
  days: number;
  typical: number;
  low: number;
  high: number;
  center: number;
  spread: number;
}

/** Plain JSON: it can be kept, and values judged by it without the samples. */
export type Baseline = KnownBaseline | UnknownBaseline;

export interface UnknownBaseline {
  known: false;
  metric: MetricName;
  counts: SampleCounts;
}

export interface KnownBaseline {
  known: true;
  metric: MetricName;
  counts: SampleCounts;
  /** Name of the zone whose hours and weekdays count. */
  zone: string;
  /** Times of the first and the last sample that were used. */
  from: number;
  until: number;
  scale: Scale;
  /** The grain that foretells best; coarser ones stand in where it holds too little. */
  grain: Grain;
  /** Finest first; the last is `all`, with one bucket, 0. Only buckets that hold enough are there. */
  grains: Grains;
}

type Grains = { grain: Grain; buckets: { [bucket: string]: Usual } }[];

/**
 * The baseline of a series.
 * @param samples of one metric of one pipeline, in any order
 * @param options `now`: epoch milliseconds; what is later is not known yet
 * @example baselineOf(samples, { metric: 'duration', zone: { name: 'UTC', wall: (at) => at }, now })
 */
export function baselineOf(
  samples: readonly Sample[],
  options: { metric: MetricName; zone: Zone; now: number },
): Baseline {
  const { metric, zone, now } = options;
  const { samples: used, counts } = inWindow(samples, now, zone);
  const first = used[0];
  const last = used.at(-1);
  if (first === undefined || last === undefined || used.length < NEEDED_SAMPLES)
    return { known: false, metric, counts };
  const scale = scaleOf(used.map(({ value }) => value));
  const series = seriesOf(used, scale, now);
  const season = seasonOf(series.walls, series.values);
  const grains: Grains = [season.grain, ...season.coarser].map((grain) => ({
    grain,
    buckets: usualOf(grain, series, scale, metric),
  }));
  if (season.grain !== 'hourOfWeek') {
    const apart = hoursApart(usualOf('hourOfWeek', series, scale, metric), grains);
    if (Object.keys(apart).length > 0) grains.unshift({ grain: 'hourOfWeek', buckets: apart });
  }
  return {
    known: true,
    metric,
    counts,
    zone: zone.name,
    from: first.at,
    until: last.at,
    scale,
    grain: season.grain,
    grains,
  };
}

/**
 * The hours of the week whose typical value would itself be unusual: the full load on Mondays at 03:00, of a pipeline that
 * runs every hour. One hour of 168 is too few for the grain as a whole to be worth it.
 */
function hoursApart(
  hours: { [bucket: string]: Usual },
  grains: Grains,
): { [bucket: string]: Usual } {
  const apart = Object.entries(hours).filter(([bucket, { typical }]) => {
    const wall = wallOfHour(Number(bucket));
    const usual = grains
      .map(({ grain, buckets }) => buckets[bucketOf(grain, wall)])
      .find((one) => one !== undefined);
    return usual !== undefined && (typical < usual.low || typical > usual.high);
  });
  return Object.fromEntries(apart);
}

interface Series {
  walls: number[];
  values: number[];
  weights: number[];
}

function seriesOf(samples: readonly WallSample[], scale: Scale, now: number): Series {
  return {
    walls: samples.map(({ wall }) => wall),
    values: samples.map(({ value }) => toScale(scale, value)),
    weights: samples.map(({ at }) => 2 ** ((at - now) / HALF_LIFE)),
  };
}

function usualOf(
  grain: Grain,
  series: Series,
  scale: Scale,
  metric: MetricName,
): { [bucket: string]: Usual } {
  const own: { bucket: number; members: number[]; days: number; center: number; mad: number }[] =
    [];
  const residuals: number[] = [];
  const residualWeights: number[] = [];
  for (const [bucket, members] of bucketsOf(grain, series.walls)) {
    const days = daysOf(members, series.walls);
    if (grain !== 'all' && days < NEEDED_DAYS) continue;
    const values = members.map((index) => series.values[index] as number);
    const weights = members.map((index) => series.weights[index] as number);
    const center = weightedMedian(values, weights);
    const deviations = values.map((value) => Math.abs(value - center));
    const bias = madBias(effectiveCount(weights));
    own.push({ bucket, members, days, center, mad: weightedMedian(deviations, weights) / bias });
    for (const [place, deviation] of deviations.entries()) {
      residuals.push(deviation / bias);
      residualWeights.push(weights[place] as number);
    }
  }
  if (own.length === 0) return {};
  const shared = weightedMedian(residuals, residualWeights);
  const told = effectiveCount(residualWeights);
  const buckets: { [bucket: string]: Usual } = {};
  for (const { bucket, members, days, center, mad } of own) {
    const count = effectiveCount(members.map((index) => series.weights[index] as number));
    const mixed = Math.sqrt(
      (count * mad ** 2 + SHARED_WEIGHT * shared ** 2) / (count + SHARED_WEIGHT),
    );
    const spread = Math.max(MAD_SCALE * mixed, leastSpread(scale, center, metric));
    const reach = USUAL_SPREADS * spread * widening(count, told);
    buckets[bucket] = {
      samples: members.length,
      days,
      typical: fromScale(scale, center),
      low: fromScale(scale, center - reach),
      high: fromScale(scale, center + reach),
      center,
      spread,
    };
  }
  return buckets;
}

/**
 * What a range must be widened by because its middle and its spread are only estimates: the median of `count` values
 * moves, and a MAD of `told` values is often too small by chance.
 */
function widening(count: number, told: number): number {
  return Math.sqrt(1 + MEDIAN_VARIANCE / count) * (1 + 3.5 / told);
}

/** The least spread that is believed, on the scale. */
function leastSpread(scale: Scale, center: number, metric: MetricName): number {
  const { leastSpread: absolute } = METRICS[metric];
  if (scale.kind === 'difference')
    return Math.max(absolute, LEAST_RELATIVE_SPREAD * Math.abs(center));
  return Math.log1p(Math.max(LEAST_RELATIVE_SPREAD, absolute / fromScale(scale, center)));
}
