/**
 * Bodies of HTTP Tasks as forms write them: `a=1&b%5B0%5D=x`.
 *
 * | ArrayFormat | `{ array: ['a', 'b'] }` becomes, before it is escaped |
 * | --- | --- |
 * | INDICES, the default | `array[0]=a&array[1]=b` |
 * | REPEAT | `array=a&array=b` |
 * | COMMAS | `array=a,b` |
 * | BRACKETS | `array[]=a&array[]=b` |
 *
 * Source: Step Functions developer guide, "Call HTTPS APIs", section "Applying URL-encoding on request body".
 * @module
 */
import { isObject, type Json, type JsonObject } from './json.js';

export const ARRAY_FORMATS = ['INDICES', 'REPEAT', 'COMMAS', 'BRACKETS'] as const;
export type ArrayFormat = (typeof ARRAY_FORMATS)[number];

/**
 * A body as a form. Members of members are written as `outer[inner]`, null as nothing behind the `=`.
 * @example formOf({ tags: ['a', 'b'] }, 'COMMAS') // 'tags=a,b'
 */
export function formOf(body: JsonObject, format: ArrayFormat): string {
  return Object.entries(body)
    .flatMap(([name, value]) => pairs(escaped(name), value, format))
    .join('&');
}

/**
 * Text as it may stand in an address: everything but letters, digits and `-_.!~*'()` as bytes of UTF-8 in hex.
 * @example escaped('T&e') // 'T%26e'
 */
export function escaped(text: string): string {
  // A lone surrogate has no bytes of its own.
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

/** Text as it is, anything else as its JSON. @example plainText({ a: 1 }) // '{"a":1}' */
export function plainText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** @param name escaped */
function pairs(name: string, value: Json, format: ArrayFormat): string[] {
  if (Array.isArray(value)) return itemsOf(name, value, format);
  if (!isObject(value)) return [`${name}=${value === null ? '' : escaped(plainText(value))}`];
  return Object.entries(value).flatMap(([member, inner]) =>
    pairs(inBrackets(name, escaped(member)), inner, format),
  );
}

function itemsOf(name: string, items: readonly Json[], format: ArrayFormat): string[] {
  const isFlat = items.every((item) => typeof item !== 'object' || item === null);
  if (format === 'COMMAS' && isFlat) {
    if (items.length === 0) return [];
    return [
      `${name}=${items.map((item) => (item === null ? '' : escaped(plainText(item)))).join(',')}`,
    ];
  }
  return items.flatMap((item, index) => {
    if (format === 'REPEAT') return pairs(name, item, format);
    return pairs(inBrackets(name, format === 'BRACKETS' ? '' : String(index)), item, format);
  });
}

function inBrackets(name: string, inner: string): string {
  return `${name}%5B${inner}%5D`;
}
