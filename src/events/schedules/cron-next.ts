/**
 * The search for the next time at which a cron expression fires.
 *
 * It walks months, then the matching days of the month, hours and minutes of the wall clock, and ends with the year
 * 2199 at the latest: an expression that never fires (30 February) is refuted within 2,760 months.
 *
 * When clocks change, the rules are those that EventBridge Scheduler documents ("Daylight savings time on EventBridge
 * Scheduler"): a time that is skipped in spring does not fire that day; a time that comes twice in autumn fires once,
 * the first time. They hold for each single time: `*` in the minutes pauses for the repeated hour.
 * @module
 */
import { calendarDate, dayNumber } from './calendar.js';
import { type CronFields, FIRST_YEAR, LAST_YEAR, matchingDays } from './cron-fields.js';
import { firstInstantOf, wallTime } from './time-zone.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * The first instant strictly after another at which the fields match in a zone.
 * @returns epoch milliseconds, or undefined when there is none up to the year 2199
 */
export function nextCronTime(fields: CronFields, zone: string, after: number): number | undefined {
  const earliest = dayNumber({ year: FIRST_YEAR, month: 1, day: 1 }) * DAY - DAY;
  const from = Math.max(after, earliest);
  const latest = dayNumber({ year: LAST_YEAR + 1, month: 1, day: 2 }) * DAY;
  if (!(from < latest)) return undefined;
  const wall = (Math.floor(wallTime(zone, from) / MINUTE) + 1) * MINUTE;
  const startDay = Math.floor(wall / DAY);
  const minuteOfDay = Math.floor((wall - startDay * DAY) / MINUTE);
  const start = calendarDate(startDay);
  for (let year = Math.max(start.year, FIRST_YEAR); year <= LAST_YEAR; year++) {
    if (fields.years !== undefined && !fields.years.includes(year)) continue;
    for (const month of fields.months) {
      if (year === start.year && month < start.month) continue;
      const isStartMonth = year === start.year && month === start.month;
      const firstDay = dayNumber({ year, month, day: 1 });
      for (const dayOfMonth of matchingDays(fields.day, year, month)) {
        if (isStartMonth && dayOfMonth < start.day) continue;
        const day = firstDay + dayOfMonth - 1;
        const instant = firstOfDay(fields, zone, day, day === startDay ? minuteOfDay : 0, after);
        if (instant !== undefined) return instant;
      }
    }
  }
  return undefined;
}

/** The first match of one day, not before a minute of its wall clock and strictly after an instant. */
function firstOfDay(
  fields: CronFields,
  zone: string,
  day: number,
  fromMinute: number,
  after: number,
): number | undefined {
  for (const hour of fields.hours) {
    if (hour * 60 + 59 < fromMinute) continue;
    for (const minute of fields.minutes) {
      const minuteOfDay = hour * 60 + minute;
      if (minuteOfDay < fromMinute) continue;
      const instant = firstInstantOf(zone, day * DAY + minuteOfDay * MINUTE);
      if (instant !== undefined && instant > after) return instant;
    }
  }
  return undefined;
}
