/**
 * `millrace:dataset`: files become a version of a dataset.
 *
 *     files of the work folder ──process──▶ staging: Parquet, hashes, contract, manifest ──whole──▶ versions/VERSION
 *
 * Whether the version becomes current is not decided here but by the engine, in the commit that ends the task.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { quarantineFolder, versionFolder } from '../../datasets/layout.js';
import { argumentProblems, parseArguments } from '../arguments.js';
import type {
  Connector,
  Json,
  NewVersion,
  TaskContext,
  TaskOutcome,
  TaskRequest,
} from '../connector.js';
import { abortedOutcome, failed, outcomeOfThrown, TaskFailure, taskErrors } from '../errors.js';
import { compiledEntry } from '../process/compiled-entry.js';
import { runJobProcess } from '../process/job-process.js';
import { existingInside } from '../process/resolve-inside.js';
import { removeTaskFiles } from '../process/work-folders.js';
import type { SqlConfig } from '../sql/sql-connector.js';
import { copyWritten } from './copy-written.js';
import {
  type DatasetArguments,
  datasetArguments,
  type TableArgument,
} from './dataset-arguments.js';
import type { DatasetJob, DatasetMessage, DatasetOutput, NotedTable } from './dataset-protocol.js';
import type { DatasetStorage } from './storage.js';

export interface DatasetConfig extends SqlConfig {
  /** Where versions lie. */
  storage: DatasetStorage;
}

export function createDatasetConnector(config: DatasetConfig): Connector {
  return {
    kind: 'dataset',
    // A contract may hold SQL; it cannot leave DuckDB, and nothing is written but the version.
    runsCode: true,
    validate: (args) => argumentProblems(datasetArguments, args),
    run: (task, context) => writeVersion(task, context, config).catch(outcomeOfThrown),
  };
}

async function writeVersion(
  task: TaskRequest,
  context: TaskContext,
  config: DatasetConfig,
): Promise<TaskOutcome> {
  const args = parseArguments(datasetArguments, task.arguments, 'dataset');
  const { version: target } = task;
  if (target === undefined) {
    throw new TaskFailure(
      taskErrors.datasetRefused,
      `Nothing here keeps datasets, so "${args.dataset}" cannot be written.`,
    );
  }
  const job = await prepareJob(args, target, task, config);
  try {
    if (context.signal.aborted) return abortedOutcome();
    const outcome = await runJobProcess(
      {
        job,
        entry: compiledEntry('./runtime/dataset-runtime.js', import.meta.url),
        cwd: job.workFolder,
        what: 'writes the version',
        crashed: `${taskErrors.datasetStorage}`,
        take: (line) => outcomeOf(JSON.parse(line) as DatasetMessage, context),
      },
      task,
      context,
      config,
    );
    if (outcome.type === 'failed' || context.signal.aborted) return outcome;
    return await placed(outcome.output as unknown as DatasetOutput, target, job, config);
  } finally {
    for (const folder of [job.temporaryFolder, job.staging, job.quarantine, job.draft]) {
      // What cannot be removed now, the collector removes later: the outcome is not changed by it.
      await removeTaskFiles(folder, config.user).catch(() => undefined);
    }
  }
}

