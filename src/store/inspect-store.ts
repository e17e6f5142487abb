/**
 * Looks at a database without taking it: for `millrace doctor`.
 *
 * Nothing is created, written, migrated or locked, and a server that runs meanwhile is not disturbed.
 * @module
 */
import { existsSync } from 'node:fs';
import { readBackupNote } from './backups/backup-note.js';
import { readDamageNote } from './damage-note.js';
import { openDriver, openReader } from './driver.js';
import { StoreError } from './errors.js';
import { findHolder, type Holder, lastHolder } from './lock-file.js';
import { queriesOf } from './queries.js';
import type { SynchronousStore } from './store.js';
import { expectKnownSchema } from './upgrade.js';
import { expectSound, verifyDatabase } from './verify-database.js';
import { lostCommits } from './write-ahead-log.js';

export type StoreInspection =
  /** A server has it; only that one can say more. `note`: what was found damaged while it ran. */
  | { state: 'in use'; holder: Holder | undefined; note: string | undefined }
  /** Not there, or not yet finished when the process that made it was killed. */
  | { state: 'missing' }
  | { state: 'sound'; schema: number; isRestored: boolean }
  | { state: 'damaged'; what: string };

/**
 * Reads the whole database unless somebody has it open, which takes ten seconds or so for a gigabyte of records.
 * Throws a StoreError `newer-schema`, `driver` or `io`.
 *
 * @example inspectStore('.millrace/millrace.db').state // 'sound'
 */
export function inspectStore(file: string): StoreInspection {
  const holder = findHolder(file);
  if (holder !== undefined) {
    const note = readDamageNote(file)?.what;
    return { state: 'in use', holder: holder === 'unknown' ? undefined : holder, note };
  }
  if (!existsSync(file)) return { state: 'missing' };
  try {
    const lost = lostCommits(file);
    if (lost !== undefined) return { state: 'damaged', what: lost };
    const reader = openReader(file);
    try {
      const schema = expectKnownSchema(reader);
      if (schema === 0) return emptyOne(file);
      expectSound(verifyDatabase(reader));
      return { state: 'sound', schema, isRestored: readBackupNote(reader) !== undefined };
    } finally {
      reader.close();
    }
  } catch (error) {
    // Only in its first moments a database has a journal to be rolled back, which whoever just reads cannot do.
    if (error instanceof StoreError && error.code === 'readonly') return emptyOne(file);
    if (error instanceof StoreError && error.code === 'corrupt') {
      return { state: 'damaged', what: error.message };
    }
    throw error;
  }
}

/** True while a server has it. */
export function isInUse(file: string): boolean {
  return findHolder(file) !== undefined;
}

/** What can be asked of a database that nobody has open. */
export type ReadOnlyStore = Pick<
  SynchronousStore,
  'readSetting' | 'listAccessKeys' | 'listOwnSealings' | 'close'
>;

/**
 * Opens a database that no server uses, for reading alone. What is asked of one whose schema has not all of it fails with a
 * StoreError `driver`.
 * @throws StoreError `readonly`, `driver`, `io`
 */
export function readOnly(file: string): ReadOnlyStore {
  const reader = openReader(file);
  const { readSetting, listAccessKeys, listOwnSealings } = queriesOf(reader);
  return { readSetting, listAccessKeys, listOwnSealings, close: () => reader.close() };
}

function emptyOne(file: string): StoreInspection {
  const last = lastHolder(file);
  return last === undefined || last.state === 'opening'
    ? { state: 'missing' }
    : { state: 'damaged', what: 'The database is empty, though it was in use' };
}

/** The SQLite that a server would use here. */
export function usedSqlite(): { driver: string; version: string } {
  const driver = openDriver(':memory:');
  try {
    const version = String(driver.prepare('SELECT sqlite_version() AS v').get()?.v);
    return { driver: driver.name, version };
  } finally {
    driver.close();
  }
}
