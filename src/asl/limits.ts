/**
 * The limits of an execution. Source: Step Functions developer guide, "Service quotas".
 * @module
 */
import type { Json, JsonObject } from './json.js';

/** Largest input, output or result of a state, in bytes of UTF-8 JSON. */
export const MAX_PAYLOAD_BYTES = 262_144;
/** An execution whose history would grow beyond this many events fails. */
export const MAX_HISTORY_EVENTS = 25_000;
/** Iterations of an inline Map that run at once when MaxConcurrency is 0. */
export const INLINE_MAP_CONCURRENCY = 40;
/** Deepest nesting of a value that is accepted anywhere. */
export const MAX_DEPTH = 512;
/** State visits in one transition; the rest follows in the next, so that no execution holds up the others. */
export const MAX_VISITS_PER_TRANSITION = 500;

/**
 * Tells whether a value's JSON text is longer than a limit, without building the text. Stops as soon as it knows.
 * A value that is nested too deep is too large as well: a chain of states could deepen it level by level, until neither
 * JSON.stringify nor any other recursion could read it.
 * @param limit bytes of UTF-8
 * @example exceedsBytes('abc', 4) // true: five bytes with the quotes
 */
export function exceedsBytes(value: Json, limit: number): boolean {
  return remaining(value, limit, 0) < 0;
}

/** Tells whether arrays and objects lie in each other more than MAX_DEPTH times. Without recursion. */
export function exceedsDepth(value: Json): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((member) => Object.values(member).filter(isContainer));
  }
  return false;
}

function isContainer(value: Json): value is Json[] | JsonObject {
  return value !== null && typeof value === 'object';
}

/** @param depth arrays and objects around the value */
function remaining(value: Json, left: number, depth: number): number {
  if (left < 0) return left;
  switch (typeof value) {
    case 'string':
      // The exact count matters only near the limit: a character takes 1 to 6 bytes as JSON.
      if (value.length * 6 + 2 <= left) return left - value.length - 2;
      return left - stringBytes(value);
    case 'number':
      return left - (value >= 0 && value < 10 ? 1 : String(value).length);
    case 'boolean':
      return left - (value ? 4 : 5);
    default:
  }
  if (value === null) return left - 4;
  if (depth >= MAX_DEPTH) return -1;
  let rest = left - 2;
  if (Array.isArray(value)) {
    if (value.length > 1) rest -= value.length - 1;
    for (const item of value) {
      rest = remaining(item, rest, depth + 1);
      if (rest < 0) return rest;
    }
    return rest;
  }
  let first = true;
  for (const key in value) {
    if (!first) rest -= 1;
    first = false;
    rest = remaining(value[key] as Json, remaining(key, rest - 1, depth + 1), depth + 1);
    if (rest < 0) return rest;
  }
  return rest;
}

function stringBytes(text: string): number {
  let bytes = 2;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22 || code === 0x5c) bytes += 2;
    else if (code < 0x20) bytes += code >= 0x08 && code <= 0x0d && code !== 0x0b ? 2 : 6;
    else if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else if (code >= 0xd800 && code < 0xdc00) {
      // A surrogate pair is one character of four bytes.
      bytes += 4;
      i++;
    } else bytes += 3;
  }
  return bytes;
}
