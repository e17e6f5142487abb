/**
 * The series as a forecast sees it: one point a day, without what hours and weekdays do.
 *
 * A pipeline that runs every five minutes then costs as much as one that runs every hour, and a day that has only begun
 * is compared with what is usual for its hours.
 * @module
 */
import { median } from '../rank-statistics.js';
import { type WallSample, wallDay } from '../sample.js';
import { type Scale, toScale } from '../scale.js';
import { bucketOf, type Season, seasonOf } from '../season.js';

export interface Points {
  /** Days of the wall clock, counted from 1970-01-01, ascending, each once. */
  days: number[];
  /** On the scale, the season taken away. */
  values: number[];
  season: Season;
}

/**
 * One point for each day that has samples: the median of what is left when the season is taken away.
 * @param samples oldest first
 * @example dailyPoints(samples, scale).days.length // at most 92
 */
export function dailyPoints(samples: readonly WallSample[], scale: Scale): Points {
  const walls = samples.map(({ wall }) => wall);
  const values = samples.map(({ value }) => toScale(scale, value));
  const season = seasonOf(walls, values);
  const byDay = new Map<number, number[]>();
  for (const [index, wall] of walls.entries()) {
    const effect = season.effects.get(bucketOf(season.grain, wall)) ?? 0;
    const value = (values[index] as number) - effect;
    const day = wallDay(wall);
    const members = byDay.get(day);
    if (members === undefined) byDay.set(day, [value]);
    else members.push(value);
  }
  // Clocks that are put back could show a day again after the next one.
  const days = [...byDay.keys()].sort((a, b) => a - b);
  return { days, values: days.map((day) => median(byDay.get(day) as number[])), season };
}
