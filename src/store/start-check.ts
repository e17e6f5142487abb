/**
 * What is looked at before a database is used, so that a damaged one is not written to any further.
 *
 *     closed: not emptied? log whole? noted as damaged? → open → log carried over → long enough? → structure → records
 *
 * All of it takes well below a second, unless damage was noted before: of a large file it looks at the first page of every
 * table and index and at what a start reads anyway, and leaves the rest to the check in the background.
 * @module
 */
import { existsSync, statSync } from 'node:fs';
import { readDamageNote, removeDamageNote } from './damage-note.js';
import { type Driver, type DriverName, openReader } from './driver.js';
import { StoreError } from './errors.js';
import type { Holder } from './lock-file.js';
import {
  checkStructure,
  expectSound,
  verifyDatabase,
  verifyFeatureTables,
  verifyRecords,
} from './verify-database.js';
import { lostCommits } from './write-ahead-log.js';

/** Bytes up to which the whole structure is checked at the start: it takes some tenths of a second. */
const SMALL = 64 * 1024 ** 2;
/** Tables that a start reads as a whole anyway. */
const READ_AT_START = ['machines', 'settings'];
/** Tables of what goes on. Histories and logs, most of every database, are left to the background. */
const OPEN_WORK = ['executions', 'threads', 'attempts', 'map_runs'];

/**
 * Looks at a database that is not open. `before` is who had it last.
 * Throws a StoreError `corrupt`; everything stays as it is then.
 */
export function checkClosed(
  database: string,
  before: Holder | undefined,
  driver?: DriverName,
): void {
  const { size } = statSync(database, { throwIfNoEntry: false }) ?? { size: undefined };
  if (size === undefined) return;
  if (size === 0 && before !== undefined && before.state !== 'opening' && !hasLog(database)) {
    throw new StoreError('corrupt', `${database} is empty, though it was in use`);
  }
  const lost = lostCommits(database);
  if (lost !== undefined) throw new StoreError('corrupt', `${database}: ${lost}`);
  const note = readDamageNote(database);
  if (note === undefined) return;
  const reader = openReader(database, driver);
  try {
    expectSound(verifyDatabase(reader));
  } finally {
    reader.close();
  }
  removeDamageNote(database);
}

/** Looks at a database that was just opened, and throws a StoreError `corrupt`. */
export function checkOpened(driver: Driver, database: string): void {
  // With nothing left in the log, the file has every page that the database has. It also makes what the next crash leaves
  // in the log the work of one process alone.
  driver.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  const { size } = statSync(database);
  const pages = pragma(driver, 'page_count');
  const wanted = pages * pragma(driver, 'page_size');
  if (!hasLog(database) && size < wanted) {
    throw new StoreError('corrupt', `${database} is cut: it has ${size} of ${wanted} bytes`);
  }
  if (wanted <= SMALL) checkStructure(driver);
  else touchRoots(driver);
  expectSound(verifyRecords(driver, READ_AT_START));
  if (wanted > SMALL) return;
  expectSound(verifyRecords(driver, OPEN_WORK));
  expectSound(verifyFeatureTables(driver));
}

function hasLog(database: string): boolean {
  const log = `${database}-wal`;
  return existsSync(log) && statSync(log).size > 0;
}

function pragma(driver: Driver, name: 'page_count' | 'page_size'): number {
  return Number(driver.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function touchRoots(driver: Driver): void {
  const tables = driver.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  for (const { name } of tables) driver.prepare(`SELECT * FROM "${name}" LIMIT 1`).get();
  const indexes = driver
    .prepare(
      "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND sql NOT LIKE '%WHERE%'",
    )
    .all();
  for (const { name, tbl_name: table } of indexes) {
    driver.prepare(`SELECT 1 FROM "${table}" INDEXED BY "${name}" LIMIT 1`).get();
  }
}
