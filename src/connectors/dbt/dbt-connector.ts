/**
 * `millrace:dbt`: a project of dbt as a task, or one of its nodes.
 *
 * dbt runs as a shell task does. What it leaves behind is read when it has ended: the output of the task has each node's own outcome
 * under `dbt`, and `produced` where the database told rows. A node that failed fails the task, with its message in the cause. The
 * project's own folder is only read: target and logs go to a folder of the attempt, so two tasks of one project do not meet.
 * @module
 */
import { join } from 'node:path';
import { argumentProblems, parseArguments } from '../arguments.js';
import type {
  Connector,
  Json,
  JsonObject,
  TaskContext,
  TaskOutcome,
  TaskRequest,
} from '../connector.js';
import { failed, outcomeOfThrown, TaskFailure, taskErrors } from '../errors.js';
import { checkOutput } from '../process/json-output.js';
import { existingInside } from '../process/resolve-inside.js';
import { type ProgramConfig, type ProgramEnd, runProgram } from '../shell/run-program.js';
import { type DbtArguments, dbtArguments } from './dbt-arguments.js';
import { type DbtNode, type DbtSummary, layersOf, summarizeResults } from './dbt-artifacts.js';

/** Bytes of what dbt leaves behind that are read. */
const LARGEST_ARTIFACT = 256 * 1024 * 1024;
const SHOWN_FAILURES = 10;

export function createDbtConnector(config: ProgramConfig = {}): Connector {
  return {
    kind: 'dbt',
    runsCode: true,
    dataArguments: ['vars'],
    secretArguments: { env: 'values and files' },
    validate: (args) => argumentProblems(dbtArguments, args),
    run: (task, context) => runDbt(task, context, config).catch(outcomeOfThrown),
  };
}

