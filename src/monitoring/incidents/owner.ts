/**
 * Whose an incident is: exactly one owner, found by the team's rules.
 *
 *     rules of the team, the first that matches ──▶ `owner` of the pipeline's file ──▶ the team's "otherwise" ──▶ nobody
 *
 * Nobody is an answer too, and is told as such: the incident is the team's and waits for somebody to take it.
 * @module
 */
import { hasTags } from '../tags.js';
import type { Assignee, IncidentPolicy, OwnerRule } from './policy.js';
import { onCall } from './rotation.js';
import type { Signal } from './signal.js';

export interface Owner {
  /** Undefined: nobody. */
  readonly person?: string;
  /** Why, in words: `on call in primary`. */
  readonly because: string;
}

/** @example ownerOf(policy, { tags: { datatype: 'parcel' }, … }, now) // { person: 'ana', because: 'on call in primary' } */
export function ownerOf(
  policy: IncidentPolicy,
  signal: Pick<Signal, 'tags' | 'pipeline' | 'error' | 'kind' | 'owner'>,
  at: number,
): Owner {
  const gaps: string[] = [];
  for (const [index, rule] of policy.owners.entries()) {
    if (!matches(rule, signal)) continue;
    const person = personOf(policy, rule.owner, at);
    if (person !== undefined) return { person, because: words(rule.owner, `rule ${index + 1}`) };
    gaps.push(gap(rule.owner));
  }
  const { owner } = signal;
  if (owner !== undefined) {
    const isRotation = policy.rotations.has(owner);
    const person = isRotation ? personOf(policy, { rotation: owner }, at) : owner;
    if (person !== undefined) return { person, because: 'as its file says' };
    gaps.push(gap({ rotation: owner }));
  }
  if (policy.otherwise !== undefined) {
    const person = personOf(policy, policy.otherwise, at);
    if (person !== undefined) return { person, because: words(policy.otherwise, 'otherwise') };
    gaps.push(gap(policy.otherwise));
  }
  return { because: gaps.length === 0 ? 'no rule names an owner' : gaps.join('; ') };
}

/** The person behind an assignee; undefined: nobody is on call. */
export function personOf(
  policy: IncidentPolicy,
  assignee: Assignee,
  at: number,
): string | undefined {
  if ('person' in assignee) return assignee.person;
  const rotation = policy.rotations.get(assignee.rotation);
  return rotation && onCall(rotation, at);
}

function words(assignee: Assignee, otherwise: string): string {
  return 'rotation' in assignee ? `on call in ${assignee.rotation}` : otherwise;
}

function gap(assignee: Assignee): string {
  return 'rotation' in assignee ? `nobody is on call in ${assignee.rotation}` : 'nobody';
}

function matches(
  { tags, pipelines, errors, kinds }: OwnerRule,
  signal: Pick<Signal, 'tags' | 'pipeline' | 'error' | 'kind'>,
): boolean {
  return (
    hasTags(signal.tags, tags) &&
    (pipelines.length === 0 || pipelines.some((name) => isLike(signal.pipeline, name))) &&
    (errors.length === 0 || errors.some((name) => isLike(signal.error, name))) &&
    (kinds.length === 0 || kinds.includes(signal.kind))
  );
}

/**
 * Whether a text is like a pattern in which `*` is anything. Takes time in proportion to both, whatever is in them.
 * @example isLike('parcels-alpine', 'parcels-*') // true
 */
export function isLike(text: string | undefined, pattern: string): boolean {
  if (text === undefined) return false;
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return text === pattern;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length && text.endsWith(last);
}
