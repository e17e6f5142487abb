/**
 * `millrace:shell`: a command or a script as a task.
 *
 * The command runs in a process group of its own with a clean environment. It reads its input as JSON from stdin or from
 * the file `$MILLRACE_INPUT`. Its output is, in this order: the JSON in the file `$MILLRACE_OUTPUT`, if it wrote one; its
 * last line on stdout, if that is JSON; else `{ "exitCode": 0, "stdout": "the end of what it printed" }`.
 * What it prints is logged line by line. An exit code other than 0 fails the task.
 * @module
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { argumentProblems, parseArguments } from '../arguments.js';
import type { Connector, Json, TaskContext, TaskOutcome, TaskRequest } from '../connector.js';
import { abortedOutcome, failed, outcomeOfThrown, taskErrors } from '../errors.js';
import { ATTEMPT_VARIABLE, childEnvironment } from '../process/child-environment.js';
import type { Confinement, TaskUser } from '../process/confinement.js';
import { checkOutput } from '../process/json-output.js';
import { endEscaped } from '../process/orphans.js';
import { OUTPUT_LIMIT, OutputCapture } from '../process/output-capture.js';
import {
  type GroupLeader,
  type ProcessExit,
  startGroup,
  TERMINATION_GRACE,
} from '../process/process-group.js';
import { existingInside } from '../process/resolve-inside.js';
import { supervise } from '../process/supervise.js';
import { type AttemptFiles, attemptFiles } from './attempt-files.js';
import { commandLine } from './command-line.js';
import { type ShellArguments, shellArguments } from './shell-arguments.js';
import { failureCause, printedOutput } from './shell-output.js';

export interface ShellConfig extends Confinement {
  /** Milliseconds between SIGTERM and SIGKILL. Defaults to 5000. */
  terminationGrace?: number;
  /** Bytes of log lines one attempt may write. Defaults to 64 MiB. */
  outputLimit?: number;
}

export function createShellConnector(config: ShellConfig = {}): Connector {
  return {
    kind: 'shell',
    runsCode: true,
    dataArguments: ['input'],
    secretArguments: { env: 'values and files' },
    validate: (args) => argumentProblems(shellArguments, args),
    run: (task, context) => runShell(task, context, config).catch(outcomeOfThrown),
  };
}

async function runShell(
  task: TaskRequest,
  context: TaskContext,
  config: ShellConfig,
): Promise<TaskOutcome> {
  const args = parseArguments(shellArguments, task.arguments, 'shell');
  await mkdir(task.workFolder, { recursive: true });
  const { user } = config;
  const argv = commandLine(args, task.folder);
  const cwd = existingInside(args.cwd ?? task.folder, [task.folder, task.workFolder]);
  const input = JSON.stringify(args.input ?? {});
  const files = await attemptFiles(task.workFolder, input, user, task.secretFiles);
  try {
    if (context.signal.aborted) return abortedOutcome();
    const env = shellEnvironment(task, args, files, user);
    const leader = await startGroup({ argv, cwd, env, user, channel: false });
    context.started?.({ pid: leader.pid, startTime: leader.startTime });
    return await attend(leader, task, context, config, input, files);
  } finally {
    await files.remove();
  }
}

/** Small modules that write log lines with fields; see `docs/guides/logs.md`. */
const TASK_LOGGING = fileURLToPath(new URL('../../../task-logging', import.meta.url));

function shellEnvironment(
  task: TaskRequest,
  args: ShellArguments,
  files: AttemptFiles,
  user: TaskUser | undefined,
): { [name: string]: string } {
  const own = {
    // So that `from millrace_log import log` works.
    PYTHONPATH: TASK_LOGGING,
    ...args.env,
    ...files.secrets,
    MILLRACE_LOGGING: TASK_LOGGING,
    MILLRACE_EXECUTION: task.execution.id,
    MILLRACE_PIPELINE: task.execution.pipeline,
    MILLRACE_STATE: task.state,
    MILLRACE_ATTEMPT: String(task.attempt),
    MILLRACE_INPUT: files.input,
    MILLRACE_OUTPUT: files.output,
    MILLRACE_WORK_FOLDER: task.workFolder,
    [ATTEMPT_VARIABLE]: task.attemptId,
    ...(task.traceparent === undefined ? {} : { TRACEPARENT: task.traceparent }),
  };
  return childEnvironment(own, user);
}

/** From the start of the process to its outcome. */
async function attend(
  leader: GroupLeader,
  task: TaskRequest,
  context: TaskContext,
  config: ShellConfig,
  input: string,
  files: AttemptFiles,
): Promise<TaskOutcome> {
  const stdout = new OutputCapture(leader.stdout, 'stdout');
  const stderr = new OutputCapture(leader.stderr, 'stderr');
  const sink = {
    budget: { remaining: config.outputLimit ?? OUTPUT_LIMIT },
    log: context.log,
    heartbeat: context.heartbeat,
  };
  stdout.direct(sink);
  stderr.direct(sink);
  leader.stdin.end(input);

  const grace = config.terminationGrace ?? TERMINATION_GRACE;
  const exit = await supervise(leader, [stdout, stderr], context.signal, grace);
  if (!exit) {
    await endEscaped(task.attemptId);
    return abortedOutcome();
  }
  return outcomeOf(exit, stdout, stderr, files);
}

async function outcomeOf(
  exit: ProcessExit,
  stdout: OutputCapture,
  stderr: OutputCapture,
  files: AttemptFiles,
): Promise<TaskOutcome> {
  if (exit.signal) {
    const cause = failureCause(`The command was ended by ${exit.signal}.`, stdout, stderr);
    return failed(taskErrors.shellSignal + exit.signal, cause);
  }
  if (exit.code !== 0) {
    const cause = failureCause(`The command ended with exit code ${exit.code}.`, stdout, stderr);
    return failed(taskErrors.shellExitCode + exit.code, cause);
  }
  const written: Json | undefined = await files.readOutput();
  const output = written === undefined ? printedOutput(stdout) : written;
  return { type: 'succeeded', output: checkOutput(output, "The command's output") };
}
