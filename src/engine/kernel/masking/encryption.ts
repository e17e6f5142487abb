/**
 * Secrets as they lie in the store: sealed with AES-256-GCM, under a key in a file of its own in the data folder.
 * @module
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

export interface Encryption {
  close(text: string): string;
  /** Throws when it was closed under another key, or changed since. */
  open(sealed: string): string;
}

/** @param key 32 bytes */
export function createEncryption(key: Buffer): Encryption {
  return {
    close(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString();
    },
  };
}

/** The encryption whose key lies in a file, which is made when it is not there. */
export function openEncryptionFile(file: string): Encryption {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600, flag: 'wx' });
  chmodSync(file, 0o600);
  const key = readFileSync(file);
  if (key.length !== 32) {
    throw new Error(
      `${file} must hold 32 bytes. Put it back from a backup, or delete it and issue new access keys.`,
    );
  }
  return createEncryption(key);
}

/** An encryption that nobody can open once this process has ended. */
export function passingEncryption(): Encryption {
  return createEncryption(randomBytes(32));
}
