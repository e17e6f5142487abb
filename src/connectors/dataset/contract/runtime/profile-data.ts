/**
 * Counts what is true of data, for a proposal of a contract: one pass, and a look at values of columns that may be unique or have few.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  foundType,
  isFloating,
  isNumeric,
  isText,
  isWhole,
  quotedName,
} from '../../../../datasets/column-type.js';
import { duplicatesSql, quotedText } from '../../../../datasets/contract-sql.js';
import {
  type ColumnProfile,
  type DataProfile,
  FORMS,
  MOST_VALUES,
} from '../../../../datasets/infer/propose-contract.js';
import { columnsOf } from '../evaluate-contract.js';

/** Most columns of one pass. */
const TOGETHER = 50;
/** Below this share of distinct values, a column is no key; the count is an estimate, a few percent off. */
const NEARLY_ALL = 0.9;

/** @throws what DuckDB says when the data cannot be read */
export async function profileData(
  connection: DuckDBConnection,
  relation: string,
): Promise<DataProfile> {
  const found = await columnsOf(connection, relation);
  const columns: ColumnProfile[] = [];
  let rows = 0;
  for (let at = 0; at < found.length; at += TOGETHER) {
    const part = found.slice(at, at + TOGETHER);
    const counts = part.flatMap((column, index) => countsOf(column, index));
    const sql = `SELECT count(*) AS n, ${counts.join(', ')} FROM ${relation}`;
    const [row = {}] = (await connection.runAndReadAll(sql)).getRowObjectsJson();
    rows = Number(row.n);
    for (const [index, column] of part.entries()) {
      columns.push(
        await profileOf(connection, relation, column, rows, (name) => row[`${name}${index}`]),
      );
    }
  }
  return { rows, columns };
}

function countsOf({ name, type }: { name: string; type: string }, index: number): string[] {
  const value = quotedName(name);
  const read = foundType(type);
  const counts = [`count(${value}) AS k${index}`, `approx_count_distinct(${value}) AS d${index}`];
  if (isNumeric(read)) {
    const finite = isFloating(read) ? ` FILTER (WHERE isfinite(${value}))` : '';
    counts.push(
      `min(${value})${finite}::DOUBLE AS l${index}`,
      `max(${value})${finite}::DOUBLE AS h${index}`,
    );
  }
  if (isText(read)) {
    counts.push(`min(length(${value})) AS s${index}`, `max(length(${value})) AS g${index}`);
    const matches = FORMS.map(
      ({ pattern }) => `count(*) FILTER (WHERE regexp_matches(${value}, ${quotedText(pattern)}))`,
    );
    counts.push(`[${matches.join(', ')}] AS f${index}`);
  }
  return counts;
}

async function profileOf(
  connection: DuckDBConnection,
  relation: string,
  { name, type }: { name: string; type: string },
  rows: number,
  counted: (name: string) => unknown,
): Promise<ColumnProfile> {
  const read = foundType(type);
  const value = quotedName(name);
  const known = Number(counted('k'));
  const distinct = Number(counted('d'));
  const number = (key: string): number | undefined => {
    const told = counted(key);
    return told === null || told === undefined ? undefined : Number(told);
  };
  const mayBeKey =
    known > 0 &&
    distinct >= NEARLY_ALL * known &&
    (isWhole(read) || isText(read) || type === 'UUID');
  const repeated = mayBeKey
    ? await connection.runAndReadAll(duplicatesSql(relation, [value]))
    : undefined;
  const few = isText(read) && distinct <= MOST_VALUES;
  const values = few
    ? await connection.runAndReadAll(
        `SELECT DISTINCT ${value} AS v FROM ${relation} WHERE ${value} IS NOT NULL ORDER BY v LIMIT ${MOST_VALUES + 1}`,
      )
    : undefined;
  const all = values?.getRows().map(([one]) => String(one));
  const lists = counted('f');
  return {
    name,
    type,
    nulls: rows - known,
    ...(repeated === undefined ? {} : { isUnique: Number(repeated.getRows()[0]?.[1] ?? 1) === 0 }),
    ...(all === undefined || all.length > MOST_VALUES ? {} : { values: all }),
    ...optional('lowest', number('l')),
    ...optional('highest', number('h')),
    ...optional('shortest', number('s')),
    ...optional('longest', number('g')),
    ...(Array.isArray(lists) ? { matching: lists.map(Number) } : {}),
  };
}

function optional<Name extends string>(
  name: Name,
  value: number | undefined,
): { [key in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]?: number });
}
