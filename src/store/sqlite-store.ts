/**
 * The store on one SQLite file: WAL, `synchronous=FULL`, one connection that writes, one process.
 *
 *     lock → look at the closed file → open → look → migrate → begin an epoch → guarded writes
 *
 * FULL is what keeps acknowledged commits through a power cut; grouping many transitions in one commit is what makes it
 * affordable. Every statement is prepared once when the store opens. Every write passes `write-guard.ts`.
 * @module
 */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { writeDamageNote } from './damage-note.js';
import { type Driver, type DriverName, openDriver } from './driver.js';
import { StoreError } from './errors.js';
import { giveBack } from './free-pages.js';
import { type Lock, takeLock } from './lock-file.js';
import { SCHEMA } from './migrations.js';
import { watchPresence } from './presence.js';
import { queriesOf } from './queries.js';
import { checkClosed, checkOpened } from './start-check.js';
import type { SynchronousStore } from './store.js';
import type { AnyTable } from './table.js';
import { turnWrites } from './turn-writes.js';
import { expectKnownSchema, joinTables, migrate } from './upgrade.js';
import { beginEpoch, guardWrites, rollBackAfter, type WriteGuard } from './write-guard.js';

export interface SqliteStoreOptions {
  /**
   * The database file; its folder is created. Files of the lock lie beside it.
   * `:memory:` keeps everything in memory and forgets it when it is closed: for tests.
   */
  file: string;
  /** Tables that will be used: what is missing of them is made in the transaction of the upgrade. Default: those that join later. */
  tables?: readonly AnyTable[];
  /** Default: the best one that works here, see driver.ts. */
  driver?: DriverName;
  /** FULL (default) keeps every acknowledged commit through a power cut; NORMAL may lose the latest ones. */
  synchronous?: 'FULL' | 'NORMAL';
  /** Told once, when damage is found while it is open: nothing is written from then on. Default: nobody is told. */
  onDamage?: (what: string) => void;
}

/** The store, and what only a file has. */
export interface SqliteStore extends SynchronousStore {
  /** Ends all writing because somebody else has found damage. */
  noteDamage(what: string): void;
  /** Throws the StoreError (`fenced`, `gone`, `corrupt`) with which a commit would fail now. */
  expectOurs(): void;
}

/**
 * Opens (and creates or migrates) the file.
 * Throws a StoreError: `locked`, `newer-schema`, `corrupt`, `full`, `driver`, `io`.
 *
 * @example const store = openSqliteStore({ file: 'data/millrace.db' });
 */
export function openSqliteStore(options: SqliteStoreOptions): SqliteStore {
  if (options.file === ':memory:') {
    const driver = openDriver(options.file, options.driver);
    configure(driver, 'NORMAL');
    migrate(driver, options.tables);
    const guard = guardWrites(driver, {
      epoch: beginEpoch(driver),
      expectPresent: () => undefined,
      onDamage: () => undefined,
    });
    return assemble(guard, options.file, () => driver.close());
  }
  const file = resolve(options.file);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lock = takeLock(file, options.driver);
  try {
    return openLocked(file, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openLocked(file: string, lock: Lock, options: SqliteStoreOptions): SqliteStore {
  const synchronous = options.synchronous ?? 'FULL';
  checkClosed(file, lock.before, options.driver);
  const driver = openDriver(file, options.driver);
  try {
    configure(driver, synchronous);
    expectKnownSchema(driver);
    checkOpened(driver, file);
    migrate(driver, options.tables);
    const epoch = beginEpoch(driver);
    lock.used();
    const guard = guardWrites(driver, {
      epoch,
      expectPresent: watchPresence(file, lock.file),
      onDamage(what) {
        writeDamageNote(file, what);
        options.onDamage?.(what);
      },
    });
    return assemble(guard, file, () => {
      try {
        carryOver(guard, driver);
        driver.close();
      } finally {
        lock.release();
      }
    });
  } catch (error) {
    driver.close();
    throw error;
  }
}

/**
 * After an orderly end the file alone is the whole database. Closing does not see to that: a library may keep the
 * connection until its statements are collected.
 */
function carryOver(guard: WriteGuard, driver: Driver): void {
  try {
    guard.expectOurs();
    driver.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  } catch {
    // Not ours, damaged or no space: everything is in the log, and the next start sees to it.
  }
}

function configure(driver: Driver, synchronous: 'FULL' | 'NORMAL'): void {
  const pragma = (setting: string): void => void driver.prepare(`PRAGMA ${setting}`).all();
  // Pages that become free can be given back to the file system then. Only a new database takes it, and an older one is
  // written by being asked: nothing may be written before it is known to be sound.
  if (driver.prepare('PRAGMA page_count').get()?.page_count === 0)
    pragma('auto_vacuum = INCREMENTAL');
  pragma('journal_mode = WAL');
  pragma(`synchronous = ${synchronous}`);
  // A checkpoint this rare writes a hot page once instead of many times (pages of 4 KiB: about 20 MB of WAL).
  pragma('wal_autocheckpoint = 5000');
  // Rows are appended: with twice as much, 300,000 children of a map run took as long.
  pragma('cache_size = -32768');
  // A mapped file that is cut from outside ends the process by a signal; and reading it was not measurably faster.
  pragma('mmap_size = 0');
  pragma('journal_size_limit = 67108864');
}

function assemble(guard: WriteGuard, file: string, close: () => void): SqliteStore {
  const { driver } = guard;
  const writes = turnWrites((sql) => driver.prepare(sql).run);
  const begin = driver.prepare('BEGIN IMMEDIATE');
  const end = driver.prepare('COMMIT');
  const version = String(driver.prepare('SELECT sqlite_version() AS v').get()?.v);

  function inTransaction(write: () => void): void {
    begin.run();
    try {
      write();
      end.run();
    } catch (error) {
      rollBackAfter(error, () => driver.exec('ROLLBACK'));
      throw error;
    }
  }

  const store: SynchronousStore = {
    ...queriesOf(driver),
    commit: (turn) => inTransaction(() => writes.commit(turn)),
    leaveBackup: () => inTransaction(writes.leaveBackup),
    joinTables: (tables) => joinTables(driver, tables),
    giveBack: (pages) => giveBack(driver, pages),
    information: () => ({
      driver: driver.name,
      version,
      schema: SCHEMA,
      location: file,
      ...(guard.damage === undefined ? {} : { damage: guard.damage }),
    }),
    close,
  };
  return {
    ...noticing(store, guard),
    noteDamage: guard.noteDamage,
    expectOurs: () => noticed(guard, guard.expectOurs),
  };
}

/** The same store; what any of its methods finds damaged ends the writing. */
function noticing(store: SynchronousStore, guard: WriteGuard): SynchronousStore {
  const methods = Object.entries(store) as [string, (...values: unknown[]) => unknown][];
  return Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      (...values: unknown[]) => noticed(guard, () => method(...values)),
    ]),
  ) as unknown as SynchronousStore;
}

function noticed<Value>(guard: WriteGuard, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (error instanceof StoreError && error.code === 'corrupt') guard.noteDamage(error.message);
    throw error;
  }
}
