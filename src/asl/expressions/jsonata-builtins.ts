/**
 * Built-in functions of JSONata that Step Functions answers otherwise than the `jsonata` package does.
 *
 * Each keeps the signature and the number of parameters of the package's own, so that arguments are judged, and handed
 * over by `$map` and its like, as before. The table in docs/conformance.md says for each what was measured or read.
 * @module
 */
import {
  base64decode,
  base64encode,
  decodeUrl,
  substring,
  withPlainControls,
} from './java-text.js';
import { assertFits } from './jsonata-bounds.js';
import { truncate } from './whole-number.js';

/** A built-in function, to be called with the evaluation as `this`. */
// biome-ignore lint/suspicious/noExplicitAny: each function takes arguments of its own.
export type Implementation = (this: unknown, ...args: any[]) => unknown;

/** A function as the package keeps it. */
export interface FunctionRecord {
  readonly implementation: Implementation;
  readonly signature?: object;
}

/** @param original the package's own function of a name */
export function functionsOfJava(original: (name: string) => FunctionRecord): {
  [name: string]: Implementation;
} {
  const call = (name: string, self: unknown, args: unknown[]): unknown =>
    original(name).implementation.apply(self, args);
  return {
    string(this: unknown, value: unknown, prettify: unknown) {
      const text = call('string', this, [value, prettify]);
      return typeof text === 'string' && typeof value === 'object' ? withPlainControls(text) : text;
    },
    substring: (text: string | undefined, start: number, length: number | undefined) =>
      text === undefined ? undefined : substring(text, start, length),
    pad(this: unknown, text: unknown, width: number, filler: unknown) {
      assertFits(width < 0 ? -width : width);
      return call('pad', this, [text, width, filler]);
    },
    match(this: unknown, text: unknown, pattern: unknown, limit: unknown) {
      return call('match', this, [text, pattern, whole(limit)]);
    },
    replace(this: unknown, text: unknown, pattern: unknown, replacement: unknown, limit: unknown) {
      return call('replace', this, [text, pattern, replacement, whole(limit)]);
    },
    split(this: unknown, text: unknown, separator: unknown, limit: unknown) {
      return call('split', this, [text, separator, whole(limit)]);
    },
    formatBase(this: unknown, value: unknown, radix: unknown) {
      return call('formatBase', this, [value, whole(radix)]);
    },
    base64encode: (text: string | undefined) =>
      text === undefined ? undefined : base64encode(text),
    base64decode: (text: string | undefined) =>
      text === undefined ? undefined : base64decode(text),
    decodeUrl: (text: string | undefined) =>
      text === undefined ? undefined : decodeUrl(text, 'decodeUrl'),
    decodeUrlComponent: (text: string | undefined) =>
      text === undefined ? undefined : decodeUrl(text, 'decodeUrlComponent'),
  };
}

/** Limits and bases are whole: a fraction is cut off. */
function whole(value: unknown): unknown {
  return typeof value === 'number' ? truncate(value) : value;
}
