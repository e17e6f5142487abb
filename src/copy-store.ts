/**
 * Copies the records of an installation between a data folder and a database: `millrace store copy`.
 * @module
 */
import { join, resolve } from 'node:path';
import { DECLARED_TABLES } from './engine/declared-tables.js';
import { packageVersion } from './package-files.js';
import { type Copied, type CopyProgress, copyRecords } from './store/copy/copy-records.js';
import { openPostgresPlace } from './store/copy/postgres-place.js';
import { isDatabase, type RecordPlace } from './store/copy/record-place.js';
import { openSqlitePlace } from './store/copy/sqlite-place.js';

/**
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
      return await copyRecords(source, target, {
        ...{ version: packageVersion(), now: Date.now() },
        ...(onProgress === undefined ? {} : { onProgress }),
      });
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
