/**
 * Between rows and values: JSON columns, and columns that may be absent.
 *
 * Absent is NULL in a table and a missing property in a record, never `undefined` as a value.
 * @module
 */
import type { Json } from '../asl/json.js';
import type { Row, SqlValue } from './driver.js';

// With the flag `u` the two halves of a letter are one character, and only those that stand alone are found.
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for.
const AWKWARD = /[\u0000\u0001\ud800-\udfff]/u;
const EACH_AWKWARD = new RegExp(AWKWARD, 'gu');
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for.
const WRITTEN = /\u0001(?:\u0003(d[89a-f][0-9a-f]{2})|[\u0001\u0002])/g;

/** Text of a JSON column. `unknown` because records are interfaces, which TypeScript does not see as `Json`. */
export function toJson(value: unknown): string {
  return JSON.stringify(value);
}

/** NULL for absent, else the JSON text. */
export function toOptionalJson(value: Json | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** The value of a JSON column that this store wrote as that type. */
export function fromJson<Value>(value: SqlValue | undefined): Value {
  return JSON.parse(String(value)) as Value;
}

/**
 * A text as the databases keep it, for columns of free text: PostgreSQL refuses NUL, and a library for SQLite reads no
 * further than it; half of a letter is no UTF-8 at all. Both are written with U+0001 before them, and so is U+0001 itself.
 * The order of texts stays what it was. JSON needs none of this: there `JSON.stringify` writes escapes.
 *
 * @example toText('a\u0000b') // 'a\u0001\u0001b'
 */
export function toText(value: string): string {
  if (!AWKWARD.test(value)) return value;
  return value.replaceAll(EACH_AWKWARD, (found) => {
    if (found === '\u0000') return '\u0001\u0001';
    if (found === '\u0001') return '\u0001\u0002';
    return `\u0001\u0003${found.charCodeAt(0).toString(16)}`;
  });
}

/** The text that `toText` was given. */
export function fromText(value: SqlValue | undefined): string {
  const text = String(value);
  if (!text.includes('\u0001')) return text;
  return text.replaceAll(WRITTEN, (found, half: string | undefined) => {
    if (half !== undefined) return String.fromCharCode(Number.parseInt(half, 16));
    return found.endsWith('\u0001') ? '\u0000' : '\u0001';
  });
}

export function text(row: Row, column: string): string {
  return String(row[column]);
}

export function integer(row: Row, column: string): number {
  return Number(row[column]);
}

/** The bytes of a column, not copied; undefined where it is NULL. libsql gives an ArrayBuffer for one of many rows. */
export function bytes(row: Row, column: string): Buffer | undefined {
  const value: unknown = row[column];
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (!(value instanceof Uint8Array)) return undefined;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** `{ [key]: value }`, or `{}` where the column is NULL: to be spread into a record. */
export function optional<Key extends string, Value>(
  row: Row,
  column: string,
  key: Key,
  read: (value: SqlValue) => Value,
): { [key in Key]?: Value } {
  const value = row[column];
  if (value === null || value === undefined) return {};
  return { [key]: read(value) } as { [key in Key]?: Value };
}
