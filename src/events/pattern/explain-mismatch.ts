/**
 * Tells why a pattern does not match an event: the field that keeps it from matching.
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import { describeField } from './describe-matcher.js';
import { forgetFields, newPathNode, type PathNode, readFields, usePath } from './event-fields.js';
import { mismatchOf } from './match-branch.js';
import type { EventPattern, PatternBranch } from './matcher-types.js';

/** Why a pattern does not match. */
export interface Mismatch {
  /** Path of the first field that does not match, its steps joined with dots. */
  readonly path: string;
  /** What the pattern wants there, as it is written in patterns. */
  readonly wanted: Json[];
  /** The values of the event at the path; none when it has no value there. At most ten. */
  readonly found: Json[];
  /** How many fields match before this one, of how many; with `$or`, in the branch that comes furthest. */
  readonly matchedFields: number;
  readonly fields: number;
  /** `array-elements`: some of the values do match, but not in the array element in which the fields before do. */
  readonly reason: 'value' | 'missing' | 'array-elements';
}

const MAX_FOUND = 10;

/**
 * The first differing field, in the order of paths; undefined when the event matches.
 *
 * @example explainMismatch(pattern, { source: 'mail' })
 * // { path: 'source', wanted: ['shop'], found: ['mail'], reason: 'value', matchedFields: 0, fields: 1 }
 */
export function explainMismatch(pattern: EventPattern, event: JsonObject): Mismatch | undefined {
  const root = newPathNode('');
  const nodes = new Map<string, PathNode>();
  for (const { fields } of pattern.branches) {
    for (const { path } of fields) nodes.set(path, usePath(root, path));
  }
  const read = readFields(root, event);
  let nearest: Mismatch | undefined;
  for (const branch of pattern.branches) {
    const mismatch = explainBranch(branch, nodes);
    if (mismatch === undefined) {
      nearest = undefined;
      break;
    }
    if (nearest === undefined || isNearer(mismatch, nearest)) nearest = mismatch;
  }
  forgetFields(read);
  return nearest;
}

/** Fewer fields are left, or as many are left and more match. */
function isNearer(a: Mismatch, b: Mismatch): boolean {
  const left = a.fields - a.matchedFields - (b.fields - b.matchedFields);
  return left < 0 || (left === 0 && a.matchedFields > b.matchedFields);
}

function explainBranch(
  { fields }: PatternBranch,
  nodes: ReadonlyMap<string, PathNode>,
): Mismatch | undefined {
  const leavesAt = (path: string): PathNode['leaves'] => nodes.get(path)?.leaves ?? [];
  const mismatch = mismatchOf(fields, leavesAt);
  if (mismatch === undefined) return undefined;
  const { field, found, isInOtherElement } = mismatch;
  const matching = fields.filter((one) => mismatchOf([one], leavesAt) === undefined);
  return {
    path: field.path,
    wanted: describeField(field),
    found: found.slice(0, MAX_FOUND).map(({ value }) => value),
    matchedFields: isInOtherElement ? matching.length - 1 : matching.length,
    fields: fields.length,
    reason: isInOtherElement ? 'array-elements' : found.length === 0 ? 'missing' : 'value',
  };
}
