/**
 * Moments and lengths of time in words. The zone is always said; nothing of the machine's language leaks in.
 * @module
 */
import { calendarDate } from '../../events/schedules/calendar.js';
import { wallTime } from '../../events/schedules/time-zone.js';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];

/**
 * A moment by the clocks of a zone, to the minute.
 * @example timeWords(0, 'UTC') // 'Thu 1970-01-01 00:00 UTC'
 */
export function timeWords(instant: number, zone: string): string {
  const shown = wallTime(zone, instant);
  const number = Math.floor(shown / DAY);
  const { year, month, day } = calendarDate(number);
  const minutes = Math.floor((shown - number * DAY) / MINUTE);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  const weekday = WEEKDAYS[((number % 7) + 7) % 7] ?? '';
  return `${weekday} ${date} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)} ${zone}`;
}

/**
 * A length of time in its two greatest units.
 * @example lengthWords(3_780_000) // '1 h 3 min'
 */
export function lengthWords(length: number): string {
  if (length < 1000) return `${Math.max(0, Math.round(length))} ms`;
  if (length < MINUTE) return `${Math.floor(length / 1000)} s`;
  const [great, small, first, second] =
    length < HOUR
      ? [MINUTE, 1000, 'min', 's']
      : length < 2 * DAY
        ? [HOUR, MINUTE, 'h', 'min']
        : [DAY, HOUR, 'days', 'h'];
  const rest = Math.floor((length % great) / small);
  const whole = `${Math.floor(length / great)} ${first}`;
  return rest === 0 ? whole : `${whole} ${rest} ${second}`;
}
