/**
 * Reads and writes properties of JSON objects whose keys come from users.
 *
 * `value[key]` would find `constructor` and `__proto__` on the prototype, and `target['__proto__'] = x` would replace the
 * prototype instead of adding a key. Everything in this folder goes through these functions instead.
 * @module
 */
import type { Json, JsonObject } from '../json.js';

/** The object's own value of a key; undefined when it has none. */
export function ownValue(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets an own property, also one called `__proto__`. */
export function setOwn(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    object[key] = value;
  }
}

/** A shallow copy with one property more or changed. */
export function withOwn(object: JsonObject, key: string, value: Json): JsonObject {
  const copy: JsonObject = {};
  for (const existing of Object.keys(object)) setOwn(copy, existing, object[existing] as Json);
  setOwn(copy, key, value);
  return copy;
}
