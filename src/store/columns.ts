/**
 * Between rows and values: JSON columns, and columns that may be absent.
 *
 * Absent is NULL in a table and a missing property in a record, never `undefined` as a value.
 * @module
 */
import type { Json } from '../asl/json.js';
import type { Row, SqlValue } from './driver.js';

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

export function text(row: Row, column: string): string {
  return String(row[column]);
}

export function integer(row: Row, column: string): number {
  return Number(row[column]);
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
