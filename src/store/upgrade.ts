/**
 * Brings a SQLite file to this version's shape: numbered steps (migrations.ts), then declared tables (table.ts).
 *
 *     is anything newer than this version? ──▶ refused, nothing is changed
 *     is anything missing? ──▶ all of it, in one transaction
 *
 * So a file is of one version or of the other, wherever the process ends or the disk is full: what was not finished has not been begun, the
 * next opening does it again, and the version of before still opens it.
 * @module
 */
import type { Driver } from './driver.js';
import { StoreError } from './errors.js';
import { expectKnownTables, joining, joinsOf, stepForSqlite } from './join-tables.js';
import { MIGRATIONS, SCHEMA } from './migrations.js';
import { runNow } from './plan.js';
import type { AnyTable } from './table.js';
import { rollBackAfter } from './write-guard.js';

/**
 * The schema that the database has: 0 when it is new.
 * Throws a StoreError `newer-schema` when a newer Millrace has written the file; nothing is changed.
 */
export function expectKnownSchema(driver: Driver): number {
  if (!has(driver, 'schema_version')) return 0;
  const found = Number(
    driver.prepare('SELECT MAX(version) AS version FROM schema_version').get()?.version ?? 0,
  );
  if (found <= SCHEMA) return found;
  throw new StoreError(
    'newer-schema',
    `The data was written by a newer Millrace (schema ${found}, this one knows ${SCHEMA}). Update Millrace.`,
  );
}

/**
 * Brings the database to this version's schema, and tables with it.
 * @param tables those that will be used; what the file does not have yet is made
 * @throws StoreError `newer-schema`: nothing is changed
 */
export function migrate(driver: Driver, tables: readonly AnyTable[] = []): void {
  const found = expectKnownSchema(driver);
  if (has(driver, 'feature_tables')) runNow(driver, expectKnownTables(tables));
  if (found === SCHEMA) {
    joinTables(driver, tables);
    return;
  }
  inTransaction(driver, () => {
    driver.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)');
    for (let version = found; version < SCHEMA; version += 1) {
      driver.exec(MIGRATIONS[version] ?? '');
      driver.prepare('INSERT INTO schema_version (version) VALUES (?)').run(version + 1);
    }
    for (const table of tables) join(driver, table);
  });
}

/**
 * Makes declared tables or brings them to this version's shape, all in one transaction; none, when nothing is missing.
 * @throws StoreError `newer-schema`: nothing is changed
 */
export function joinTables(driver: Driver, tables: readonly AnyTable[]): void {
  if (runNow(driver, joinsOf(tables, stepForSqlite)).length === 0) return;
  inTransaction(driver, () => {
    for (const table of tables) join(driver, table);
  });
}

function join(driver: Driver, table: AnyTable): void {
  for (const { sql, values } of runNow(driver, joining(table, stepForSqlite))) {
    if (values.length === 0) driver.exec(sql);
    else driver.prepare(sql).run(...values);
  }
}

function has(driver: Driver, table: string): boolean {
  const found = driver
    .prepare("SELECT COUNT(*) AS n FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .get(table);
  return found?.n === 1;
}

function inTransaction(driver: Driver, write: () => void): void {
  driver.exec('BEGIN IMMEDIATE');
  try {
    write();
    driver.exec('COMMIT');
  } catch (error) {
    rollBackAfter(error, () => driver.exec('ROLLBACK'));
    throw error;
  }
}
