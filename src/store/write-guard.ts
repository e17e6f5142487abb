/**
 * What every write to the database passes, whichever query makes it:
 *
 *     not damaged? → BEGIN → still our epoch? → … → COMMIT → files still there? → acknowledged
 *
 * - **Damage** that anybody has noticed ends all writing. Reading goes on.
 * - **The epoch** is a number in the database that grows with every opening. Whoever finds another one than his own has
 *   been replaced, though the lock should have prevented it (a file system without locks, say), and must not write. Since
 *   the number is read in the transaction that writes, there is no moment in between.
 * - **Presence**: see presence.ts.
 *
 * It is a driver around the driver, so that a query that is added later cannot forget it.
 * @module
 */
import type { Driver, SqlValue, Statement } from './driver.js';
import { StoreError } from './errors.js';
import type { ExpectPresent } from './presence.js';

const EPOCH = 'epoch';

/** Begins the next epoch and answers its number. */
export function beginEpoch(driver: Driver): number {
  driver.exec('BEGIN IMMEDIATE');
  try {
    const epoch = epochIn(driver.prepare(READ_EPOCH).get()) + 1;
    driver
      .prepare(
        'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      )
      .run(EPOCH, String(epoch));
    driver.exec('COMMIT');
    return epoch;
  } catch (error) {
    rollBackAfter(error, () => driver.exec('ROLLBACK'));
    throw error;
  }
}

const READ_EPOCH = `SELECT value FROM settings WHERE key = '${EPOCH}'`;

function epochIn(row: { [column: string]: unknown } | undefined): number {
  return Number(row?.value ?? 0);
}

export interface WriteGuard {
  /** The driver for all queries. */
  readonly driver: Driver;
  /** What is damaged, in words; undefined as long as nothing is known to be. */
  readonly damage: string | undefined;
  /** From now on nothing is written. The first to tell is remembered. */
  noteDamage(what: string): void;
  /** Throws a StoreError (`fenced`, `gone`, `corrupt`) when a commit would be refused now. */
  expectOurs(): void;
}

export interface WriteGuardOptions {
  epoch: number;
  expectPresent: ExpectPresent;
  /** Told once, of the first damage. */
  onDamage(what: string): void;
}

/** Guards the writes of a database whose epoch `beginEpoch` has begun. */
export function guardWrites(driver: Driver, options: WriteGuardOptions): WriteGuard {
  const { epoch, expectPresent } = options;
  const begin = driver.prepare('BEGIN IMMEDIATE');
  const commit = driver.prepare('COMMIT');
  const storedEpoch = driver.prepare(READ_EPOCH);
  let damage: string | undefined;
  let isOpen = false;

  function noteDamage(what: string): void {
    if (damage !== undefined) return;
    damage = what;
    options.onDamage(what);
  }

  function expectSound(): void {
    if (damage !== undefined) throw new StoreError('corrupt', damage);
  }

  function expectOurEpoch(): void {
    const current = epochIn(storedEpoch.get());
    if (current === epoch) return;
    throw new StoreError(
      'fenced',
      `Another server has taken over this data folder (epoch ${current}, this server's is ${epoch}). This one may not write any more.`,
    );
  }

  function beginGuarded(): number {
    expectSound();
    begin.run();
    try {
      expectOurEpoch();
    } catch (error) {
      driver.exec('ROLLBACK');
      throw error;
    }
    isOpen = true;
    return 0;
  }

  function commitGuarded(): number {
    commit.run();
    isOpen = false;
    expectPresent();
    return 0;
  }

  function rollBack(): void {
    isOpen = false;
    driver.exec('ROLLBACK');
  }

  function alone<Result>(write: () => Result): Result {
    beginGuarded();
    try {
      const result = write();
      commitGuarded();
      return result;
    } catch (error) {
      if (isOpen) rollBackAfter(error, rollBack);
      throw error;
    }
  }

  // Plans name their texts each time that they run (plan.ts); what is done about a text is decided once.
  const guarded = new Map<string, Statement>();
  function prepare(sql: string): Statement {
    const known = guarded.get(sql);
    if (known !== undefined) return known;
    const made = guard(sql);
    guarded.set(sql, made);
    return made;
  }

  function guard(sql: string): Statement {
    const statement = driver.prepare(sql);
    switch (firstWord(sql)) {
      case 'BEGIN':
        return { ...statement, run: beginGuarded };
      case 'COMMIT':
        return { ...statement, run: commitGuarded };
      case 'INSERT':
      case 'UPDATE':
      case 'DELETE':
        return {
          run: (...values: SqlValue[]) =>
            isOpen ? statement.run(...values) : alone(() => statement.run(...values)),
          get: (...values: SqlValue[]) =>
            isOpen ? statement.get(...values) : alone(() => statement.get(...values)),
          all: (...values: SqlValue[]) =>
            isOpen ? statement.all(...values) : alone(() => statement.all(...values)),
        };
      default:
        return statement;
    }
  }

  return {
    driver: {
      name: driver.name,
      prepare,
      exec(sql) {
        switch (firstWord(sql)) {
          case 'BEGIN':
            beginGuarded();
            return;
          case 'COMMIT':
            commitGuarded();
            return;
          case 'ROLLBACK':
            rollBack();
            return;
          default:
            driver.exec(sql);
        }
      },
      close: () => driver.close(),
    },
    get damage() {
      return damage;
    },
    noteDamage,
    expectOurs() {
      expectSound();
      expectOurEpoch();
      expectPresent();
    },
  };
}

function firstWord(sql: string): string {
  return /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? '';
}

/** Takes back what failed. SQLite may have done it by itself, on a full disk for example; then there is nothing to do. */
export function rollBackAfter(failure: unknown, rollBack: () => void): void {
  try {
    rollBack();
  } catch (error) {
    if (String(error).includes('no transaction is active')) return;
    throw new StoreError('ambiguous', `A commit failed and could not be taken back: ${error}`, {
      cause: failure,
    });
  }
}
