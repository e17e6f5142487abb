/**
 * Create, read, update, delete and list schedules. A caller's schedules are those of its team.
 * @module
 */
import {
  type ApiSchedule,
  DEFAULT_GROUP,
  scheduleArn,
} from '../../../engine/features/schedules/api-schedule.js';
import type { SchedulerCall } from './call.js';
import { readSettings } from './check-schedule.js';
import { pageOf } from './pages.js';

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html */
const DEFAULT_RETRY = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };

export async function createSchedule(call: SchedulerCall): Promise<object> {
  const { engine, caller, request } = call;
  const { ClientToken } = request;
  const settings = readSettings(request, engine.arns.identity, Date.now());
  await engine.scheduler.create(caller.own, {
    ...namedIn(call),
    settings,
    ...(ClientToken === undefined ? {} : { clientToken: ClientToken }),
  });
  return { ScheduleArn: arnIn(call) };
}

export async function updateSchedule(call: SchedulerCall): Promise<object> {
  const { engine, caller, request } = call;
  const settings = readSettings(request, engine.arns.identity, Date.now());
  await engine.scheduler.update(caller.own, { ...namedIn(call), settings });
  return { ScheduleArn: arnIn(call) };
}

export function getSchedule(call: SchedulerCall): object {
  const schedule = call.engine.scheduler.get(call.caller.own, namedIn(call));
  const { settings } = schedule;
  const { start, end, description, kmsKeyArn, window, target } = settings;
  return {
    ...summaryOf(call, schedule),
    ScheduleExpression: settings.expression,
    ScheduleExpressionTimezone: settings.timezone,
    FlexibleTimeWindow:
      window === undefined ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: window },
    ActionAfterCompletion: settings.afterCompletion,
    ...(start === undefined ? {} : { StartDate: start / 1000 }),
    ...(end === undefined ? {} : { EndDate: end / 1000 }),
    ...(description === undefined ? {} : { Description: description }),
    ...(kmsKeyArn === undefined ? {} : { KmsKeyArn: kmsKeyArn }),
    Target: { ...target, RetryPolicy: { ...DEFAULT_RETRY, ...(target.RetryPolicy as object) } },
  };
}

export async function deleteSchedule(call: SchedulerCall): Promise<object> {
  const { engine, caller, request } = call;
  await engine.scheduler.delete(caller.own, namedIn(call), request.ClientToken);
  return {};
}

export function listSchedules(call: SchedulerCall): object {
  const { engine, caller, request } = call;
  const { GroupName, NamePrefix = '', State } = request;
  if (GroupName !== undefined) engine.scheduler.group(caller.own, GroupName);
  const all = engine.scheduler
    .list(caller.own)
    .filter(
      ({ group, name, settings }) =>
        (GroupName === undefined || group === GroupName) &&
        name.startsWith(NamePrefix) &&
        (State === undefined || settings.state === State),
    );
  const { items, ...next } = pageOf(all, ({ group, name }) => `${group}/${name}`, request);
  return {
    Schedules: items.map((schedule) => ({
      ...summaryOf(call, schedule),
      Target: { Arn: schedule.settings.target.Arn },
    })),
    ...next,
  };
}

function summaryOf({ engine }: SchedulerCall, schedule: ApiSchedule): object {
  const { group, name, settings, createdAt, updatedAt } = schedule;
  return {
    Arn: scheduleArn(engine.arns.identity, group, name),
    Name: name,
    GroupName: group,
    State: settings.state,
    CreationDate: createdAt / 1000,
    LastModificationDate: updatedAt / 1000,
  };
}

function namedIn({ request }: SchedulerCall): Pick<ApiSchedule, 'group' | 'name'> {
  return { group: request.GroupName ?? DEFAULT_GROUP, name: request.Name };
}

function arnIn(call: SchedulerCall): string {
  const { group, name } = namedIn(call);
  return scheduleArn(call.engine.arns.identity, group, name);
}
