/**
 * A place that records are copied from or to: rows of any table, in the order of their keys.
 *
 * Both databases order whole numbers alike, and texts as their bytes are, so pages of one can be laid beside pages of the other.
 * @module
 */
import type { Row, SqlValue } from '../driver.js';
import type { Store } from '../store.js';
import type { AnyTable } from '../table.js';

/** Records that lie in PostgreSQL. */
export interface RecordsInDatabase {
  /** As `--store` has it. */
  readonly url: string;
  /** All that this version declares. */
  readonly tables: readonly AnyTable[];
}

/** A table as it lies there. */
export interface Shape {
  readonly name: string;
  readonly columns: readonly string[];
  /** What its rows are ordered by. */
  readonly key: readonly string[];
}

/** What records are read from. */
export interface RecordSource {
  /** Where it is, in words without a password. */
  readonly name: string;
  shapes(): Promise<readonly Shape[]>;
  /** The rows that follow a key, a page of them; the first ones without a key. */
  read(
    shape: Shape,
    after: readonly SqlValue[] | undefined,
    limit: number,
  ): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** One that nobody else has meanwhile, and that records are written to. */
export interface RecordPlace extends RecordSource {
  /** Open, so that nobody else has it. */
  readonly store: Store;
  write(shape: Shape, rows: readonly Row[]): Promise<void>;
  /** Empties a table of what opening has written into it. */
  clear(shape: Shape): Promise<void>;
  /** What was written counts from now on, and numbers that the database gives go on behind it. */
  finish(): Promise<void>;
  /** As if nothing had been written, unless it is finished. */
  close(): Promise<void>;
}

/** Whether a place is an address of PostgreSQL, and no data folder. @example isDatabase('postgres://127.0.0.1/millrace') // true */
export function isDatabase(place: string): boolean {
  return /^postgres(ql)?:/.test(place);
}

/** The text that reads a page. @example pageOf(shape, true) // 'SELECT * FROM timers WHERE (execution, thread) > (?, ?) …' */
export function pageOf({ name, columns, key }: Shape, isLater: boolean): string {
  const keys = key.join(', ');
  const later = isLater ? ` WHERE (${keys}) > (${key.map(() => '?').join(', ')})` : '';
  return `SELECT ${columns.join(', ')} FROM ${name}${later} ORDER BY ${keys} LIMIT ?`;
}

export function insertInto({ name, columns }: Shape): string {
  return `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}

export function keyOf({ key }: Shape, row: Row): SqlValue[] {
  return key.map((column) => row[column] ?? null);
}
