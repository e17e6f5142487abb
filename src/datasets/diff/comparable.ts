/**
 * How the values of a column of two versions are read so that equal ones are equal, as SQL of DuckDB.
 *
 *     one type               as they are: NULL is NULL, NaN is NaN, -0 is 0
 *     one holds the other    as the wider type: INTEGER and BIGINT, DECIMAL(10,2) and DECIMAL(18,4)
 *     exact numbers          as their digits: BIGINT and DECIMAL(10,2), whatever does not fit into one type
 *     whole and floating     as their digits, so that no BIGINT beyond 2^53 is rounded
 *     decimal and floating   as DOUBLE
 *     days and moments       as moments, in UTC where there is no zone
 *     all others             as the text that DuckDB writes
 * @module
 */
import {
  type ColumnType,
  fits,
  foundType,
  isFloating,
  isMoment,
  isNumeric,
  isWhole,
  quotedName,
  typeText,
} from '../column-type.js';
import type { ComparedColumn } from './version-diff.js';

/** SQL of the value on either side. */
export interface ComparableSql {
  readonly from: string;
  readonly to: string;
  /** Both are numbers of floating point. */
  readonly isFloating: boolean;
}

/**
 * @example comparableSql({ name: 'id', from: 'INTEGER', to: 'BIGINT' }).from // '"id"::BIGINT'
 */
export function comparableSql({ name, from, to }: ComparedColumn): ComparableSql {
  const column = quotedName(name);
  const [before, after] = [foundType(from), foundType(to)];
  const isSame = from === to || typeText(before) === typeText(after);
  if (isSame) return { from: column, to: column, isFloating: isFloating(after) };
  if (fits(before, after)) {
    const wider = `${column}::${typeText(after)}`;
    return { from: wider, to: column, isFloating: isFloating(after) };
  }
  if (fits(after, before)) {
    const wider = `${column}::${typeText(before)}`;
    return { from: column, to: wider, isFloating: isFloating(before) };
  }
  const kinds = { from: asKind(column, before, after), to: asKind(column, after, before) };
  return { ...kinds, isFloating: asDouble(before, after) };
}

/** The value of a column, for comparison with values of another type that neither holds. */
function asKind(column: string, own: ColumnType, other: ColumnType): string {
  const text = `${column}::VARCHAR`;
  if (isNumeric(own) && isNumeric(other)) {
    if (asDouble(own, other)) return `${column}::DOUBLE`;
    if (own.kind === 'decimal') {
      return `CASE WHEN contains(${text}, '.') THEN rtrim(rtrim(${text}, '0'), '.') ELSE ${text} END`;
    }
    if (isWhole(own)) return text;
    // A whole number in floating point has all its digits; whatever is beyond a HUGEINT stays as it is written.
    return `CASE WHEN isfinite(${column}) AND ${column} = trunc(${column})
      THEN coalesce(TRY_CAST(${column} AS HUGEINT)::VARCHAR, ${text}) ELSE ${text} END`;
  }
  if (isMoment(own) && isMoment(other)) {
    return `coalesce(TRY_CAST(${column} AS TIMESTAMP)::VARCHAR, ${text})`;
  }
  return text;
}

/** A decimal and a number of floating point. */
function asDouble(own: ColumnType, other: ColumnType): boolean {
  return (
    (own.kind === 'decimal' && isFloating(other)) || (isFloating(own) && other.kind === 'decimal')
  );
}
