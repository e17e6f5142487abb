/**
 * A schedule: a timing in a time zone, between a start and an end.
 *
 * Schedules are plain data. Time comes in as epoch milliseconds; the same schedule asked the same question always gives
 * the same answer, so that a fire time can be the key of exactly one execution.
 *
 * - A cron fires when the wall clock of its zone shows a matching time; `cron-next.ts` has the rules for clock changes.
 * - A rate fires at its start and then every so often; without a start it is aligned on 1970-01-01T00:00Z.
 * - An `at` fires once. If the clock skips its time, it fires at the first instant after the gap, for otherwise it
 *   would never fire; a time that comes twice is the first of the two.
 * - The start is included, the end is not.
 * @module
 */
import { parseInstant } from './calendar.js';
import { nextCronTime } from './cron-next.js';
import { type Dialect, readAt, readExpression, readRate, type Timing } from './expression.js';
import { instantOf, isTimeZone } from './time-zone.js';

export interface Schedule {
  timing: Timing;
  /** An IANA name. */
  timezone: string;
  /** Epoch milliseconds; nothing fires before. */
  start?: number;
  /** Epoch milliseconds; nothing fires at or after. */
  end?: number;
}

/** A schedule as a pipeline file gives it: exactly one of cron, rate, at and hour. */
export interface ScheduleFields {
  /** Six fields for the AWS dialects, five for `unix`; `cron(…)` around them may be left out. */
  cron?: string | undefined;
  /** `5 minutes`; `rate(…)` around it may be left out. */
  rate?: string | undefined;
  /** `2026-11-20T05:00:00` in the zone, or a timestamp that names its offset. */
  at?: string | undefined;
  /** Every day at this hour of the zone, 0 to 23. */
  hour?: number | undefined;
  /** Defaults to 0; only beside `hour`. */
  minute?: number | undefined;
  /** Defaults to UTC. */
  timezone?: string | undefined;
  start?: string | undefined;
  end?: string | undefined;
}

export interface ScheduleProblem {
  /** Which field is wrong. */
  field: keyof ScheduleFields | 'expression';
  message: string;
}

/** A schedule, or everything that is wrong with what was given. */
export type ParsedSchedule = { schedule: Schedule } | { problems: ScheduleProblem[] };

/**
 * Reads a schedule from an expression or from the fields of a pipeline file.
 * @param given text such as `cron(0 3 * * ? *)`, or fields
 * @param dialect how cron and rate are meant; fields of a pipeline file are `scheduler` unless they say otherwise
 * @param timezone an IANA name, used when the fields have none
 * @example parseSchedule('rate(5 minutes)', 'scheduler') // { schedule: { timing: …, timezone: 'UTC' } }
 * @example parseSchedule({ hour: 3, timezone: 'Europe/Berlin' }, 'scheduler')
 */
export function parseSchedule(
  given: string | ScheduleFields,
  dialect: Dialect,
  timezone = 'UTC',
): ParsedSchedule {
  const fields: ScheduleFields = typeof given === 'string' ? {} : given;
  const problems: ScheduleProblem[] = [];
  const zone = fields.timezone ?? timezone;
  if (!isTimeZone(zone)) {
    problems.push({
      field: 'timezone',
      message: `"${zone.slice(0, 64)}" is no time zone: write an IANA name such as Europe/Berlin`,
    });
  }
  const start = readBound('start', fields.start, zone, problems);
  const end = readBound('end', fields.end, zone, problems);
  if (start !== undefined && end !== undefined && start >= end) {
    problems.push({ field: 'end', message: 'the end must be after the start' });
  }
  const read = typeof given === 'string' ? readText(given, dialect) : readFields(given, dialect);
  if ('message' in read) problems.push(read);
  if (problems.length > 0 || 'message' in read) return { problems };
  return {
    schedule: {
      timing: read,
      timezone: zone,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
    },
  };
}

/**
 * The first fire time strictly after an instant.
 * @param after epoch milliseconds
 * @returns epoch milliseconds, or undefined when the schedule does not fire again; always ends in bounded time
 */
