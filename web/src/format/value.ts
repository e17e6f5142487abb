/**
 * Values of rows as texts.
 * @module
 */
import type { Json } from '../api/types.js';
import { printable } from './printable.js';

const LONGEST = 200;
const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/;

/** Whether values of a type, in the words of DuckDB, stand on the right. */
export function isNumberType(type: string): boolean {
  return NUMBER.test(type);
}

/** A value in a cell; `undefined` is no value: it is seen as such, and not as a text. */
export function shownValue(value: Json | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  const text = plainValue(value);
  return printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

/** The same in full, as it is copied and saved. */
export function plainValue(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
