/**
 * Asks a process that reads data for people: in a folder of its own, which goes with it, and for as long as it may take.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askProcess } from '../process/ask-process.js';

/** What became of a process that answered nothing. */
export interface Unanswered {
  readonly type: 'failed';
  readonly problem: 'crashed' | 'aborted' | 'time';
  readonly cause: string;
}

/** One process. */
export interface DataQuestion<Job extends object> {
  /** What its temporary folder is called after: `query`. */
  readonly name: string;
  /** Absolute path of the program. */
  readonly entry: string;
  /** @param temporaryFolder where it may write what does not fit into memory; need not exist */
  job(temporaryFolder: string): Job;
  /** Longest time, in milliseconds. */
  readonly timeoutMs: number;
  /** Bytes of its answer; default: that of `askProcess`. */
  readonly messageLimit?: number;
}

/**
 * Resolves with what the process answers, or with why it did not. It ends when the signal comes.
 * @example await askData<QueryJob, QueryMessage>({ name: 'query', entry, job, timeoutMs: 30_000 }, signal)
 */
export async function askData<Job extends object, Message>(
  { name, entry, job, timeoutMs, messageLimit }: DataQuestion<Job>,
  signal: AbortSignal,
): Promise<Message | Unanswered> {
  const folder = await mkdtemp(join(tmpdir(), `millrace-${name}-`));
  try {
    const answer = await askProcess<Message>({
      ...{ entry, cwd: folder, job: job(join(folder, `duckdb-${randomUUID()}`)) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      ...(messageLimit === undefined ? {} : { messageLimit }),
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
