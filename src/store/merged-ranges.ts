/**
 * Pages over several ranges of an index.
 *
 * A list is bounded when an index holds exactly what it shows, in its order. With a filter for each column there is no such
 * index for every combination; but every list is a union of ranges that one index has: for each team, for each status. Each
 * range is read in its order, a little at a time, and they are merged until the page is full. So a page costs what it holds
 * and one look-up for each range, however many rows there are and however rare what it asks for.
 * @module
 */
import type { Row, SqlValue } from './driver.js';
import { all, one, type Plan, type Query } from './plan.js';

export type Order = 'ascending' | 'descending';

/** A range of an index: all columns but the last, which is the number, are given. */
export interface Range {
  table: string;
  /** Fixed text; every value is bound. */
  where: string;
  values: readonly SqlValue[];
}

/** Numbers that are read of a range at first; then twice as many each time. */
const FIRST = 16;

/**
 * The first `limit` numbers beyond `beyond` (exclusive), in order.
 *
 * @example yield* mergedNumbers([{ table: 'events', where: 'team = ?', values: ['a'] }], 'descending', undefined, 10)
 */
export function* mergedNumbers(
  ranges: readonly Range[],
  order: Order,
  beyond: number | undefined,
  limit: number,
): Plan<number[]> {
  const [only] = ranges;
  const start = beyond ?? (order === 'descending' ? Number.MAX_SAFE_INTEGER : -1);
  if (only !== undefined && ranges.length === 1) {
    return numbersOf(yield numbersIn(only, order, start, limit));
  }
  const open = ranges.map((range) => new Reader(range, order, start, limit));
  const merged: number[] = [];
  const comesFirst = (left: number, right: number): boolean =>
    order === 'descending' ? left > right : left < right;
  while (merged.length < limit) {
    let best: Reader | undefined;
    for (const reader of open) {
      const query = reader.needs();
      if (query !== undefined) reader.give(numbersOf(yield query));
      const head = reader.head();
      if (head === undefined) continue;
      if (best === undefined || comesFirst(head, best.head() as number)) best = reader;
    }
    if (best === undefined) break;
    merged.push(best.take());
  }
  return merged;
}

class Reader {
  readonly #query: (beyond: number, limit: number) => Query;
  #size: number;
  #beyond: number;
  #page: readonly number[] = [];
  #at = 0;
  #isAtEnd = false;

  constructor(range: Range, order: Order, start: number, limit: number) {
    this.#query = (beyond, most) => numbersIn(range, order, beyond, most);
    this.#size = Math.min(FIRST, limit);
    this.#beyond = start;
  }

  /** What must be asked before it has a head; undefined while it has, and at its end. */
  needs(): Query | undefined {
    if (this.#isAtEnd || this.#at < this.#page.length) return undefined;
    return this.#query(this.#beyond, this.#size);
  }

  give(page: readonly number[]): void {
    this.#page = page;
    this.#isAtEnd = page.length < this.#size;
    this.#beyond = page.at(-1) ?? this.#beyond;
    this.#at = 0;
    this.#size *= 2;
  }

  head(): number | undefined {
    return this.#page[this.#at];
  }

  take(): number {
    const head = this.head() as number;
    this.#at += 1;
    return head;
  }
}

function numbersIn(
  { table, where, values }: Range,
  order: Order,
  beyond: number,
  limit: number,
): Query {
  const [comparison, direction] = order === 'descending' ? ['<', 'DESC'] : ['>', 'ASC'];
  return all(
    `SELECT number FROM ${table} WHERE ${where} AND number ${comparison} ? ORDER BY number ${direction} LIMIT ?`,
    [...values, beyond, limit],
  );
}

function numbersOf(rows: readonly Row[]): number[] {
  return rows.map((row) => Number(row.number));
}

/** A column and what is given of the columns before it in an index. */
export interface Column {
  table: string;
  column: string;
  where: string;
  values: readonly SqlValue[];
}

/**
 * The different texts in a column, by one look-up for each of them.
 *
 * @example yield* distinctValues({ table: 'events', column: 'bus', where: 'team = ?', values: ['parcels'] })
 */
export function* distinctValues(of: Column): Plan<string[]> {
  // No name is empty.
  return (yield* distinct(of, '')).map(String);
}

/** The different numbers in a column above `above`, by one look-up for each of them. */
export function* distinctNumbers(of: Column & { above: number }): Plan<number[]> {
  return (yield* distinct(of, of.above)).map(Number);
}

function* distinct(of: Column, above: SqlValue): Plan<SqlValue[]> {
  const { table, column, where, values } = of;
  const sql = `SELECT ${column} AS value FROM ${table} WHERE ${where} AND ${column} > ? ORDER BY ${column} LIMIT 1`;
  const found: SqlValue[] = [];
  for (let last = above; ; ) {
    const [row] = yield one(sql, [...values, last]);
    if (row?.value === undefined || row.value === null) return found;
    last = row.value;
    found.push(last);
  }
}

/** Numbers that are looked up at once, at most: each is a value of the query. */
const MOST_AT_ONCE = 256;

/**
 * Rows by their numbers, in the order of the numbers; numbers without a row are left out.
 *
 * @example yield* rowsOf('executions', [3, 1], toExecution)
 */
export function* rowsOf<Value>(
  table: string,
  numbers: readonly number[],
  toValue: (row: Row) => Value,
): Plan<Value[]> {
  const byNumber = new Map<number, Row>();
  for (let at = 0; at < numbers.length; at += MOST_AT_ONCE) {
    const some = filledUp(numbers.slice(at, at + MOST_AT_ONCE));
    const places = some.map(() => '?').join(', ');
    const rows = yield all(`SELECT * FROM ${table} WHERE number IN (${places})`, some);
    for (const row of rows) byNumber.set(Number(row.number), row);
  }
  return numbers.flatMap((number) => {
    const row = byNumber.get(number);
    return row === undefined ? [] : [toValue(row)];
  });
}

/**
 * As many numbers as a power of two, the last one in the places that are left: so there are few texts to prepare.
 *
 * @example filledUp([3, 1, 7]) // [3, 1, 7, 7]
 */
export function filledUp(numbers: readonly number[]): number[] {
  const filled = [...numbers];
  const last = filled.at(-1) as number;
  while ((filled.length & (filled.length - 1)) !== 0) filled.push(last);
  return filled;
}
