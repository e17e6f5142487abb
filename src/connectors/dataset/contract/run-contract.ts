/**
 * Starts the process that evaluates a contract, and waits for what it says.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEnvironment } from '../../process/child-environment.js';
import { compiledEntry } from '../../process/compiled-entry.js';
import { LineSplitter } from '../../process/line-splitter.js';
import { OUTPUT_LIMIT, OutputCapture } from '../../process/output-capture.js';
import { startGroup, TERMINATION_GRACE } from '../../process/process-group.js';
import { supervise } from '../../process/supervise.js';
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
const MESSAGE_LIMIT = 4_194_304;

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
  const leader = await startGroup({
    argv: [process.execPath, compiledEntry('./runtime/contract-runtime.js', import.meta.url)],
    cwd: folder,
    // DuckDB and its binding both look at the zone of their process.
    env: childEnvironment({ TZ: 'UTC' }),
    channel: true,
  });
  const stdout = new OutputCapture(leader.stdout, 'stdout');
  const stderr = new OutputCapture(leader.stderr, 'stderr');
  const sink = {
    budget: { remaining: OUTPUT_LIMIT },
    log: () => undefined,
    heartbeat: () => undefined,
  };
  stdout.direct(sink);
  stderr.direct(sink);
  let message: CheckMessage | undefined;
  const lines = new LineSplitter(MESSAGE_LIMIT, (line) => {
    message ??= JSON.parse(line) as CheckMessage;
  });
  const { channel } = leader;
  const channelClosed = channel && once(channel, 'close');
  channel?.on('data', (chunk: Buffer) => lines.push(chunk));
  leader.stdin.end(JSON.stringify(job));
  const signal = AbortSignal.timeout(seconds * 1_000);
  const exit = await supervise(leader, [stdout, stderr], signal, TERMINATION_GRACE);
  if (exit === undefined) {
    return {
      type: 'unreadable',
      cause: `it took longer than ${seconds} s`,
      fix: 'give it more time: --timeout 3600',
    };
  }
  await channelClosed;
  if (message !== undefined) return message;
  const how = exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`;
  const printed = stderr.tail().text.trim().slice(-1_000);
  return {
    type: 'unreadable',
    cause: `the process that reads the data ${how}${printed === '' ? '' : `: ${printed}`}`,
    fix: 'give it less to do at once, or more memory: --memory 4096',
  };
}
