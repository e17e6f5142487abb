/**
 * DuckDB's values as JSON and back.
 *
 * Whole numbers that JavaScript cannot hold exactly become text, as do dates, times, UUIDs and everything else that JSON
 * does not have; not-a-number and infinity become null.
 * @module
 */
import {
  DuckDBArrayValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBUnionValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import type { Json } from '../../connector.js';

export function toJson(value: DuckDBValue): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return value.items.map(toJson);
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([k, v]) => [k, toJson(v)]));
  }
  if (value instanceof DuckDBMapValue) {
    return value.entries.map(({ key, value: member }) => ({
      key: toJson(key),
      value: toJson(member),
    }));
  }
  if (value instanceof DuckDBUnionValue) return toJson(value.value);
  return String(value);
}

/** A parameter's value: whole numbers as integers, lists and objects as JSON text. */
export function fromJson(value: Json): DuckDBValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value !== null && typeof value === 'object') return JSON.stringify(value);
  return value;
}
