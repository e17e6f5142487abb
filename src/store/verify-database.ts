/**
 * Looks for damage in everything that a database holds, in bounded steps.
 *
 * 1. SQLite's own check: pages, b-trees, indexes against their tables, free pages.
 * 2. The digests of histories.
 * 3. The checksums of packed log lines.
 * 4. JSON columns: no control character is ever written there, so one that is found was not written by us.
 *
 * Everything is read through a connection that cannot write.
 * @module
 */
import type { Driver } from './driver.js';
import { StoreError } from './errors.js';
import { expectDigest } from './history-digest.js';
import { verifyLogs } from './verify-logs.js';

/** Rows of one step. */
const ROWS = 500;
/** Messages of SQLite's check that are kept. */
const MESSAGES = 5;

/**
 * Columns that hold JSON, by table. Histories are read for their digests anyway. Those of tables that features declare are
 * in `feature_tables`.
 */
export const JSON_COLUMNS: { readonly [table: string]: readonly string[] } = {
  machines: ['tags', 'deployment'],
  executions: ['tags', 'context', 'header', 'root', 'output', 'triggered_by'],
  threads: ['body'],
  history: ['events'],
  attempts: ['request'],
  map_runs: ['request', 'state'],
  logs: ['tags', 'lines'],
  settings: ['value'],
};

/** A text with a control character, but for NUL, at which a library or a pattern may end the text. */
const CONTROL = '*[\u0001-\u001f]*';

/** What a step has found, in words; undefined: nothing. */
export type Finding = string | undefined;

/**
 * Checks step by step; the caller may pause or stop between two of them. Ends after the first finding of a kind.
 *
 * @example for (const finding of verifyDatabase(reader)) if (finding !== undefined) throw new Error(finding);
 */
export function* verifyDatabase(reader: Driver): Generator<Finding> {
  const structure = finding(() => checkStructure(reader));
  yield structure;
  // Nothing that is read through a broken tree tells more.
  if (structure !== undefined) return;
  yield* verifyRecords(reader, Object.keys(JSON_COLUMNS));
  yield* verifyFeatureTables(reader);
}

/** The second, third and fourth check, of some tables. */
export function* verifyRecords(reader: Driver, tables: readonly string[]): Generator<Finding> {
  for (const table of tables) yield* verifyTable(reader, table, JSON_COLUMNS[table] ?? []);
  if (tables.includes('logs')) yield* verifyPacked(reader);
}

/** The checksums of packed log lines. */
function* verifyPacked(reader: Driver): Generator<Finding> {
  const steps = verifyLogs(reader);
  for (let isDone = false; !isDone; ) {
    const found = finding(() => {
      isDone = steps.next().done === true;
    });
    yield found;
    if (found !== undefined) return;
  }
}

/** The fourth check, of the tables that features declare. */
export function* verifyFeatureTables(reader: Driver): Generator<Finding> {
  const isThere = "SELECT COUNT(*) AS n FROM sqlite_schema WHERE name = 'feature_tables'";
  if (reader.prepare(isThere).get()?.n === 0) return;
  for (const { name, json_columns: json } of reader.prepare('SELECT * FROM feature_tables').all()) {
    yield* verifyTable(reader, String(name), json === '' ? [] : String(json).split(' '));
  }
}

/** All steps at once: throws a StoreError `corrupt` with the first finding. */
export function expectSound(steps: Generator<Finding>): void {
  for (const found of steps) if (found !== undefined) throw new StoreError('corrupt', found);
}

/** SQLite's own check of the whole file. Throws a StoreError `corrupt` with what it found. */
export function checkStructure(driver: Driver): void {
  const messages = driver
    .prepare(`PRAGMA integrity_check(${MESSAGES})`)
    .all()
    .map((row) => String(row.integrity_check).replaceAll('\n', ' ').trim());
  if (messages.length === 1 && messages[0] === 'ok') return;
  throw new StoreError('corrupt', `The database is damaged: ${messages.join('; ')}`);
}

function* verifyTable(
  reader: Driver,
  table: string,
  wanted: readonly string[],
): Generator<Finding> {
  const known = new Set(
    reader
      .prepare(`PRAGMA table_info(${table})`)
      .all()
      .map(({ name }) => String(name)),
  );
  const columns = wanted.filter((column) => known.has(column));
  if (columns.length === 0) return;
  const digested =
    table === 'history' && known.has('digest')
      ? ', execution, first, last, at, events, digest'
      : '';
  const foreign = columns.map(
    (column) => `WHEN instr(${column}, char(0)) > 0 OR ${column} GLOB ? THEN '${column}'`,
  );
  const page = reader.prepare(
    `SELECT rowid AS position, CASE ${foreign.join(' ')} END AS damaged${digested}
     FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS}`,
  );
  const patterns = columns.map(() => CONTROL);
  for (let after = 0; ; ) {
    let last: number | undefined;
    const found = finding(() => {
      const rows = page.all(...patterns, after);
      for (const row of rows) {
        expectDigest(row);
        if (row.damaged === null) continue;
        throw new StoreError(
          'corrupt',
          `The record ${row.position} of ${table} is damaged (column ${row.damaged})`,
        );
      }
      last = rows.length < ROWS ? undefined : Number(rows.at(-1)?.position);
    });
    yield found;
    if (found !== undefined || last === undefined) return;
    after = last;
  }
}

/** What the step says about damage. Other failures (a file that is busy, say) are none, and are thrown. */
function finding(step: () => void): Finding {
  try {
    step();
    return undefined;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'corrupt') return error.message;
    throw error;
  }
}
