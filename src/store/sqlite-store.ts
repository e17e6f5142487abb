/**
 * The store on one SQLite file: WAL, `synchronous=FULL`, one connection, one process.
 *
 * FULL is what keeps acknowledged commits through a power cut; grouping many transitions in one commit is what makes it
 * affordable. Every statement is prepared once when the store opens.
 * @module
 */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { accessQueries } from './access.js';
import { attemptQueries } from './attempts.js';
import { backfillQueries } from './backfills.js';
import { declarationQueries } from './declarations.js';
import { deliveryQueries } from './deliveries.js';
import { type Driver, type DriverName, openDriver } from './driver.js';
import { StoreError } from './errors.js';
import { eventQueries } from './events.js';
import { executionQueries } from './executions.js';
import { historyQueries } from './history.js';
import { takeLock } from './lock-file.js';
import { logQueries } from './logs.js';
import { machineQueries } from './machines.js';
import { mapRunQueries } from './map-runs.js';
import { migrate, SCHEMA } from './migrations.js';
import { resourceQueries } from './resources.js';
import type { AttemptRecord, Commit, ExecutionWrite, SynchronousStore } from './store.js';
import { timerQueries } from './timers.js';

export interface SqliteStoreOptions {
  /**
   * The database file; its folder is created. A lock file lies beside it while it is open.
   * `:memory:` keeps everything in memory and forgets it when it is closed: for tests.
   */
  file: string;
  /** Default: the best one that works here, see driver.ts. */
  driver?: DriverName;
  /** FULL (default) keeps every acknowledged commit through a power cut; NORMAL may lose the latest ones. */
  synchronous?: 'FULL' | 'NORMAL';
}

/**
 * Opens (and creates or migrates) the file. Throws a StoreError: `locked`, `newer-schema`, `corrupt`, `driver`, `io`.
 *
 * @example const store = openSqliteStore({ file: 'data/millrace.db' });
 */
export function openSqliteStore(options: SqliteStoreOptions): SynchronousStore {
  const isMemory = options.file === ':memory:';
  const file = isMemory ? options.file : resolve(options.file);
  if (!isMemory) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const lock = isMemory ? { release: () => undefined } : takeLock(`${file}.lock`);
  let driver: Driver | undefined;
  try {
    driver = openDriver(file, options.driver);
    configure(driver, options.synchronous ?? 'FULL');
    migrate(driver);
    return assemble(driver, file, () => lock.release());
  } catch (error) {
    driver?.close();
    lock.release();
    throw error;
  }
}

function configure(driver: Driver, synchronous: 'FULL' | 'NORMAL'): void {
  const pragma = (setting: string): void => void driver.prepare(`PRAGMA ${setting}`).all();
  pragma('journal_mode = WAL');
  pragma(`synchronous = ${synchronous}`);
  // A checkpoint this rare writes a hot page once instead of many times (pages of 4 KiB: about 20 MB of WAL).
  pragma('wal_autocheckpoint = 5000');
  // Rows are appended: with twice as much, 300,000 children of a map run took as long.
  pragma('cache_size = -32768');
  pragma('mmap_size = 67108864');
  pragma('journal_size_limit = 67108864');
}

function assemble(driver: Driver, file: string, release: () => void): SynchronousStore {
  const executions = executionQueries(driver);
  const history = historyQueries(driver);
  const attempts = attemptQueries(driver);
  const timers = timerQueries(driver);
  const mapRuns = mapRunQueries(driver);
  const logs = logQueries(driver);
  const events = eventQueries(driver);
  const backfills = backfillQueries(driver);
  const declarations = declarationQueries(driver);
  const deliveries = deliveryQueries(driver);
  const begin = driver.prepare('BEGIN IMMEDIATE');
  const end = driver.prepare('COMMIT');
  const version = String(driver.prepare('SELECT sqlite_version() AS v').get()?.v);

  function writeExecution(write: ExecutionWrite): void {
    const { number, create, progress } = write;
    if (progress) {
      if (create) executions.insertExecution(number, create, progress);
      else executions.updateExecution(number, progress);
    }
    for (const thread of write.threads) executions.putThread(number, thread);
    for (const thread of write.removedThreads) executions.deleteThread(number, thread);
    history.appendHistory(number, write.history);
    writeAttempts(write);
    for (const { thread, kind } of write.clearedTimers) timers.clearTimer(number, thread, kind);
    for (const timer of write.timers) timers.setTimer(timer);
  }

  function writeAttempts({ number, closedAttempts, attempts: open }: ExecutionWrite): void {
    const replaced = new Set<AttemptRecord>();
    for (const { thread, sequence } of closedAttempts) {
      // Only one that begins at once: those that wait are begun in the order of their rows.
      const next = open.find(
        (attempt) =>
          attempt.thread === thread && attempt.status === 'started' && !replaced.has(attempt),
      );
      if (next === undefined) {
        attempts.closeAttempt(number, thread, sequence);
      } else {
        replaced.add(next);
        attempts.replaceAttempt(sequence, next);
      }
    }
    for (const attempt of open) if (!replaced.has(attempt)) attempts.putAttempt(attempt);
  }

  function commit(turn: Commit): void {
    begin.run();
    try {
      for (const write of turn.executions) writeExecution(write);
      for (const write of turn.mapRuns) mapRuns.writeMapRun(write);
      for (const segment of turn.logs) logs.appendLogs(segment);
      for (const event of turn.events) events.appendEvent(event);
      for (const trigger of turn.triggers) events.putTriggerState(trigger);
      for (const write of turn.backfills) backfills.writeBackfill(write);
      for (const write of turn.declarations) declarations.writeDeclaration(write);
      for (const write of turn.deliveries) deliveries.writeDelivery(write);
      end.run();
    } catch (error) {
      rollback(driver, error);
    }
  }

  return {
    ...machineQueries(driver),
    ...accessQueries(driver),
    ...resourceQueries(driver),
    ...executions,
    ...history,
    ...attempts,
    ...timers,
    ...mapRuns,
    ...logs,
    ...events,
    ...backfills,
    ...declarations,
    ...deliveries,
    commit,
    loadExecution(number) {
      const record = executions.findExecution(number);
      if (!record) return undefined;
      return {
        record,
        threads: executions.listThreads(number),
        attempts: attempts.attemptsOf(number),
        timers: timers.timersOf(number),
      };
    },
    information: () => ({ driver: driver.name, version, schema: SCHEMA, location: file }),
    close() {
      driver.close();
      release();
    },
  };
}

/** Takes back a commit that failed and throws what it means: `full` and the like when it is certain that nothing was written. */
function rollback(driver: Driver, failure: unknown): never {
  try {
    driver.exec('ROLLBACK');
  } catch (error) {
    // SQLite rolls back by itself on a full disk or an I/O error; then there is no transaction left, which is what we want.
    if (!String(error).includes('no transaction is active')) {
      throw new StoreError('ambiguous', `A commit failed and could not be taken back: ${error}`, {
        cause: failure,
      });
    }
  }
  throw failure;
}
