/**
 * Which hours and weekdays of a series differ from each other, and by how much.
 *
 *     all ──▶ hour of the day ─┐
 *         └─▶ weekday ─────────┴──▶ hour of the week
 *
 * More buckets fit better and hold fewer values, so each *grain* is judged by how well it foretells what it has not seen:
 * every value is compared with the median of the others of its bucket. The grain that foretells best is taken; a finer one
 * must be better by more than chance makes it. A bucket counts when it has values of four different days: of four, one
 * outlier leaves the median between two sound values, of three it does not. Values of smaller buckets are compared with all.
 *
 * Before that the slow course of the series is taken away (a running median of three weeks), so that a step or growth is
 * not mistaken for a difference between weekdays, and does not hide one.
 * @module
 */
import {
  insertSorted,
  median,
  medianWithout,
  removeSorted,
  sortedMedian,
} from './rank-statistics.js';
import { DAY, wallDay } from './sample.js';

export type Grain = 'all' | 'hour' | 'weekday' | 'hourOfWeek';

/** Days of which a bucket must have values. */
export const NEEDED_DAYS = 4;

/** Days to each side of the running median: three weeks, so each weekday counts three times. */
const REACH = 10;
/** How much better a grain must be for each step of fineness. Chance makes it better by about 2 % on three months. */
const WORTH = 1.05;
/** No value counts for more than so many typical deviations, or one outlier would choose the grain. */
const MOST = 5;
const FINENESS: { readonly [grain in Grain]: number } = {
  all: 0,
  hour: 1,
  weekday: 1,
  hourOfWeek: 2,
};
const HOUR = 3_600_000;

export interface Season {
  grain: Grain;
  /** The next coarser grains, best first, for buckets that hold too little. Ends with `all`. */
  coarser: Grain[];
  /** What each bucket of the grain adds to the series; buckets that hold too little add nothing. */
  effects: Map<number, number>;
}

/**
 * The bucket of a wall time. Weekdays count from Sunday, 0.
 * @example bucketOf('hourOfWeek', Date.UTC(2026, 10, 30, 3)) // 27: a Monday at 3
 */
export function bucketOf(grain: Grain, wall: number): number {
  const hour = Math.floor(wall / HOUR) % 24;
  const weekday = (wallDay(wall) + 4) % 7;
  switch (grain) {
    case 'all':
      return 0;
    case 'hour':
      return hour;
    case 'weekday':
      return weekday;
    case 'hourOfWeek':
      return weekday * 24 + hour;
  }
}

/**
 * A wall time in a bucket of `hourOfWeek`.
 * @example bucketOf('hourOfWeek', wallOfHour(27)) // 27
 */
export function wallOfHour(bucket: number): number {
  // 1970-01-04 was a Sunday.
  return 3 * DAY + bucket * HOUR;
}

/**
 * The grain of a series and what its buckets add.
 * @param walls wall milliseconds, ascending
 * @param values on the scale on which they are compared
 * @example seasonOf(walls, values).grain // 'weekday'
 */
export function seasonOf(walls: readonly number[], values: readonly number[]): Season {
  const course = slowCourse(walls, values);
  const rest = values.map((value, index) => value - (course[index] as number));
  const losses = lossesOf(walls, rest);
  const ranked = [...losses].sort(([a, x], [b, y]) => x - y || FINENESS[a] - FINENESS[b]);
  const grain = ranked[0]?.[0] ?? 'all';
  const order = ranked.map(([other]) => other);
  const coarser = order.slice(0, order.indexOf('all') + 1).filter((one) => isCoarser(one, grain));
  const effects = new Map<number, number>();
  if (grain !== 'all') {
    for (const [bucket, members] of bucketsOf(grain, walls)) {
      if (daysOf(members, walls) < NEEDED_DAYS) continue;
      effects.set(bucket, median(members.map((index) => rest[index] as number)));
    }
    // The course is that of the median bucket: of the weekday of which three are faster and three are slower.
    const middle = median([...effects.values()]);
    for (const [bucket, effect] of effects) effects.set(bucket, effect - middle);
  }
  return { grain, coarser, effects };
}

/**
 * The places of the values of each bucket.
 * @example bucketsOf('all', [0, 1]) // Map { 0 → [0, 1] }
 */
