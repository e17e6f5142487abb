/**
 * Brings a PostgreSQL schema to this version's shape, in one transaction: it is of one version or of the other, whatever happens meanwhile.
 * @module
 */
import { StoreError } from '../errors.js';
import { expectKnownTables, joining, stepForPostgres } from '../join-tables.js';
import { MIGRATIONS, SCHEMA } from '../migrations.js';
import { one } from '../plan.js';
import type { AnyTable } from '../table.js';
import { type Connection, runLater } from './connection.js';
import { tableWords } from './dialect.js';
import { BASELINE, BASELINE_VERSION } from './schema.js';
import type { Writer } from './writer.js';

/**
 * The schema that the database has: 0 when it is new.
 * Throws a StoreError `newer-schema` when a newer Millrace has written it; nothing is changed.
 */
export async function expectKnownSchema(connection: Connection): Promise<number> {
  const [table] = await connection.ask(
    one(
      "SELECT COUNT(*) AS n FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_version'",
    ),
  );
  if (table?.n === 0) return 0;
  const [row] = await connection.ask(one('SELECT MAX(version) AS version FROM schema_version'));
  const found = Number(row?.version ?? 0);
  if (found <= SCHEMA) return found;
  throw new StoreError(
    'newer-schema',
    `The data was written by a newer Millrace (schema ${found}, this one knows ${SCHEMA}). Update Millrace.`,
  );
}

/**
 * Whether one of the tables is newer than this version; nothing is changed. Throws a StoreError `newer-schema`.
 * @param found the schema that the database has
 */
export async function expectNoNewerTable(
  connection: Connection,
  found: number,
  tables: readonly AnyTable[],
): Promise<void> {
  // A database of PostgreSQL has had the note of tables from its beginning.
  if (found > 0) await runLater(connection, expectKnownTables(tables));
}

/** Makes the tables, or runs the steps that are missing and brings declared tables to their shape: all in one transaction. */
export async function migrate(writer: Writer, tables: readonly AnyTable[]): Promise<void> {
  await writer.transaction(async (connection) => {
    const found = await expectKnownSchema(connection);
    const note = (version: number): Promise<unknown> =>
      connection.ask(one('INSERT INTO schema_version (version) VALUES (?)', [version]));
    if (found === 0) {
      await connection.run(
        tableWords(`${BASELINE}; CREATE TABLE schema_version (version INTEGER NOT NULL)`),
      );
      await note(BASELINE_VERSION);
    }
    for (let version = found || BASELINE_VERSION; version < SCHEMA; version += 1) {
      await connection.run(tableWords(MIGRATIONS[version] ?? ''));
      await note(version + 1);
    }
    for (const table of tables) await join(connection, table);
  });
}

/** Brings declared tables to their shape: all in one transaction. Throws a StoreError `newer-schema`. */
export async function joinTables(writer: Writer, tables: readonly AnyTable[]): Promise<void> {
  await writer.transaction(async (connection) => {
    for (const table of tables) await join(connection, table);
  });
}

async function join(connection: Connection, table: AnyTable): Promise<void> {
  for (const { sql, values } of await runLater(connection, joining(table, stepForPostgres))) {
    if (values.length === 0) await connection.run(tableWords(sql));
    else await connection.ask({ sql, values });
  }
}
