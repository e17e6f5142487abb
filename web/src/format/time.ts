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

/**
 * A fire time as the clock of its zone shows it.
 * @param at milliseconds since the epoch
 * @param timeZone IANA name
 * @example formatZoned(0, 'UTC') // 'Thu, 01 Jan 1970, 00:00'
 */
export function formatZoned(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).format(at);
}

/**
 * How long until something comes, in one unit.
 * @param ms milliseconds
 * @example formatUntil(130_000) // 'in 2 min'
 */
export function formatUntil(ms: number): string {
  if (ms < 60_000) return ms <= 0 ? 'now' : `in ${Math.ceil(ms / 1000)} s`;
  if (ms < 3_600_000) return `in ${Math.floor(ms / 60_000)} min`;
  if (ms < 48 * 3_600_000) return `in ${Math.floor(ms / 3_600_000)} h`;
  return `in ${Math.floor(ms / 86_400_000)} days`;
}

const moments = new Map<string, Intl.DateTimeFormat>();

/**
 * A moment to the minute, with its zone.
 * @param at milliseconds since the epoch
 * @param timeZone IANA name; undefined: the browser's
 * @example formatMoment(0, 'UTC') // 'Thu 01 Jan, 00:00 UTC'
 */
export function formatMoment(at: number, timeZone: string | undefined): string {
  const key = timeZone ?? '';
  let format = moments.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      weekday: 'short',
      month: 'short',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      ...(timeZone === undefined ? { timeZoneName: 'short' } : { timeZone }),
    });
    moments.set(key, format);
  }
  return timeZone === undefined ? format.format(at) : `${format.format(at)} ${timeZone}`;
}
