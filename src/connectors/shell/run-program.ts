/**
 * Runs a program as a task: a process group of its own with a clean environment, input in a file and on stdin, lines of
 * output in the log, and its end handed to whoever knows what it means.
 * @module
 */
import { type FileHandle, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Json, TaskContext, TaskOutcome, TaskRequest } from '../connector.js';
import { abortedOutcome } from '../errors.js';
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
import { supervise } from '../process/supervise.js';
import { openWritten } from '../process/written-file.js';
import { type AttemptFiles, attemptFiles } from './attempt-files.js';
import { failureCause, printedOutput } from './shell-output.js';

export interface ProgramConfig extends Confinement {
  /** Milliseconds between SIGTERM and SIGKILL. Defaults to 5000. */
  terminationGrace?: number;
  /** Bytes of log lines one attempt may write. Defaults to 64 MiB. */
  outputLimit?: number;
}

/** A program that has ended by itself. */
export interface ProgramEnd {
  readonly exit: ProcessExit;
  /** What it wrote into the folder of artifacts; undefined: there is none of that name. Its content is read by whoever asks, and closed. */
  artifact(name: string): Promise<{ file: FileHandle; size: number } | undefined>;
  /** Names of what lies there. */
  artifacts(): Promise<string[]>;
  /** A reason, with the last lines of what it printed. */
  failureCause(reason: string): string;
  /** The end of what it printed on stdout, as it is. `complete`: nothing came before it. */
  printed(): { readonly text: string; readonly complete: boolean };
  /** What it wrote as its output, or printed last. Throws TaskFailure. */
  output(): Promise<Json>;
}

export interface Program {
  /** @param artifacts a folder that is gone after its end: what it writes there can be read by then */
  argv(artifacts: string): readonly [string, ...string[]];
  /** Absolute. */
  readonly cwd: string;
  /** Besides the variables that every task has, which come first. */
  readonly env: { readonly [name: string]: string };
  readonly input: Json;
  /** Its outcome. What this throws is the outcome, too. */
  ended(end: ProgramEnd): Promise<TaskOutcome>;
}

/**
 * One attempt. Throws TaskFailure when the program cannot be started.
 * @example runProgram(task, context, {}, { argv: () => ['true'], cwd: '/', env: {}, input: {}, ended: async () => done })
 */
export async function runProgram(
  task: TaskRequest,
  context: TaskContext,
  config: ProgramConfig,
  program: Program,
): Promise<TaskOutcome> {
  await mkdir(task.workFolder, { recursive: true });
  const { user } = config;
  const { cwd } = program;
  const input = JSON.stringify(program.input);
  const files = await attemptFiles(task.workFolder, input, user, task.secretFiles);
  try {
    if (context.signal.aborted) return abortedOutcome();
    const env = environmentOf(task, program.env, files, user);
    const leader = await startGroup({
      argv: [...program.argv(files.artifacts.path)] as [string, ...string[]],
      cwd,
      env,
      user,
      channel: false,
    });
    context.started?.({ pid: leader.pid, startTime: leader.startTime });
    return await attend(leader, task, context, config, { program, input, files });
  } finally {
    await files.remove();
  }
}

/** Small modules that write log lines with fields; see `docs/guides/logs.md`. */
const TASK_LOGGING = fileURLToPath(new URL('../../../task-logging', import.meta.url));

function environmentOf(
  task: TaskRequest,
  given: { readonly [name: string]: string },
  files: AttemptFiles,
  user: TaskUser | undefined,
): { [name: string]: string } {
  const own = {
    // So that `from millrace_log import log` works.
    PYTHONPATH: TASK_LOGGING,
    ...given,
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
    ...(task.isTestRun === true ? { MILLRACE_TEST_RUN: '1' } : {}),
    ...datasetVariables(task),
    ...(task.traceparent === undefined ? {} : { TRACEPARENT: task.traceparent }),
  };
  return childEnvironment(own, user);
}

/** Folders of the versions that it reads: one a line, where each interval has its own. */
function datasetVariables({ datasets = {} }: TaskRequest): { [name: string]: string } {
  const named = Object.entries(datasets).map(([alias, { folders }]) => [
    `MILLRACE_DATASET_${alias}`,
    folders.join('\n'),
  ]);
  return Object.fromEntries(named);
}

interface Started {
  readonly program: Program;
  readonly input: string;
  readonly files: AttemptFiles;
}

/** From the start of the process to its outcome. */
async function attend(
  leader: GroupLeader,
  task: TaskRequest,
  context: TaskContext,
  config: ProgramConfig,
  { program, input, files }: Started,
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
  return await program.ended({
    exit,
    artifact: (name) =>
      openWritten(join(files.artifacts.opened, name), config.user, (reason) => new Error(reason)),
    artifacts: () => readdir(files.artifacts.opened),
    printed: () => stdout.tail(),
    failureCause: (reason) => failureCause(reason, stdout, stderr),
    async output() {
      const written: Json | undefined = await files.readOutput();
      const output = written === undefined ? printedOutput(stdout) : written;
      return checkOutput(output, "The command's output");
    },
  });
}
