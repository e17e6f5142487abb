/**
 * Starts the process that reads published data for people, bounded in memory, room on disk, time and rows.
 * @module
 */
import { compiledEntry } from '../../process/compiled-entry.js';
import { askData } from '../ask-data.js';
import type { QueryJob, QueryMessage, QueryTable, QueryWork } from './query-protocol.js';

/** What reading data for people may take. */
export interface QueryBounds {
  /** In MiB. What is more is written to a temporary folder. Defaults to 512. */
  readonly memoryMebibytes?: number;
  /** Defaults to 2. */
  readonly threads?: number;
  /** Folder of DuckDB's extensions, for tables of Iceberg and Delta. Defaults to none. */
  readonly extensions?: string;
  /** Longest time of one, in milliseconds. Defaults to 30,000. */
  readonly timeoutMs?: number;
}

const TIMEOUT = 30_000;
const MESSAGE_LIMIT = 8_388_608;

/**
 * Reads data in a process of its own, which ends when the signal comes.
 * @example await runQuery({ type: 'sql', sql: 'SELECT 1', rows: 10 }, [], new AbortController().signal)
 */
export async function runQuery(
  work: QueryWork,
  tables: readonly QueryTable[],
  signal: AbortSignal,
  bounds: QueryBounds = {},
): Promise<QueryMessage> {
  const timeoutMs = bounds.timeoutMs ?? TIMEOUT;
  const entry = compiledEntry('./runtime/query-runtime.js', import.meta.url);
  const job = (temporaryFolder: string): QueryJob => ({
    ...{ work, tables, temporaryFolder },
    memoryMebibytes: bounds.memoryMebibytes ?? 512,
    threads: bounds.threads ?? 2,
    ...(bounds.extensions === undefined ? {} : { extensions: bounds.extensions }),
  });
  const question = { name: 'query', entry, job, timeoutMs, messageLimit: MESSAGE_LIMIT };
  return await askData<QueryJob, QueryMessage>(question, signal);
}
