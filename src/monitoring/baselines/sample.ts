/**
 * Samples of one metric of one pipeline, as everything here takes them: in any order, at any distance, with whatever was
 * recorded. What cannot be counted with is left out, and how much that was is said.
 * @module
 */

export const DAY = 86_400_000;
export const WEEK: number = 7 * DAY;

/**
 * How far back everything here looks. A quarter holds thirteen of each weekday, enough for a median of each hour of the
 * week, and is short enough that what a pipeline was before its last rebuilding is soon forgotten.
 */
export const WINDOW: number = 13 * WEEK;

export interface Sample {
  /** Epoch milliseconds: when the execution was due or began, so that its hour of the week means something. */
  at: number;
  /** In the unit of the metric. NaN and infinities are left out and counted. */
  value: number;
}

/** A zone whose weekdays and hours count. Pure rooms know none: whoever calls hands it in. */
export interface Zone {
  /** IANA name, as it is to be printed. */
  name: string;
  /** What the zone's wall clock shows at an instant: the milliseconds that the same calendar fields would have in UTC. */
  wall: (instant: number) => number;
}

/** Where samples went. */
export interface SampleCounts {
  used: number;
  /** NaN or infinite, in value or time. */
  notNumbers: number;
  /** Before the window. */
  older: number;
  /** After the time at which it is looked. */
  later: number;
}

/** A sample with what the wall clock showed. */
export interface WallSample extends Sample {
  wall: number;
}

/**
 * The samples of the window that ends at `now`, oldest first, and what became of the others.
 * @param samples in any order; not changed
 * @param now epoch milliseconds
 * @example inWindow([{ at: 0, value: NaN }], 0, { name: 'UTC', wall: (at) => at }).counts.notNumbers // 1
 */
export function inWindow(
  samples: readonly Sample[],
  now: number,
  zone: Zone,
): { samples: WallSample[]; counts: SampleCounts } {
  const counts: SampleCounts = { used: 0, notNumbers: 0, older: 0, later: 0 };
  const taken: WallSample[] = [];
  for (const { at, value } of samples) {
    if (!Number.isFinite(value) || !Number.isFinite(at)) counts.notNumbers++;
    else if (at > now) counts.later++;
    else if (at <= now - WINDOW) counts.older++;
    else taken.push({ at, value, wall: zone.wall(at) });
  }
  counts.used = taken.length;
  // Values too, so that what has one time comes in one order, whoever gathered it.
  taken.sort((a, b) => a.at - b.at || a.value - b.value);
  return { samples: taken, counts };
}

/**
 * The day that a wall clock shows, counted from 1970-01-01.
 * @example wallDay(90_000_000) // 1
 */
export function wallDay(wall: number): number {
  return Math.floor(wall / DAY);
}
