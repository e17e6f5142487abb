/**
 * Functions on texts that Step Functions answers as its Java code does, where the `jsonata` package answers otherwise.
 *
 * Each was measured by people who use the service, and the Java port of JSONata (`dashjoin/jsonata-java`) does the same.
 * The table in docs/conformance.md says which function differs and why.
 * @module
 */
import { decodeBase64, encodeBase64 } from './base64.js';
import { FunctionProblem, InternalProblem } from './jsonata-problem.js';
import { decodeUtf8, encodeUtf8 } from './utf8.js';
import { truncate } from './whole-number.js';

/**
 * `$substring`: positions count code points, but the length of the text is its UTF-16 units, so texts beyond the basic plane
 * come out as they do there: shifted, or with half of a character.
 * @throws InternalProblem where Java's own index leaves the text
 */
export function substring(text: string, start: number, length: number | undefined): string {
  const from = text.length + truncate(start) < 0 ? 0 : truncate(start);
  if (length === undefined) return unitsFrom(text, from, text.length);
  return truncate(length) <= 0 ? '' : unitsFrom(text, from, truncate(length));
}

function unitsFrom(text: string, start: number, length: number): string {
  const points = [...text].length;
  if (start >= points) return '';
  const begin = unitsOfPoints(text, start >= 0 ? start : start + points < 0 ? 0 : start + points);
  const count = unitsOfPoints(text, length > text.length ? text.length : length);
  return text.slice(begin, begin + count);
}

/** UTF-16 units of the first code points: Java's `offsetByCodePoints(0, count)`. */
function unitsOfPoints(text: string, count: number): number {
  let units = 0;
  for (let passed = 0; passed < count; passed += 1) {
    const point = text.codePointAt(units);
    if (point === undefined) throw new InternalProblem('$substring: index out of bounds');
    units += point > 0xffff ? 2 : 1;
  }
  return units;
}

/** `$base64encode`: of the UTF-8 bytes. */
export function base64encode(text: string): string {
  return encodeBase64(encodeUtf8(text));
}

/**
 * `$base64decode`: bytes that are read as UTF-8. Padding may be left out.
 * @throws InternalProblem for what is no Base64
 */
export function base64decode(text: string): string {
  const isPaddedRight = !text.includes('=') || text.length % 4 === 0;
  const bytes = isPaddedRight ? decodeBase64(text) : undefined;
  if (bytes === undefined) throw new InternalProblem('$base64decode: not Base64');
  return decodeUtf8(bytes);
}

/**
 * `$decodeUrl` and `$decodeUrlComponent`: Java's `URLDecoder`, for which `+` is a blank and bytes that are no UTF-8 are
 * U+FFFD.
 * @throws FunctionProblem D3140 for a `%` without two hexadecimal digits
 */
export function decodeUrl(text: string, name: string): string {
  return text.replaceAll('+', ' ').replaceAll(/(?:%.{0,2})+/gs, (escapes) => {
    if (!/^(?:%[0-9a-f]{2})+$/i.test(escapes)) throw malformed(text, name);
    const bytes = escapes.slice(1).split('%');
    return decodeUtf8(Uint8Array.from(bytes, (hex) => Number.parseInt(hex, 16)));
  });
}

/** JSONata words this error itself, from the two values. */
function malformed(value: string, functionName: string): FunctionProblem {
  return Object.assign(new FunctionProblem('D3140', 'Malformed URL'), { value, functionName });
}

/** JSON text as `$string` writes it: control characters without a short escape stand for themselves. */
export function withPlainControls(json: string): string {
  return json.replaceAll(/\\(?:u([0-9a-f]{4})|.)/gs, (found, code?: string) =>
    code === undefined ? found : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
