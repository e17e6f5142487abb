/**
 * The narrow seam between the store and whichever SQLite is there.
 *
 * Order of preference: `node:sqlite` when its SQLite is 3.51.3 or newer (older ones have the WAL-reset bug and no
 * advantage over what we ship), `better-sqlite3` when it is installed and fits this Node, else `libsql`, which every
 * installation has. They share the file format. The seam normalises what differs: rows are plain copies (libsql adds
 * `_metadata` to rows of `get`), error codes become `StoreError`s, and all pragmas are run one way.
 * @module
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { StoreError, type StoreErrorCode } from './errors.js';

/** Bytes are read with `bytes` (columns.ts): libraries give them in different classes. */
export type SqlValue = null | number | string | Uint8Array;
export type Row = { [column: string]: SqlValue };

export interface Statement {
  /** Number of rows changed. */
  run(...values: SqlValue[]): number;
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
}

/** One open connection. Statements are prepared once and kept. */
export interface Driver {
  readonly name: string;
  prepare(sql: string): Statement;
  /** Runs one or more statements without values or rows. */
  exec(sql: string): void;
  close(): void;
}

export const DRIVERS = ['node:sqlite', 'better-sqlite3', 'libsql'] as const;
export type DriverName = (typeof DRIVERS)[number];

/** First SQLite without the WAL-reset bug (https://sqlite.org/wal.html#walresetbug). */
export const FIRST_SAFE_SQLITE = '3.51.3';

const require = createRequire(import.meta.url);

/**
 * Opens a database file with the named driver, or with the best one that works here.
 * Throws a StoreError `driver` when the named one cannot be loaded.
 *
 * @example openDriver('data/millrace.db').name // 'libsql'
 */
export function openDriver(file: string, name?: DriverName): Driver {
  return open(file, 'write', name);
}

/**
 * Opens a database file that is there for reading alone: what SQLite itself would refuse to write. Such a connection never
 * checkpoints, so it may stand beside the one that writes.
 */
export function openReader(file: string, name?: DriverName): Driver {
  return open(file, 'read', name);
}

type Purpose = 'read' | 'write';

function open(file: string, purpose: Purpose, name?: DriverName): Driver {
  if (name !== undefined) return opener(name)(file, purpose);
  if (isAvailable('node:sqlite')) {
    const driver = opener('node:sqlite')(file, purpose);
    const version = String(driver.prepare('SELECT sqlite_version() AS version').get()?.version);
    if (compareVersions(version, FIRST_SAFE_SQLITE) >= 0) return driver;
    driver.close();
  }
  return opener(isAvailable('better-sqlite3') ? 'better-sqlite3' : 'libsql')(file, purpose);
}

/** True when the driver can be loaded by this Node. */
export function isAvailable(name: DriverName): boolean {
  try {
    opener(name);
    return true;
  } catch {
    return false;
  }
}

