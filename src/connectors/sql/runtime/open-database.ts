/**
 * DuckDB in memory, as processes of tasks and checks use it: bounded, and without loading or downloading anything.
 * @module
 */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** What one process may use. */
export interface DatabaseBounds {
  readonly threads: number;
  /** What is more is written to the folder. */
  readonly memoryMebibytes: number;
  /** Absolute; need not exist. */
  readonly temporaryFolder: string;
}

/** @example await openDatabase({ threads: 2, memoryMebibytes: 1_024, temporaryFolder: '/tmp/spill' }) */
export async function openDatabase(bounds: DatabaseBounds): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(bounds.threads),
    memory_limit: `${bounds.memoryMebibytes}MiB`,
    temp_directory: bounds.temporaryFolder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  return instance.connect();
}
