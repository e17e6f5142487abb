/**
 * What each intrinsic function computes from its evaluated arguments.
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import { exceedsDepth, MAX_DEPTH } from '../limits.js';
import { randomFraction } from '../random.js';
import { decodeBase64, encodeBase64 } from './base64.js';
import { equalJson } from './equality.js';
import { hashText, isHashAlgorithm } from './hash.js';
import type { IntrinsicName } from './intrinsic-syntax.js';
import { setOwn } from './property.js';
import { type Draws, nextSeed, randomUuid } from './random.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';
import { floor, roundHalfUp } from './whole-number.js';

/** Most characters of an argument of Base64Encode, Base64Decode and Hash. */
const MAX_TEXT = 10_000;
/** Most items of ArrayRange. */
const MAX_RANGE = 1_000;
/** Longest text that Format and JsonToString build: beyond any payload, and far below what stalls the process. */
const MAX_RESULT = 1_048_576;

/** A function cannot work with its arguments; becomes States.IntrinsicFailure. */
export class IntrinsicProblem extends Error {}

/**
 * Calls one function. The number of arguments has been checked by the parser.
 * @throws IntrinsicProblem
 */
export function callIntrinsic(name: IntrinsicName, args: Json[], draws: Draws): Json {
  const [first = null, second = null, third = null] = args;
  switch (name) {
    case 'Array':
      return args;
    case 'ArrayPartition':
      return partition(list(first, 1), wholeNumber(second, 2));
    case 'ArrayContains':
      return list(first, 1).some((item) => equalJson(item, second));
    case 'ArrayRange':
      return range(wholeNumber(first, 1), wholeNumber(second, 2), wholeNumber(third, 3));
    case 'ArrayGetItem':
      return itemAt(list(first, 1), wholeNumber(second, 2));
    case 'ArrayLength':
      return list(first, 1).length;
    case 'ArrayUnique':
      return unique(list(first, 1));
    case 'Base64Encode':
      return encodeBase64(encodeUtf8(shortText(first, 1)));
    case 'Base64Decode':
      return decodedText(shortText(first, 1));
    case 'Hash':
      return hash(first, second);
    case 'JsonMerge':
      return merge(first, second, third);
    case 'StringToJson':
      return parseText(text(first, 1));
    case 'JsonToString':
      return bounded(JSON.stringify(first));
    case 'MathRandom':
      return random(wholeNumber(first, 1), wholeNumber(second, 2), args[2], draws);
    case 'MathAdd':
      return wholeNumber(first, 1) + wholeNumber(second, 2);
    case 'StringSplit':
      return split(text(first, 1), text(second, 2));
    case 'UUID':
      return randomUuid(nextSeed(draws));
    case 'Format':
      return formatText(cut(text(first, 1)), args.slice(1));
  }
}

/**
 * Puts values between the pieces of a template.
 * @throws IntrinsicProblem when there are not as many values as gaps
 */
export function formatText(pieces: string[], values: Json[]): string {
  if (values.length !== pieces.length - 1) {
    throw new IntrinsicProblem(
      `the template has ${pieces.length - 1} times {} but ${values.length} values are given`,
    );
  }
  let result = pieces[0] ?? '';
  for (const [index, value] of values.entries()) {
    result = bounded(`${result}${spell(value)}${pieces[index + 1]}`);
  }
  return result;
}

/** Cuts a template that is not a literal at its `{}`. */
function cut(template: string): string[] {
  const pieces: string[] = [];
  let piece: string[] = [];
  for (let index = 0; index < template.length; index += 1) {
    const pair = template.slice(index, index + 2);
    if (pair === '{}') {
      pieces.push(piece.join(''));
      piece = [];
      index += 1;
    } else if (pair === '\\{' || pair === '\\}') {
      piece.push(pair.charAt(1));
      index += 1;
    } else {
      piece.push(template.charAt(index));
    }
  }
  pieces.push(piece.join(''));
  return pieces;
}

/** Values inside of texts are spelled as Java spells them: `{a=1, b=[x, y]}`. */
function spell(value: Json): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return bounded(`[${value.map(spell).join(', ')}]`);
  if (!isObject(value)) return String(value);
  const pairs = Object.keys(value).map((key) => `${key}=${spell(value[key] as Json)}`);
  return bounded(`{${pairs.join(', ')}}`);
}

function partition(items: Json[], size: number): Json {
  if (size < 1) throw new IntrinsicProblem('the chunk size must be a positive integer');
  const chunks: Json[] = [];
  for (let start = 0; start < items.length; start += size) {
    chunks.push(items.slice(start, start + size));
  }
  return chunks;
}

