/**
 * Generated series of durations and rows whose course is known, for `forecast-truth.ts`.
 *
 * A kind is a *course* (steady, exponential or linear growth, a fall, a step, a passing slow fortnight) and what lies over
 * it: a weekday pattern, outliers, missing weeks, zeros, noise with heavy tails, noise that remembers the day before.
 * Everything is drawn from one seed, so a table can be printed again, and another seed shows what was chance.
 * @module
 */
import type { Limit } from '../src/monitoring/baselines/forecast.js';
import type { MetricName } from '../src/monitoring/baselines/metric.js';
import type { Sample } from '../src/monitoring/baselines/sample.js';

export const DAY = 86_400_000;
/** A Monday, 03:00 UTC. */
export const FIRST: number = Date.UTC(2026, 0, 5, 3);
/** Days before the first look, which fill the window. */
export const HISTORY = 91;

export type Random = () => number;

/** A generator of numbers in [0, 1): Mulberry32 of T. Ettinger (public domain). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Kind {
  name: string;
  course: 'steady' | 'exponential' | 'linear' | 'falling' | 'step' | 'passing';
  over?: 'weekdays' | 'outliers' | 'missing weeks' | 'zeros' | 'heavy tails' | 'memory' | 'hourly';
}

export const KINDS: readonly Kind[] = [
  { name: 'steady', course: 'steady' },
  { name: 'steady, weekday pattern', course: 'steady', over: 'weekdays' },
  { name: 'steady, outliers 5 %', course: 'steady', over: 'outliers' },
  { name: 'steady, missing weeks', course: 'steady', over: 'missing weeks' },
  { name: 'steady, zeros 5 %', course: 'steady', over: 'zeros' },
  { name: 'steady, heavy tails', course: 'steady', over: 'heavy tails' },
  { name: 'steady, noise remembers 0.4', course: 'steady', over: 'memory' },
  { name: 'step', course: 'step' },
  { name: 'step, outliers 5 %', course: 'step', over: 'outliers' },
  { name: 'step, weekday pattern', course: 'step', over: 'weekdays' },
  { name: 'slow fortnight that passes', course: 'passing' },
  { name: 'exponential', course: 'exponential' },
  { name: 'exponential, weekday pattern', course: 'exponential', over: 'weekdays' },
  { name: 'exponential, outliers 5 %', course: 'exponential', over: 'outliers' },
  { name: 'exponential, missing weeks', course: 'exponential', over: 'missing weeks' },
  { name: 'exponential, heavy tails', course: 'exponential', over: 'heavy tails' },
  { name: 'exponential, noise remembers 0.4', course: 'exponential', over: 'memory' },
  { name: 'linear', course: 'linear' },
  { name: 'linear, weekday pattern', course: 'linear', over: 'weekdays' },
  { name: 'linear, outliers 5 %', course: 'linear', over: 'outliers' },
  { name: 'falling rows', course: 'falling' },
  { name: 'falling rows, zeros 5 %', course: 'falling', over: 'zeros' },
];

export interface Series {
  metric: MetricName;
  samples: Sample[];
  limit: Limit;
  /** Day, from the first, on which the course leaves its level; of steady series none. */
  onset?: number;
  /** Day, with its fraction, on which the noiseless course crosses the limit. */
  crossing?: number;
  /** The last day that is looked at. */
  lastLook: number;
}

/**
 * One series of a kind: daily executions, a level between 5 min and 2 h (or a million rows), noise of 5 to 20 %.
 * @example seriesOf({ name: 'linear', course: 'linear' }, randomOf(1)).crossing
 */
export function seriesOf(kind: Kind, random: Random): Series {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const falling = kind.course === 'falling';
  const base = falling ? 1_000_000 * between(0.2, 5) : 60_000 * Math.exp(between(1.6, 4.8));
  const noise = between(0.05, 0.2);
  const onset = Math.floor(HISTORY - between(0, 35));
  const weekly = between(0.03, 0.15);
  const factor = falling ? between(0.4, 0.8) : between(1.3, 2.5);
  const days = daysToCross(kind.course, weekly, factor);
  const lastLook = days === undefined ? 2 * HISTORY : Math.ceil(onset + days);
  const stepAt = Math.floor(between(HISTORY - 30, 2 * HISTORY - 30));
  const stepFactor = Math.exp((random() < 0.5 ? -1 : 1) * between(0.15, 0.7));
  const drawn = Array.from({ length: 7 }, () => between(0.7, 1.5));
  // The median weekday is the course itself: its crossing is the truth.
  const middle = drawn.toSorted((a, b) => a - b)[3] as number;
  const weekdays = drawn.map((one) => one / middle);
  const away = [stepAt - 40, stepAt - 10].map((day) => [day, day + Math.floor(between(5, 14))]);
  const samples: Sample[] = [];
  let remembered = 0;
  for (let day = 0; day <= lastLook; day++) {
    let value = base * levelAt(kind.course, day - onset, weekly);
    if (kind.course === 'step' && day >= stepAt) value *= stepFactor;
    if (kind.course === 'passing' && day >= stepAt && day < stepAt + 14)
      value *= Math.max(stepFactor, 1 / stepFactor);
    if (kind.over === 'weekdays') value *= weekdays[day % 7] as number;
    const shock = kind.over === 'heavy tails' ? studentOf(random, 2) : normalOf(random);
    remembered = kind.over === 'memory' ? 0.4 * remembered + Math.sqrt(1 - 0.16) * shock : shock;
    value *= Math.exp(noise * remembered);
    if (kind.over === 'outliers' && random() < 0.05) value *= random() < 0.8 ? between(2, 8) : 0.2;
    if (kind.over === 'zeros' && random() < 0.05) value = 0;
    if (kind.over === 'missing weeks' && away.some(([from = 0, to = 0]) => day >= from && day < to))
      continue;
    samples.push({ at: FIRST + day * DAY + between(0, 600_000), value });
  }
  return {
    metric: falling ? 'rows' : 'duration',
    samples,
    limit: falling ? { least: base * factor } : { most: base * factor, name: 'SLA' },
    ...(days !== undefined && { onset, crossing: onset + days }),
    lastLook,
  };
}

function levelAt(course: Kind['course'], day: number, weekly: number): number {
  const weeks = Math.max(0, day) / 7;
  if (course === 'exponential') return (1 + weekly) ** weeks;
  if (course === 'linear') return 1 + weekly * weeks;
  return course === 'falling' ? (1 - weekly) ** weeks : 1;
}

function daysToCross(course: Kind['course'], weekly: number, factor: number): number | undefined {
  if (course === 'exponential') return (7 * Math.log(factor)) / Math.log1p(weekly);
  if (course === 'linear') return (7 * (factor - 1)) / weekly;
  return course === 'falling' ? (7 * Math.log(factor)) / Math.log1p(-weekly) : undefined;
}

/** A standard normal value. */
export function normalOf(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Student's t; with two degrees of freedom it has no variance. */
export function studentOf(random: Random, freedom: number): number {
  let squares = 0;
  for (let i = 0; i < freedom; i++) squares += normalOf(random) ** 2;
  return normalOf(random) / Math.sqrt(squares / freedom);
}
