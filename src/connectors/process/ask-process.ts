/**
 * Asks a compiled program of ours one thing, in a process of its own: a job on its stdin, one message on file descriptor 3.
 *
 * For work with DuckDB that is no task: it is bounded in time, ends when nobody waits any more, and takes nothing else with it.
 * @module
 */
import { once } from 'node:events';
import { childEnvironment } from './child-environment.js';
import { LineSplitter } from './line-splitter.js';
import { OUTPUT_LIMIT, OutputCapture } from './output-capture.js';
import { startGroup, TERMINATION_GRACE } from './process-group.js';
import { supervise } from './supervise.js';

export interface Question {
  /** Absolute path of the compiled program. */
  readonly entry: string;
  /** Its working folder. */
  readonly cwd: string;
  /** JSON. */
  readonly job: object;
  /** Ends the process: too much time has passed, or nobody waits. */
  readonly signal: AbortSignal;
  /** Longest message, in characters. Defaults to 4 Mi. */
  readonly messageLimit?: number;
}

export type ProcessAnswer<Message> =
  | { readonly type: 'answered'; readonly message: Message }
  /** The signal came first. */
  | { readonly type: 'aborted' }
  /** It ended without a word; how, and what it printed. */
  | { readonly type: 'crashed'; readonly how: string };

const MESSAGE_LIMIT = 4_194_304;

/**
 * Starts the process and waits for its message and its end.
 * @example await askProcess<CheckMessage>({ entry, cwd: '/tmp', job, signal: AbortSignal.timeout(60_000) })
 */
export async function askProcess<Message>(question: Question): Promise<ProcessAnswer<Message>> {
  const { entry, cwd, job, signal, messageLimit = MESSAGE_LIMIT } = question;
  if (signal.aborted) return { type: 'aborted' };
  const leader = await startGroup({
    argv: [process.execPath, entry],
    cwd,
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
  let message: Message | undefined;
  const lines = new LineSplitter(messageLimit, (line) => {
    message ??= parsed<Message>(line);
  });
  const { channel } = leader;
  const channelClosed = channel && once(channel, 'close');
  channel?.on('data', (chunk: Buffer) => lines.push(chunk));
  leader.stdin.end(JSON.stringify(job));
  const exit = await supervise(leader, [stdout, stderr], signal, TERMINATION_GRACE);
  if (exit === undefined) return { type: 'aborted' };
  await channelClosed;
  if (message !== undefined) return { type: 'answered', message };
  const how = exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`;
  const printed = stderr.tail().text.trim().slice(-1_000);
  return { type: 'crashed', how: `${how}${printed === '' ? '' : `: ${printed}`}` };
}

/** A line that was cut at the limit is no message. */
function parsed<Message>(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}
