/**
 * Writes executions into the records of a Millrace server: the tables of its own store on PostgreSQL, so that its API, console and
 * command line list them, and read their histories and logs, like its own.
 *
 *     batch ──▶ [ its row, found by its id or made · events that are not there yet · what it has come to ] one transaction
 *
 * - **The same batch twice** changes nothing: events are told by their place in the history, and what an execution has come to never
 *   goes back.
 * - **Beside the server**: numbers are those of `store/elsewhere.ts`, so that both write without asking each other.
 * - What is secret by its name or its look is masked, and every value that this worker has given to a task.
 *
 * The server makes and migrates the tables; a worker refuses those of another version.
 * @module
 */

import type { ExecutionHeader, Thread } from '../../src/asl/execution-state.js';
import type { LogRecord } from '../../src/connectors/connector.js';
import { digestOf } from '../../src/engine/kernel/check-deployment.js';
import { createSecretRegistry, type SecretRegistry } from '../../src/secrets/secret-registry.js';
import type { SqlValue } from '../../src/store/driver.js';
import { FIRST_ELSEWHERE } from '../../src/store/elsewhere.js';
import { StoreError } from '../../src/store/errors.js';
import { executionWrites } from '../../src/store/executions.js';
import { historyWrites } from '../../src/store/history.js';
import { logWrites } from '../../src/store/logs.js';
import { SCHEMA } from '../../src/store/migrations.js';
import { all, one, type Prepare } from '../../src/store/plan.js';
import { type Connection, withConnection } from '../../src/store/postgres/connection.js';
import { expectKnownSchema } from '../../src/store/postgres/migrate.js';
import { openPool } from '../../src/store/postgres/pool.js';
import type { ExecutionCreation, ExecutionProgress } from '../../src/store/store.js';
import type { AttemptInput, RecordBatch } from './execution-input.js';
import { type LinesOfAttempt, LogLines } from './log-lines.js';
import type { Records } from './records.js';

/** Connections of a worker: batches of several executions are written at a time. */
const CONNECTIONS = 4;
/** Key of the lock under which numbers are given: `mtmp` as four letters. */
const NUMBERING = 0x6d_74_6d_70;

/** Records that cannot be written into. */
export class RecordsRefused extends Error {
  override readonly name = 'RecordsRefused';
}

/**
 * Opens the records of a server.
 * @param url as `millrace up --store` has it
 * @throws RecordsRefused when no server of this version has made them
 * @example const records = await openPostgresRecords('postgres://millrace@127.0.0.1/millrace');
 */
export async function openPostgresRecords(url: string): Promise<PostgresRecords> {
  try {
    const pool = await openPool(url, { most: CONNECTIONS, as: 'millrace-temporal' });
    const found = await withConnection(pool, expectKnownSchema);
    if (found === SCHEMA) return new PostgresRecords(pool);
    await pool.end();
    const what = found === 0 ? 'holds no records' : `has the schema ${found}, not ${SCHEMA}`;
    throw new RecordsRefused(
      `The database ${what}: start a server of this version on it once, millrace up --store.`,
    );
  } catch (error) {
    if (error instanceof StoreError) throw new RecordsRefused(error.message);
    throw error;
  }
}

export class PostgresRecords implements Records {
  readonly #pool: Awaited<ReturnType<typeof openPool>>;
  readonly #known: SecretRegistry = createSecretRegistry();
  readonly #lines: LogLines;

  constructor(pool: Awaited<ReturnType<typeof openPool>>) {
    this.#pool = pool;
    this.#lines = new LogLines((execution, segment) =>
      withConnection(pool, (connection) => writeLines(connection, execution, segment)),
    );
  }

  /** From now on it is masked wherever it appears. */
  declare(value: string): void {
    this.#known.declare(value);
  }

  async write(batch: RecordBatch): Promise<void> {
    const masked = this.#masked(batch);
    await withConnection(this.#pool, async (connection) => {
      await connection.run('BEGIN');
      await write(connection, masked);
      const { command } = await connection.run('COMMIT', 'while it commits');
      if (command !== 'COMMIT') throw new StoreError('ambiguous', `COMMIT answered ${command}`);
    });
  }

  /** What is shown: the originals stay in Temporal. */
  #masked({ events, header, root, context, creation, ...rest }: RecordBatch): RecordBatch {
    const mask = <Value>(value: Value): Value => this.#known.json(value);
    const shown = events.map((event) => ({ ...event, details: mask(event.details) }));
    return {
      ...rest,
      ...{ events: shown, header: mask(header), root: mask(root), context: mask(context) },
      ...(creation === undefined
        ? {}
        : { creation: { ...creation, context: mask(creation.context) } }),
    };
  }

  log(input: AttemptInput, record: LogRecord): void {
    this.#lines.add(input, { ...record, message: this.#known.text(record.message) });
  }

  async close(): Promise<void> {
    await this.#lines.close();
    await this.#pool.end();
  }
}

