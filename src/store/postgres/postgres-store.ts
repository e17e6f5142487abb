/**
 * The store on a schema of a PostgreSQL database: one connection that writes, others that read.
 *
 *     connect → lock → look → migrate → begin an epoch → guarded writes
 *
 * It runs the same plans and the same texts as SQLite (../queries.ts, ../turn-writes.ts). Whoever opens it brings the driver
 * (connection.ts).
 *
 * - What a commit writes is collected and then sent in one transaction, at READ COMMITTED: nobody else writes.
 * - What is read sees one moment of the database: REPEATABLE READ, read-only.
 * - Space that becomes free is used again and given back by PostgreSQL itself.
 * @module
 */
import { isRetriable, StoreError } from '../errors.js';
import { SCHEMA } from '../migrations.js';
import { one, type Plan } from '../plan.js';
import { type OwnMethod, readPlans, running, writePlans } from '../queries.js';
import type { Store } from '../store.js';
import type { StoreInformation } from '../store-information.js';
import type { AnyTable } from '../table.js';
import { turnWrites } from '../turn-writes.js';
import {
  type Connection,
  connect,
  type PostgresPool,
  readLater,
  runLater,
  withConnection,
} from './connection.js';
import { type ServerName, writeLeader } from './leadership.js';
import { expectKnownSchema, expectNoNewerTable, joinTables, migrate } from './migrate.js';
import type { PipelinedStatement } from './pipeline.js';
import { Writer } from './writer.js';

export interface PostgresStoreOptions {
  /**
   * Gives connections to the database, two at least: one is kept for writing. They find the store's tables in the first
   * schema of their search path, which must be there. The store does not close it.
   */
  pool: PostgresPool;
  /** Tables that will be used: what is missing of them is made in the transaction of the upgrade. Default: those that join later. */
  tables?: readonly AnyTable[];
  /** How it is told to other servers of the schema. Default: nobody is told. */
  server?: ServerName;
}

/** The store, and what only a database of many servers has. */
export interface PostgresStore extends Store {
  /** The number of this opening: of all that were, the last one writes. */
  readonly epoch: number;
  /** Throws the StoreError (`fenced`, `io`) with which a commit would fail now. */
  expectOurs(): Promise<void>;
}

/**
 * Opens (and creates or migrates) the schema.
 * Throws a StoreError: `locked`, `newer-schema`, `readonly`, `driver`, `io`.
 *
 * @example const store = await openPostgresStore({ pool: new pg.Pool({ database: 'millrace' }) });
 */
export async function openPostgresStore({
  pool,
  tables = [],
  server,
}: PostgresStoreOptions): Promise<PostgresStore> {
  // Connections of a pool may end while nobody uses them; the pool makes others.
  const ignore = (): void => {};
  pool.on('error', ignore);
  let writer: Writer | undefined;
  const close = async (): Promise<void> => {
    await writer?.close();
    pool.removeListener('error', ignore);
  };
  try {
    const connection = await connect(pool);
    writer = new Writer(connection);
    const information = await inform(connection);
    await writer.lock();
    const begin = (): Promise<void> =>
      (writer as Writer).beginEpoch(async (own) => {
        if (server !== undefined) await writeLeader(own, server);
      });
    // From here on others know whose it is, also while a step takes long.
    const found = await expectKnownSchema(connection);
    await expectNoNewerTable(connection, found, tables);
    if (found > 0) await begin();
    await migrate(writer, tables);
    if (found === 0) await begin();
    return assemble(pool, writer, information, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is known of the server, and that it keeps what it acknowledges. Throws a StoreError `driver`. */
async function inform(connection: Connection): Promise<StoreInformation> {
  const [found] = await connection.ask(
    one(
      `SELECT current_setting('server_version') AS version, current_setting('server_encoding') AS encoding,
         current_setting('synchronous_commit') AS synchronous, current_database() AS database, current_schema() AS schema`,
    ),
  );
  const { version, encoding, synchronous, database, schema } = found ?? {};
  if (encoding !== 'UTF8') {
    throw new StoreError('driver', `The database has the encoding ${encoding}; it must be UTF8.`);
  }
  if (schema === null) {
    throw new StoreError('driver', 'No schema of the search path is in the database.');
  }
  if (synchronous === 'off') await connection.run('SET synchronous_commit = on');
  return {
    driver: 'postgresql',
    version: String(version),
    schema: SCHEMA,
    location: `${database}, schema ${schema}`,
  };
}

function assemble(
  pool: PostgresPool,
  writer: Writer,
  information: StoreInformation,
  close: () => Promise<void>,
): PostgresStore {
  let collected: PipelinedStatement[] = [];
  const writes = turnWrites(
    (sql) =>
      (...values) =>
        void collected.push({ sql, values }),
  );

  /** Sends what a call has collected. */
  async function send(collect: () => void): Promise<void> {
    collected = [];
    collect();
    const statements = collected;
    await writer.send(statements);
  }

  const own: Pick<Store, OwnMethod> = {
    commit: (turn) => send(() => writes.commit(turn)),
    leaveBackup: () => send(writes.leaveBackup),
    joinTables: (tables) => joinTables(writer, tables),
    giveBack: () => 0,
    information: () => information,
    close,
  };
  const write = (plan: Plan<unknown>) =>
    writer.transaction((connection) => runLater(connection, plan));
  return {
    ...running<Omit<Store, OwnMethod | keyof typeof writePlans>>(readPlans, (plan) =>
      withConnection(pool, (connection) => readLater(connection, plan)),
    ),
    ...running<Pick<Store, keyof typeof writePlans>>(writePlans, write),
    ...own,
    epoch: writer.epoch,
    expectOurs: () => writer.send([]),
  };
}

/** Milliseconds between two looks. */
const LOOK = 1_000;

/** Looks once a second whether the store is still ours, so that an idle server notices, too. @param onLost told once */
export function watchPostgresStore(
  store: PostgresStore,
  onLost: (error: StoreError) => void,
): { close(): void } {
  let isOpen = true;
  let next: NodeJS.Timeout | undefined;
  const look = (): void => {
    store.expectOurs().then(later, (error: unknown) => {
      const isLost = error instanceof StoreError && !isRetriable(error);
      if (!isLost) return later();
      if (isOpen) onLost(error);
    });
  };
  const later = (): void => {
    if (!isOpen) return;
    next = setTimeout(look, LOOK);
    next.unref();
  };
  later();
  return {
    close() {
      isOpen = false;
      clearTimeout(next);
    },
  };
}
