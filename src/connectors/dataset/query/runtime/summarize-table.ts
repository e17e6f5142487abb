/**
 * What a table is like: one pass for the figures of all columns, one for what is frequent, one for the shape of numbers.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  foundType,
  isFloating,
  isNumeric,
  isScalar,
  quotedName,
} from '../../../../datasets/column-type.js';
import type { ProfiledColumn, QueryTable, TableProfile } from '../query-protocol.js';

/** Columns that are looked at, and of one pass. */
const MOST_COLUMNS = 1_000;
const TOGETHER = 50;
/** Values that are told of a column, and characters of each. */
const TOP = 10;
const CHARACTERS = 200;
/** Parts of a histogram. */
const PARTS = 10;

/**
 * @param relation quoted name of the view
 * @throws what DuckDB says
 */
export async function summarizeTable(
  connection: DuckDBConnection,
  relation: string,
  { masked }: Pick<QueryTable, 'masked'>,
): Promise<TableProfile> {
  const told = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${relation}`);
  const found = told.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  const looked = found.slice(0, MOST_COLUMNS);
  const columns: ProfiledColumn[] = [];
  let rows = 0;
  for (let at = 0; at < looked.length; at += TOGETHER) {
    const part = looked.slice(at, at + TOGETHER);
    const figures = part.flatMap(({ name, type }, index) =>
      figuresOf(name, type, masked.includes(name)).map(([key, sql]) => `${sql} AS ${key}${index}`),
    );
    const [row = {}] = (
      await connection.runAndReadAll(`SELECT count(*) AS n, ${figures.join(', ')} FROM ${relation}`)
    ).getRowObjectsJson() as { [name: string]: unknown }[];
    rows = Number(row.n);
    const shapes = await shapesOf(
      connection,
      relation,
      part,
      (key, index) => row[`${key}${index}`],
    );
    for (const [index, column] of part.entries()) {
      const value = (key: string): unknown => row[`${key}${index}`] ?? undefined;
      columns.push(profiled(column, rows, value, shapes.get(index), masked.includes(column.name)));
    }
  }
  return { rows, columns, left: found.length - looked.length };
}

function figuresOf(name: string, type: string, isMasked: boolean): [string, string][] {
  const value = quotedName(name);
  const known = foundType(type);
  const count: [string, string] = ['k', `count(${value})`];
  if (isMasked) return [count];
  const distinct: [string, string] = ['d', `approx_count_distinct(${value})`];
  if (!isScalar(known)) return [count, distinct];
  const text = (sql: string): string => `left((${sql})::VARCHAR, ${CHARACTERS})`;
  const finite = isFloating(known) ? ` FILTER (WHERE isfinite(${value}))` : '';
  const figures: [string, string][] = [
    count,
    distinct,
    ['l', text(`min(${value})${finite}`)],
    ['h', text(`max(${value})${finite}`)],
    ['t', `approx_top_k(left(${value}::VARCHAR, ${CHARACTERS}), ${TOP})`],
  ];
  if (!isNumeric(known)) return figures;
  const number = `${value}::DOUBLE`;
  return [
    ...figures,
    ['m', `avg(${number})${finite}`],
    ['s', `stddev_samp(${number})${finite}`],
    ['q', `approx_quantile(${number}, [0.25, 0.5, 0.75])${finite}`],
  ];
}

interface Shape {
  readonly histogram?: NonNullable<ProfiledColumn['histogram']>;
  readonly top: NonNullable<ProfiledColumn['top']>;
}

/** How often the frequent values are there, and how numbers are spread: what the first pass has found, counted in a second. */
async function shapesOf(
  connection: DuckDBConnection,
  relation: string,
  part: readonly { readonly name: string; readonly type: string }[],
  told: (key: string, index: number) => unknown,
): Promise<Map<number, Shape>> {
  const plans: { index: number; bounds: number[]; top: string[]; sql: string[] }[] = [];
  for (const [index, { name, type }] of part.entries()) {
    const value = quotedName(name);
    const top = Array.isArray(told('t', index)) ? (told('t', index) as unknown[]).map(String) : [];
    const [least, greatest] = [Number(told('l', index)), Number(told('h', index))];
    const isSpread =
      isNumeric(foundType(type)) && Number.isFinite(greatest - least) && greatest > least;
    const bounds = isSpread
      ? Array.from({ length: PARTS + 1 }, (_part, at) => least + ((greatest - least) * at) / PARTS)
      : [];
    const sql = [
      ...top.map(
        (one) => `count(*) FILTER (WHERE left(${value}::VARCHAR, ${CHARACTERS}) = ${text(one)})`,
      ),
      ...bounds.slice(1).map((bound, at) => {
        const isLast = at === PARTS - 1;
        const from = at === 0 ? '' : `${value}::DOUBLE >= ${bounds[at]}::DOUBLE AND `;
        const to = isLast ? `isfinite(${value}::DOUBLE)` : `${value}::DOUBLE < ${bound}::DOUBLE`;
        return `count(*) FILTER (WHERE ${from}${to})`;
      }),
    ];
    if (sql.length > 0) plans.push({ index, bounds, top, sql });
  }
  const shapes = new Map<number, Shape>();
  if (plans.length === 0) return shapes;
  const all = plans.flatMap(({ sql }) => sql);
  const answer = await connection.runAndReadAll(`SELECT ${all.join(', ')} FROM ${relation}`);
  const counts = (answer.getRows()[0] ?? []).map(Number);
  let at = 0;
  for (const { index, bounds, top, sql } of plans) {
    const own = counts.slice(at, at + sql.length);
    at += sql.length;
    const frequent = top
      .map((value, place) => ({ value, count: own[place] ?? 0 }))
      .sort((a, b) => b.count - a.count);
    const histogram =
      bounds.length === 0 ? {} : { histogram: { bounds, counts: own.slice(top.length) } };
    shapes.set(index, { top: frequent, ...histogram });
  }
  return shapes;
}

function profiled(
  { name, type }: { readonly name: string; readonly type: string },
  rows: number,
  value: (key: string) => unknown,
  shape: Shape | undefined,
  isMasked: boolean,
): ProfiledColumn {
  const nulls = rows - Number(value('k'));
  if (isMasked) return { name, type, nulls, masked: true };
  const [low, middle, high] = Array.isArray(value('q'))
    ? (value('q') as unknown[]).map(Number)
    : [];
  return {
    ...{ name, type, nulls, distinct: Number(value('d')) },
    ...(value('l') === undefined ? {} : { min: String(value('l')) }),
    ...(value('h') === undefined ? {} : { max: String(value('h')) }),
    ...(value('m') === undefined ? {} : { mean: Number(value('m')) }),
    ...(value('s') === undefined ? {} : { deviation: Number(value('s')) }),
    ...(low === undefined || middle === undefined || high === undefined
      ? {}
      : { quartiles: [low, middle, high] as const }),
    ...shape,
  };
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
