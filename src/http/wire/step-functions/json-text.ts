/**
 * Reads JSON texts in requests (`input`, `output`), and words what is wrong with one as the service's parser does.
 * @module
 */
import type { Json } from '../../../asl/json.js';

/** Characters of a token that are repeated in a message. */
const MAX_SHOWN = 256;
const EXPECTED =
  "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/**
 * @example readJson('{"a": 1}') // { value: { a: 1 } }
 * @example readJson('no') // { problem: "Unrecognized token 'no': was expecting (JSON String, …)" }
 */
export function readJson(text: string): { value: Json } | { problem: string } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return { problem: text.trim() === '' ? '' : describe(text) };
  }
}

type Frame = { kind: 'object' | 'array'; expects: 'key' | 'colon' | 'value' | 'end' };

/** Walks the text up to the first thing that does not belong there. */
function describe(text: string): string {
  const stack: Frame[] = [];
  let at = 0;
  for (;;) {
    at = skipBlank(text, at);
    const frame = stack.at(-1);
    const character = text[at];
    if (character === undefined) return endProblem(frame);
    if (frame?.expects === 'key') {
      if (character === '}') {
        stack.pop();
        at += 1;
        closeValue(stack);
        continue;
      }
      if (character !== '"') {
        return `${unexpected(character)}: was expecting double-quote to start field name`;
      }
      const end = stringEnd(text, at);
      if (end < 0) return 'Unexpected end-of-input in field name';
      frame.expects = 'colon';
      at = end;
    } else if (frame?.expects === 'colon') {
      if (character !== ':') {
        return `${unexpected(character)}: was expecting a colon to separate field name and value`;
      }
      frame.expects = 'value';
      at += 1;
    } else if (frame?.expects === 'end') {
      const closing = frame.kind === 'object' ? '}' : ']';
      if (character === closing) {
        stack.pop();
        closeValue(stack);
      } else if (character === ',') frame.expects = frame.kind === 'object' ? 'key' : 'value';
      else {
        const what = frame.kind === 'object' ? 'Object' : 'Array';
        return `${unexpected(character)}: was expecting comma to separate ${what} entries`;
      }
      at += 1;
    } else {
      const next = readValue(text, at, stack);
      if (typeof next === 'string') return next;
      at = next;
    }
  }
}

/** Where the value ends, or what is wrong with it. */
function readValue(text: string, at: number, stack: Frame[]): number | string {
  const character = text[at] as string;
  if (character === '{' || character === '[') {
    const isObject = character === '{';
    stack.push({ kind: isObject ? 'object' : 'array', expects: isObject ? 'key' : 'value' });
    return at + 1;
  }
  if (character === ']' && stack.at(-1)?.kind === 'array') {
    stack.pop();
    closeValue(stack);
    return at + 1;
  }
  if (character === '"') {
    const end = stringEnd(text, at);
    if (end < 0) return 'Unexpected end-of-input in VALUE_STRING';
    closeValue(stack);
    return end;
  }
  const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/.exec(text.slice(at, at + 400));
  if (number && number[0] !== '') {
    closeValue(stack);
    return at + number[0].length;
  }
  const word = /^[\p{L}\p{N}_$]+/u.exec(text.slice(at, at + MAX_SHOWN))?.[0];
  if (word === 'null' || word === 'true' || word === 'false') {
    closeValue(stack);
    return at + word.length;
  }
  if (word !== undefined) return `Unrecognized token '${word}': ${EXPECTED}`;
  return `${unexpected(character)}: expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')`;
}

function closeValue(stack: Frame[]): void {
  const frame = stack.at(-1);
  if (frame) frame.expects = 'end';
}

function skipBlank(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at] as string)) at += 1;
  return at;
}

/** Position after the closing quote; -1 when there is none. */
function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return -1;
}

function unexpected(character: string): string {
  return `Unexpected character ('${character}' (code ${character.codePointAt(0)}))`;
}

function endProblem(frame: Frame | undefined): string {
  if (frame === undefined) return 'Unexpected end-of-input';
  const what = frame.kind === 'object' ? 'Object' : 'Array';
  if (frame.expects === 'value' && frame.kind === 'object') {
    return 'Unexpected end-of-input within/between Object entries';
  }
  return `Unexpected end-of-input: expected close marker for ${what}`;
}