export function nextTime(schedule: Schedule, after: number): number | undefined {
  if (!Number.isFinite(after)) return undefined;
  const { timing, timezone, start, end } = schedule;
  const from = start === undefined ? after : Math.max(after, start - 1);
  const next = nextOfTiming(timing, timezone, from, start ?? 0);
  return next === undefined || (end !== undefined && next >= end) ? undefined : next;
}

/**
 * The next fire times after an instant, at most `count`.
 * @example nextTimes(schedule, now, 10)
 */
export function nextTimes(schedule: Schedule, after: number, count: number): number[] {
  const times: number[] = [];
  let last = after;
  while (times.length < count) {
    const next = nextTime(schedule, last);
    if (next === undefined) break;
    times.push(next);
    last = next;
  }
  return times;
}

function nextOfTiming(
  timing: Timing,
  zone: string,
  after: number,
  anchor: number,
): number | undefined {
  switch (timing.type) {
    case 'cron':
      return nextCronTime(timing.fields, zone, after);
    case 'rate':
      return anchor + (Math.floor((after - anchor) / timing.every) + 1) * timing.every;
    case 'at': {
      const instant = instantOf(zone, timing.wall);
      return instant > after ? instant : undefined;
    }
    case 'instant':
      return timing.instant > after ? timing.instant : undefined;
  }
}

type Read = Timing | ScheduleProblem;

function readText(text: string, dialect: Dialect): Read {
  return orProblem('expression', readExpression(text, dialect));
}

function readFields(fields: ScheduleFields, dialect: Dialect): Read {
  const kinds = (['cron', 'rate', 'at', 'hour'] as const).filter(
    (kind) => fields[kind] !== undefined,
  );
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    return { field: 'expression', message: 'give exactly one of cron, rate, at and hour' };
  }
  if (fields.minute !== undefined && kind !== 'hour') {
    return { field: 'minute', message: 'minute stands beside hour only' };
  }
  const aws = dialect === 'unix' ? 'scheduler' : dialect;
  switch (kind) {
    case 'cron': {
      const text = unwrap(fields.cron as string, 'cron');
      return orProblem(
        'cron',
        readExpression(dialect === 'unix' ? text : `cron(${text})`, dialect),
      );
    }
    case 'rate':
      return orProblem('rate', readRate(unwrap(fields.rate as string, 'rate'), aws));
    case 'at':
      return readMoment(unwrap(fields.at as string, 'at'));
    case 'hour':
      return readHour(fields.hour as number, fields.minute ?? 0);
  }
}

function readHour(hour: number, minute: number): Read {
  const isWithin = (value: number, max: number): boolean =>
    Number.isInteger(value) && value >= 0 && value <= max;
  if (!isWithin(hour, 23)) return { field: 'hour', message: 'an hour is from 0 to 23' };
  if (!isWithin(minute, 59)) return { field: 'minute', message: 'a minute is from 0 to 59' };
  return orProblem('hour', readExpression(`cron(${minute} ${hour} * * ? *)`, 'scheduler'));
}

function readMoment(text: string): Read {
  const instant = parseInstant(text);
  if (instant !== undefined) return { type: 'instant', instant };
  return orProblem('at', readAt(text));
}

function readBound(
  field: 'start' | 'end',
  text: string | undefined,
  zone: string,
  problems: ScheduleProblem[],
): number | undefined {
  if (text === undefined) return undefined;
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  const wall = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00Z` : `${text}Z`);
  if (wall === undefined) {
    problems.push({
      field,
      message: `write ${field} as 2026-11-20, or with a time: 2026-11-20T05:00:00`,
    });
    return undefined;
  }
  return isTimeZone(zone) ? instantOf(zone, wall) : undefined;
}

function orProblem(field: ScheduleProblem['field'], read: Timing | string): Read {
  return typeof read === 'string' ? { field, message: read } : read;
}

function unwrap(text: string, kind: string): string {
  return text.startsWith(`${kind}(`) && text.endsWith(')') ? text.slice(kind.length + 1, -1) : text;
}
