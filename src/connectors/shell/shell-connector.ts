/**
 * `millrace:shell`: a command or a script as a task.
 *
 * The command runs in a process group of its own with a clean environment. It reads its input as JSON from stdin or from
 * the file `$MILLRACE_INPUT`. Its output is, in this order: the JSON in the file `$MILLRACE_OUTPUT`, if it wrote one; its
 * last line on stdout, if that is JSON; else `{ "exitCode": 0, "stdout": "the end of what it printed" }`.
 * What it prints is logged line by line. An exit code other than 0 fails the task.
 * @module
 */
import { argumentProblems, parseArguments } from '../arguments.js';
import type { Connector, TaskContext, TaskOutcome, TaskRequest } from '../connector.js';
import { failed, outcomeOfThrown, taskErrors } from '../errors.js';
import { existingInside } from '../process/resolve-inside.js';
import { commandLine } from './command-line.js';
import { type ProgramConfig, type ProgramEnd, runProgram } from './run-program.js';
import { shellArguments } from './shell-arguments.js';

export type ShellConfig = ProgramConfig;

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
  const argv = commandLine(args, task.folder);
  const cwd = existingInside(args.cwd ?? task.folder, [task.folder, task.workFolder]);
  return await runProgram(task, context, config, {
    ...{ argv: () => argv, cwd, env: args.env ?? {}, input: args.input ?? {} },
    ended: outcomeOf,
  });
}

async function outcomeOf({ exit, failureCause, output }: ProgramEnd): Promise<TaskOutcome> {
  if (exit.signal) {
    const cause = failureCause(`The command was ended by ${exit.signal}.`);
    return failed(taskErrors.shellSignal + exit.signal, cause);
  }
  if (exit.code !== 0) {
    const cause = failureCause(`The command ended with exit code ${exit.code}.`);
    return failed(taskErrors.shellExitCode + exit.code, cause);
  }
  return { type: 'succeeded', output: await output() };
}
