/**
 * Records that move between data folders, databases and backups, with all tables that this version declares: `millrace store
 * copy`, and `millrace backup`, `verify` and `restore` where the records lie in PostgreSQL.
 * @module
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Json } from './asl/json.js';
import { DECLARED_TABLES } from './engine/declared-tables.js';
import { packageVersion } from './package-files.js';
import { BACKUP_NOTE } from './store/backups/backup-note.js';
import { type Restored, restoreBackup } from './store/backups/restore-backup.js';
import type { Verified, VerifyProgress } from './store/backups/verify-file.js';
import { examineDatabase } from './store/backups/verify-postgres.js';
import { type Copied, type CopyProgress, copyRecords } from './store/copy/copy-records.js';
import { openPostgresPlace } from './store/copy/postgres-place.js';
import { isDatabase, type RecordPlace, type RecordsInDatabase } from './store/copy/record-place.js';
import { openSqlitePlace } from './store/copy/sqlite-place.js';

/**
 * Copies the records of an installation. The place that was copied from is marked as a copy, as a backup is: a server that is
 * started on it by mistake waits, and does nothing twice.
 *
 * @param from a data folder, or `postgres://…`; no server may have it
 * @param to a place without records; a folder is better copied by a backup, and a database by pg_dump
 * @throws StoreError `locked`, `constraint`, `gone`, `corrupt`, and what the stores throw
 * @example await copyStore('.millrace', 'postgres://localhost/millrace');
 */
export async function copyStore(
  from: string,
  to: string,
  onProgress?: (progress: CopyProgress) => void,
): Promise<Copied> {
  const source = await open(from, 'from');
  try {
    const target = await open(to, 'to');
    try {
      const copied = await copyRecords(
        source,
        target,
        onProgress === undefined ? {} : { onProgress },
      );
      const note = { madeAt: new Date().toISOString(), version: packageVersion() };
      await source.store.writeSetting(BACKUP_NOTE, note satisfies Json);
      return copied;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function open(place: string, use: 'from' | 'to'): Promise<RecordPlace> {
  if (isDatabase(place)) return await openPostgresPlace(place, use, DECLARED_TABLES);
  return openSqlitePlace(join(resolve(place), 'millrace.db'), use, DECLARED_TABLES);
}

/** A database with the tables of this version: what a backup is made of. @example makeBackup({ database: recordsIn(url), file, version }) */
export function recordsIn(url: string): RecordsInDatabase {
  return { url, tables: DECLARED_TABLES };
}

/**
 * Whether the records of a database are what was written; servers may use it meanwhile.
 * @throws StoreError as `examineDatabase`
 * @example (await verifyStore('postgres://localhost/millrace')).findings // []
 */
export function verifyStore(
  url: string,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<Verified & { location: string }> {
  return examineDatabase(recordsIn(url), onProgress);
}

export interface RestoreToStoreOptions {
  readonly file: string;
  /** The database, without records. */
  readonly url: string;
  /** The data folder of the server that will be started on it. The backup is unpacked there and removed again. */
  readonly folder: string;
  readonly onProgress?: (progress: VerifyProgress | CopyProgress) => void;
}

/**
 * Puts a backup into a database, all of it or nothing: checked first, brought to this version's shape, then copied and compared row by row.
 * The database keeps the note that it is a copy, so a server that is started on it waits until somebody says that it may go on.
 *
 * @throws StoreError `constraint` when the database has records, `locked` when a server has it, `corrupt`, `newer-schema`, `full`, `io`, `driver`
 * @example await restoreToStore({ file: 'monday.db', url: 'postgres://localhost/millrace', folder: '.millrace' });
 */
export async function restoreToStore(options: RestoreToStoreOptions): Promise<Restored> {
  const { file, url, onProgress } = options;
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unpacked = mkdtempSync(join(folder, 'restoring-'));
  try {
    const restored = await restoreBackup({
      ...{ file, folder: unpacked },
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    const { to } = await copyStore(unpacked, url, onProgress);
    return { ...restored, folder: to, hasSealKey: existsSync(join(folder, 'seal.key')) };
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}
