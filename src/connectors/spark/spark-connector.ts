/**
 * `millrace:spark`: an application of Spark as a task, by `spark-submit`: on this machine, or on a cluster by its master's address.
 *
 * It runs as a shell task does: a process group of its own, its lines in the log, ended with all it has started. Its event log is
 * read when it has ended: the output of the task has a summary under `spark`, and `produced` when rows were written, beside what the
 * application itself gave as output.
 * @module
 */
import { pathToFileURL } from 'node:url';
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
import { type SparkSummary, summarize } from './event-log.js';
import { type SparkArguments, sparkArguments } from './spark-arguments.js';

export function createSparkConnector(config: ProgramConfig = {}): Connector {
  return {
    kind: 'spark',
    runsCode: true,
    dataArguments: ['input', 'args'],
    secretArguments: { env: 'values and files' },
    validate: (args) => argumentProblems(sparkArguments, args),
    run: (task, context) => runSpark(task, context, config).catch(outcomeOfThrown),
  };
}

async function runSpark(
  task: TaskRequest,
  context: TaskContext,
  config: ProgramConfig,
): Promise<TaskOutcome> {
  const args = parseArguments(sparkArguments, task.arguments, 'spark');
  const isLocal = (args.master ?? 'local[*]').startsWith('local');
  const env = {
    // Nothing that runs on this machine alone is offered to the network.
    ...(isLocal ? { SPARK_LOCAL_IP: '127.0.0.1' } : {}),
    ...args.env,
  };
  return await runProgram(task, context, config, {
    ...{ cwd: task.folder, env, input: args.input ?? {} },
    argv: (artifacts) => commandLine(task, args, artifacts),
    ended: (end) => ended(end, context),
  }).catch((thrown: unknown) => {
    if (!(thrown instanceof TaskFailure) || thrown.error !== taskErrors.startFailed) throw thrown;
    const fix = 'Install Spark (for Python: pip install pyspark), or name the program in "submit".';
    throw new TaskFailure(thrown.error, `${thrown.message} ${fix}`);
  });
}

function commandLine(
  { folder, execution, state }: TaskRequest,
  args: SparkArguments,
  events: string,
): [string, ...string[]] {
  const { master = 'local[*]', mainClass, pyFiles, jars, files, submit = 'spark-submit' } = args;
  const inside = (name: string): string => existingInside(name, [folder]);
  const lists = Object.entries({ '--py-files': pyFiles, '--jars': jars, '--files': files });
  const isLocal = master.startsWith('local');
  const conf = {
    ...(isLocal
      ? {
          'spark.driver.bindAddress': '127.0.0.1',
          'spark.driver.host': '127.0.0.1',
          'spark.ui.enabled': 'false',
        }
      : {}),
    'spark.ui.showConsoleProgress': 'false',
    ...args.conf,
    'spark.eventLog.enabled': 'true',
    'spark.eventLog.dir': pathToFileURL(events).href,
    'spark.eventLog.compress': 'false',
    'spark.eventLog.rolling.enabled': 'false',
  };
  return [
    ...[submit, '--master', master],
    ...['--name', `${execution.pipeline} #${execution.number} ${state}`.slice(0, 200)],
    ...(mainClass === undefined ? [] : ['--class', mainClass]),
    ...lists.flatMap(([option, names = []]) =>
      names.length === 0 ? [] : [option, names.map(inside).join(',')],
    ),
    ...Object.entries(conf).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    // An absolute path never looks like an option.
    ...[inside(args.application), ...(args.args ?? [])],
  ] as [string, ...string[]];
}

async function ended(end: ProgramEnd, context: TaskContext): Promise<TaskOutcome> {
  const summary = await summaryOf(end).catch((error: Error) => {
    say(context, 'warn', `the event log cannot be read: ${error.message}`);
    return undefined;
  });
  if (summary !== undefined) for (const line of linesOf(summary)) say(context, ...line);
  const { code, signal } = end.exit;
  if (signal) {
    return failed(taskErrors.shellSignal + signal, end.failureCause(`It was ended by ${signal}.`));
  }
  if (code !== 0) {
    const stage = summary?.slowest.find(({ failure }) => failure !== undefined);
    const where =
      stage === undefined
        ? ''
        : ` Stage ${stage.stage} (${stage.name}) failed: ${firstLine(stage.failure ?? '')}`;
    const reason = `The application ended with exit code ${code}.${where}`;
    return failed(taskErrors.sparkFailed, end.failureCause(reason));
  }
  const given = await end.output();
  const output: JsonObject = isPlain(given) ? given : { result: given };
  const { rows, bytes } = summary?.written ?? { rows: 0, bytes: 0 };
  const whole: JsonObject = {
    ...(rows > 0 ? { produced: { rows, bytes } } : {}),
    ...output,
    ...(summary === undefined ? {} : { spark: summary as unknown as Json }),
  };
  return { type: 'succeeded', output: checkOutput(whole, "The application's output") };
}

/** The one application of the attempt; undefined: it never got so far. */
async function summaryOf(end: ProgramEnd): Promise<SparkSummary | undefined> {
  const [name] = (await end.artifacts()).filter((one) => !one.startsWith('.')).sort();
  const log = name === undefined ? undefined : await end.artifact(name);
  return log && (await summarize(log.file.createReadStream({ encoding: 'utf8' })));
}

type Line = ['info' | 'warn', string];

function linesOf(summary: SparkSummary): Line[] {
  const { stages, tasks, read, written, shuffle, spill, seconds, executorSeconds } = summary;
  const lines: Line[] = [
    [
      'info',
      `${stages.succeeded} stages and ${tasks.succeeded} tasks in ${seconds} s (${executorSeconds} s of all tasks); ` +
        `read ${read.rows} rows, ${read.bytes} bytes; wrote ${written.rows} rows, ${written.bytes} bytes; ` +
        `moved ${shuffle.writtenBytes} bytes between tasks`,
    ],
  ];
  if (tasks.failed > 0) lines.push(['warn', `${tasks.failed} tasks failed on the way`]);
  if (spill.diskBytes > 0) {
    lines.push([
      'warn',
      `${spill.diskBytes} bytes did not fit into memory and were spilled to disk: more memory (spark.executor.memory, spark.driver.memory) or more partitions would be faster`,
    ]);
  }
  return lines;
}

function say({ log }: TaskContext, level: 'info' | 'warn', words: string): void {
  log({ at: Date.now(), stream: 'system', level, message: `Spark: ${words}` });
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** What a program printed instead of an output is no output of it. */
function isPlain(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
