/**
 * JSON values, the only kind of data that events, patterns and inputs are made of.
 * @module
 */

/** Any JSON value. Absent is `undefined` and never part of a value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** True for JSON objects: not for arrays and not for null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