function range(first: number, last: number, step: number): Json {
  if (step === 0) throw new IntrinsicProblem('the increment of a range must not be 0');
  const count = floor((last - first) / step) + 1;
  if (count > MAX_RANGE) throw new IntrinsicProblem(`a range has at most ${MAX_RANGE} items`);
  const items: Json[] = [];
  for (let index = 0; index < count; index += 1) items.push(first + index * step);
  return items;
}

function itemAt(items: Json[], index: number): Json {
  const item = index < 0 ? undefined : items[index];
  if (item === undefined) {
    throw new IntrinsicProblem(`index ${index} is outside of an array of ${items.length} items`);
  }
  return item;
}

function unique(items: Json[]): Json {
  const kept = new Map<string, Json>();
  for (const item of items) {
    const key = canonical(item);
    if (!kept.has(key)) kept.set(key, item);
  }
  return [...kept.values()];
}

/** A text that is the same for equal values: keys sorted. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const pairs = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] as Json)}`);
  return `{${pairs.join(',')}}`;
}

function decodedText(encoded: string): string {
  const bytes = decodeBase64(encoded);
  if (bytes === undefined) throw new IntrinsicProblem('the argument is not valid Base64');
  return decodeUtf8(bytes);
}

function hash(data: Json, algorithm: Json): string {
  if (typeof algorithm !== 'string' || !isHashAlgorithm(algorithm)) {
    throw new IntrinsicProblem(
      'the algorithm must be one of MD5, SHA-1, SHA-256, SHA-384 and SHA-512',
    );
  }
  const content = typeof data === 'string' ? data : JSON.stringify(data);
  return hashText(shortText(content, 1), algorithm);
}

function merge(first: Json, second: Json, deep: Json): Json {
  if (!isObject(first) || !isObject(second)) {
    throw new IntrinsicProblem('the first two arguments must be JSON objects');
  }
  if (deep !== false) throw new IntrinsicProblem('deep merging is not supported: pass false');
  const merged: JsonObject = {};
  for (const source of [first, second]) {
    for (const key of Object.keys(source)) setOwn(merged, key, source[key] as Json);
  }
  return merged;
}

/** A blank text is no JSON, but the service reads it as null. */
function parseText(content: string): Json {
  if (content.trim() === '') return null;
  let value: Json;
  try {
    value = JSON.parse(content) as Json;
  } catch {
    throw new IntrinsicProblem('the argument is not valid JSON');
  }
  if (exceedsDepth(value)) {
    throw new IntrinsicProblem(`the argument nests more than ${MAX_DEPTH} levels deep`);
  }
  return value;
}

function random(start: number, end: number, seed: Json | undefined, draws: Draws): number {
  if (end <= start) throw new IntrinsicProblem('the end of the interval must be above its start');
  const fraction = randomFraction(
    seed === undefined ? nextSeed(draws) : `seed/${wholeNumber(seed, 3)}`,
  );
  return start + floor(fraction * (end - start));
}

/** Each character of the splitter separates; empty parts are dropped. */
function split(content: string, splitter: string): Json {
  const separators = new Set(splitter);
  const parts: string[] = [];
  let part: string[] = [];
  for (const character of content) {
    if (separators.has(character)) {
      if (part.length > 0) parts.push(part.join(''));
      part = [];
    } else {
      part.push(character);
    }
  }
  if (part.length > 0) parts.push(part.join(''));
  return parts;
}

function list(value: Json, position: number): Json[] {
  if (!Array.isArray(value)) throw wrongType('an array', position, value);
  return value;
}

function text(value: Json, position: number): string {
  if (typeof value !== 'string') throw wrongType('a string', position, value);
  return value;
}

function shortText(value: Json, position: number): string {
  const content = text(value, position);
  if (content.length > MAX_TEXT) {
    throw new IntrinsicProblem(`argument ${position} has more than ${MAX_TEXT} characters`);
  }
  return content;
}

/** A number, rounded to a whole one. */
function wholeNumber(value: Json, position: number): number {
  if (typeof value !== 'number') throw wrongType('a number', position, value);
  return roundHalfUp(value);
}

function wrongType(wanted: string, position: number, value: Json): IntrinsicProblem {
  const found = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return new IntrinsicProblem(`argument ${position} must be ${wanted} but is ${found}`);
}

function bounded(result: string): string {
  if (result.length > MAX_RESULT) {
    throw new IntrinsicProblem(`the result has more than ${MAX_RESULT} characters`);
  }
  return result;
}
