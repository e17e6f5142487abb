/**
 * A process of ours that performs one job: the job as JSON on its stdin, what it tells as lines of JSON on file descriptor 3,
 * the first of which that is an outcome counts.
 * @module
 */
import { once } from 'node:events';
import type { TaskContext, TaskOutcome, TaskRequest } from '../connector.js';
import { abortedOutcome, failed, outcomeOfThrown } from '../errors.js';
import { ATTEMPT_VARIABLE, childEnvironment } from './child-environment.js';
import type { TaskUser } from './confinement.js';
import { LineSplitter } from './line-splitter.js';
import { OUTPUT_LIMIT, OutputCapture } from './output-capture.js';
import { type ProcessExit, startGroup, TERMINATION_GRACE } from './process-group.js';
import { supervise } from './supervise.js';

/** The longest message of the process: rows and a cause, both bounded. */
const MESSAGE_LIMIT = 4_194_304;

export interface JobProcess {
  readonly job: object;
  /** The compiled program. */
  readonly entry: string;
  /** Absolute. */
  readonly cwd: string;
  /** What the process does: "runs the SQL". */
  readonly what: string;
  /** The error's name when it ends without an outcome. */
  readonly crashed: string;
  /** The outcome, when the message is one. What this throws is the outcome, too. */
  take(line: string): TaskOutcome | undefined;
}

export interface JobProcessConfig {
  /** Default: the server's own user. */
  readonly user?: TaskUser | undefined;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly terminationGrace?: number;
}

/** Runs it to its end. */
export async function runJobProcess(
  { job, entry, cwd, what, crashed, take }: JobProcess,
  task: Pick<TaskRequest, 'attemptId'>,
  context: TaskContext,
  config: JobProcessConfig,
): Promise<TaskOutcome> {
  const leader = await startGroup({
    argv: [process.execPath, entry],
    cwd,
    // DuckDB and its binding both look at the zone of their process.
    env: childEnvironment({ [ATTEMPT_VARIABLE]: task.attemptId, TZ: 'UTC' }, config.user),
    user: config.user,
    channel: true,
  });
  context.started?.({ pid: leader.pid, startTime: leader.startTime });
  const stdout = new OutputCapture(leader.stdout, 'stdout');
  const stderr = new OutputCapture(leader.stderr, 'stderr');
  const sink = {
    budget: { remaining: OUTPUT_LIMIT },
    log: context.log,
    heartbeat: context.heartbeat,
  };
  stdout.direct(sink);
  stderr.direct(sink);
  let outcome: TaskOutcome | undefined;
  const messages = new LineSplitter(MESSAGE_LIMIT, (line) => {
    context.heartbeat();
    try {
      outcome ??= take(line);
    } catch (error) {
      outcome ??= outcomeOfThrown(error);
    }
  });
  const { channel } = leader;
  const channelClosed = channel && once(channel, 'close');
  channel?.on('data', (chunk: Buffer) => messages.push(chunk));
  leader.stdin.end(JSON.stringify(job));

  const grace = config.terminationGrace ?? TERMINATION_GRACE;
  const exit = await supervise(leader, [stdout, stderr], context.signal, grace);
  if (!exit) return abortedOutcome();
  await channelClosed;
  return outcome ?? crashedOutcome(crashed, what, exit, stderr);
}

function crashedOutcome(
  error: string,
  what: string,
  exit: ProcessExit,
  stderr: OutputCapture,
): TaskOutcome {
  const how = exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`;
  const printed = stderr.tail().text.trim().slice(-2_000);
  const cause = `The process that ${what} ${how}.${printed === '' ? '' : ` It printed:\n${printed}`}`;
  return failed(error, cause);
}
