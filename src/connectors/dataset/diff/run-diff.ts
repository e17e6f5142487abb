/**
 * Starts the process that compares two versions, bounded in memory, room on disk and time.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DiffRules } from '../../../datasets/diff/version-diff.js';
import { askProcess } from '../../process/ask-process.js';
import { compiledEntry } from '../../process/compiled-entry.js';
import type { DiffJob, DiffMessage, DiffSide } from './diff-protocol.js';

/** What comparing may take. */
export interface DiffBounds {
  /** In MiB. What is more is written to a temporary folder. Defaults to 768. */
  readonly memoryMebibytes?: number;
  /** Defaults to 2. */
  readonly threads?: number;
  /** Rows of both sides up to which rows without a key are compared as they are. Defaults to 20 million. */
  readonly mostWhole?: number;
  /** Longest time, in milliseconds. Defaults to 280,000: most clients wait for an answer for 300 seconds. */
  readonly timeoutMs?: number;
}

const TIMEOUT = 280_000;
const MOST_WHOLE = 20_000_000;

/**
 * Compares the rows of two versions in a process of its own, which ends when the signal comes.
 * @example await runDiff({ folder: '/data/a' }, { folder: '/data/b' }, rules, new AbortController().signal)
 */
export async function runDiff(
  from: DiffSide,
  to: DiffSide,
  rules: DiffRules,
  signal: AbortSignal,
  bounds: DiffBounds = {},
): Promise<DiffMessage> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-diff-'));
  const job: DiffJob = {
    ...{ from, to, rules, mostWhole: bounds.mostWhole ?? MOST_WHOLE },
    temporaryFolder: join(folder, `duckdb-${randomUUID()}`),
    memoryMebibytes: bounds.memoryMebibytes ?? 768,
    threads: bounds.threads ?? 2,
  };
  const timeoutMs = bounds.timeoutMs ?? TIMEOUT;
  const time = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await askProcess<DiffMessage>({
      entry: compiledEntry('./runtime/diff-runtime.js', import.meta.url),
      cwd: folder,
      job,
      signal: AbortSignal.any([signal, time]),
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
