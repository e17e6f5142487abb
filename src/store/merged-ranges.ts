/**
 * Pages over several ranges of an index.
 *
 * A list is bounded when an index holds exactly what it shows, in its order. With a filter for each column there is no such
 * index for every combination; but every list is a union of ranges that one index has: for each team, for each status. Each
 * range is read in its order, a little at a time, and they are merged until the page is full. So a page costs what it holds
 * and one look-up for each range, however many rows there are and however rare what it asks for.
 * @module
 */
import type { Driver, SqlValue } from './driver.js';

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
 * @example mergedNumbers(driver, [{ table: 'events', where: 'team = ?', values: ['a'] }], 'descending', undefined, 10)
 */
export function mergedNumbers(
  driver: Driver,
  ranges: readonly Range[],
  order: Order,
  beyond: number | undefined,
  limit: number,
): number[] {
  const [only] = ranges;
  const start = beyond ?? (order === 'descending' ? Number.MAX_SAFE_INTEGER : -1);
  if (only !== undefined && ranges.length === 1) return read(driver, only, order, start, limit);
  const open = ranges.map((range) => new Reader(driver, range, order, start, limit));
  const merged: number[] = [];
  const comesFirst = (left: number, right: number): boolean =>
    order === 'descending' ? left > right : left < right;
  while (merged.length < limit) {
    let best: Reader | undefined;
    for (const reader of open) {
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
  readonly #read: (beyond: number, limit: number) => number[];
  #size: number;
  #beyond: number;
  #page: number[] = [];
  #at = 0;
  #isAtEnd = false;

  constructor(driver: Driver, range: Range, order: Order, start: number, limit: number) {
    this.#read = (beyond, most) => read(driver, range, order, beyond, most);
    this.#size = Math.min(FIRST, limit);
    this.#beyond = start;
  }

  head(): number | undefined {
    if (this.#at === this.#page.length && !this.#isAtEnd) {
      this.#page = this.#read(this.#beyond, this.#size);
      this.#isAtEnd = this.#page.length < this.#size;
      this.#beyond = this.#page.at(-1) ?? this.#beyond;
      this.#at = 0;
      this.#size *= 2;
    }
    return this.#page[this.#at];
  }

  take(): number {
    const head = this.head() as number;
    this.#at += 1;
    return head;
  }
}

function read(
  driver: Driver,
  { table, where, values }: Range,
  order: Order,
  beyond: number,
  limit: number,
): number[] {
  const [comparison, direction] = order === 'descending' ? ['<', 'DESC'] : ['>', 'ASC'];
  return driver
    .prepare(
      `SELECT number FROM ${table} WHERE ${where} AND number ${comparison} ? ORDER BY number ${direction} LIMIT ?`,
    )
    .all(...values, beyond, limit)
    .map((row) => Number(row.number));
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
 * @example distinctValues(driver, { table: 'events', column: 'bus', where: 'team = ?', values: ['parcels'] })
 */
export function distinctValues(driver: Driver, of: Column): string[] {
  // No name is empty.
  return distinct(driver, of, '').map(String);
}

/** The different numbers in a column above `above`, by one look-up for each of them. */
export function distinctNumbers(driver: Driver, of: Column & { above: number }): number[] {
  return distinct(driver, of, of.above).map(Number);
}

function distinct(driver: Driver, of: Column, above: SqlValue): SqlValue[] {
  const { table, column, where, values } = of;
  const next = driver.prepare(
    `SELECT ${column} AS value FROM ${table} WHERE ${where} AND ${column} > ? ORDER BY ${column} LIMIT 1`,
  );
  const found: SqlValue[] = [];
  for (let last = above; ; ) {
    const row = next.get(...values, last);
    if (row?.value === undefined || row.value === null) return found;
    last = row.value;
    found.push(last);
  }
}

/** Rows by their numbers, in the order of the numbers. */
export function rowsOf<Value>(
  driver: Driver,
  table: string,
  numbers: readonly number[],
  toValue: (row: { [column: string]: SqlValue }) => Value,
): Value[] {
  if (numbers.length === 0) return [];
  const rows = driver
    .prepare(`SELECT * FROM ${table} WHERE number IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify(numbers));
  const byNumber = new Map(rows.map((row) => [Number(row.number), row]));
  return numbers.flatMap((number) => {
    const row = byNumber.get(number);
    return row === undefined ? [] : [toValue(row)];
  });
}
