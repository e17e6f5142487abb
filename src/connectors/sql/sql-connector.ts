/**
 * `millrace:sql`: SQL in DuckDB as a task, over CSV, JSON and Parquet files.
 *
 * The SQL runs in a process of its own (`runtime/sql-runtime.ts`) that can read and write nothing but the pipeline's and
 * the work folder. A file that is written appears complete or not at all. The answer has row counts, the written file with
 * its SHA-256 and the first rows: see `SqlOutput`.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, extname, join, relative } from 'node:path';
import { argumentProblems, parseArguments } from '../arguments.js';
import type { Connector, Json, TaskContext, TaskOutcome, TaskRequest } from '../connector.js';
import { abortedOutcome, failed, outcomeOfThrown, TaskFailure, taskErrors } from '../errors.js';
import { compiledEntry } from '../process/compiled-entry.js';
import type { Confinement, TaskUser } from '../process/confinement.js';
import { runJobProcess } from '../process/job-process.js';
import { checkOutput } from '../process/json-output.js';
import { openFolder } from '../process/open-folder.js';
import { existingInside, writableInside } from '../process/resolve-inside.js';
import { removeTaskFiles } from '../process/work-folders.js';
import { type OutputFormat, type SqlArguments, sqlArguments } from './sql-arguments.js';
import type { SqlJob, SqlMessage } from './sql-protocol.js';

export interface SqlConfig extends Confinement {
  /** What one task may hold in memory before it writes to disk, in MiB. Defaults to 1024. */
  memoryMebibytes?: number;
  /** Threads of one task. Defaults to the number of processors, at most 4. */
  threads?: number;
  /** Folder of DuckDB's extensions, for tables of Iceberg and Delta. Defaults to none. */
  extensions?: string;
  /** Milliseconds between SIGTERM and SIGKILL. Defaults to 5000. */
  terminationGrace?: number;
}

export function createSqlConnector(config: SqlConfig = {}): Connector {
  return {
    kind: 'sql',
    runsCode: true,
    dataArguments: ['parameters'],
    secretArguments: { parameters: 'values' },
    validate: (args) => argumentProblems(sqlArguments, args),
    run: (task, context) => runSql(task, context, config).catch(outcomeOfThrown),
  };
}

async function runSql(
  task: TaskRequest,
  context: TaskContext,
  config: SqlConfig,
): Promise<TaskOutcome> {
  const args = parseArguments(sqlArguments, task.arguments, 'sql');
  const job = await prepareJob(args, task, config);
  try {
    if (context.signal.aborted) return abortedOutcome();
    return await runInProcess(job, task, context, config);
  } finally {
    await removeTaskFiles(job.temporaryFolder, config.user);
    if (job.output) await rm(job.output.temporary, { force: true });
  }
}

async function prepareJob(
  args: SqlArguments,
  task: TaskRequest,
  config: SqlConfig,
): Promise<SqlJob> {
  await mkdir(task.workFolder, { recursive: true });
  const { user, dataFolder } = config;
  const roots = [task.workFolder, task.folder];
  const read = Object.entries(task.datasets ?? {});
  const own = new Set(Object.keys(args.inputs ?? {}));
  const inputs = Object.entries(args.inputs ?? {}).map(([view, given]) => {
    const { files, ...options } =
      typeof given === 'string' || Array.isArray(given) ? { files: given } : given;
    return {
      view,
      files: (Array.isArray(files) ? files : [files]).map((file) =>
        /[*?[{]/.test(file) ? file : existingInside(file, roots, dataFolder),
      ),
      options,
    };
  });
  // What the SQL itself calls so goes before what the pipeline does.
  const datasets = read.filter(([alias]) => !own.has(alias));
  return {
    name: 'file' in args ? args.file : 'query',
    sql:
      'file' in args
        ? { file: existingInside(args.file, [task.folder], dataFolder) }
        : { text: args.query },
    parameters: args.parameters ?? {},
    inputs,
    datasets: datasets.map(([view, { versions: _, ...read }]) => ({ view, ...read })),
    datasetFolders: read.flatMap(([, { folders }]) => folders),
    ...(args.output ? { output: await prepareOutput(args.output, task.workFolder, user) } : {}),
    folder: existingInside(task.folder, [task.folder]),
    workFolder: existingInside(task.workFolder, [task.workFolder]),
    ...(dataFolder === undefined ? {} : { dataFolder }),
    ...(config.extensions === undefined ? {} : { extensions: config.extensions }),
    temporaryFolder: join(task.workFolder, '.millrace', `duckdb-${randomUUID()}`),
    memoryMebibytes: config.memoryMebibytes ?? 1_024,
    threads: config.threads ?? Math.min(4, availableParallelism()),
  };
}

async function prepareOutput(
  output: NonNullable<SqlArguments['output']>,
  workFolder: string,
  owner: TaskUser | undefined,
): Promise<NonNullable<SqlJob['output']>> {
  const path = writableInside(output.path, workFolder);
  const root = await realpath(workFolder);
  const folder = await openFolder(root, relative(root, dirname(path)), { owner });
  await folder.close();
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  return { path, temporary, format: output.format ?? formatOf(path) };
}

function formatOf(path: string): OutputFormat {
  const ending = extname(path).slice(1).toLowerCase();
  if (ending === 'parquet' || ending === 'csv' || ending === 'json' || ending === 'jsonl') {
    return ending;
  }
  throw new TaskFailure(
    taskErrors.invalidArguments,
    `output: give "format" (parquet, csv, json or jsonl); the ending of ${basename(path)} does not tell it.`,
  );
}

async function runInProcess(
  job: SqlJob,
  task: TaskRequest,
  context: TaskContext,
  config: SqlConfig,
): Promise<TaskOutcome> {
  return await runJobProcess(
    {
      job,
      entry: compiledEntry('./runtime/sql-runtime.js', import.meta.url),
      cwd: job.workFolder,
      what: 'runs the SQL',
      crashed: `${taskErrors.sql}Crashed`,
      take: (line) => outcomeOf(JSON.parse(line) as SqlMessage, job, context),
    },
    task,
    context,
    config,
  );
}

function outcomeOf(
  message: SqlMessage,
  job: SqlJob,
  context: TaskContext,
): TaskOutcome | undefined {
  switch (message.type) {
    case 'working':
      return undefined;
    case 'statement': {
      const { number, of, line, milliseconds } = message;
      const where = `${job.name}:${line}`;
      context.log({
        at: Date.now(),
        stream: 'system',
        level: 'debug',
        message: `Statement ${number} of ${of} (${where}): ${milliseconds} ms`,
      });
      return undefined;
    }
    case 'warning':
      context.log({ at: Date.now(), stream: 'system', level: 'warn', message: message.message });
      return undefined;
    case 'done': {
      const output = checkOutput(message.output as unknown as Json, 'The result of the SQL');
      return { type: 'succeeded', output };
    }
    case 'failed':
      return failed(message.error, message.cause);
  }
}
