/**
 * Closes the doors of a DuckDB that reads data for people: from then on it opens what it was given, and nothing else.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quotedText } from '../../../datasets/contract-sql.js';

/** What stays open. Absolute. */
export interface OpenDoors {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/** @example await closeDoors(connection, { folders: ['/data/versions/1'], files: [] }) */
export async function closeDoors(
  connection: DuckDBConnection,
  { folders, files }: OpenDoors,
): Promise<void> {
  await connection.run(`SET TimeZone = 'UTC'`);
  await connection.run(`SET allowed_directories = [${folders.map(quotedText).join(', ')}]`);
  await connection.run(`SET allowed_paths = [${files.map(quotedText).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}
