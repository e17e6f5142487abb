/**
 * Tags of schedule groups; schedules have none. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_TagResource.html
 * @module
 */
import type { ScheduleGroup } from '../../../engine/features/schedules/api-schedule.js';
import type { SchedulerCall } from './call.js';

/** A list of `{ Key, Value }` as an object. */
export function readTags(list: readonly { Key: string; Value: string }[]): ScheduleGroup['tags'] {
  return Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
}

export function listTags({ engine, caller, request }: SchedulerCall): object {
  const tags = engine.scheduler.tags(caller.own, request.ResourceArn);
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

export async function tagGroup({ engine, caller, request }: SchedulerCall): Promise<object> {
  await engine.scheduler.addTags(caller.own, request.ResourceArn, readTags(request.Tags));
  return {};
}

export async function untagGroup({ engine, caller, request }: SchedulerCall): Promise<object> {
  await engine.scheduler.removeTags(caller.own, request.ResourceArn, request.TagKeys);
  return {};
}
