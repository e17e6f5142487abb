/**
 * Brings a PostgreSQL schema to this version's shape.
 * @module
 */
import { StoreError } from '../errors.js';
import { MIGRATIONS, SCHEMA } from '../migrations.js';
import { one } from '../plan.js';
import type { Connection } from './connection.js';
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

/** Makes the tables, or runs the steps that are missing, each in a transaction of its own. */
export async function migrate(writer: Writer): Promise<void> {
  const found = await writer.transaction(expectKnownSchema);
  if (found === 0) {
    await step(writer, `${BASELINE}; CREATE TABLE schema_version (version INTEGER NOT NULL)`, {
      version: BASELINE_VERSION,
    });
  }
  for (let version = found || BASELINE_VERSION; version < SCHEMA; version += 1) {
    await step(writer, MIGRATIONS[version] ?? '', { version: version + 1 });
  }
}

async function step(writer: Writer, text: string, { version }: { version: number }): Promise<void> {
  await writer.transaction(async (connection) => {
    await connection.run(tableWords(text));
    await connection.ask(one('INSERT INTO schema_version (version) VALUES (?)', [version]));
  });
}
