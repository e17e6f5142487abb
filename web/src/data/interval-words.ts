/**
 * Days and hours as they are counted on a calendar, whatever a zone does to its clock.
 * @module
 */
const HOUR = 3_600_000;

/**
 * @param interval a day or an hour
 * @param count so many later; negative: earlier
 * @example intervalsLater('2026-11-30', 1) // '2026-12-01'
 * @example intervalsLater('2026-11-30T00', -1) // '2026-11-29T23'
 */
export function intervalsLater(interval: string, count: number): string {
  const isHour = interval.length > 10;
  const at = Date.parse(isHour ? `${interval}:00:00Z` : `${interval}T00:00:00Z`);
  return new Date(at + count * (isHour ? HOUR : 24 * HOUR)).toISOString().slice(0, interval.length);
}
