/**
 * Whether the files of a database still lie where they were opened.
 *
 * A file that was removed or renamed can be written and synced as before; only nobody will ever find what was written. So
 * before a commit is acknowledged, each name must still lead to the file that is open. The inode number cannot have been
 * given to another file meanwhile, because SQLite keeps the files open.
 *
 * Names are looked up and nothing is opened: closing any descriptor of these files would drop the locks of this process.
 * @module
 */
import { statSync } from 'node:fs';
import { StoreError } from './errors.js';

interface OpenedFile {
  path: string;
  device: number;
  inode: number;
  /** Bytes at the last look. */
  size: number;
}

/** Throws a StoreError: `gone` when a file is not where it was, `corrupt` when the database was cut. */
export type ExpectPresent = () => void;

/**
 * Remembers the files as they are now: the database with its log and index, and the lock.
 *
 * @example const expectPresent = watchPresence('data/millrace.db', 'data/millrace.db.hold');
 */
export function watchPresence(database: string, lock: string): ExpectPresent {
  const main = lookAt(database);
  const others = [`${database}-wal`, `${database}-shm`, lock].map(lookAt);
  return () => {
    const { size } = expectSame(main);
    // A database never shrinks: nothing here vacuums.
    if (size < main.size) {
      throw new StoreError(
        'corrupt',
        `${database} was cut from ${main.size} to ${size} bytes while it was open`,
      );
    }
    main.size = size;
    for (const file of others) expectSame(file);
  };
}

function lookAt(path: string): OpenedFile {
  const { dev: device, ino: inode, size } = statSync(path);
  return { path, device, inode, size };
}

function expectSame(file: OpenedFile): { size: number } {
  let found: { dev: number; ino: number; size: number } | undefined;
  try {
    found = statSync(file.path, { throwIfNoEntry: false });
  } catch (error) {
    throw gone(`${file.path} cannot be reached (${(error as Error).message})`, error);
  }
  if (found === undefined) throw gone(`${file.path} is gone`);
  if (found.dev !== file.device || found.ino !== file.inode) {
    throw gone(`${file.path} is another file now`);
  }
  return found;
}

function gone(what: string, cause?: unknown): StoreError {
  return new StoreError(
    'gone',
    `The data folder was removed, moved or replaced under the running server: ${what}. Nothing that was written since can be found there.`,
    { cause },
  );
}
