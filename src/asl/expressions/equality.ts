/**
 * Equality of JSON values: by value, without regard to the order of keys.
 * @module
 */
import type { Json } from '../json.js';
import { isObject } from '../json.js';
import { ownValue } from './property.js';

/**
 * True when two JSON values are the same. Walks with a list of its own, so deep values cannot exhaust the call stack.
 * @example equalJson({ a: 1, b: [2] }, { b: [2], a: 1 }) // true
 */
export function equalJson(left: Json, right: Json): boolean {
  const pending: [Json, Json][] = [[left, right]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [a, b] = pair;
    if (a === b) continue;
    if (Array.isArray(a) && Array.isArray(b)) {
      if (a.length !== b.length) return false;
      for (const [index, item] of a.entries()) pending.push([item, b[index] as Json]);
    } else if (isObject(a) && isObject(b)) {
      const keys = Object.keys(a);
      if (keys.length !== Object.keys(b).length) return false;
      for (const key of keys) {
        const other = ownValue(b, key);
        if (other === undefined) return false;
        pending.push([a[key] as Json, other]);
      }
    } else {
      return false;
    }
  }
  return true;
}
