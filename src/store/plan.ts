/**
 * Queries as data, so that one text serves a database that answers at once and one that takes its time.
 *
 * A **plan** is a generator: it yields queries, is given their rows, and returns the answer. Who runs it decides how one gets
 * rows: `runNow` asks a driver of SQLite and goes on at once; PostgreSQL's runner (postgres/) awaits. What a turn writes needs
 * no rows, so it is no plan but a sequence of calls (`Prepare`): SQLite carries each out where it stands, at no cost, and
 * PostgreSQL collects them for its transaction.
 *
 * The SQL is what both take: placeholders are `?` (numbered for PostgreSQL), numbers are whole, JSON is text, upserts say
 * ON CONFLICT, and what deletes may say RETURNING.
 * @module
 */
import type { Driver, Row, SqlValue } from './driver.js';
import type { Store } from './store.js';

export interface Query {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** Whether it gives rows, at most one row, or none because it writes. */
  readonly gives: 'rows' | 'row' | 'nothing';
}

/** Yields queries, is given their rows, returns the answer. */
export type Plan<Answer> = Generator<Query, Answer, readonly Row[]>;

/** Plans for some methods of a store: same arguments, same answers. */
export type Plans<Methods extends keyof Store> = {
  readonly [Method in Methods]: (
    ...values: Parameters<Store[Method]>
  ) => Plan<Awaited<ReturnType<Store[Method]>>>;
};

const NONE: readonly SqlValue[] = [];

/** @example const rows = yield all('SELECT * FROM tokens ORDER BY hash'); */
export function all(sql: string, values: readonly SqlValue[] = NONE): Query {
  return { sql, values, gives: 'rows' };
}

/** For a query that finds one row or none. @example const [row] = yield one('SELECT …', [7]); */
export function one(sql: string, values: readonly SqlValue[] = NONE): Query {
  return { sql, values, gives: 'row' };
}

/** For what writes and gives no rows. */
export function tell(sql: string, values: readonly SqlValue[] = NONE): Query {
  return { sql, values, gives: 'nothing' };
}

/** Runs a plan on a driver that answers at once. Throws its StoreErrors. */
export function runNow<Answer>(driver: Driver, plan: Plan<Answer>): Answer {
  let step = plan.next();
  while (step.done !== true) step = plan.next(rowsOf(driver, step.value));
  return step.value;
}

const NOTHING: readonly Row[] = [];

function rowsOf(driver: Driver, { sql, values, gives }: Query): readonly Row[] {
  const statement = driver.prepare(sql);
  if (gives === 'rows') return statement.all(...values);
  if (gives === 'nothing') {
    statement.run(...values);
    return NOTHING;
  }
  const row = statement.get(...values);
  return row === undefined ? NOTHING : [row];
}

/** Carries out, or notes down, a statement that gives no rows. */
export type Write = (...values: SqlValue[]) => void;

/** Makes what carries out a text again and again. */
export type Prepare = (sql: string) => Write;