export function bucketsOf(grain: Grain, walls: readonly number[]): Map<number, number[]> {
  const buckets = new Map<number, number[]>();
  for (const [index, wall] of walls.entries()) {
    const bucket = bucketOf(grain, wall);
    const members = buckets.get(bucket);
    if (members === undefined) buckets.set(bucket, [index]);
    else members.push(index);
  }
  return buckets;
}

/** How many different days the members of a bucket come from; they are in ascending order of time. */
export function daysOf(members: readonly number[], walls: readonly number[]): number {
  let days = 0;
  let last = Number.NaN;
  for (const index of members) {
    const day = wallDay(walls[index] as number);
    if (day !== last) days++;
    last = day;
  }
  return days;
}

function isCoarser(grain: Grain, than: Grain): boolean {
  if (grain === 'all') return than !== 'all';
  return than === 'hourOfWeek' && grain !== 'hourOfWeek';
}

/** The running median of the medians of the days. */
function slowCourse(walls: readonly number[], values: readonly number[]): number[] {
  const days: number[] = [];
  const medians: number[] = [];
  const placeOfDay: number[] = [];
  let begun = 0;
  for (let index = 0; index <= walls.length; index++) {
    const day = index < walls.length ? wallDay(walls[index] as number) : Number.NaN;
    const first = wallDay(walls[begun] ?? 0);
    if (index > begun && day !== first) {
      days.push(first);
      medians.push(median(values.slice(begun, index)));
      begun = index;
    }
    if (index < walls.length) placeOfDay.push(days.length);
  }
  const course: number[] = [];
  let from = 0;
  let to = 0;
  const near: number[] = [];
  for (const day of days) {
    while (to < days.length && (days[to] as number) <= day + REACH)
      insertSorted(near, medians[to++] as number);
    while ((days[from] as number) < day - REACH) removeSorted(near, medians[from++] as number);
    course.push(sortedMedian(near));
  }
  return placeOfDay.map((place) => course[place] as number);
}

/** How badly each grain foretells values that it has not seen, its fineness counted in. */
function lossesOf(walls: readonly number[], rest: readonly number[]): Map<Grain, number> {
  const losses = new Map<Grain, number>([['all', 0]]);
  if (rest.length < 2) return losses;
  // Put in order once: the members of each bucket are then met in order.
  const order = [...rest.keys()].sort((a, b) => (rest[a] as number) - (rest[b] as number));
  const coarse = new Float64Array(rest.length);
  missesOf(order, rest, coarse);
  const unit = median(coarse) || coarse.reduce((sum, miss) => sum + miss, 0) / coarse.length;
  if (unit === 0) return losses;
  const add = (grain: Grain, misses: Float64Array): void => {
    let sum = 0;
    for (const miss of misses) sum += Math.min(miss / unit, MOST);
    losses.set(grain, (sum / misses.length) * WORTH ** FINENESS[grain]);
  };
  add('all', coarse);
  for (const grain of ['hour', 'weekday', 'hourOfWeek'] as const) {
    const misses = coarse.slice();
    for (const members of fullBuckets(grain, walls, order)) missesOf(members, rest, misses);
    add(grain, misses);
  }
  return losses;
}

/** The members of the buckets that hold enough, each in the order of `order`. */
function fullBuckets(grain: Grain, walls: readonly number[], order: readonly number[]): number[][] {
  const buckets = walls.map((wall) => bucketOf(grain, wall));
  const days: number[] = [];
  const last: number[] = [];
  for (const [index, bucket] of buckets.entries()) {
    const day = wallDay(walls[index] as number);
    if (last[bucket] !== day) days[bucket] = (days[bucket] ?? 0) + 1;
    last[bucket] = day;
  }
  const members: number[][] = [];
  for (const index of order) {
    const bucket = buckets[index] as number;
    if ((days[bucket] as number) < NEEDED_DAYS) continue;
    const known = members[bucket];
    if (known === undefined) members[bucket] = [index];
    else known.push(index);
  }
  return members.filter((one) => one !== undefined);
}

/** Writes how far each member is from the median of the others. Members come in the order of their values. */
function missesOf(members: readonly number[], values: readonly number[], into: Float64Array): void {
  const sorted = members.map((index) => values[index] as number);
  for (const [rank, index] of members.entries())
    into[index] = Math.abs((values[index] as number) - medianWithout(sorted, rank));
}