/** Below zero when `left` is the older version. */
export function compareVersions(left: string, right: string): number {
  const a = left.split('.').map(Number);
  const b = right.split('.').map(Number);
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function opener(name: DriverName): (file: string, purpose: Purpose) => Driver {
  switch (name) {
    case 'node:sqlite': {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      if (major < 22 || (major === 22 && minor < 13)) {
        throw new StoreError('driver', 'node:sqlite needs Node 22.13 or newer.');
      }
      const { DatabaseSync } = loadQuietly('node:sqlite') as { DatabaseSync: DatabaseClass };
      return (file, purpose) =>
        wrap(name, () => new DatabaseSync(file, { readOnly: purpose === 'read' }));
    }
    case 'better-sqlite3': {
      const manifest = load('better-sqlite3/package.json') as { version: string };
      // Version 13 is built for Node-API 10 and does not fail but crashes the process where that is missing.
      if (compareVersions(manifest.version, '13') >= 0 && Number(process.versions.napi) < 10) {
        throw new StoreError(
          'driver',
          `better-sqlite3 ${manifest.version} would crash this Node; install version 12.`,
        );
      }
      const Database = load('better-sqlite3') as DatabaseClass;
      return (file, purpose) =>
        wrap(name, () => new Database(file, { readonly: purpose === 'read' }));
    }
    case 'libsql': {
      const Database = load('libsql') as DatabaseClass;
      // It takes the option `readonly` and ignores it; what it does not ignore is the URI.
      return (file, purpose) =>
        wrap(
          name,
          () => new Database(purpose === 'read' ? `${pathToFileURL(file).href}?mode=ro` : file),
        );
    }
  }
}

/** Node 22 warns at every start that its SQLite may change; people who run pipelines can do nothing about that. */
function loadQuietly(module: string): unknown {
  const { emitWarning } = process;
  process.emitWarning = (() => {}) as typeof process.emitWarning;
  try {
    return load(module);
  } finally {
    process.emitWarning = emitWarning;
  }
}

function load(module: string): unknown {
  try {
    return require(module);
  } catch (error) {
    throw new StoreError('driver', `${module} cannot be loaded here.`, { cause: error });
  }
}

/** What the three libraries have in common. */
interface LibraryDatabase {
  prepare(sql: string): {
    run(...values: SqlValue[]): { changes: number | bigint };
    get(...values: SqlValue[]): unknown;
    all(...values: SqlValue[]): unknown[];
  };
  exec(sql: string): unknown;
  close(): unknown;
}
type DatabaseClass = new (file: string, options?: object) => LibraryDatabase;

function wrap(name: DriverName, open: () => LibraryDatabase): Driver {
  const database = guarded(open);
  // Prepared statements of one text are shared: preparing costs more than running.
  const prepared = new Map<string, Statement>();
  return {
    name,
    prepare(sql) {
      const known = prepared.get(sql);
      if (known) return known;
      const statement = guarded(() => database.prepare(sql));
      const wrapped: Statement = {
        run: (...values) => guarded(() => Number(statement.run(...values).changes)),
        get: (...values) => guarded(() => copyRow(statement.get(...values))),
        all: (...values) => guarded(() => statement.all(...values) as Row[]),
      };
      prepared.set(sql, wrapped);
      return wrapped;
    },
    exec: (sql) => guarded(() => void database.exec(sql)),
    close: () => guarded(() => void database.close()),
  };
}

function copyRow(row: unknown): Row | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  const copy = { ...row } as Row;
  delete copy._metadata;
  return copy;
}

function guarded<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw normalise(error);
  }
}

/** Turns what a library threw into a StoreError; see errors.ts for the codes. */
export function normalise(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const thrown = error as {
    code?: unknown;
    errcode?: unknown;
    errstr?: unknown;
    message?: unknown;
  };
  const message = String(thrown.message ?? error);
  return new StoreError(classify(String(thrown.code ?? ''), thrown.errcode, message), message, {
    cause: error,
  });
}

function classify(code: string, number: unknown, message: string): StoreErrorCode {
  // node:sqlite gives SQLite's number in `errcode`; the others give its name in `code`. The low byte is the primary code.
  const primary = typeof number === 'number' ? number & 0xff : undefined;
  if (primary === 13 || code === 'SQLITE_FULL') return 'full';
  if (primary === 5 || primary === 6 || /^SQLITE_(BUSY|LOCKED)/.test(code)) return 'busy';
  // libsql reports a constraint that failed inside exec() as plain SQLITE_ERROR.
  if (primary === 19 || code.startsWith('SQLITE_CONSTRAINT')) return 'constraint';
  if (message.includes('constraint failed')) return 'constraint';
  if (primary === 8 || code.startsWith('SQLITE_READONLY')) return 'readonly';
  // A page that is not there any more: 522 is SQLITE_IOERR_SHORT_READ.
  if (number === 522 || code === 'SQLITE_IOERR_SHORT_READ') return 'corrupt';
  if (primary === 10 || code.startsWith('SQLITE_IOERR')) return 'io';
  if (primary === 11 || primary === 26 || /^SQLITE_(CORRUPT|NOTADB)/.test(code)) return 'corrupt';
  if (primary === 14 || code.startsWith('SQLITE_CANTOPEN')) return 'io';
  return 'driver';
}
