/**
 * The elements of one array (or the members of one object) inside a JSON text, one after the other, without holding the
 * text: a scanner follows brackets and quotes down to the place that a pointer names, cuts out each element and lets
 * JSON.parse read it.
 *
 *     {"a": {"skipped": 1}, "rows": [ {…}, {…} ]}     pointer rows
 *                                     └──┘  └──┘      elements
 *
 * What lies beside the pointer's path is skipped over without being checked.
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';

/** Characters of one element, at most: an item must fit in the input of an execution. */
const MAX_ELEMENT = 8_388_608;

/**
 * @param pointer names of members on the way to the array
 * @param size elements in a page
 * @returns pages of elements; of `{ Key, Value }` when the place holds an object
 */
export async function* jsonArrayPages(
  pointer: readonly string[],
  chunks: AsyncIterable<Uint8Array | string>,
  size: number,
): AsyncGenerator<Json[]> {
  const scanner = new ElementScanner(pointer);
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    scanner.scan(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
    while (scanner.found.length >= size) yield scanner.found.splice(0, size);
  }
  scanner.scan(decoder.decode());
  scanner.end();
  while (scanner.found.length > 0) yield scanner.found.splice(0, size);
}

/** The same out of a text that is at hand. */
export function jsonElements(pointer: readonly string[], text: string): Json[] {
  const scanner = new ElementScanner(pointer);
  scanner.scan(text);
  scanner.end();
  return scanner.found;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

class ElementScanner {
  readonly found: Json[] = [];
  readonly #pointer: readonly string[];
  #isQuoted = false;
  #isEscaped = false;
  /** Brackets that are open. */
  #depth = 0;
  /** Depth of the innermost array or object on the way to the elements. */
  #watched = 0;
  #isObject = false;
  /** The watched one holds the elements. */
  #isTarget = false;
  /** The next value lies on the way. */
  #isWanted = true;
  /** An element or the name of a member, as far as it has been seen; undefined when nothing is kept. */
  #kept: string | undefined;
  /** A comma has come before. */
  #isLater = false;
  #isOver = false;

  constructor(pointer: readonly string[]) {
    this.#pointer = pointer;
  }

  scan(chunk: string): void {
    let from = 0;
    for (let i = 0; i < chunk.length && !this.#isOver; i++) {
      const code = chunk.charCodeAt(i);
      if (this.#isQuoted) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (code === BACKSLASH) this.#isEscaped = true;
        else if (code === QUOTE) this.#isQuoted = false;
      } else if (code === QUOTE) this.#isQuoted = true;
      else if (this.#isCut(code)) {
        this.#keep(chunk.slice(from, i));
        this.#cut(code);
        from = i + 1;
      } else if (code === OPEN_ARRAY || code === OPEN_OBJECT) this.#depth += 1;
      else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) this.#depth -= 1;
    }
    if (!this.#isOver) this.#keep(chunk.slice(from));
  }

  end(): void {
    if (this.#isOver) return;
    throw this.#depth === 0 ? notIterable() : new Error('The JSON text ends too early.');
  }

  /** The character ends or begins something at the watched depth. */
  #isCut(code: number): boolean {
    if (this.#depth !== this.#watched) return false;
    if (code === OPEN_ARRAY || code === OPEN_OBJECT) return this.#isWanted;
    if (code === COLON) return this.#isObject && !this.#isTarget;
    return code === COMMA || code === CLOSE_ARRAY || code === CLOSE_OBJECT;
  }

  #keep(text: string): void {
    if (this.#kept === undefined) return;
    this.#kept += text;
    if (this.#kept.length > MAX_ELEMENT) {
      throw new Error(`An element is longer than ${MAX_ELEMENT} characters.`);
    }
  }

  #cut(code: number): void {
    switch (code) {
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        this.#depth += 1;
        this.#watched = this.#depth;
        this.#isObject = code === OPEN_OBJECT;
        this.#isTarget = this.#pointer.length === this.#watched - 1;
        this.#isWanted = false;
        this.#isLater = false;
        if (!this.#isTarget && !this.#isObject) throw notIterable();
        this.#kept = '';
        break;
      case COLON:
        this.#isWanted = JSON.parse(this.#kept ?? '') === this.#pointer[this.#watched - 1];
        this.#kept = undefined;
        break;
      case COMMA:
        if (this.#isTarget) this.#emit();
        else if (this.#isWanted) throw notIterable();
        this.#isLater = true;
        this.#kept = '';
        break;
      default:
        if (!this.#isTarget) throw notIterable();
        // Nothing before the end is right only for `[]` and `{}`.
        if (this.#kept?.trim() !== '' || this.#isLater) this.#emit();
        this.#isOver = true;
    }
  }

  #emit(): void {
    const text = this.#kept ?? '';
    if (!this.#isObject) {
      this.found.push(JSON.parse(text) as Json);
      return;
    }
    const [member] = Object.entries(JSON.parse(`{${text}}`) as JsonObject);
    if (member === undefined)
      throw new SyntaxError('The JSON object lacks a member after a comma.');
    this.found.push({ Key: member[0], Value: member[1] });
  }
}

function notIterable(): Error {
  return new Error('Attempting to map over non-iterable node.');
}
