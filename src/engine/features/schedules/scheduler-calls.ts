/**
 * `engine.scheduler`: schedules and schedule groups of clients. Whatever changes something answers when it is durable.
 * @module
 */
import type { DurableRequest } from '../../kernel/durable-request.js';
import { type OneTeam, teamOf, teamsIn } from '../../kernel/scope.js';
import type { ApiSchedule, ScheduleGroup } from './api-schedule.js';
import type { ApiSchedules } from './api-schedules.js';

type Named = Pick<ApiSchedule, 'group' | 'name'>;

export interface SchedulerCalls {
  /** By group and name. */
  list(scope: OneTeam): ApiSchedule[];
  /** Throws ScheduleNotFound. */
  get(scope: OneTeam, named: Named): ApiSchedule;
  /** Throws ScheduleExists, ScheduleGroupNotFound, TooManySchedules. */
  create(
    scope: OneTeam,
    wanted: Named & Pick<ApiSchedule, 'settings' | 'clientToken'>,
  ): Promise<void>;
  /** Replaces all settings. Throws ScheduleNotFound, ScheduleGroupNotFound. */
  update(scope: OneTeam, wanted: Named & Pick<ApiSchedule, 'settings'>): Promise<void>;
  /** Throws ScheduleNotFound. */
  delete(scope: OneTeam, named: Named, clientToken?: string): Promise<void>;

  /** By name, the default group among them. */
  groups(scope: OneTeam): ScheduleGroup[];
  /** Throws ScheduleGroupNotFound. */
  group(scope: OneTeam, name: string): ScheduleGroup;
  /** Throws ScheduleGroupExists, ScheduleGroupFixed, TooManySchedules. */
  createGroup(
    scope: OneTeam,
    wanted: Pick<ScheduleGroup, 'name' | 'tags' | 'clientToken'>,
  ): Promise<void>;
  /** With its schedules. Throws ScheduleGroupNotFound, ScheduleGroupFixed. */
  deleteGroup(scope: OneTeam, name: string, clientToken?: string): Promise<void>;
  /** Throws ScheduleGroupNotFound, ScheduleGroupFixed, and what `change` throws. */
  tagGroup(
    scope: OneTeam,
    name: string,
    change: (tags: ScheduleGroup['tags']) => ScheduleGroup['tags'],
  ): Promise<void>;
}

export function schedulerCalls(schedules: ApiSchedules, request: DurableRequest): SchedulerCalls {
  return {
    list: (scope) => schedules.list(teamsIn(scope)).map(({ schedule }) => schedule),
    get: (scope, { group, name }) => schedules.get(teamOf(scope), group, name).schedule,
    create: (scope, wanted) =>
      request<void>((settle) => schedules.createInput({ ...wanted, team: teamOf(scope) }, settle)),
    update: (scope, wanted) =>
      request<void>((settle) => schedules.updateInput({ ...wanted, team: teamOf(scope) }, settle)),
    delete: (scope, { group, name }, token) =>
      request<void>((settle) => schedules.deleteInput(teamOf(scope), group, name, token, settle)),
    groups: (scope) => schedules.groups(teamOf(scope)),
    group: (scope, name) => schedules.group(teamOf(scope), name),
    createGroup: (scope, wanted) =>
      request<void>((settle) =>
        schedules.createGroupInput({ ...wanted, team: teamOf(scope) }, settle),
      ),
    deleteGroup: (scope, name, token) =>
      request<void>((settle) => schedules.deleteGroupInput(teamOf(scope), name, token, settle)),
    tagGroup: (scope, name, change) =>
      request<void>((settle) => schedules.tagGroupInput(teamOf(scope), name, change, settle)),
  };
}
