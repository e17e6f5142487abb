/**
 * Starts the process that compares two versions, bounded in memory, room on disk and time.
 * @module
 */
import type { DiffRules } from '../../../datasets/diff/version-diff.js';
import { compiledEntry } from '../../process/compiled-entry.js';
import { askData } from '../ask-data.js';
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
  const timeoutMs = bounds.timeoutMs ?? TIMEOUT;
  const entry = compiledEntry('./runtime/diff-runtime.js', import.meta.url);
  const job = (temporaryFolder: string): DiffJob => ({
    ...{ from, to, rules, temporaryFolder, mostWhole: bounds.mostWhole ?? MOST_WHOLE },
    memoryMebibytes: bounds.memoryMebibytes ?? 768,
    threads: bounds.threads ?? 2,
  });
  return await askData<DiffJob, DiffMessage>({ name: 'diff', entry, job, timeoutMs }, signal);
}
