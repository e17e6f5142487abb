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

/** A pool of connections, as `new Pool(…)` of the package `pg` makes it, for two or more. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
  on(event: 'error', heard: (error: Error) => void): unknown;
  removeListener(event: 'error', heard: (error: Error) => void): unknown;
}

/** One connection, until it is released. */
export interface PostgresClient {
  query(query: PostgresQuery): Promise<unknown>;
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

  constructor(client: PostgresClient) {
    this.#client = client;
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

/** Takes a connection. Throws a StoreError. */
export async function connect(pool: PostgresPool): Promise<Connection> {
  try {
    return new Connection(await pool.connect());
  } catch (error) {
    throw normalise(error);
  }
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
