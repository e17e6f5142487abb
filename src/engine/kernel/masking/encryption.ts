/**
 * Secrets as they lie in the store: sealed with AES-256-GCM, under a key in a file of its own in the data folder.
 *
 *     seal.key        seals whatever is written, and opens it
 *     seal.key.1, 2 … keys of before: they open what was sealed under them, until nothing is
 *
 * A new key is made while no server runs. What features seal by themselves is sealed anew at the next start; what executions
 * hold stays under the key of its time and goes with them.
 * @module
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

export interface Encryption {
  close(text: string): string;
  /** Throws when it was closed under another key, or changed since. */
  open(sealed: string): string;
  /** Whether it was closed under the key of now. */
  isCurrent(sealed: string): boolean;
}

/**
 * @param key 32 bytes
 * @param earlier keys of before, which only open
 */
export function createEncryption(key: Buffer, earlier: readonly Buffer[] = []): Encryption {
  const opened = (sealed: string, under: Buffer): string => {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', under, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString();
  };
  return {
    close(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
    },
    open(sealed) {
      for (const under of [key, ...earlier]) {
        try {
          return opened(sealed, under);
        } catch {
          // It may be one of the others.
        }
      }
      throw new Error('It was sealed under another key, or has changed since.');
    },
    isCurrent(sealed) {
      try {
        opened(sealed, key);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** The encryption whose key lies in a file, which is made when it is not there, with the keys of before beside it. */
export function openEncryptionFile(file: string): Encryption {
  // A change of the key that was cut off: the key of before has its new name, and the new one is not there yet.
  const next = `${file}.next`;
  if (!existsSync(file) && existsSync(next)) renameSync(next, file);
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600, flag: 'wx' });
  return createEncryption(keyIn(file), earlierKeys(file).map(keyIn));
}

/**
 * Makes a new key; the one of now is kept beside it and opens what was sealed under it. No server may use the file. It can be
 * cut off at any moment: then the key is either the old one or the new one, and none is lost.
 * @returns where the key of before lies
 */
export function rotateEncryptionFile(file: string): string {
  keyIn(file);
  const next = `${file}.next`;
  writeDurably(next, randomBytes(32));
  const before = `${file}.${earlierKeys(file).length + 1}`;
  renameSync(file, before);
  renameSync(next, file);
  return before;
}

function earlierKeys(file: string): string[] {
  const found: string[] = [];
  for (let number = 1; existsSync(`${file}.${number}`); number += 1)
    found.push(`${file}.${number}`);
  // The newest first: most of what is old is not that old.
  return found.reverse();
}

function keyIn(file: string): Buffer {
  chmodSync(file, 0o600);
  const key = readFileSync(file);
  if (key.length === 32) return key;
  throw new Error(
    `${file} must hold 32 bytes. Put it back from a backup, or delete it and issue new access keys.`,
  );
}

function writeDurably(file: string, content: Buffer): void {
  const opened = openSync(file, 'w', 0o600);
  try {
    writeSync(opened, content);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** An encryption that nobody can open once this process has ended. */
export function passingEncryption(): Encryption {
  return createEncryption(randomBytes(32));
}
