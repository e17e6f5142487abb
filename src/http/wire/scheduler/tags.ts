/**
 * Tags of schedule groups; schedules have none. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_TagResource.html
 * @module
 */
import { groupArn, type ScheduleGroup } from '../../../engine/features/schedules/api-schedule.js';
import { WireError } from '../wire-error.js';
import type { SchedulerCall } from './call.js';

type Tags = ScheduleGroup['tags'];

const MAX_TAGS = 50;

/** Throws ValidationException when there are too many. */
export function readTags(list: readonly { Key: string; Value: string }[]): Tags {
  return checkCount(Object.fromEntries(list.map(({ Key, Value }) => [Key, Value])));
}

export function listTags(call: SchedulerCall): object {
  const { tags } = call.engine.scheduler.group(call.caller.own, nameIn(call));
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

export async function tagGroup(call: SchedulerCall): Promise<object> {
  const more = readTags(call.request.Tags);
  await call.engine.scheduler.tagGroup(call.caller.own, nameIn(call), (tags) =>
    checkCount({ ...tags, ...more }),
  );
  return {};
}

export async function untagGroup(call: SchedulerCall): Promise<object> {
  const gone = new Set<string>(call.request.TagKeys);
  await call.engine.scheduler.tagGroup(call.caller.own, nameIn(call), (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
  );
  return {};
}

/** The group that the ARN names. Throws ResourceNotFoundException for one of another account or region. */
function nameIn({ engine, request }: SchedulerCall): string {
  const arn: string = request.ResourceArn;
  const name = arn.slice(arn.indexOf('/') + 1);
  if (arn === groupArn(engine.arns.identity, name)) return name;
  throw new WireError('ResourceNotFoundException', `Schedule group ${name} does not exist.`);
}

function checkCount(tags: Tags): Tags {
  if (Object.keys(tags).length <= MAX_TAGS) return tags;
  throw new WireError('ValidationException', `A schedule group has at most ${MAX_TAGS} tags.`);
}
