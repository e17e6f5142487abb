/**
 * Tags of buses and rules. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Tag.html
 * @module
 */
import { ownResource } from '../../../engine/features/rules/event-arns.js';
import { DEFAULT_BUS, ruleKey } from '../../../engine/features/rules/records.js';
import type { Turn } from '../../../engine/kernel/turn.js';
import type { Tags } from '../../../store/store.js';
import type { Call } from '../call.js';
import { hasBus, invalid, invalidParameter, noBus, noRule } from './names.js';

const MAX_TAGS = 50;

/** A list of `{ Key, Value }` as an object. Throws ValidationException for too many. */
export function readTags(list: readonly { Key: string; Value: string }[]): Tags {
  // From entries, so that a key which every object inherits is one like any other.
  const tags: Tags = Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
  checkCount(tags);
  return tags;
}

function checkCount(tags: Tags): void {
  if (Object.keys(tags).length > MAX_TAGS) {
    throw invalid(`A resource has at most ${MAX_TAGS} tags.`);
  }
}

export function listTagsForResource(call: Call): object {
  const { tags } = findResource(call);
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

export function tagResource(call: Call): Promise<object> {
  const more = readTags(call.request.Tags);
  return change(call, (tags) => ({ ...tags, ...more }));
}

export function untagResource(call: Call): Promise<object> {
  const gone = new Set<string>(call.request.TagKeys);
  return change(call, (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
  );
}

async function change(call: Call, act: (tags: Tags) => Tags): Promise<object> {
  await call.engine.changeEvents((turn) => {
    const resource = findResource(call);
    const tags = act(resource.tags);
    checkCount(tags);
    resource.put(turn, tags);
  });
  return {};
}

/** The bus or rule of the caller's that an ARN names. Throws ResourceNotFoundException. */
function findResource({ engine, caller, request }: Call): {
  tags: Tags;
  put(turn: Turn, tags: Tags): void;
} {
  const arn: string = request.ResourceARN;
  const { eventResources, arns } = engine;
  const { team } = caller;
  const bus = ownResource(arns.identity, arn, 'event-bus');
  if (bus !== undefined) {
    if (!hasBus(eventResources, team, bus)) throw noBus(bus);
    const record = eventResources.buses.get(team, bus) ?? { tags: {} };
    return {
      tags: record.tags,
      put: (turn, tags) => eventResources.buses.put(turn, team, bus, { ...record, tags }),
    };
  }
  const path = ownResource(arns.identity, arn, 'rule');
  if (path === undefined)
    throw invalidParameter('ResourceARN', 'It names no bus and no rule here.');
  // Names of buses may have slashes, names of rules may not.
  const cut = path.lastIndexOf('/');
  const ofBus = cut < 0 ? DEFAULT_BUS : path.slice(0, cut);
  const rule = path.slice(cut + 1);
  const key = ruleKey(ofBus, rule);
  const record = eventResources.rules.get(team, key);
  if (record === undefined) throw noRule(ofBus, rule);
  return {
    tags: record.tags,
    put: (turn, tags) => eventResources.rules.put(turn, team, key, { ...record, tags }),
  };
}
