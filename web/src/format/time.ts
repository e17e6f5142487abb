/**
 * Points in time: shown in the browser's zone, with its name, and in UTC on demand.
 * @module
 */
const dateTime = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

/**
 * Date, time and zone.
 * @param at milliseconds since the epoch
 */
export function formatTime(at: number): string {
  return dateTime.format(at);
}

/**
 * @param at milliseconds since the epoch
 * @example formatUtc(0) // '1970-01-01 00:00:00.000 UTC'
 */
export function formatUtc(at: number): string {
  return `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

/**
 * Time of day with milliseconds, in the browser's zone.
 * @param at milliseconds since the epoch
 */
export function formatClock(at: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const ms = String(time.getMilliseconds()).padStart(3, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${ms}`;
}
