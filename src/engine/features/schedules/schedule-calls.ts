/**
 * `engine.schedules`: all schedules in one list, those of pipelines and those that clients made, with their next times.
 * @module
 */
import { longestDelay, upcoming } from '../../../events/schedules/spread.js';
import { SCHEDULE, type ScheduleTrigger } from '../../../pipelines/sections/schedule-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import type { PipelineRef } from '../../../store/store.js';
import { parseStatesArn } from '../../kernel/arn.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Scope, sees } from '../../kernel/scope.js';
import type { ApiSchedule, ScheduleProgress, ScheduleTarget } from './api-schedule.js';
import type { ApiSchedules } from './api-schedules.js';
import type { PipelineSchedules } from './pipeline-schedules.js';

export interface ListedSchedule {
  /** Who says it: a pipeline's definition, or a client of the Scheduler API. */
  kind: 'pipeline' | 'api';
  /** The pipeline, or `GROUP/NAME`. */
  name: string;
  team: string;
  /** What it starts: a pipeline, or the ARN of a target. */
  target: string;
  /** `cron(…)`, `rate(…)`, `at(…)` or `daily at 03:00`. */
  expression: string;
  timezone: string;
  state: 'ENABLED' | 'DISABLED';
  /** Milliseconds after a fire time within which its start falls; absent when it starts on time. */
  window?: number;
  /** Fire times that have not started, with their starts: epoch milliseconds. */
  next: { fireTime: number; start: number }[];
  /** Only of clients' schedules: see ScheduleProgress. */
  last?: number;
  failure?: NonNullable<ScheduleProgress['failure']>;
  dropped?: NonNullable<ScheduleProgress['dropped']>;
}

export interface ListSchedules {
  /** Next times of each; default 1. */
  count?: number;
}

export interface ScheduleCalls {
  /** By team and name. */
  list(scope: Scope, query?: ListSchedules): ListedSchedule[];
}

/** Where schedules are found. */
export interface ScheduleSources {
  readonly kernel: Pick<Kernel, 'machines' | 'time'>;
  readonly pipelines: PipelineSchedules;
  readonly clients: ApiSchedules;
}

export function scheduleCalls(sources: ScheduleSources): ScheduleCalls {
  return {
    list: (scope, { count = 1 } = {}) =>
      [...ofPipelines(sources, count), ...ofClients(sources, count)]
        .filter(({ team }) => sees(scope, team))
        .sort((a, b) => (`${a.team} ${a.name}` < `${b.team} ${b.name}` ? -1 : 1)),
  };
}

function ofPipelines({ kernel, pipelines }: ScheduleSources, count: number): ListedSchedule[] {
  return kernel.machines.all().flatMap(({ ref, deployment }): ListedSchedule[] => {
    const { name, team } = ref;
    const written = sectionOf(SCHEDULE, deployment)?.written;
    const schedule = pipelines.scheduleOf(ref);
    const spread = pipelines.spreadOf(ref);
    if (written === undefined || schedule === undefined || spread === undefined) return [];
    const window = longestDelay(spread);
    return [
      {
        kind: 'pipeline',
        name,
        team,
        target: name,
        expression: expressionOf(written),
        timezone: schedule.timezone,
        state: 'ENABLED',
        ...(window === 0 ? {} : { window }),
        next: pipelines.upcoming(ref, count),
      },
    ];
  });
}

function ofClients(
  { clients, kernel }: ScheduleSources,
  count: number,
  isWanted: (schedule: ApiSchedule) => boolean = () => true,
): ListedSchedule[] {
  const now = kernel.time.now();
  const wanted = clients.list().filter(({ schedule }) => isWanted(schedule));
  return wanted.map(({ schedule, progress, timing, spread }): ListedSchedule => {
    const { group, name, team, settings } = schedule;
    const { expression, timezone, state, target } = settings;
    const { last, failure, dropped } = progress;
    const window = longestDelay(spread);
    const isActive = timing !== undefined && state === 'ENABLED';
    return {
      kind: 'api',
      name: `${group}/${name}`,
      team,
      target: target.Arn,
      expression,
      timezone,
      state,
      ...(window === 0 ? {} : { window }),
      next: isActive ? upcoming(timing, spread, Math.max(now, progress.served), count) : [],
      ...(last === undefined ? {} : { last }),
      ...(failure === undefined ? {} : { failure }),
      ...(dropped === undefined ? {} : { dropped }),
    };
  });
}

/** Schedules of clients that start a pipeline: those of its team whose target is it, or a version or alias of it. */
export function schedulesFor(
  sources: ScheduleSources,
  { team, name }: PipelineRef,
  count: number,
): ListedSchedule[] {
  return ofClients(sources, count, (schedule) => {
    const arn = machineOf(schedule.settings.target);
    return schedule.team === team && parseStatesArn(arn)?.parts[0] === name;
  });
}

/** The ARN of what is started: the target's own, or in the request of a universal target. */
function machineOf({ Arn, Input }: ScheduleTarget): string {
  if (!Arn.endsWith(':aws-sdk:sfn:startExecution')) return Arn;
  return /"[Ss]tateMachineArn"\s*:\s*"([^"]{1,300})"/.exec(String(Input))?.[1] ?? Arn;
}

/** The section `schedule` of a pipeline in one line. */
function expressionOf({ cron, rate, at, hour, minute }: ScheduleTrigger): string {
  const wrap = (kind: string, text: string): string =>
    text.startsWith(`${kind}(`) ? text : `${kind}(${text})`;
  if (cron !== undefined) return wrap('cron', cron);
  if (rate !== undefined) return wrap('rate', rate);
  if (at !== undefined) return wrap('at', at);
  const two = (value: number | undefined): string => String(value ?? 0).padStart(2, '0');
  return `daily at ${two(hour)}:${two(minute)}`;
}
