/**
 * Schedule groups: create, read, delete. Deleting one takes its schedules with it, at once.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-group.html
 * @module
 */
import { groupArn, type ScheduleGroup } from '../../../engine/features/schedules/api-schedule.js';
import type { SchedulerCall } from './call.js';
import { pageOf } from './pages.js';
import { readTags } from './tags.js';

export async function createGroup({ engine, caller, request }: SchedulerCall): Promise<object> {
  const { Name, ClientToken, Tags = [] } = request;
  await engine.scheduler.createGroup(caller.own, {
    name: Name,
    tags: readTags(Tags),
    ...(ClientToken === undefined ? {} : { clientToken: ClientToken }),
  });
  return { ScheduleGroupArn: groupArn(engine.arns.identity, Name) };
}

export function getGroup({ engine, caller, request }: SchedulerCall): object {
  return describe(engine.arns.identity, engine.scheduler.group(caller.own, request.Name));
}

export function listGroups({ engine, caller, request }: SchedulerCall): object {
  const all = engine.scheduler
    .groups(caller.own)
    .filter(({ name }) => name.startsWith(request.NamePrefix ?? ''));
  const { items, ...next } = pageOf(all, ({ name }) => name, request);
  return { ScheduleGroups: items.map((group) => describe(engine.arns.identity, group)), ...next };
}

export async function deleteGroup({ engine, caller, request }: SchedulerCall): Promise<object> {
  await engine.scheduler.deleteGroup(caller.own, request.Name, request.ClientToken);
  return {};
}

function describe(identity: Parameters<typeof groupArn>[0], group: ScheduleGroup): object {
  return {
    Arn: groupArn(identity, group.name),
    Name: group.name,
    State: 'ACTIVE',
    CreationDate: group.createdAt / 1000,
    LastModificationDate: group.updatedAt / 1000,
  };
}
