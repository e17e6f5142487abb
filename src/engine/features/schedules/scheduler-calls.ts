/**
 * The calls of the engine that are about schedules and schedule groups of clients. Whatever changes something answers when it is
 * durable.
 * @module
 */
import type { Settle } from '../../kernel/requests.js';
import type { Input } from '../../kernel/turn-loop.js';
import type { ApiSchedule, ScheduleGroup } from './api-schedule.js';
import type { ApiSchedules } from './api-schedules.js';

type Named = Pick<ApiSchedule, 'team' | 'group' | 'name'>;

export interface Scheduler {
  /** By group and name. */
  list(team: string): ApiSchedule[];
  /** Throws ScheduleNotFound. */
  get(named: Named): ApiSchedule;
  /** Throws ScheduleExists, ScheduleGroupNotFound, TooManySchedules. */
  create(wanted: Named & Pick<ApiSchedule, 'settings' | 'clientToken'>): Promise<void>;
  /** Replaces all settings. Throws ScheduleNotFound, ScheduleGroupNotFound. */
  update(wanted: Named & Pick<ApiSchedule, 'settings'>): Promise<void>;
  /** Throws ScheduleNotFound. */
  delete(named: Named, clientToken?: string): Promise<void>;

  /** By name, the default group among them. */
  groups(team: string): ScheduleGroup[];
  /** Throws ScheduleGroupNotFound. */
  group(team: string, name: string): ScheduleGroup;
  /** Throws ScheduleGroupExists, ScheduleGroupFixed, TooManySchedules. */
  createGroup(wanted: Pick<ScheduleGroup, 'team' | 'name' | 'tags' | 'clientToken'>): Promise<void>;
  /** With its schedules. Throws ScheduleGroupNotFound, ScheduleGroupFixed. */
  deleteGroup(team: string, name: string, clientToken?: string): Promise<void>;
  /** Throws ScheduleGroupNotFound, ScheduleGroupFixed, and what `change` throws. */
  tagGroup(
    team: string,
    name: string,
    change: (tags: ScheduleGroup['tags']) => ScheduleGroup['tags'],
  ): Promise<void>;
}

/** @param request queues an input and answers when it is durable */
export function schedulerCalls(
  schedules: ApiSchedules,
  request: <Value>(toInput: (settle: Settle<Value>) => Input) => Promise<Value>,
): Scheduler {
  return {
    list: (team) => schedules.list([team]).map(({ schedule }) => schedule),
    get: ({ team, group, name }) => schedules.get(team, group, name).schedule,
    create: (wanted) => request<void>((settle) => schedules.createInput(wanted, settle)),
    update: (wanted) => request<void>((settle) => schedules.updateInput(wanted, settle)),
    delete: ({ team, group, name }, token) =>
      request<void>((settle) => schedules.deleteInput(team, group, name, token, settle)),
    groups: (team) => schedules.groups(team),
    group: (team, name) => schedules.group(team, name),
    createGroup: (wanted) => request<void>((settle) => schedules.createGroupInput(wanted, settle)),
    deleteGroup: (team, name, token) =>
      request<void>((settle) => schedules.deleteGroupInput(team, name, token, settle)),
    tagGroup: (team, name, change) =>
      request<void>((settle) => schedules.tagGroupInput(team, name, change, settle)),
  };
}
