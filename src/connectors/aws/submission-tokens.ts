/**
 * What makes a submission the same when it is made again: a token in the form of a UUID that follows from the attempt, and
 * tags that carry it where a service takes no token.
 * @module
 */
import { createHash } from 'node:crypto';
import type { AwsObject } from '../../aws/aws.js';
import type { RemoteRequest } from '../remote-tasks.js';

/** The tag by which a job is found again. */
export const ATTEMPT_TAG = 'millrace:attempt';

/** AWS takes 50; it adds some of its own. */
const MOST_TAGS = 45;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * 36 characters, as every service takes them.
 * @example submissionToken({ id: '7-3-0' }) // 'e0c5…-…'
 */
export function submissionToken({ id }: Pick<RemoteRequest, 'id'>): string {
  const hash = createHash('sha256').update(`millrace ${id}`).digest('hex');
  const part = (from: number, to: number): string => hash.slice(from, to);
  return [part(0, 8), part(8, 12), `4${part(13, 16)}`, `8${part(17, 20)}`, part(20, 32)].join('-');
}

/**
 * Tags of what is made over there: the pipeline's, where it was made for, and the attempt. What the definition says counts.
 * @example tagsOf(request)['millrace:pipeline'] // 'parcels'
 */
export function tagsOf(request: RemoteRequest): { [name: string]: string } {
  const { tags, execution } = request;
  const fit = Object.entries(tags).filter(
    ([name, value]) =>
      name !== '' &&
      name.length <= 128 &&
      value.length <= 256 &&
      !/^aws:/i.test(name) &&
      TAG_TEXT.test(name) &&
      TAG_TEXT.test(value),
  );
  return {
    [ATTEMPT_TAG]: request.id,
    'millrace:pipeline': execution.pipeline,
    'millrace:execution': execution.name,
    ...Object.fromEntries(fit),
  };
}

/**
 * The same beside those of the definition, which count.
 * @example tagMap({ team: 'a' }, request).team // 'a'
 */
export function tagMap(given: AwsObject, request: RemoteRequest): AwsObject {
  const room = Math.max(1, MOST_TAGS - Object.keys(given).length);
  const own = Object.entries(tagsOf(request)).filter(([name]) => !Object.hasOwn(given, name));
  return { ...given, ...Object.fromEntries(own.slice(0, room)) };
}

/** Tags as a list of pairs; those of the definition go first, and each name once. */
export function tagList(
  given: readonly AwsObject[],
  request: RemoteRequest,
  names: readonly [key: string, value: string] = ['Key', 'Value'],
): AwsObject[] {
  const [key, value] = names;
  const taken = new Set(given.map((tag) => tag[key]));
  const own = Object.entries(tagsOf(request))
    .filter(([name]) => !taken.has(name))
    .slice(0, Math.max(1, MOST_TAGS - given.length))
    .map(([name, text]) => ({ [key]: name, [value]: text }));
  return [...given, ...own];
}
