/**
 * The one connection that writes:
 *
 *     lock → … → begin → still our epoch? → write → commit → acknowledged
 *
 * - **The lock** is PostgreSQL's own, of the session: it goes with the connection, and a second server is told `locked`.
 * - **The epoch** grows with every opening, as on SQLite (../write-guard.ts). It is read in each transaction and held until its
 *   end, so that no other server can begin in between.
 * - **One after another.** Whoever writes waits for those before.
 * - A connection that was lost is not made anew: the lock went with it, and what another server has done since nobody knows.
 * @module
 */
import type { Row } from '../driver.js';
import { StoreError } from '../errors.js';
import { one } from '../plan.js';
import type { Connection } from './connection.js';
import type { PipelinedStatement } from './pipeline.js';

/** Key of the lock beside the one of the schema: `mill` as four letters. */
export const LOCK = 0x6d_69_6c_6c;

const EPOCH = 'epoch';

export class Writer {
  readonly #connection: Connection;
  #before: Promise<unknown> = Promise.resolve();
  #epoch: number | undefined;
  #lost: StoreError | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Takes the lock of the schema. Throws a StoreError `locked`. */
  async lock(): Promise<void> {
    const [row] = await this.#connection.ask(
      one('SELECT CAST(pg_try_advisory_lock(?, hashtext(current_schema())) AS INTEGER) AS taken', [
        LOCK,
      ]),
    );
    if (row?.taken === 1) return;
    throw new StoreError('locked', 'Another server has this database, and only one may have it.');
  }

  /** The number of this opening. */
  get epoch(): number {
    return this.#epoch ?? 0;
  }

  /**
   * Begins the next epoch: whoever had the database before writes no more.
   * @param also what is written with it
   */
  async beginEpoch(also: (connection: Connection) => Promise<void>): Promise<void> {
    await this.transaction(async (connection) => {
      const [row] = await connection.ask(
        one(
          `INSERT INTO settings (key, value) VALUES (?, '1') ON CONFLICT (key)
           DO UPDATE SET value = CAST(CAST(settings.value AS BIGINT) + 1 AS TEXT) RETURNING value`,
          [EPOCH],
        ),
      );
      await also(connection);
      this.#epoch = epochIn(row);
    });
  }

  /**
   * Writes in a transaction: all of it or nothing. Throws a StoreError; after `io` and `ambiguous` nothing is written any more.
   */
  async transaction<Answer>(write: (connection: Connection) => Promise<Answer>): Promise<Answer> {
    const written = this.#before.then(() => this.#write(write));
    this.#before = written.catch(() => undefined);
    return await written;
  }

  /**
   * Writes statements that need no answer, in one round trip: all or nothing. Throws as `transaction` does.
   */
  async send(statements: readonly PipelinedStatement[]): Promise<void> {
    const written = this.#before.then(() => this.#send(statements));
    this.#before = written.catch(() => undefined);
    await written;
  }

  /** Waits for what is being written, and gives lock and connection back. */
  async close(): Promise<void> {
    await this.#before;
    if (this.#lost === undefined) {
      try {
        await this.#connection.run('SELECT pg_advisory_unlock_all()');
        this.#connection.release('sound');
        return;
      } catch {
        // It was lost meanwhile, and the lock with it.
      }
    }
    this.#connection.release('broken');
  }

  async #write<Answer>(write: (connection: Connection) => Promise<Answer>): Promise<Answer> {
    if (this.#lost !== undefined) throw this.#lost;
    const connection = this.#connection;
    try {
      await connection.run('BEGIN');
      await this.#expectOurEpoch();
      const answer = await write(connection);
      const { command } = await connection.run('COMMIT', 'while it commits');
      // A transaction that has failed is ended by COMMIT without a word; only the answer says that it was rolled back.
      if (command !== 'COMMIT') throw new StoreError('ambiguous', `COMMIT answered ${command}`);
      return answer;
    } catch (error) {
      await this.#rollBack(error);
      throw error;
    }
  }

  async #send(statements: readonly PipelinedStatement[]): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    try {
      await this.#connection.pipeline([this.#onlyOurs(), ...statements]);
    } catch (error) {
      // Whose it is by now is said by the error of one that looks first.
      if (isNotOurs(error)) await this.#write(async () => undefined);
      this.#noteLoss(error);
      throw error;
    }
  }

  /** Fails by dividing by nothing when the epoch is another's: within a pipeline nobody looks at an answer before the end. */
  #onlyOurs(): PipelinedStatement {
    return {
      sql: 'SELECT 1 / (SELECT COUNT(*) FROM (SELECT 1 FROM settings WHERE key = ? AND value = ? FOR SHARE) AS ours) AS ours',
      values: [EPOCH, String(this.#epoch)],
    };
  }

  async #expectOurEpoch(): Promise<void> {
    if (this.#epoch === undefined) return;
    const [row] = await this.#connection.ask(
      one('SELECT value FROM settings WHERE key = ? FOR SHARE', [EPOCH]),
    );
    const current = epochIn(row);
    if (current === this.#epoch) return;
    throw new StoreError(
      'fenced',
      `Another server has taken over this database (epoch ${current}, this server's is ${this.#epoch}). This one may not write any more.`,
    );
  }

  async #rollBack(failure: unknown): Promise<void> {
    const { code } = failure as StoreError;
    try {
      if (code !== 'io' && code !== 'ambiguous') {
        await this.#connection.run('ROLLBACK');
        return;
      }
    } catch {
      // The connection is lost too, so the server rolls back by itself.
    }
    this.#lose(failure);
  }

  #noteLoss(failure: unknown): void {
    const { code } = failure as StoreError;
    if (code === 'io' || code === 'ambiguous') this.#lose(failure);
  }

  #lose(failure: unknown): void {
    this.#lost = new StoreError('io', 'The connection that writes was lost.', { cause: failure });
  }
}

/** SQLSTATE of a division by zero, which no other statement makes. */
const DIVISION_BY_ZERO = '22012';

function isNotOurs(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } };
  return cause?.code === DIVISION_BY_ZERO;
}

function epochIn(row: Row | undefined): number {
  return Number(row?.value ?? 0);
}