async function write(connection: Connection, batch: RecordBatch): Promise<void> {
  const number = await numberOf(connection, batch);
  const [written] = await connection.ask(
    one('SELECT MAX(last) AS last FROM history WHERE execution = ?', [number]),
  );
  const last = Number(written?.last ?? 0);
  const [row] = await connection.ask(
    one('SELECT machine, header FROM executions WHERE number = ?', [number]),
  );
  const statements: [string, SqlValue[]][] = [];
  const prepare: Prepare =
    (sql) =>
    (...values: SqlValue[]) => {
      statements.push([sql, values]);
    };
  historyWrites(prepare)(
    number,
    batch.events.filter(({ id }) => id > last),
  );
  // One that comes again after a later one: what it says is over.
  const { nextEvent } = JSON.parse(String(row?.header)) as ExecutionHeader;
  if (Number(batch.header.nextEvent) >= nextEvent) {
    executionWrites(prepare).updateExecution(number, progressOf(batch, Number(row?.machine)));
  }
  for (const [sql, values] of statements) await connection.ask({ sql, values });
}

function progressOf(batch: RecordBatch, machine: number): ExecutionProgress {
  return {
    machine,
    header: batch.header as unknown as ExecutionHeader,
    root: batch.root as unknown as Thread | null,
    redriveCount: batch.redriveCount,
    // With it all columns are written, also those that a redrive takes back.
    context: batch.context,
    ...(batch.stoppedAt === undefined ? {} : { stoppedAt: batch.stoppedAt }),
  };
}

/** The number of its row, which nobody else changes until the end of the transaction. */
async function numberOf(connection: Connection, batch: RecordBatch): Promise<number> {
  const find = one('SELECT number FROM executions WHERE id = ? FOR UPDATE', [batch.id]);
  const [found] = await connection.ask(find);
  if (found !== undefined) return Number(found.number);
  const { creation } = batch;
  if (creation === undefined) throw new Error(`The records do not know ${batch.id}`);
  await connection.ask(one('SELECT pg_advisory_xact_lock(?)', [NUMBERING]));
  const [again] = await connection.ask(find);
  if (again !== undefined) return Number(again.number);
  const [last] = await connection.ask(
    one('SELECT MAX(number) AS number FROM executions WHERE number >= ?', [FIRST_ELSEWHERE]),
  );
  const number = Number(last?.number ?? FIRST_ELSEWHERE - 1) + 1;
  const machine = await machineOf(connection, creation);
  const { deployment: _deployment, ...rest } = creation;
  const created: ExecutionCreation = { id: batch.id, ...rest };
  const inserts: [string, SqlValue[]][] = [];
  const prepare: Prepare =
    (sql) =>
    (...values: SqlValue[]) => {
      inserts.push([sql, values]);
    };
  const begun = { ...batch.header, nextEvent: 1 } as unknown as ExecutionHeader;
  executionWrites(prepare).insertExecution(number, created, {
    ...progressOf(batch, machine),
    header: begun,
  });
  for (const [sql, values] of inserts) await connection.ask({ sql, values });
  return number;
}

/** The version that a server has deployed with the same work, or one of its own below them. */
async function machineOf(
  connection: Connection,
  { deployment, team, pipeline }: NonNullable<RecordBatch['creation']>,
): Promise<number> {
  const digest = digestOf({ ...deployment, folder: '' });
  const [known] = await connection.ask(
    one(
      'SELECT number FROM machines WHERE team = ? AND pipeline = ? AND digest = ? ORDER BY number DESC LIMIT 1',
      [team, pipeline, digest],
    ),
  );
  if (known !== undefined) return Number(known.number);
  const [lowest] = await connection.ask(one('SELECT MIN(number) AS number FROM machines'));
  const number = Math.min(0, Number(lowest?.number ?? 0)) - 1;
  const versions = await connection.ask(
    all('SELECT MIN(version) AS version FROM machines WHERE team = ? AND pipeline = ?', [
      team,
      pipeline,
    ]),
  );
  const version = Math.min(0, Number(versions[0]?.version ?? 0)) - 1;
  await connection.ask({
    sql: `INSERT INTO machines (number, pipeline, version, team, tags, digest, deployed_at, deployment)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    values: [
      ...[number, pipeline, version, team],
      ...[JSON.stringify(deployment.tags), digest, Date.now(), JSON.stringify(deployment)],
    ],
  });
  return number;
}

/** Lines of one attempt, as a segment of the logs. Those of an execution that the records do not know yet are tried again. */
async function writeLines(
  connection: Connection,
  execution: string,
  segment: LinesOfAttempt,
): Promise<boolean> {
  const [row] = await connection.ask(
    one('SELECT number, team, pipeline FROM executions WHERE id = ?', [execution]),
  );
  if (row === undefined) return false;
  const { state, attempt, tags, lines } = segment;
  const statements: [string, SqlValue[]][] = [];
  const prepare: Prepare =
    (sql) =>
    (...values: SqlValue[]) => {
      statements.push([sql, values]);
    };
  logWrites(prepare)({
    ...{ execution: Number(row.number), team: String(row.team), pipeline: String(row.pipeline) },
    ...{ state, attempt, lines, tags: tags as { [key: string]: string } },
  });
  for (const [sql, values] of statements) await connection.ask({ sql, values });
  return true;
}
