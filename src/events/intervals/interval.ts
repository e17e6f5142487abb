/**
 * Logical intervals: the slice of time that an execution is for.
 *
 * The rule, for every schedule: an execution is for the calendar period, on the wall clock of its schedule, that
 * contains its fire time. The period is the day for a schedule that fires at most once a day (weekly and monthly ones
 * too: their interval is the day on which they fire), the hour for one that fires at most once an hour, and otherwise
 * the time from the fire time to the next one.
 *
 * So *listings* daily at 3:00 and *searches* daily at 5:00 share the interval `2026-11-20`. Intervals are compared by
 * id: two pipelines in different zones share a date, not the same 24 hours.
 *
 * The periods of a grain cover time without gap or overlap: when clocks go back, the repeated hour belongs to one
 * interval of two hours; an hour that is skipped has no interval.
 * @module
 */
import { formatInstant, parseInstant } from '../schedules/calendar.js';
import { nextTime, type Schedule } from '../schedules/schedule.js';
import { instantOf, wallTime } from '../schedules/time-zone.js';

const HOUR = 3_600_000;
const DAY = 86_400_000;

export interface Interval {
  /** `2026-11-20`, `2026-11-20T05`, or `start/end` as UTC timestamps. */
  id: string;
  /** Epoch milliseconds, included. */
  start: number;
  /** Epoch milliseconds, not included. */
  end: number;
}

/** How long intervals are; `fires` reaches from one fire time to the next. */
export type Grain = 'day' | 'hour' | 'fires';

/**
 * The grain of a schedule: the longest period in which it never fires twice.
 * @example grainOf(parsed('cron(0 3 * * ? *)')) // 'day'
 */
export function grainOf({ timing }: Schedule): Grain {
  switch (timing.type) {
    case 'cron':
      if (timing.fields.minutes.length > 1) return 'fires';
      return timing.fields.hours.length > 1 ? 'hour' : 'day';
    case 'rate':
      if (timing.every >= DAY) return 'day';
      return timing.every >= HOUR ? 'hour' : 'fires';
    case 'at':
    case 'instant':
      return 'day';
  }
}

/**
 * The interval that a fire time of a schedule is for.
 * @param fireTime epoch milliseconds
 * @example intervalOf(dailyAtThree, fireTime).id // '2026-11-20'
 */
export function intervalOf(schedule: Schedule, fireTime: number): Interval {
  const grain = grainOf(schedule);
  if (grain !== 'fires') return calendarInterval(grain, zoneOfIntervals(schedule), fireTime);
  const end = nextTime(schedule, fireTime) ?? schedule.end ?? fireTime + HOUR;
  return spanInterval(fireTime, end);
}

/**
 * The day or hour of a zone that contains an instant.
 * @example calendarInterval('hour', 'UTC', 0).id // '1970-01-01T00'
 */
export function calendarInterval(grain: 'day' | 'hour', zone: string, instant: number): Interval {
  const length = grain === 'day' ? DAY : HOUR;
  const wall = Math.floor(wallTime(zone, instant) / length) * length;
  return {
    id: formatInstant(wall).slice(0, grain === 'day' ? 10 : 13),
    start: instantOf(zone, wall),
    end: instantOf(zone, wall + length),
  };
}

/** The interval between two instants. */
export function spanInterval(start: number, end: number): Interval {
  return { id: `${formatInstant(start)}/${formatInstant(end)}`, start, end };
}

/**
 * The interval with an id, or undefined when the id is of none of the three forms or names a skipped hour.
 * @param zone the zone of the schedule, for days and hours
 * @example parseInterval('2026-11-20', 'UTC')
 */
export function parseInterval(id: string, zone: string): Interval | undefined {
  if (id.length > 64) return undefined;
  if (id.includes('/')) {
    const [start, end, ...rest] = id.split('/').map(parseInstant);
    if (start === undefined || end === undefined || rest.length > 0) return undefined;
    return start < end ? spanInterval(start, end) : undefined;
  }
  const grain = id.length === 10 ? 'day' : 'hour';
  const wall = parseInstant(grain === 'day' ? `${id}T00:00Z` : `${id}:00Z`);
  if (wall === undefined || (grain === 'hour' && id.length !== 13)) return undefined;
  const interval = calendarInterval(grain, zone, instantOf(zone, wall));
  return interval.id === id ? interval : undefined;
}

/** Days of a rate are 24 hours of UTC, so that no day has two; all else follows the clock of the zone. */
export function zoneOfIntervals({ timing, timezone }: Schedule): string {
  return timing.type === 'rate' ? 'UTC' : timezone;
}
