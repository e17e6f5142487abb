/**
 * Versions of datasets as views.
 * @module
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlJob } from '../sql-protocol.js';
import { selectOf, snapshotsIn } from './foreign-tables.js';
import { createView, quoted } from './input-views.js';
import { sqlFailure } from './sql-errors.js';

type DatasetView = SqlJob['datasets'][number];

/**
 * Rows of all versions together, columns by their names; of raw data the files of one kind as they came; of tables of others the rows
 * at the snapshot of each version. Their extensions are loaded.
 * Throws SqlFailure.
 */
export async function createDatasetView(
  connection: DuckDBConnection,
  { view, folders, stage }: DatasetView,
  warn: (message: string) => void,
): Promise<void> {
  if (stage === 'raw') {
    const files: string[] = [];
    for (const folder of folders) {
      const names = (await readdir(folder)).filter((name) => !/^[._]/.test(name)).sort();
      files.push(...names.map((name) => join(folder, name)));
    }
    await createView(connection, { view, files, options: {} }, warn);
    return;
  }
  if (stage === 'table') {
    const select = selectOf(await snapshotsIn(folders));
    await connection.run(`CREATE VIEW "${view}" AS ${select}`).catch((error: unknown) => {
      throw sqlFailure(error, `reads.${view}`, 1);
    });
    return;
  }
  const files = folders.map((folder) => quoted(join(folder, '*.parquet'))).join(', ');
  try {
    await connection.run(
      `CREATE VIEW "${view}" AS SELECT * FROM read_parquet([${files}], union_by_name = ${folders.length > 1})`,
    );
  } catch (error) {
    throw sqlFailure(error, `reads.${view}`, 1);
  }
}
