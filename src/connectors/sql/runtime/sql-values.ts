/**
 * DuckDB's values as JSON and back; the table in docs/guides/connectors.md is the mapping.
 *
 * What JSON holds exactly is a value of JSON. Everything else is the text that DuckDB itself writes, which a CAST takes
 * back: numbers with more digits than a JavaScript number keeps, dates and times, UUIDs, blobs, intervals. Not-a-number and
 * infinity become null. Times with a zone are told in UTC, whatever the zone of the server.
 * @module
 */
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBArrayType,
  DuckDBArrayValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapType,
  DuckDBMapValue,
  type DuckDBPreparedStatement,
  DuckDBStructType,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBUnionType,
  DuckDBUnionValue,
  type DuckDBValue,
  DuckDBVariantValue,
  INTEGER,
  SQLNULL,
  VARCHAR,
} from '@duckdb/node-api';
import type { Json } from '../../connector.js';

/** What whole numbers of parameters are bound as. */
export type WholeNumbers = 'BIGINT' | 'INTEGER';

// The binding tells times in the zone that its process had when it was loaded.
DuckDBTimestampTZValue.timezoneOffsetInMinutes = 0;

/** Significant digits that every JavaScript number keeps. */
const EXACT_DIGITS = 15;
const MOST_INTEGER = 2_147_483_647;

/**
 * A value as JSON.
 * @param type its type; without one a FLOAT shows the digits of the DOUBLE that holds it
 */
export function toJson(value: DuckDBValue, type?: DuckDBType): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return numberOf(value, type);
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value instanceof DuckDBDecimalValue) return decimalOf(value.toString());
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    const isList = type instanceof DuckDBListType || type instanceof DuckDBArrayType;
    const member = isList ? type.valueType : undefined;
    return value.items.map((item) => toJson(item, member));
  }
  if (value instanceof DuckDBStructValue) {
    const typeOfEntry = (name: string): DuckDBType | undefined =>
      type instanceof DuckDBStructType ? type.typeForEntry(name) : undefined;
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, entry]) => [
        name,
        toJson(entry, typeOfEntry(name)),
      ]),
    );
  }
  if (value instanceof DuckDBMapValue) {
    const map = type instanceof DuckDBMapType ? type : undefined;
    return value.entries.map((entry) => ({
      key: toJson(entry.key, map?.keyType),
      value: toJson(entry.value, map?.valueType),
    }));
  }
  if (value instanceof DuckDBUnionValue) {
    const union = type instanceof DuckDBUnionType ? type : undefined;
    return toJson(value.value, union?.memberTypeForTag(value.tag));
  }
  // Of dates alone the binding writes the day that stands for infinity.
  if (value instanceof DuckDBDateValue && !value.isFinite) {
    return value.days > 0 ? 'infinity' : '-infinity';
  }
  if (value instanceof DuckDBVariantValue) return toJson(value.value, value.type);
  return String(value);
}

function numberOf(value: number, type: DuckDBType | undefined): Json {
  if (!Number.isFinite(value)) return null;
  if (type?.typeId !== DuckDBTypeId.FLOAT) return value;
  // The shortest text that is this very FLOAT: 0.1 and not 0.10000000149011612.
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** A number when a JavaScript number keeps all digits, else its text. */
function decimalOf(text: string): Json {
  const digits = text.replace(/^-?0*|\./g, '').replace(/^0+/, '');
  return digits.length <= EXACT_DIGITS ? Number(text) : text;
}

/** What a parameter is bound as. */
export function typeOf(value: Json, numbers: WholeNumbers): DuckDBType {
  if (value === null) return SQLNULL;
  if (typeof value === 'boolean') return BOOLEAN;
  if (typeof value !== 'number') return VARCHAR;
  if (!Number.isSafeInteger(value)) return DOUBLE;
  return numbers === 'INTEGER' && Math.abs(value) <= MOST_INTEGER ? INTEGER : BIGINT;
}

/** A parameter's value of that type; lists and objects are JSON text. */
export function fromJson(value: Json, type: DuckDBType): DuckDBValue {
  if (typeof value === 'number') return type.typeId === DuckDBTypeId.BIGINT ? BigInt(value) : value;
  if (value !== null && typeof value === 'object') return JSON.stringify(value);
  return value;
}

/** Types that a Parquet file gives back as they were written. */
const KEPT_BY_PARQUET: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.BOOLEAN,
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
  DuckDBTypeId.VARCHAR,
  DuckDBTypeId.BLOB,
  DuckDBTypeId.UUID,
  DuckDBTypeId.DATE,
  DuckDBTypeId.TIME,
  DuckDBTypeId.TIMESTAMP,
  DuckDBTypeId.TIMESTAMP_TZ,
]);

/** Whether rows that the statement writes to a Parquet file can be shown by reading that. */
export function copiesExactly(prepared: DuckDBPreparedStatement): boolean {
  for (let column = 0; column < prepared.columnCount; column += 1) {
    // Of a column whose type depends on a parameter nothing is known before that is bound.
    if (prepared.columnTypeId(column) === DuckDBTypeId.INVALID) return false;
    if (!isKept(prepared.columnType(column))) return false;
  }
  return prepared.columnCount > 0;
}

function isKept(type: DuckDBType): boolean {
  if (type instanceof DuckDBListType) return isKept(type.valueType);
  if (type instanceof DuckDBStructType) return type.entryTypes.every(isKept);
  return KEPT_BY_PARQUET.has(type.typeId);
}
