/**
 * How a declared table (table.ts) comes to this version's shape: the steps that are missing, and the note of it.
 * @module
 */
import type { Row, SqlValue } from './driver.js';
import { StoreError } from './errors.js';
import { all, one, type Plan } from './plan.js';
import { type AnyTable, type MigrationStep, sqlName } from './table.js';

/** One or more statements; more than one only without values. */
export interface Script {
  sql: string;
  values: readonly SqlValue[];
}

/** The text of a step for SQLite. */
export function stepForSqlite(step: MigrationStep): string {
  return typeof step === 'string' ? step : `${step.both}\n${step.sqlite}`;
}

/** The text of a step for PostgreSQL, in the words of the shared subset. */
export function stepForPostgres(step: MigrationStep): string {
  return typeof step === 'string' ? step : step.both;
}

/**
 * What is to be written, in one transaction, before rows of the table are; nothing when it has this version's shape.
 * Throws a StoreError `newer-schema`.
 *
 * @param textOf the text of a step for this database
 */
export function* joining(
  table: AnyTable,
  textOf: (step: MigrationStep) => string,
): Plan<readonly Script[]> {
  const { name, columns, migrations, sealing = 'secrets' } = table;
  const json = Object.entries(columns as { [column: string]: string })
    .filter(([, type]) => type.startsWith('json'))
    .map(([column]) => sqlName(column))
    .join(' ');
  const [row] = yield one('SELECT version, json_columns FROM feature_tables WHERE name = ?', [
    name,
  ]);
  const found = expectKnown(table, row);
  if (row !== undefined && found === migrations.length && row.json_columns === json) return [];
  return [
    ...migrations
      .slice(found)
      .map((step) => ({ sql: textOf(step), values: [] }))
      .filter(({ sql }) => sql !== ''),
    {
      sql: `INSERT INTO feature_tables (name, version, json_columns, sealing) VALUES (?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET version = excluded.version, json_columns = excluded.json_columns,
          sealing = excluded.sealing`,
      values: [name, migrations.length, json, sealing],
    },
  ];
}

/** What is to be written for several tables. Throws a StoreError `newer-schema`. */
export function* joinsOf(
  tables: readonly AnyTable[],
  textOf: (step: MigrationStep) => string,
): Plan<readonly Script[]> {
  const scripts: Script[] = [];
  for (const table of tables) scripts.push(...(yield* joining(table, textOf)));
  return scripts;
}

/** Throws a StoreError `newer-schema` when one of the tables was written by a newer Millrace. */
export function* expectKnownTables(tables: readonly AnyTable[]): Plan<void> {
  const rows = yield all('SELECT name, version FROM feature_tables');
  const found = new Map(rows.map((row) => [row.name, row]));
  for (const table of tables) expectKnown(table, found.get(table.name));
}

/** The version that the table has. */
function expectKnown({ name, migrations }: AnyTable, row: Row | undefined): number {
  const found = Number(row?.version ?? 0);
  if (found <= migrations.length) return found;
  throw new StoreError(
    'newer-schema',
    `The table ${name} was written by a newer Millrace (version ${found}, this one knows ${migrations.length}). Update Millrace.`,
  );
}
