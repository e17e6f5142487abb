/**
 * What the store needs of a PostgreSQL driver: a pool that gives connections.
 *
 * The package `pg` fits, and whoever opens a store brings it: nothing here imports it, so that an installation on SQLite, which
 * is every one today, does not carry a driver that it never loads. Types are declared here for the same reason.
 * @module
 */
import type { Row, SqlValue } from '../driver.js';
import type { Plan, Query } from '../plan.js';
import { numbered } from './dialect.js';
import { type Moment, normalise } from './errors.js';
import { Names, Pipeline, type PipelinedStatement, type PipelineFailure } from './pipeline.js';

/** A pool of connections, as `new Pool(…)` of the package `pg` makes it, for two or more. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  on(event: 'error', heard: (error: Error) => void): unknown;
  removeListener(event: 'error', heard: (error: Error) => void): unknown;
}

/** One connection, until it is released. */
export interface PostgresClient {
  query(query: PostgresQuery): Promise<unknown>;
  /** Whatever has a `submit` is sent in its turn and told the answers. */
  query(query: Pipeline): unknown;
  /** With `true` it is closed and not used again. */
  release(isBroken?: boolean): void;
  on(event: 'error', heard: (error: Error) => void): unknown;
  removeListener(event: 'error', heard: (error: Error) => void): unknown;
}

interface PostgresQuery {
  text: string;
  /** Without: the text may hold several statements. */
  values?: SqlValue[];
  types: { getTypeParser(type: number): (text: string) => unknown };
}

/** Numbers of types: bigint, smallint, integer. Theirs are whole numbers that JavaScript keeps exactly. */
const WHOLE = new Set([20, 21, 23]);
/** Bytes, which come as `\\x` and two hexadecimal digits each; all else is text. */
const BYTEA = 17;
const toBytes = (text: string): Buffer => Buffer.from(text.slice(2), 'hex');
const types: PostgresQuery['types'] = {
  getTypeParser: (type) => (WHOLE.has(type) ? Number : type === BYTEA ? toBytes : String),
};

/**
 * One connection, with our types and errors.
 *
 * @example const rows = await connection.ask(all('SELECT 1 AS one')); // [{ one: 1 }]
 */
export class Connection {
  readonly #client: PostgresClient;
  // A connection that ends tells it as an event, which ends the process when nobody listens; the next query says it again.
  readonly #ignore = (): void => {};
  readonly #names: Names;

  constructor(client: PostgresClient) {
    this.#client = client;
    this.#names = namesOf(client);
    client.on('error', this.#ignore);
  }

  /** Throws a StoreError (errors.ts). */
  async ask({ sql, values }: Pick<Query, 'sql' | 'values'>): Promise<readonly Row[]> {
    const { rows } = (await this.#send({ text: numbered(sql), values: [...values], types })) as {
      rows: Row[];
    };
    return rows;
  }

  /** One or more statements without values and rows. */
  async run(text: string, moment: Moment = 'before the commit'): Promise<{ command?: string }> {
    return (await this.#send({ text, types }, moment)) as { command?: string };
  }

  /**
   * Statements in one round trip and one transaction of their own, unless one is open; the rows of each.
   * Throws a StoreError: nothing of it was kept, unless it is `ambiguous`.
   */
  async pipeline(statements: readonly PipelinedStatement[]): Promise<readonly Row[][]> {
    const names = this.#names;
    if (names.isForgotten) {
      await this.run('DEALLOCATE ALL');
      names.isForgotten = false;
    }
    try {
      return await new Promise((resolve, reject) => {
        void this.#client.query(new Pipeline(statements, names, types, { resolve, reject }));
      });
    } catch (failure) {
      names.forget();
      const { error, isAtItsEnd } = failure as PipelineFailure;
      // Who lost the connection does not know how far it came; the server's own word says so.
      const isToldByServer = typeof (error as { severity?: unknown }).severity === 'string';
      throw normalise(
        error,
        isAtItsEnd || !isToldByServer ? 'while it commits' : 'before the commit',
      );
    }
  }

  /** Sends a statement that nobody waits for: when it fails the connection is lost, and whoever uses it next is told. */
  finish(text: string): void {
    this.#client.query({ text, types }).catch(() => undefined);
  }

  /** Gives it back to its pool; `broken` closes it. */
  release(state: 'sound' | 'broken'): void {
    this.#client.removeListener('error', this.#ignore);
    this.#client.release(state === 'broken');
  }

  async #send(query: PostgresQuery, moment: Moment = 'before the commit'): Promise<unknown> {
    try {
      return await this.#client.query(query);
    } catch (error) {
      throw normalise(error, moment);
    }
  }
}

/** What each connection has parsed: it outlives the time for which it is taken from its pool. */
const parsed = new WeakMap<PostgresClient, Names>();

function namesOf(client: PostgresClient): Names {
  const known = parsed.get(client) ?? new Names();
  parsed.set(client, known);
  return known;
}

/** Takes a connection. Throws a StoreError. */
export async function connect(pool: PostgresPool): Promise<Connection> {
  try {
    return new Connection(await pool.connect());
  } catch (error) {
    throw normalise(error);
  }
}

/** Takes a connection for as long as `act` takes; one on which it fails is not used again. */
export async function withConnection<Answer>(
  pool: PostgresPool,
  act: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  const connection = await connect(pool);
  try {
    const answer = await act(connection);
    connection.release('sound');
    return answer;
  } catch (error) {
    connection.release('broken');
    throw error;
  }
}

/** What sees one moment of the database, whatever is committed meanwhile. */
const MOMENT = { sql: 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY', values: [] };

/**
 * Reads at one moment of the database. Most plans have one query: it is sent together with what begins the transaction, and for
 * its end nobody waits.
 */
export async function readLater<Answer>(
  connection: Connection,
  plan: Plan<Answer>,
): Promise<Answer> {
  let step = plan.next();
  if (step.done === true) return step.value;
  const [, rows = []] = await connection.pipeline([MOMENT, step.value]);
  step = plan.next(rows);
  while (step.done !== true) step = plan.next(await connection.ask(step.value));
  connection.finish('COMMIT');
  return step.value;
}

/** Runs a plan, waiting for the rows of each of its queries. */
export async function runLater<Answer>(
  connection: Connection,
  plan: Plan<Answer>,
): Promise<Answer> {
  let step = plan.next();
  while (step.done !== true) step = plan.next(await connection.ask(step.value));
  return step.value;
}
