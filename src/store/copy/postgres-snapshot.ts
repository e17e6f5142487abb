/**
 * One moment of a database of PostgreSQL, whatever servers do in it meanwhile: nothing is locked, and nothing can be written.
 *
 * It is one transaction (REPEATABLE READ, READ ONLY). As long as it is open PostgreSQL keeps every version of a row that it may
 * still see, so whoever opens one reads what there is and closes it.
 * @module
 */
import { StoreError } from '../errors.js';
import { joinsOf, stepForPostgres } from '../join-tables.js';
import { SCHEMA } from '../migrations.js';
import { all, one } from '../plan.js';
import { type Connection, connect, runLater } from '../postgres/connection.js';
import { expectKnownSchema, expectNoNewerTable } from '../postgres/migrate.js';
import { openPool } from '../postgres/pool.js';
import type { AnyTable } from '../table.js';
import { shapesOf } from './postgres-place.js';
import { pageOf, type RecordSource } from './record-place.js';

export interface PostgresMoment {
  readonly connection: Connection;
  /** Where it is, in words without a password. */
  readonly name: string;
  /** ISO 8601: when it was, by this machine's clock, or a moment before. */
  readonly at: string;
  readonly schema: number;
  close(): Promise<void>;
}

/**
 * Opens a moment of a database, which any version up to this one may have written.
 * @param url as `--store` has it
 * @param as what PostgreSQL calls it in pg_stat_activity
 * @throws StoreError `gone` when there are no records, `newer-schema`, `driver`, `io`, `busy`
 * @example const { connection, close } = await openPostgresMoment(url, DECLARED_TABLES, 'millrace verify');
 */
export async function openPostgresMoment(
  url: string,
  tables: readonly AnyTable[],
  as: string,
): Promise<PostgresMoment> {
  const pool = await openPool(url, { most: 1, as, isReadOnly: true });
  let connection: Connection | undefined;
  const close = async (): Promise<void> => {
    // Nothing was written, so there is nothing to be ended in order.
    connection?.release('broken');
    await pool.end();
  };
  try {
    connection = await connect(pool);
    const at = new Date().toISOString();
    await connection.run('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    // Of a role or database that limits those who ask: this one reads everything, and takes its time.
    await connection.run(
      'SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0',
    );
    const [where] = await connection.ask(
      one('SELECT current_database() AS database, current_schema() AS schema'),
    );
    const name = `PostgreSQL, database ${where?.database}, schema ${where?.schema}`;
    const schema = await expectKnownSchema(connection);
    if (schema === 0) throw new StoreError('gone', `There are no records of Millrace in ${name}.`);
    await expectNoNewerTable(connection, schema, tables);
    return { connection, name, at, schema, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The same as a source of records, of this version's shape.
 * @throws StoreError as `openPostgresMoment`; `newer-schema` also when an older version has written them: nothing is changed
 * @example const from = await openPostgresSnapshot(url, DECLARED_TABLES, 'millrace backup');
 */
export async function openPostgresSnapshot(
  url: string,
  tables: readonly AnyTable[],
  as: string,
): Promise<RecordSource & { readonly at: string }> {
  const { connection, name, at, schema, close } = await openPostgresMoment(url, tables, as);
  try {
    const missing =
      schema < SCHEMA || (await runLater(connection, joinsOf(tables, stepForPostgres))).length > 0;
    if (missing) {
      throw new StoreError(
        'newer-schema',
        `An older Millrace wrote the records in ${name}. Start this version on them once, or take the version that wrote them.`,
      );
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...{ name, at, close },
    shapes: () => shapesOf(connection),
    read: (shape, after, limit) =>
      connection.ask(all(pageOf(shape, after !== undefined), [...(after ?? []), limit])),
  };
}
