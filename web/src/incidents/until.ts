/**
 * Ends that people choose for a snooze or a silence, in the zone of their browser.
 * @module
 */
const HOUR = 3_600_000;
const MORNING = 9;

export interface Choice {
  words: string;
  /** Milliseconds since the epoch. */
  until: number;
}

/**
 * @param now milliseconds since the epoch
 * @example choicesFrom(Date.now()).map(({ words }) => words) // ['1 hour', '4 hours', 'until tomorrow, 09:00']
 */
export function choicesFrom(now: number): Choice[] {
  const day = new Date(now);
  const morning = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1, MORNING);
  return [
    { words: '1 hour', until: now + HOUR },
    { words: '4 hours', until: now + 4 * HOUR },
    { words: 'until tomorrow, 09:00', until: morning.getTime() },
  ];
}

/**
 * What a field of date and time says; undefined when it says none.
 * @example readMoment('2026-11-30T09:00')
 */
export function readMoment(text: string): number | undefined {
  const moment = new Date(text).getTime();
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(moment) ? moment : undefined;
}

/** As a field of date and time wants it. */
export function writeMoment(at: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** The browser's zone, as people write it. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
