/**
 * Starts the process that evaluates a contract, and waits for what it says.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { askProcess } from '../../process/ask-process.js';
import { compiledEntry } from '../../process/compiled-entry.js';
import type {
  CheckJob,
  CheckMessage,
  CheckWork,
  DataFiles,
  ProfileWork,
} from './check-protocol.js';

export interface ContractBounds {
  /** What the process may hold in memory before it writes to disk, in MiB. Defaults to 1024. */
  readonly memoryMebibytes?: number;
  /** Defaults to the number of processors, at most 4. */
  readonly threads?: number;
  /** Longest time of all of it, in seconds. Defaults to 600. */
  readonly seconds?: number;
}

const SECONDS = 600;

/**
 * Reads the files in a bounded process and does the work.
 * @returns what came of it; that the files cannot be read, or took too long, is an answer too
 * @example await runContract({ files: ['/data/a.csv'], options: {} }, work)
 */
export async function runContract(
  data: DataFiles,
  work: CheckWork | ProfileWork,
  bounds: ContractBounds = {},
): Promise<CheckMessage> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-contract-'));
  const job: CheckJob = {
    data,
    work,
    temporaryFolder: join(folder, `duckdb-${randomUUID()}`),
    memoryMebibytes: bounds.memoryMebibytes ?? 1_024,
    threads: bounds.threads ?? Math.min(4, availableParallelism()),
  };
  try {
    return await inProcess(job, folder, bounds.seconds ?? SECONDS);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inProcess(job: CheckJob, folder: string, seconds: number): Promise<CheckMessage> {
  const answer = await askProcess<CheckMessage>({
    entry: compiledEntry('./runtime/contract-runtime.js', import.meta.url),
    cwd: folder,
    job,
    signal: AbortSignal.timeout(seconds * 1_000),
  });
  switch (answer.type) {
    case 'answered':
      return answer.message;
    case 'aborted':
      return {
        type: 'unreadable',
        cause: `it took longer than ${seconds} s`,
        fix: 'give it more time: --timeout 3600',
      };
    case 'crashed':
      return {
        type: 'unreadable',
        cause: `the process that reads the data ${answer.how}`,
        fix: 'give it less to do at once, or more memory: --memory 4096',
      };
  }
}
