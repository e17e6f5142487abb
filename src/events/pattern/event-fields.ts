/**
 * The fields of an event: its values by path, of the paths that somebody asks for.
 *
 * Arrays add nothing to a path; each of their elements counts. So that two fields of one rule are not matched by two
 * different elements, a value remembers in which element of which array it stands. A value directly inside an array has no
 * such place: it may be combined with all elements.
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import type { Scalar } from './match-value.js';

/** An element of an array around a value, and the elements further out. */
export interface ArrayPlace {
  readonly array: number;
  readonly element: number;
  readonly outer: ArrayPlace | undefined;
}

/** A value and the array elements around it. */
export interface Leaf {
  readonly value: Scalar;
  readonly place: ArrayPlace | undefined;
}

/** A path that rules ask for, and those that begin with it. Holds the values found in the event that is being read. */
export interface PathNode {
  readonly path: string;
  readonly steps: Map<string, PathNode>;
  /** How many fields of rules end here. */
  uses: number;
  leaves: Leaf[];
}

/** What was found in one event. */
export interface EventFields {
  /** The paths that have values, in no order. */
  readonly present: PathNode[];
  /** True when a value stands inside an element of an array. */
  hasPlaces: boolean;
}

/** Levels of nesting that are read (PutEvents: "will only process nested JSON up to 1100 levels deep"). */
const MAX_DEPTH = 1100;

/** A node without steps. */
export function newPathNode(path: string): PathNode {
  return { path, steps: new Map(), uses: 0, leaves: [] };
}

/** The node of a path; made where it is missing. */
export function usePath(root: PathNode, path: string): PathNode {
  let node = root;
  for (const step of path.split('.')) {
    let next = node.steps.get(step);
    if (next === undefined) {
      next = newPathNode(node === root ? step : `${node.path}.${step}`);
      node.steps.set(step, next);
    }
    node = next;
  }
  node.uses += 1;
  return node;
}

/** Takes back one {@link usePath}; forgets what nobody asks for any more. */
export function releasePath(root: PathNode, path: string): void {
  const trail: [PathNode, string][] = [];
  let node = root;
  for (const step of path.split('.')) {
    trail.push([node, step]);
    const next = node.steps.get(step);
    if (next === undefined) return;
    node = next;
  }
  node.uses -= 1;
  for (const [parent, step] of trail.reverse()) {
    const child = parent.steps.get(step);
    if (child === undefined || child.uses > 0 || child.steps.size > 0) return;
    parent.steps.delete(step);
  }
}

interface Reading extends EventFields {
  arrays: number;
}

/** Reads the values of all used paths into their nodes. {@link forgetFields} has to follow. */
export function readFields(root: PathNode, event: JsonObject): EventFields {
  const reading: Reading = { present: [], hasPlaces: false, arrays: 0 };
  readObject(reading, root, event, undefined, 0);
  return reading;
}

/** Empties the nodes again. */
export function forgetFields(fields: EventFields): void {
  for (const node of fields.present) node.leaves = [];
}

function readObject(
  reading: Reading,
  node: PathNode,
  object: JsonObject,
  place: ArrayPlace | undefined,
  depth: number,
): void {
  if (depth > MAX_DEPTH || node.steps.size === 0) return;
  for (const key in object) {
    if (!Object.hasOwn(object, key)) continue;
    const next = node.steps.get(key) ?? (key.includes('.') ? walk(node, key) : undefined);
    const value = object[key];
    if (next !== undefined && value !== undefined) {
      readValue(reading, next, value, place, depth + 1);
    }
  }
}

function walk(from: PathNode, key: string): PathNode | undefined {
  let node: PathNode | undefined = from;
  for (const step of key.split('.')) node = node?.steps.get(step);
  return node;
}

function readValue(
  reading: Reading,
  node: PathNode,
  value: Json,
  place: ArrayPlace | undefined,
  depth: number,
): void {
  if (typeof value !== 'object' || value === null) {
    if (node.uses === 0) return;
    if (node.leaves.length === 0) reading.present.push(node);
    if (place !== undefined) reading.hasPlaces = true;
    node.leaves.push({ value, place });
    return;
  }
  if (!Array.isArray(value)) {
    readObject(reading, node, value, place, depth);
    return;
  }
  if (depth > MAX_DEPTH) return;
  const array = reading.arrays++;
  for (let element = 0; element < value.length; element++) {
    const inner = value[element];
    if (inner === undefined) continue;
    const isNested = typeof inner === 'object' && inner !== null;
    const at = isNested ? { array, element, outer: place } : place;
    readValue(reading, node, inner, at, depth + 1);
  }
}
