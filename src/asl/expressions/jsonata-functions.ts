/**
 * The functions that Step Functions adds to JSONata, and those that need time or randomness from the request.
 *
 * `$now` and `$millis` give the time of the transition, `$random`, `$shuffle` and `$uuid` draw from its seed, `$eval`
 * does not exist. Source: Step Functions developer guide, "JSONata functions provided by Step Functions".
 * @module
 */
import type { Json } from '../json.js';
import { randomFraction } from '../random.js';
import { formatTimestamp } from '../timestamp.js';
import { hashText, isHashAlgorithm } from './hash.js';
import { type Draws, nextSeed, randomUuid } from './random.js';
import { floor, roundHalfUp } from './whole-number.js';

/** Most items of $range. */
const MAX_RANGE = 1_000;

/** An error as JSONata raises it: the service shows `code: message`. */
class FunctionProblem extends Error {
  readonly code: string;
  /** JSONata writes its own message for a wrong argument, from these two. */
  readonly token: string | undefined;
  readonly index: number | undefined;

  constructor(code: string, message: string, token?: string, index?: number) {
    super(message);
    this.code = code;
    this.token = token;
    this.index = index;
  }
}

/** A built-in function of the jsonata package. */
export type Implementation = (this: unknown, ...args: unknown[]) => unknown;

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
      time.toMillis.call({ environment: { timestamp: calendarOf(at) } }, text, picture),
    uuid: () => randomUuid(nextSeed(draws)),
    random: (given: unknown) => random(given, draws),
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

/** `$partition(array, size)`: chunks of at most `size` items. */
function partition(items: unknown, size: unknown): unknown {
  if (items === undefined) return undefined;
  const length = roundHalfUp(numberArgument(size, 'partition', 2));
  if (length < 1) throw new FunctionProblem('D3137', '$partition: the size must be positive');
  const list = Array.isArray(items) ? items : [items];
  const chunks: unknown[] = [];
  for (let start = 0; start < list.length; start += length) {
    chunks.push(list.slice(start, start + length));
  }
  return chunks;
}

/** `$range(first, last, step)`: `last` is included when the steps reach it. */
function range(first: unknown, last: unknown, step: unknown): unknown {
  const start = roundHalfUp(numberArgument(first, 'range', 1));
  const end = roundHalfUp(numberArgument(last, 'range', 2));
  const delta = roundHalfUp(numberArgument(step, 'range', 3));
  if (delta === 0) throw new FunctionProblem('D3137', '$range: the step must not be 0');
  const count = floor((end - start) / delta) + 1;
  if (count > MAX_RANGE) {
    throw new FunctionProblem('D3137', `$range: at most ${MAX_RANGE} items, not ${count}`);
  }
  const items: number[] = [];
  for (let index = 0; index < count; index += 1) items.push(start + index * delta);
  return items;
}

/** `$hash(data[, algorithm])`: hexadecimal; SHA-256 by default. */
function hash(data: unknown, algorithm: unknown = 'SHA-256'): unknown {
  if (data === undefined) return undefined;
  if (typeof data !== 'string') throw wrongType('hash', 1);
  if (typeof algorithm !== 'string' || !isHashAlgorithm(algorithm)) {
    throw new FunctionProblem('D3137', '$hash: use MD5, SHA-1, SHA-256, SHA-384 or SHA-512');
  }
  return hashText(data, algorithm);
}

/** `$random([seed])`: from 0 to below 1; the same seed gives the same number. */
function random(given: unknown, draws: Draws): number {
  if (given === undefined) return randomFraction(nextSeed(draws));
  return randomFraction(`seed/${numberArgument(given, 'random', 1)}`);
}

/** `$parse(text)`: the JSON value that a text spells. */
function parse(text: unknown): unknown {
  if (text === undefined) return undefined;
  if (typeof text !== 'string') throw wrongType('parse', 1);
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new FunctionProblem('D3137', '$parse: the argument is not valid JSON');
  }
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

function numberArgument(value: unknown, name: string, position: number): number {
  if (typeof value !== 'number') throw wrongType(name, position);
  return value;
}

function wrongType(name: string, position: number): FunctionProblem {
  return new FunctionProblem(
    'T0410',
    `Argument ${position} of function "${name}" does not match function signature`,
    name,
    position,
  );
}
