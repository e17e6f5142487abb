/**
 * Schedules and schedule groups that clients of EventBridge Scheduler's API make: what is kept of them.
 *
 * A schedule lies in the store as two declarations: `schedule`, what the client said, and `schedule-progress`, how far it
 * was served, which is small and written with each invocation. https://docs.aws.amazon.com/scheduler/latest/UserGuide/
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { parseSchedule, type Schedule } from '../../../events/schedules/schedule.js';
import { ON_TIME, type Spread } from '../../../events/schedules/spread.js';
import type { Identity } from '../../kernel/arn.js';

/** Every team has it; it is stored nowhere and cannot be changed. */
export const DEFAULT_GROUP = 'default';

/** What an invocation does, as the client wrote it: `Arn`, `RoleArn`, `Input`, `RetryPolicy` … */
export type ScheduleTarget = JsonObject & { Arn: string; RoleArn: string };

/** What a client says of a schedule. UpdateSchedule replaces all of it. */
export interface ScheduleSettings {
  /** `cron(…)`, `rate(…)` or `at(…)`. */
  expression: string;
  /** An IANA name. */
  timezone: string;
  state: 'ENABLED' | 'DISABLED';
  /** Epoch milliseconds. */
  start?: number;
  end?: number;
  description?: string;
  kmsKeyArn?: string;
  /** Minutes of the flexible window; absent: none. */
  window?: number;
  afterCompletion: 'NONE' | 'DELETE';
  target: ScheduleTarget;
}

export interface ApiSchedule {
  team: string;
  group: string;
  name: string;
  settings: ScheduleSettings;
  /** Epoch milliseconds. */
  createdAt: number;
  updatedAt: number;
  /** From when on a rate without a start counts. */
  anchor: number;
  /** Of the request that made it. */
  clientToken?: string;
}

/** How far a schedule was served. */
export interface ScheduleProgress {
  /** Epoch milliseconds up to which starts were made. */
  served: number;
  /** Fire times up to here are none of the schedule as it is now. */
  since: number;
  /** The latest fire time that was served. */
  last?: number;
  /** The latest invocation that failed; absent once one has succeeded. */
  failure?: ScheduleFailure;
  /** The latest time that invocations were dropped, because they were older than the target's maximum age. */
  dropped?: { at: number; count: number; first: number; last: number };
}

export interface ScheduleFailure {
  at: number;
  fireTime: number;
  reason: string;
  /** Invocations that have failed since the last one that did not. */
  count: number;
}

export interface ScheduleGroup {
  team: string;
  name: string;
  tags: { [key: string]: string };
  createdAt: number;
  updatedAt: number;
  clientToken?: string;
}

/** @example scheduleArn(identity, 'default', 'nightly') // 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly' */
export function scheduleArn({ region, accountId }: Identity, group: string, name: string): string {
  return `arn:aws:scheduler:${region}:${accountId}:schedule/${group}/${name}`;
}

export function groupArn({ region, accountId }: Identity, name: string): string {
  return `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`;
}

/**
 * The timing of a schedule; undefined when it cannot be read.
 * One-time schedules have no start and end; a rate without a start counts from when the schedule was made.
 */
export function timingOf({ settings, anchor }: ApiSchedule): Schedule | undefined {
  const { expression, timezone, start, end } = settings;
  const parsed = parseSchedule(expression, 'scheduler', timezone);
  if ('problems' in parsed) return undefined;
  const { schedule } = parsed;
  if (schedule.timing.type === 'at') return schedule;
  const from = start ?? (schedule.timing.type === 'rate' ? anchor : undefined);
  return {
    ...schedule,
    ...(from === undefined ? {} : { start: from }),
    ...(end === undefined ? {} : { end }),
  };
}

export function spreadOf(schedule: ApiSchedule, since: number): Spread {
  const { team, group, name, settings } = schedule;
  return {
    ...ON_TIME,
    name: `${team}/${group}/${name}`,
    window: (settings.window ?? 0) * 60_000,
    place: 'each',
    since,
  };
}

/** True when both fire at the same times. */
export function firesAlike(one: ScheduleSettings, other: ScheduleSettings): boolean {
  const timing = (settings: ScheduleSettings): string =>
    JSON.stringify([
      settings.expression,
      settings.timezone,
      settings.state,
      settings.start,
      settings.end,
      settings.window,
    ]);
  return timing(one) === timing(other);
}
