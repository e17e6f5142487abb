/**
 * The functions that Step Functions adds to JSONata, and those that need time or randomness from the request.
 *
 * `$now` and `$millis` give the time of the transition, `$random`, `$shuffle` and `$uuid` draw from its seed, `$eval`
 * does not exist. What they answer to arguments that the documentation leaves open is what people measured on the service
 * (docs/conformance.md): a fraction is cut off, and nothing is answered rather than an error where there is nothing to give.
 * Source: Step Functions developer guide, "JSONata functions provided by Step Functions".
 * @module
 */
import { randomFraction } from '../random.js';
import { formatTimestamp } from '../timestamp.js';
import { hashText, isHashAlgorithm } from './hash.js';
import { javaRandomDouble } from './java-random.js';
import type { Implementation } from './jsonata-builtins.js';
import { ExcessProblem, FunctionProblem, wrongArgument } from './jsonata-problem.js';
import { type Draws, nextSeed, randomUuid } from './random.js';
import { readTolerantJson } from './tolerant-json.js';
import { floor, truncate } from './whole-number.js';

/** Most items of $range: what still fits the memory of an evaluation on the service. */
const MAX_RANGE = 360_145;

/** The two built-ins that depend on the time, to be called with ours. */
export interface TimeFunctions {
  fromMillis: Implementation;
  toMillis: Implementation;
}

/**
 * Bindings by name for one evaluation.
 * @param at milliseconds since the epoch
 * @param seed of $random, $shuffle and $uuid
 */
export function stepFunctionsFunctions(
  at: number,
  seed: string,
  time: TimeFunctions,
): { [name: string]: unknown } {
  const draws: Draws = { seed, made: 0 };
  return {
    eval: undefined,
    now: (picture: unknown, timezone: unknown) =>
      time.fromMillis.call(undefined, at, picture, timezone),
    millis: () => at,
    toMillis: (text: unknown, picture: unknown) =>
      // A picture without a date means today: the day of the transition, not of the machine it runs on.
      time.toMillis.call(
        { environment: { timestamp: calendarOf(at) } },
        picture === undefined ? inUtc(text) : text,
        picture,
      ),
    uuid: (...surplus: unknown[]) => {
      refuseSurplus(surplus, 'uuid', 1);
      return randomUuid(nextSeed(draws));
    },
    random: (given: unknown, ...surplus: unknown[]) => {
      refuseSurplus(surplus, 'random', 2);
      return random(given, draws);
    },
    shuffle: (items: unknown) => shuffle(items, draws),
    partition,
    range,
    hash,
    parse,
  };
}

/** What `$toMillis` asks the current time for: the parts of a UTC date, in the form of JavaScript's own. */
function calendarOf(at: number): { [part: string]: () => number } {
  const text = formatTimestamp(at);
  const part = (start: number, end: number): number => Number(text.slice(start, end));
  return {
    getTime: () => at,
    getUTCFullYear: () => part(0, 4),
    getUTCMonth: () => part(5, 7) - 1,
    getUTCDate: () => part(8, 10),
    // 1 January 1970 was a Thursday, day 4 of its week.
    getUTCDay: () => (((floor(at / 86_400_000) + 4) % 7) + 7) % 7,
    getUTCHours: () => part(11, 13),
    getUTCMinutes: () => part(14, 16),
    getUTCSeconds: () => part(17, 19),
    getUTCMilliseconds: () => part(20, 23),
  };
}

/** A time without an offset is one in UTC, wherever this runs. */
function inUtc(text: unknown): unknown {
  const isLocal = typeof text === 'string' && /T\d\d:\d\d:\d\d(\.\d+)?$/.test(text);
  return isLocal ? `${text}Z` : text;
}

