/**
 * `engine.scheduler`: schedules and schedule groups of clients. Whatever changes something answers when it is durable.
 * @module
 */
import type { Identity } from '../../kernel/arn.js';
import type { DurableRequest } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import { type OneTeam, teamOf, teamsIn } from '../../kernel/scope.js';
import { type ApiSchedule, groupArn, type ScheduleGroup } from './api-schedule.js';
import type { ApiSchedules } from './api-schedules.js';

type Tags = ScheduleGroup['tags'];
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
  /** Throws ScheduleTagsRefused, ScheduleGroupExists, ScheduleGroupFixed, TooManySchedules. */
  createGroup(
    scope: OneTeam,
    wanted: Pick<ScheduleGroup, 'name' | 'tags' | 'clientToken'>,
  ): Promise<void>;
  /** With its schedules. Throws ScheduleGroupNotFound, ScheduleGroupFixed. */
  deleteGroup(scope: OneTeam, name: string, clientToken?: string): Promise<void>;

  /** Of a group, by its ARN: schedules have none. Throws ScheduleGroupNotFound, as all of these. */
  tags(scope: OneTeam, arn: string): Tags;
  /** Throws ScheduleTagsRefused, ScheduleGroupFixed. */
  addTags(scope: OneTeam, arn: string, tags: Tags): Promise<void>;
  /** Throws ScheduleGroupFixed. */
  removeTags(scope: OneTeam, arn: string, keys: readonly string[]): Promise<void>;
}

/** Tags of a group. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_TagResource.html */
const MAX_TAGS = 50;

export function schedulerCalls(
  identity: Identity,
  schedules: ApiSchedules,
  request: DurableRequest,
): SchedulerCalls {
  /** The group that an ARN names; one of another account or region is none. */
  const nameIn = (arn: string): string => {
    const name = arn.slice(arn.indexOf('/') + 1);
    if (arn === groupArn(identity, name)) return name;
    throw new EngineError('ScheduleGroupNotFound', { group: name });
  };
  const changeTags = (scope: OneTeam, name: string, act: (tags: Tags) => Tags): Promise<void> =>
    request<void>((settle) => schedules.tagGroupInput(teamOf(scope), name, act, settle));
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
    async createGroup(scope, wanted) {
      checkCount(wanted.tags);
      const group = { ...wanted, team: teamOf(scope) };
      await request<void>((settle) => schedules.createGroupInput(group, settle));
    },
    deleteGroup: (scope, name, token) =>
      request<void>((settle) => schedules.deleteGroupInput(teamOf(scope), name, token, settle)),
    tags: (scope, arn) => schedules.group(teamOf(scope), nameIn(arn)).tags,
    async addTags(scope, arn, more) {
      checkCount(more);
      await changeTags(scope, nameIn(arn), (tags) => checkCount({ ...tags, ...more }));
    },
    async removeTags(scope, arn, keys) {
      const gone = new Set(keys);
      await changeTags(scope, nameIn(arn), (tags) =>
        Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
      );
    },
  };
}

function checkCount(tags: Tags): Tags {
  if (Object.keys(tags).length <= MAX_TAGS) return tags;
  throw new EngineError('ScheduleTagsRefused', { limit: MAX_TAGS });
}
