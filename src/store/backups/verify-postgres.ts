/**
 * Reads all records of a database of PostgreSQL and says whether they are what was written: what `verify-file.ts` does of a file,
 * except for pages and indexes, which PostgreSQL has its own tools for (`pg_amcheck`, `data_checksums`).
 *
 * It sees one moment (`../copy/postgres-snapshot.ts`) and cannot write, so servers may use the database meanwhile.
 * @module
 */

import { ChainCheck, endsIn, entryIn } from '../audit-chain.js';
import { bytes } from '../columns.js';
import { shapesOf } from '../copy/postgres-place.js';
import { openPostgresMoment } from '../copy/postgres-snapshot.js';
import { keyOf, pageOf, type RecordsInDatabase, type Shape } from '../copy/record-place.js';
import type { Row, SqlValue } from '../driver.js';
import { StoreError } from '../errors.js';
import { expectDigest } from '../history-digest.js';
import { expectIntact } from '../log-segments.js';
import { all } from '../plan.js';
import type { Connection } from '../postgres/connection.js';
import type { AnyTable } from '../table.js';
import { JSON_COLUMNS } from '../verify-database.js';
import { endIn, gapIn } from '../verify-histories.js';
import type { Verified, VerifyProgress } from './verify-file.js';

/** Rows of one page; those of histories and logs may have some hundred KiB each. */
const ROWS = 500;
const LARGE_ROWS = 50;
/** Milliseconds between two reports. */
const REPORT = 500;

/** A character that is never written into JSON. PostgreSQL keeps no NUL. */
const CONTROL = '[\u0001-\u001f]';

/**
 * @returns with `location`: where that is, in words without a password
 * @throws StoreError `gone` when there are no records, `newer-schema`, `driver`, `io`, `busy`
 * @example (await examineDatabase({ url: 'postgres://localhost/millrace', tables: DECLARED_TABLES })).findings // []
 */
export async function examineDatabase(
  { url, tables }: RecordsInDatabase,
  onProgress: (progress: VerifyProgress) => void = () => undefined,
): Promise<Verified & { location: string }> {
  const { connection, name, schema, close } = await openPostgresMoment(
    url,
    tables,
    'millrace verify',
  );
  try {
    const reading = new Reading(connection, await shapesOf(connection), onProgress);
    const findings: string[] = [];
    for (const check of checksOf(reading, tables)) {
      const { found, isBroken } = await outcomeOf(check);
      if (found !== undefined) findings.push(found);
      // The transaction is over with the first page that cannot be read.
      if (isBroken) return { location: name, findings, schema, executions: 0, histories: 0 };
    }
    const audit = await auditProblem(reading);
    const [note] = await reading.ask("SELECT value FROM settings WHERE key = 'backup'");
    return {
      ...{ location: name, findings, schema },
      executions: await reading.count('executions'),
      histories: await reading.count('history'),
      ...(note === undefined ? {} : { note: JSON.parse(String(note.value)) }),
      ...(audit === undefined ? {} : { audit }),
    };
  } finally {
    await close();
  }
}

type Check = () => Promise<void>;

/** Each ends with its first finding: a StoreError `corrupt`. */
function checksOf(reading: Reading, tables: readonly AnyTable[]): Check[] {
  const json = new Map<string, readonly string[]>(Object.entries(JSON_COLUMNS));
  // Histories are read for their digests, and logs for their checksums.
  json.delete('history');
  const checks: Check[] = [() => checkHistories(reading), () => checkEnds(reading)];
  checks.push(() => checkLogs(reading));
  for (const [table, columns] of json) checks.push(() => checkJson(reading, table, columns));
  checks.push(async () => {
    for (const row of await reading.ask('SELECT name, json_columns FROM feature_tables')) {
      const columns = row.json_columns === '' ? [] : String(row.json_columns).split(' ');
      await checkJson(reading, String(row.name), columns);
    }
  });
  // A table that is noted and gone, or the other way round.
  checks.push(async () => {
    for (const { name } of await reading.ask('SELECT name FROM feature_tables')) {
      if (tables.some((one) => one.name === name) && reading.shape(String(name)) === undefined) {
        throw new StoreError('corrupt', `The table ${name} is not there any more`);
      }
    }
  });
  return checks;
}

async function outcomeOf(check: Check): Promise<{ found?: string; isBroken: boolean }> {
  try {
    await check();
    return { isBroken: false };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'corrupt') throw error;
    // PostgreSQL's own word has the error of the driver as its cause.
    const isBroken = error.cause !== undefined;
    return {
      found: isBroken ? `The database is damaged: ${error.message}` : error.message,
      isBroken,
    };
  }
}

/** Digests, and that each history is whole from its first event on. */
async function checkHistories(reading: Reading): Promise<void> {
  const shape = reading.shape('history');
  if (shape === undefined) return;
  const before = `(SELECT p.last FROM history p WHERE p.execution = history.execution AND p.first < history.first
    ORDER BY p.first DESC LIMIT 1) AS before`;
  const control = `CASE WHEN events ~ '${CONTROL}' THEN 1 ELSE 0 END AS is_foreign`;
  for await (const rows of reading.pages(shape, LARGE_ROWS, 'histories', [before, control])) {
    for (const row of rows) {
      expectDigest(row);
      if (row.is_foreign === 1) throw damaged('history', row.number, 'events');
      const count = eventsIn(row);
      const gap = gapIn({ ...row, count });
      if (gap !== undefined) throw new StoreError('corrupt', gap);
    }
  }
}

