/**
 * Tags of buses and rules. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Tag.html
 * @module
 */
import type { Call } from '../call.js';
import { readTags } from './names.js';

export function listTagsForResource({ engine, caller, request }: Call): object {
  const tags = engine.eventTags.list(caller.own, request.ResourceARN);
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

export async function tagResource({ engine, caller, request }: Call): Promise<object> {
  await engine.eventTags.add(caller.own, request.ResourceARN, readTags(request.Tags));
  return {};
}

export async function untagResource({ engine, caller, request }: Call): Promise<object> {
  await engine.eventTags.remove(caller.own, request.ResourceARN, request.TagKeys);
  return {};
}
