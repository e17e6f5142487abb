/**
 * Rows that break a rule, for people: few of them, and little of each.
 * @module
 */
import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { quotedName } from '../../../datasets/column-type.js';
import type { ResultJson, RuleResult } from '../../../datasets/contract.js';
import { toJson } from '../../sql/runtime/sql-values.js';
import type { Asked } from './bind-rules.js';

/** Rows of one rule, columns of a row, characters of a value. */
export const MOST_ROWS = 10;
const MOST_COLUMNS = 20;
const MOST_CHARACTERS = 200;

/** Rules whose rows are looked up: each may cost a pass over the data. */
const MOST_LOOKED_UP = 50;

type Rows = RuleResult['rows'];

/** Rows of the rules that are broken, by rule. The columns that a rule is about come first. */
export async function offendingRows(
  connection: DuckDBConnection,
  relation: string,
  columns: readonly { readonly name: string }[],
  broken: readonly Asked[],
): Promise<ReadonlyMap<Asked, Rows>> {
  const found = new Map<Asked, Rows>();
  for (const one of broken.slice(0, MOST_LOOKED_UP)) {
    const first = firstColumns(one);
    const others = columns.map(({ name }) => name).filter((name) => !first.includes(name));
    const shown = [...first, ...others].slice(0, MOST_COLUMNS).map(quotedName).join(', ');
    // Rows of one key side by side.
    const order = one.key === undefined ? '' : ` ORDER BY ${one.key.join(', ')}`;
    const sql = `SELECT ${shown} FROM ${relation} WHERE ${one.failing}${order}`;
    found.set(one, await rowsOf(connection, sql));
  }
  return found;
}

function firstColumns({ rule }: Asked): string[] {
  const paths = rule.kind === 'unique' ? rule.columns : 'column' in rule ? [rule.column] : [];
  return [...new Set(paths.map(([column = '']) => column))];
}

/**
 * The first rows of a SELECT, with long values cut.
 * @param sql one SELECT
 */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Rows> {
  const answer = await connection.runAndReadAll(`${sql} LIMIT ${MOST_ROWS}`);
  const names = answer.deduplicatedColumnNames();
  const types = answer.columnTypes();
  return answer
    .getRows()
    .map((values) =>
      Object.fromEntries(
        names
          .slice(0, MOST_COLUMNS)
          .map((name, at) => [name, short(jsonOf(values[at] ?? null, types[at]))]),
      ),
    );
}

/** What is no number is told as such: as NULL, a row would not show why it is here. */
function jsonOf(value: DuckDBValue, type: DuckDBType | undefined): ResultJson {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : toJson(value, type);
}

function short(value: ResultJson): ResultJson {
  if (typeof value === 'string') {
    return value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value;
  }
  if (value === null || typeof value !== 'object') return value;
  const text = JSON.stringify(value);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : value;
}
