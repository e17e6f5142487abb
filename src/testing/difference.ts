/**
 * How two JSON values differ: as lines for people, with the places.
 * @module
 */
import { isObject, type Json } from '../asl/json.js';
import { sameJson } from '../engine/kernel/same-json.js';

export interface Difference {
  /** JSON pointer; '' is the whole value. */
  pointer: string;
  /** Undefined: nothing was expected there. */
  expected: Json | undefined;
  /** Undefined: there is nothing. */
  actual: Json | undefined;
}

/** Differences that are looked for. */
const MOST = 20;

/**
 * Where two values differ, in document order.
 * @param mode `contains`: objects of the actual value may have more fields
 * @example differencesOf({ a: 1 }, { a: 2 }, 'equals') // [{ pointer: '/a', expected: 1, actual: 2 }]
 */
export function differencesOf(
  expected: Json,
  actual: Json | undefined,
  mode: 'equals' | 'contains',
): Difference[] {
  const found: Difference[] = [];
  compare(expected, actual, '', mode, found);
  return found;
}

function compare(
  expected: Json | undefined,
  actual: Json | undefined,
  pointer: string,
  mode: 'equals' | 'contains',
  found: Difference[],
): void {
  if (found.length >= MOST) return;
  if (isObject(expected) && isObject(actual)) {
    const more = mode === 'equals' ? Object.keys(actual) : [];
    for (const key of new Set([...Object.keys(expected), ...more])) {
      const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      compare(own(expected, key), own(actual, key), at, mode, found);
    }
    return;
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    for (let index = 0; index < Math.max(expected.length, actual.length); index += 1) {
      compare(expected[index], actual[index], `${pointer}/${index}`, mode, found);
    }
    return;
  }
  const isSame =
    expected !== undefined && actual !== undefined ? sameJson(expected, actual) : false;
  if (!isSame) found.push({ pointer, expected, actual });
}

function own(value: { [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Lines for people: `at /rows` and then what was expected and what there is. */
export function differenceLines(differences: readonly Difference[]): string[] {
  const lines = differences.flatMap(({ pointer, expected, actual }) => [
    `at ${pointer === '' ? 'the top' : pointer}`,
    `  - expected ${short(expected)}`,
    `  + actual   ${short(actual)}`,
  ]);
  return differences.length >= MOST ? [...lines, '… and perhaps more'] : lines;
}

/** A value in one line, cut where it is long. */
export function short(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** The value at a JSON pointer (RFC 6901); undefined when there is none. */
export function atPointer(value: Json | undefined, pointer: string): Json | undefined {
  let current = value;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(current))
      current = /^(0|[1-9]\d*)$/.test(key) ? current[Number(key)] : undefined;
    else current = isObject(current) ? own(current, key) : undefined;
  }
  return current;
}
