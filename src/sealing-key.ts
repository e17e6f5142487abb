/**
 * The sealing key of records that no server uses: whether it is the right one, and a new one.
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DECLARED_TABLES } from './engine/declared-tables.js';
import { lookAtSeal, type SealCheck } from './engine/kernel/masking/check-encryption.js';
import { openEncryptionFile, rotateEncryptionFile } from './engine/kernel/masking/encryption.js';
import { readOnly } from './store/inspect-store.js';
import { takeLock } from './store/lock-file.js';
import { openPool } from './store/postgres/pool.js';
import { openPostgresStore } from './store/postgres/postgres-store.js';

/**
 * Whether a data folder that no server uses has the sealing key that it was written with: for `doctor`.
 * @param file where the key lies; undefined: in the folder
 */
export async function checkSealOf(data: string, file?: string): Promise<SealCheck> {
  const key = file ?? join(data, 'seal.key');
  const reading = readOnly(join(data, 'millrace.db'));
  try {
    return await lookAtSeal(reading, existsSync(key) ? openEncryptionFile(key) : undefined);
  } finally {
    reading.close();
  }
}

export interface RotatedSeal {
  /** The data folder. */
  readonly data: string;
  /** Where the key lies. Default: `seal.key` in the folder. */
  readonly file?: string;
  /** The database that the records lie in, `postgres://…`. Default: they lie in the folder. */
  readonly database?: string;
}

/**
 * Makes a new sealing key for records that no server uses. Answers where the key of before lies.
 *
 * Servers that stand by may go on: each reads the key when it becomes the active one.
 * @throws StoreError `locked`, and what a store throws that is opened
 * @example await rotateSealOf({ data: '.millrace' }) // '.millrace/seal.key.1'
 */
export async function rotateSealOf({ data, file, database }: RotatedSeal): Promise<string> {
  const key = file ?? join(data, 'seal.key');
  if (database === undefined) {
    const lock = takeLock(join(data, 'millrace.db'));
    try {
      return rotateEncryptionFile(key);
    } finally {
      lock.release();
    }
  }
  const pool = await openPool(database, { most: 2, as: 'millrace keys rotate-sealing' });
  try {
    // It has the lock of the active server.
    const store = await openPostgresStore({ pool, tables: DECLARED_TABLES });
    try {
      return rotateEncryptionFile(key);
    } finally {
      await store.close();
    }
  } finally {
    await pool.end();
  }
}
