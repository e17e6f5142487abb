/**
 * Tags of state machines and activities. https://docs.aws.amazon.com/step-functions/latest/apireference/API_Tag.html
 * @module
 */
import { EngineError } from '../../../engine/kernel/errors.js';
import type { Tags } from '../../../store/store.js';
import type { Call } from '../call.js';
import { WireError } from '../wire-error.js';
import { noResource, readArn } from './arns.js';

const MAX_TAGS = 50;

/** A list of `{ key, value }` as an object. Throws ValidationException for a tag without key. */
export function readTags(list: readonly { key?: string | null; value?: string | null }[]): Tags {
  const tags: Tags = {};
  for (const { key, value } of list) {
    if (!key) throw new WireError('ValidationException', 'A tag needs a key.');
    Object.defineProperty(tags, key, {
      value: value ?? '',
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  if (Object.keys(tags).length > MAX_TAGS) throw tooMany('the resource');
  return tags;
}

export function listTagsForResource(call: Call): object {
  const { tags } = findResource(call);
  return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
}

export async function tagResource(call: Call): Promise<object> {
  const more = readTags(call.request.tags);
  return change(call, (tags) => ({ ...tags, ...more }));
}

export async function untagResource(call: Call): Promise<object> {
  const gone = new Set<string>(call.request.tagKeys);
  return change(call, (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
  );
}

async function change(call: Call, act: (tags: Tags) => Tags): Promise<object> {
  const resource = findResource(call);
  const after = act(resource.tags);
  if (Object.keys(after).length > MAX_TAGS) throw tooMany(call.request.resourceArn);
  await resource.tag(act);
  return {};
}

/** What an ARN names, if it has tags and the caller sees it. Throws ResourceNotFound. */
function findResource({ engine, caller, request }: Call): {
  tags: Tags;
  tag(act: (tags: Tags) => Tags): Promise<void>;
} {
  const arn = request.resourceArn;
  const { type, parts } = readArn(engine.arns.identity, arn, 'stateMachine', 'activity');
  const [name = ''] = parts;
  const kind = type === 'activity' ? engine.activities : engine.stateMachines;
  try {
    if (parts.length === 1) {
      const found = kind.find(caller.scope, name);
      return { tags: found.tags, tag: (act) => kind.tag(caller.scope, found, act) };
    }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
  throw noResource(arn);
}

function tooMany(resourceName: string): WireError {
  return new WireError('TooManyTags', `A resource has at most ${MAX_TAGS} tags.`, {
    members: { resourceName },
  });
}