function eventsIn(row: Row): number {
  try {
    return (JSON.parse(String(row.events)) as readonly unknown[]).length;
  } catch {
    throw damaged('history', row.number, 'events');
  }
}

/** That each history ends where its execution says. */
async function checkEnds(reading: Reading): Promise<void> {
  const shape = reading.shape('executions');
  if (shape === undefined) return;
  const wanted = { ...shape, columns: ['number', 'header'] };
  const kept = `COALESCE((SELECT h.last FROM history h WHERE h.execution = executions.number ORDER BY h.first DESC LIMIT 1), 0) AS kept`;
  for await (const rows of reading.pages(wanted, ROWS, 'histories', [kept])) {
    for (const { number: position = null, header, kept: last = null } of rows) {
      let told: number;
      try {
        told = (JSON.parse(String(header)) as { nextEvent: number }).nextEvent - 1;
      } catch {
        throw damaged('executions', position, 'header');
      }
      const end = endIn({ position, told, kept: last });
      if (end !== undefined) throw new StoreError('corrupt', end);
    }
  }
}

/** The checksums of packed log lines. */
async function checkLogs(reading: Reading): Promise<void> {
  const shape = reading.shape('logs');
  if (shape === undefined || !shape.columns.includes('body')) return;
  const wanted = { ...shape, columns: ['number', 'body'] };
  for await (const rows of reading.pages(wanted, LARGE_ROWS, 'records')) {
    for (const row of rows) {
      const body = bytes(row, 'body');
      if (body !== undefined) expectIntact(body, Number(row.number));
    }
  }
}

/** That no character is in a JSON column which is never written there. */
async function checkJson(
  reading: Reading,
  table: string,
  wanted: readonly string[],
): Promise<void> {
  const shape = reading.shape(table);
  const columns = wanted.filter((column) => shape?.columns.includes(column));
  if (shape === undefined || columns.length === 0) return;
  const foreign = columns.map((column) => `WHEN ${column} ~ '${CONTROL}' THEN '${column}'`);
  const wantedShape = { ...shape, columns: shape.key };
  const pages = reading.pages(wantedShape, ROWS, 'records', [
    `CASE ${foreign.join(' ')} END AS damaged`,
  ]);
  for await (const rows of pages) {
    for (const row of rows) {
      if (row.damaged === null || row.damaged === undefined) continue;
      const key = shape.key.map((column) => row[column]).join(', ');
      throw damaged(table, key, String(row.damaged));
    }
  }
}

function damaged(table: string, key: SqlValue | undefined, column: string): StoreError {
  return new StoreError('corrupt', `The record ${key} of ${table} is damaged (column ${column})`);
}

/** What is wrong with the audit log; undefined: nothing, or there is none. */
async function auditProblem(reading: Reading): Promise<string | undefined> {
  const shape = reading.shape('audit');
  if (shape === undefined || reading.shape('audit_ends') === undefined) return undefined;
  const [ends] = await reading.ask('SELECT * FROM audit_ends');
  if (ends === undefined) {
    return (await reading.count('audit')) === 0
      ? undefined
      : 'The audit log does not tell where it ends';
  }
  const check = new ChainCheck(endsIn(ends));
  for await (const rows of reading.pages(shape, ROWS, 'records')) {
    for (const row of rows) {
      const problem = check.next(entryIn(row), String(row.hash));
      if (problem !== undefined) return problem;
    }
  }
  return check.end();
}

/** Reads tables page by page, in the order of their keys, and reports how far it is. */
class Reading {
  readonly #connection: Connection;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #report: (progress: VerifyProgress) => void;
  #reported = 0;

  constructor(
    connection: Connection,
    shapes: readonly Shape[],
    report: (progress: VerifyProgress) => void,
  ) {
    this.#connection = connection;
    this.#shapes = new Map(shapes.map((shape) => [shape.name, shape]));
    this.#report = report;
  }

  shape(table: string): Shape | undefined {
    return this.#shapes.get(table);
  }

  async ask(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return await this.#connection.ask(all(sql, values));
  }

  async count(table: string): Promise<number> {
    const [row] = await this.ask(`SELECT COUNT(*) AS n FROM ${table}`);
    return Number(row?.n);
  }

  /** @param more columns that are computed */
  async *pages(
    shape: Shape,
    limit: number,
    step: VerifyProgress['step'],
    more: readonly string[] = [],
  ): AsyncGenerator<readonly Row[]> {
    const columns = [...new Set([...shape.key, ...shape.columns])];
    const wanted = { ...shape, columns: [...columns, ...more] };
    let after: SqlValue[] | undefined;
    for (let done = 0; ; ) {
      const rows = await this.ask(pageOf(wanted, after !== undefined), [...(after ?? []), limit]);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      done += rows.length;
      if (performance.now() - this.#reported > REPORT) {
        this.#reported = performance.now();
        this.#report({ step, table: shape.name, done });
      }
      if (rows.length < limit) return;
      after = keyOf(shape, last);
    }
  }
}