/** Takes what was staged to its place. */
async function placed(
  output: DatasetOutput,
  target: NewVersion,
  job: DatasetJob,
  { storage, user }: DatasetConfig,
): Promise<TaskOutcome> {
  const { stage, version, under } = target;
  const below = (folder: string): string => (under === '' ? folder : `${under}/${folder}`);
  const place = below(versionFolder(stage, target, version));
  if (output.unchanged === true) {
    // The version before is the one: what was staged goes.
    const located: DatasetOutput = { ...output, location: `${storage.root}/${target.previous}` };
    return { type: 'succeeded', output: located as unknown as Json };
  }
  const take = async (staged: string, folder: string): Promise<void> => {
    if (user === undefined) return await storage.take(staged, folder);
    // The user that tasks have could go on changing what it has written: the server makes files of its own.
    const own = storage.stagingFolder(`${version}-${randomUUID().slice(0, 8)}`);
    try {
      await copyWritten(staged, own, user);
      await storage.take(own, folder);
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  };
  try {
    if (output.quarantined !== undefined) {
      const folder = below(quarantineFolder(stage, target, version));
      await take(job.quarantine, folder);
      output.quarantined.location = `${storage.root}/${folder}`;
    }
    await take(job.staging, place);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failed(
      taskErrors.datasetStorage,
      `${target.name} cannot be put into ${storage.root}: ${why}`,
    );
  }
  const located: DatasetOutput = { ...output, location: `${storage.root}/${place}` };
  return { type: 'succeeded', output: located as unknown as Json };
}

async function prepareJob(
  args: DatasetArguments,
  target: NewVersion,
  task: TaskRequest,
  config: DatasetConfig,
): Promise<DatasetJob> {
  const { storage, dataFolder } = config;
  const given = args.from ?? [];
  const { files, ...options } =
    typeof given === 'string' || Array.isArray(given) ? { files: given } : given;
  const roots = [task.workFolder, task.folder];
  const { table } = args;
  const name = `${target.version}-${randomUUID().slice(0, 8)}`;
  const staging =
    config.user === undefined
      ? storage.stagingFolder(name)
      : join(task.workFolder, '.millrace', `version-${name}`);
  const references: { [dataset: string]: string[] } = {};
  for (const [dataset, folders] of Object.entries(target.references)) {
    references[dataset] = await Promise.all(folders.map((folder) => storage.local(folder)));
  }
  const previous = target.previous === undefined ? undefined : await storage.local(target.previous);
  return {
    target,
    execution: { id: task.execution.id, pipeline: task.execution.pipeline },
    state: task.state,
    files: (Array.isArray(files) ? files : [files]).map((file) =>
      /[*?[{]/.test(file) ? file : existingInside(file, roots, dataFolder),
    ),
    options,
    ...(table === undefined ? {} : { table: notedTable(table, roots, dataFolder) }),
    ...(config.extensions === undefined ? {} : { extensions: config.extensions }),
    staging,
    quarantine: `${staging}-quarantine`,
    draft: `${staging}-draft`,
    now: Date.now(),
    ...(previous === undefined ? {} : { previousManifest: join(previous, '_manifest.json') }),
    references,
    folder: existingInside(task.folder, [task.folder]),
    workFolder: existingInside(task.workFolder, [task.workFolder]),
    ...(dataFolder === undefined ? {} : { dataFolder }),
    temporaryFolder: `${staging}-temporary`,
    memoryMebibytes: config.memoryMebibytes ?? 1_024,
    threads: config.threads ?? Math.min(4, availableParallelism()),
  };
}

/** Where the table is that the task names, inside of what it may read. Throws TaskFailure. */
function notedTable(
  table: TableArgument,
  roots: string[],
  dataFolder: string | undefined,
): NotedTable {
  if ('iceberg' in table) {
    return { format: 'iceberg', path: existingInside(table.iceberg, roots, dataFolder) };
  }
  if ('delta' in table) {
    return { format: 'delta', path: existingInside(table.delta, roots, dataFolder) };
  }
  if ('dbt' in table) {
    const target = existingInside(table.target ?? 'target', roots, dataFolder);
    return { format: 'dbt', model: table.dbt, target };
  }
  const { at, snapshot, rows, columns } = table;
  return {
    ...{ format: 'told', at, snapshot: String(snapshot) },
    ...(rows === undefined ? {} : { rows }),
    ...(columns === undefined
      ? {}
      : { columns: Object.entries(columns).map(([name, type]) => ({ name, type })) }),
  };
}

function outcomeOf(message: DatasetMessage, context: TaskContext): TaskOutcome | undefined {
  switch (message.type) {
    case 'working':
      return undefined;
    case 'warning':
      context.log({ at: Date.now(), stream: 'system', level: 'warn', message: message.message });
      return undefined;
    case 'done':
      return { type: 'succeeded', output: message.output as unknown as Json };
    case 'failed':
      return failed(message.error, message.cause);
  }
}
