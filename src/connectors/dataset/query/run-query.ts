/**
 * Starts the process that reads published data for people, bounded in memory, room on disk, time and rows.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askProcess } from '../../process/ask-process.js';
import { compiledEntry } from '../../process/compiled-entry.js';
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
  const folder = await mkdtemp(join(tmpdir(), 'millrace-query-'));
  const job: QueryJob = {
    work,
    tables,
    temporaryFolder: join(folder, `duckdb-${randomUUID()}`),
    memoryMebibytes: bounds.memoryMebibytes ?? 512,
    threads: bounds.threads ?? 2,
    ...(bounds.extensions === undefined ? {} : { extensions: bounds.extensions }),
  };
  const timeoutMs = bounds.timeoutMs ?? TIMEOUT;
  const time = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await askProcess<QueryMessage>({
      entry: compiledEntry('./runtime/query-runtime.js', import.meta.url),
      cwd: folder,
      job,
      signal: AbortSignal.any([signal, time]),
      messageLimit: 8_388_608,
    });
    switch (answer.type) {
      case 'answered':
        return answer.message;
      case 'crashed':
        return { type: 'failed', problem: 'crashed', cause: `the process ${answer.how}` };
      case 'aborted':
        return signal.aborted
          ? { type: 'failed', problem: 'aborted', cause: 'nobody waits for the answer' }
          : {
              type: 'failed',
              problem: 'time',
              cause: `it took longer than ${timeoutMs / 1_000} s`,
            };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
