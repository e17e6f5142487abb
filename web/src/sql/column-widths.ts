/**
 * How wide columns are, in characters: as their first values need, within bounds.
 * @module
 */
import type { DataRows } from '../api/types.js';
import { shownValue } from '../format/value.js';

const LOOKED_AT = 100;
const LEAST = 8;
const MOST = 42;
/** Space around a text. */
const AROUND = 4;

/** @example columnWidths([{ name: 'id', type: 'BIGINT' }], [[7]]) // [13] */
export function columnWidths(columns: DataRows['columns'], rows: DataRows['rows']): number[] {
  return columns.map(({ name, type }, at) => {
    const texts = rows.slice(0, LOOKED_AT).map((row) => shownValue(row[at])?.length ?? 4);
    const longest = Math.max(name.length + 1 + type.length, LEAST, ...texts);
    return Math.min(MOST, longest + AROUND);
  });
}
