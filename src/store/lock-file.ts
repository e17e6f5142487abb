/**
 * Keeps a second process away from a database file.
 *
 * Below SQLite 3.51.3 two connections that write or checkpoint at one instant can corrupt a WAL file, so exactly one
 * process may have it. The lock is the kernel's: an exclusive transaction on an empty database beside ours (`.hold`), which
 * SQLite keeps as byte-range locks. It ends with the process, whatever way that goes, and holds between containers that share
 * a volume, where process ids tell nothing.
 *
 * Who has it is written in a second file (`.lock`), for people alone: nothing is decided by it.
 *
 * The kernel drops such locks when the process closes *any* descriptor of the file. So nothing else may open `.hold` in
 * this process, and a second try from inside is refused before it touches the file.
 * @module
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type DriverName, openDriver, openReader } from './driver.js';
import { StoreError } from './errors.js';

/** Who has a database file, or had it last. */
export interface Holder {
  pid: number;
  host: string;
  /** ISO 8601. */
  since: string;
  /** `used` once the database was opened and written, `closed` after an orderly end. */
  state: 'opening' | 'used' | 'closed';
}

export interface Lock {
  /** The file that the kernel has locked. */
  readonly file: string;
  /** Who had the database before; undefined when nobody is known. */
  readonly before: Holder | undefined;
  /** Tells that the database is open. */
  used(): void;
  release(): void;
}

/** How long somebody who only looks at the lock may be in the way, in milliseconds. */
const LOOKS_OVER = 500;

const heldHere = new Set<string>();

/**
 * Takes the lock of a database file, or throws a StoreError `locked` that names the process that has it.
 *
 * @example const lock = takeLock('data/millrace.db'); try { … } finally { lock.release(); }
 */
export function takeLock(database: string, name?: DriverName): Lock {
  const file = holdOf(database);
  const before = lastHolder(database);
  if (heldHere.has(file)) throw locked(database);
  heldHere.add(file);
  try {
    const release = hold(file, name);
    const mine: Holder = {
      pid: process.pid,
      host: hostname(),
      since: new Date().toISOString(),
      state: 'opening',
    };
    const tell = (state: Holder['state']): void => writeHolder(database, { ...mine, state });
    try {
      tell('opening');
    } catch (error) {
      release();
      throw error;
    }
    return {
      file,
      before,
      used: () => tell('used'),
      release() {
        try {
          tell('closed');
        } catch {
          // The folder may be gone, or full. It is only a note.
        }
        release();
        heldHere.delete(file);
      },
    };
  } catch (error) {
    heldHere.delete(file);
    throw error instanceof StoreError && error.code === 'busy' ? locked(database) : error;
  }
}

/** Who has the database file open now; undefined when nobody has. Does not disturb whoever has it. */
export function findHolder(database: string, name?: DriverName): Holder | 'unknown' | undefined {
  const file = holdOf(database);
  if (heldHere.has(file)) return lastHolder(database) ?? 'unknown';
  if (!existsSync(file)) return undefined;
  const reader = openReader(file, name);
  try {
    reader.prepare('SELECT COUNT(*) AS n FROM sqlite_schema').get();
    return undefined;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'busy') {
      return lastHolder(database) ?? 'unknown';
    }
    throw error;
  } finally {
    reader.close();
  }
}

function holdOf(database: string): string {
  return `${database}.hold`;
}

/** @throws StoreError `busy` when another process has it */
function hold(file: string, name: DriverName | undefined): () => void {
  const driver = openDriver(file, name);
  try {
    // Nothing is ever written, so there is nothing to take back: no journal beside it.
    driver.exec(`PRAGMA busy_timeout = ${LOOKS_OVER}; PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE`);
  } catch (error) {
    driver.close();
    throw error;
  }
  return () => {
    // Closing alone may leave the lock to the garbage collector, which closes what statements still refer to.
    driver.exec('ROLLBACK');
    driver.close();
  };
}

function locked(database: string): StoreError {
  const holder = lastHolder(database);
  const who = holder
    ? `Process ${holder.pid} on ${holder.host} has had this data folder open since ${holder.since}`
    : 'Another process has this data folder open';
  return new StoreError('locked', `${who} (${database}). Stop it, or use another folder.`);
}

/** Who has a database, or had it last; undefined when nobody is known. Tells nothing about whether it is held now. */
export function lastHolder(database: string): Holder | undefined {
  try {
    const found = JSON.parse(readFileSync(`${database}.lock`, 'utf8')) as Partial<Holder>;
    const { pid, host, since, state } = found;
    if (pid === undefined || host === undefined || since === undefined) return undefined;
    return { pid, host, since, state: state ?? 'opening' };
  } catch {
    return undefined;
  }
}

/** Whole or not at all: whoever is refused reads it at any moment. */
function writeHolder(database: string, holder: Holder): void {
  const draft = `${database}.lock.draft`;
  writeFileSync(draft, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  renameSync(draft, `${database}.lock`);
}