/** `$partition(array, size)`: chunks of at most `size` items; all in one without a size. */
function partition(items: unknown, size: unknown, ...surplus: unknown[]): unknown {
  refuseSurplus(surplus, 'partition', 3);
  if (items === undefined) return undefined;
  if (!Array.isArray(items)) {
    const what = 'Argument 1 of function "partition" must be an array of undefined';
    throw new FunctionProblem('T0412', what, 'partition', 1);
  }
  if (items.length === 0) return undefined;
  if (size === undefined) return [items];
  const length = wholeArgument(size, 'partition', 2);
  if (length < 0) throw new FunctionProblem('D3137', 'Second argument must be zero or greater');
  if (length === 0) return undefined;
  const chunks: unknown[] = [];
  for (let start = 0; start < items.length; start += length) {
    chunks.push(items.slice(start, start + length));
  }
  return chunks;
}

/** `$range(first, last, step)`: `last` is included when the steps reach it; one number alone is no array. */
function range(first: unknown, last: unknown, step: unknown, ...surplus: unknown[]): unknown {
  refuseSurplus(surplus, 'range', 4);
  const start = wholeArgument(first, 'range', 1);
  const end = wholeArgument(last, 'range', 2);
  if (step === undefined) return undefined;
  const delta = wholeArgument(step, 'range', 3);
  const goesAway = delta > 0 ? start > end : start < end;
  if (delta === 0 || goesAway) return undefined;
  const count = floor((end - start) / delta) + 1;
  if (count > MAX_RANGE) throw new ExcessProblem('memory');
  if (start === end) return start;
  const items: number[] = [];
  for (let index = 0; index < count; index += 1) items.push(start + index * delta);
  return items;
}

/** `$hash(data, algorithm)`: hexadecimal; nothing without an algorithm. */
function hash(data: unknown, algorithm: unknown, ...surplus: unknown[]): unknown {
  refuseSurplus(surplus, 'hash', 3);
  if (typeof data !== 'string') throw wrongArgument('hash', 1);
  if (algorithm === undefined) return undefined;
  if (typeof algorithm !== 'string') throw wrongArgument('hash', 2);
  if (!isHashAlgorithm(algorithm)) {
    const known = 'SHA-1, SHA-384, SHA-256, SHA-512, MD5';
    const what = `Hash algorithm '${algorithm}' must be one of ${known}`;
    throw new FunctionProblem('D3137', what);
  }
  return hashText(data, algorithm);
}

/** `$random([seed])`: from 0 to below 1; the same seed gives the same number, and the one that Java gives. */
function random(given: unknown, draws: Draws): number {
  if (given === undefined) return randomFraction(nextSeed(draws));
  return javaRandomDouble(wholeArgument(given, 'random', 1));
}

/** `$parse(text)`: the JSON value that a text spells. */
function parse(text: unknown, ...surplus: unknown[]): unknown {
  refuseSurplus(surplus, 'parse', 2);
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw wrongArgument('parse', 1);
  const value = readTolerantJson(text);
  if (value === undefined) throw new FunctionProblem('D3137', 'Invalid JSON');
  return value;
}

/** JSONata's own `$shuffle` with our randomness: Fisher and Yates, from the inside out. */
function shuffle(items: unknown, draws: Draws): unknown {
  if (items === undefined || (Array.isArray(items) && items.length <= 1)) return items;
  if (!Array.isArray(items)) return [items];
  const shuffled: unknown[] = [];
  for (const [index, item] of items.entries()) {
    const place = floor(randomFraction(nextSeed(draws)) * (index + 1));
    if (place !== index) shuffled[index] = shuffled[place];
    shuffled[place] = item;
  }
  return shuffled;
}

/** A number without its fraction. */
function wholeArgument(value: unknown, name: string, position: number): number {
  if (typeof value !== 'number') throw wrongArgument(name, position);
  return truncate(value);
}

/** @param position of the first argument that is one too many */
function refuseSurplus(surplus: unknown[], name: string, position: number): void {
  if (surplus.some((argument) => argument !== undefined)) throw wrongArgument(name, position);
}
