/**
 * A file that is there whole or not at all, also after a power cut, and never in the place of another one.
 * @module
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';

/** Makes an empty file for its owner alone. Throws EEXIST when there is one. */
export function makeDraft(file: string): void {
  closeSync(openSync(file, 'wx', 0o600));
}

/**
 * Gives a finished draft its name.
 * @throws NodeJS.ErrnoException EEXIST when something has that name; the draft is left
 */
export function publish(draft: string, file: string): void {
  sync(draft);
  try {
    // Fails when there is one, in one step; renaming would replace it.
    linkSync(draft, file);
    rmSync(draft);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw error;
    // A file system without links.
    if (existsSync(file)) throw Object.assign(new Error(`${file} exists`), { code: 'EEXIST' });
    renameSync(draft, file);
  }
  sync(dirname(file));
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** SHA-256 of a file, in hexadecimal digits. */
export async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Writes the digest beside the file, as `sha256sum` writes it and checks it. */
export function writeDigest(file: string, digest: string): void {
  writeFileSync(digestFile(file), `${digest}  ${basename(file)}\n`, { mode: 0o600, flag: 'wx' });
  sync(digestFile(file));
}

/** The digest beside a file; undefined when there is none. */
export function readDigest(file: string): string | undefined {
  try {
    return readFileSync(digestFile(file), 'utf8').slice(0, 64);
  } catch {
    return undefined;
  }
}

/** True when the file or its digest is there. */
export function taken(file: string): boolean {
  return existsSync(file) || existsSync(digestFile(file));
}

export function digestFile(file: string): string {
  return `${file}.sha256`;
}