async function runDbt(
  task: TaskRequest,
  context: TaskContext,
  config: ProgramConfig,
): Promise<TaskOutcome> {
  const args = parseArguments(dbtArguments, task.arguments, 'dbt');
  const project = existingInside(args.project, [task.folder]);
  const profiles = existingInside(args.profiles ?? args.project, [task.folder]);
  const env = { DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', DO_NOT_TRACK: '1', ...args.env };
  return await runProgram(task, context, config, {
    ...{ cwd: project, env, input: {} },
    argv: (artifacts) => commandLine(args, project, profiles, artifacts),
    ended: (end) => (args.command === 'list' ? listedEnd(end) : ended(end, context)),
  }).catch((thrown: unknown) => {
    if (!(thrown instanceof TaskFailure) || thrown.error !== taskErrors.startFailed) throw thrown;
    const fix =
      'Install it (pip install dbt-core and the adapter of your database), or name the program in "program".';
    throw new TaskFailure(thrown.error, `${thrown.message} ${fix}`);
  });
}

function commandLine(
  args: DbtArguments,
  project: string,
  profiles: string,
  artifacts: string,
): [string, ...string[]] {
  const { command = 'build', select, exclude, vars, target, threads, program = 'dbt' } = args;
  const several = (option: string, names: string | string[] | undefined): string[] =>
    names === undefined ? [] : [option, ...[names].flat()];
  const isList = command === 'list';
  return [
    program,
    ...['--no-use-colors', '--log-path', join(artifacts, 'logs')],
    ...(isList ? ['--quiet', 'list'] : [command]),
    ...['--project-dir', project, '--profiles-dir', profiles],
    ...['--target-path', join(artifacts, 'target')],
    ...(isList ? ['--output', 'json', '--output-keys', 'unique_id', 'name', 'depends_on'] : []),
    ...(isList ? ['--resource-types', 'model', 'seed', 'snapshot'] : []),
    ...(target === undefined ? [] : ['--target', target]),
    ...(threads === undefined || isList ? [] : ['--threads', String(threads)]),
    ...(args.fullRefresh === true && !isList ? ['--full-refresh'] : []),
    ...(args.failFast === true && !isList ? ['--fail-fast'] : []),
    ...(vars === undefined ? [] : ['--vars', JSON.stringify(vars)]),
    ...several('--select', select),
    ...several('--exclude', exclude),
  ] as [string, ...string[]];
}

async function ended(end: ProgramEnd, context: TaskContext): Promise<TaskOutcome> {
  const { code, signal } = end.exit;
  if (signal) {
    return failed(taskErrors.shellSignal + signal, end.failureCause(`dbt was ended by ${signal}.`));
  }
  const results = await artifactOf(end, join('target', 'run_results.json'));
  const summary = results === undefined ? undefined : summarizeResults(results);
  if (summary !== undefined) tell(summary, context);
  if (summary !== undefined && summary.failed > 0) {
    return failed(taskErrors.dbtNodesFailed, failureWords(summary));
  }
  if (code !== 0 || summary === undefined) {
    return failed(taskErrors.dbtFailed, end.failureCause(`dbt ended with exit code ${code}.`));
  }
  const rows = summary.nodes.reduce((sum, node) => sum + (node.rows ?? 0), 0);
  const tellsRows = summary.nodes.some((node) => node.rows !== undefined);
  const output: JsonObject = {
    ...(tellsRows && summary.more === 0 ? { produced: { rows } } : {}),
    dbt: summary as unknown as Json,
  };
  return { type: 'succeeded', output: checkOutput(output, "dbt's results") };
}

/** `{ "layers": [["orders"], ["revenue"]] }`. */
async function listedEnd(end: ProgramEnd): Promise<TaskOutcome> {
  const { code, signal } = end.exit;
  if (signal || code !== 0) {
    const how = signal ? `by ${signal}` : `with exit code ${code}`;
    return failed(taskErrors.dbtFailed, end.failureCause(`dbt list ended ${how}.`));
  }
  const { text, complete } = end.printed();
  if (!complete) {
    throw new TaskFailure(
      taskErrors.dataLimitExceeded,
      'The project has more nodes than a list can hold: select fewer, or let one task build them all.',
    );
  }
  const layers = layersOf(text);
  return { type: 'succeeded', output: checkOutput({ layers }, 'The list of nodes') };
}

async function artifactOf(end: ProgramEnd, name: string): Promise<Json | undefined> {
  const opened = await end.artifact(name);
  if (opened === undefined) return undefined;
  try {
    if (opened.size > LARGEST_ARTIFACT) {
      throw new TaskFailure(
        taskErrors.dbtFailed,
        `${name} has ${opened.size} bytes: that is too large to be read.`,
      );
    }
    return JSON.parse(await opened.file.readFile('utf8')) as Json;
  } finally {
    await opened.file.close();
  }
}

function tell(
  { succeeded, failed: bad, warned, skipped, nodes, more }: DbtSummary,
  { log }: TaskContext,
): void {
  const say = (level: 'info' | 'warn' | 'error', message: string): void =>
    log({ at: Date.now(), stream: 'system', level, message: `dbt: ${message}` });
  for (const node of nodes) {
    const words = `${node.node} ${node.status} in ${node.seconds} s${node.message === undefined ? '' : `: ${oneLine(node.message)}`}`;
    say(levelOf(node), words);
  }
  if (more > 0) say('info', `${more} more nodes succeeded`);
  say('info', `${succeeded} succeeded, ${bad} failed, ${warned} warned, ${skipped} skipped`);
}

function levelOf({ status }: DbtNode): 'info' | 'warn' | 'error' {
  if (status === 'failed') return 'error';
  return status === 'succeeded' ? 'info' : 'warn';
}

function failureWords({ nodes, failed: number, skipped }: DbtSummary): string {
  const bad = nodes.filter(({ status }) => status === 'failed');
  const lines = bad
    .slice(0, SHOWN_FAILURES)
    .map(({ node, message = 'no message' }) => `- ${node}: ${message.trim()}`);
  const rest = number > lines.length ? `\n… and ${number - lines.length} more` : '';
  const left = skipped > 0 ? `; ${skipped} were skipped because of it` : '';
  return `${number} of dbt's nodes failed${left}.\n${lines.join('\n')}${rest}`;
}

function oneLine(words: string): string {
  return words.replace(/\s+/g, ' ').trim().slice(0, 300);
}
