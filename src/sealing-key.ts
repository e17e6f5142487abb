/**
 * The sealing key of a data folder that no server uses: whether it is the right one, and a new one.
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lookAtSeal, type SealCheck } from './engine/kernel/masking/check-encryption.js';
import { openEncryptionFile, rotateEncryptionFile } from './engine/kernel/masking/encryption.js';
import { readOnly } from './store/inspect-store.js';
import { takeLock } from './store/lock-file.js';

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

/**
 * Makes a new sealing key for a data folder that no server uses. Answers where the key of before lies.
 * @throws StoreError `locked`
 */
export function rotateSealOf(data: string): string {
  const lock = takeLock(join(data, 'millrace.db'));
  try {
    return rotateEncryptionFile(join(data, 'seal.key'));
  } finally {
    lock.release();
  }
}
