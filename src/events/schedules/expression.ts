/**
 * Schedule expressions as text: `cron(…)`, `rate(…)`, `at(…)`, and Unix cron without a wrapper.
 *
 * Nobody can tell the dialects apart for certain (`0 3 * * 2` is Monday for AWS habits and Tuesday for Unix), so the
 * dialect is always given:
 * - `events`: EventBridge rules. `cron` and `rate`; `rate(1 minute)` but `rate(2 minutes)`; no `at`.
 * - `scheduler`: EventBridge Scheduler. Also `at`; the unit of a rate may be singular or plural for any number.
 * - `unix`: five fields.
 *
 * A day of a rate is 24 hours, whatever clocks do.
 * @module
 */
import { parseInstant } from './calendar.js';
import { readAwsCron } from './cron-aws.js';
import type { CronFields } from './cron-fields.js';
import { LONGEST_EXPRESSION } from './cron-list.js';
import { readUnixCron } from './cron-unix.js';

export type Dialect = 'events' | 'scheduler' | 'unix';

/** What an expression means, before zone, start and end. */
export type Timing =
  | { type: 'cron'; fields: CronFields }
  /** Every so many milliseconds. */
  | { type: 'rate'; every: number }
  /** Once, when the wall clock shows this time (milliseconds as if in UTC). */
  | { type: 'at'; wall: number }
  /** Once, at this instant (epoch milliseconds). */
  | { type: 'instant'; instant: number };

const UNITS: { readonly [unit: string]: number } = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Reads a schedule expression.
 * @returns the timing, or a sentence that says what is wrong
 * @example readExpression('rate(5 minutes)', 'events') // { type: 'rate', every: 300000 }
 */
export function readExpression(text: string, dialect: Dialect): Timing | string {
  if (text.length > LONGEST_EXPRESSION) return 'a schedule expression has at most 256 characters';
  if (dialect === 'unix') return asTiming(readUnixCron(text));
  const wrapped = /^(cron|rate|at)\((.*)\)$/.exec(text);
  const [, kind, inner = ''] = wrapped ?? [];
  if (kind === 'cron') return asTiming(readAwsCron(inner));
  if (kind === 'rate') return readRate(inner, dialect);
  if (kind === 'at' && dialect === 'scheduler') return readAt(inner);
  return dialect === 'events'
    ? 'write cron(…) or rate(…)'
    : 'write cron(…), rate(…) or at(yyyy-mm-ddThh:mm:ss)';
}

/**
 * What the AWS service answers to an expression that it refuses, with the code ValidationException; undefined when the
 * expression is valid.
 * @example awsScheduleRefusal('rate(0 days)', 'events') // 'Parameter ScheduleExpression is not valid.'
 */
export function awsScheduleRefusal(
  expression: string,
  service: 'events' | 'scheduler',
): string | undefined {
  if (typeof readExpression(expression, service) !== 'string') return undefined;
  return service === 'events'
    ? 'Parameter ScheduleExpression is not valid.'
    : `Invalid Schedule Expression ${expression}.`;
}

function asTiming(fields: CronFields | string): Timing | string {
  return typeof fields === 'string' ? fields : { type: 'cron', fields };
}

/** Reads the inside of `rate(…)`: a whole number, one space, a unit. */
export function readRate(text: string, dialect: 'events' | 'scheduler'): Timing | string {
  const parts = /^(\d{1,9}) (minute|hour|day)(s?)$/.exec(text);
  if (parts === null) return 'write a rate as a whole number and minutes, hours or days: 5 minutes';
  const count = Number(parts[1]);
  if (count < 1) return 'a rate is at least 1';
  if (dialect === 'events' && (count === 1) !== (parts[3] === '')) {
    return `write "${count} ${parts[2]}${count === 1 ? '' : 's'}"`;
  }
  return { type: 'rate', every: count * (UNITS[parts[2] as string] as number) };
}

/** Reads the inside of `at(…)`: a wall time to the second, without zone. */
export function readAt(text: string): Timing | string {
  const isForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text);
  const wall = isForm ? parseInstant(`${text}Z`) : undefined;
  return wall === undefined
    ? 'write a time as yyyy-mm-ddThh:mm:ss; its zone is given beside it'
    : { type: 'at', wall };
}
