/**
 * A worker: a process that hosts executions and performs their tasks.
 *
 *     Temporal ──▶ workflow tasks: `advance` in a sandbox ──▶ commands
 *              ──▶ activity tasks: connectors, processes of this machine ──▶ outcomes
 *
 * Any number of them serve one task queue. Each needs the folder of pipelines, and what its tasks need of the machine.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type LogLevel,
  Runtime,
  Worker,
} from '@temporalio/worker';
import { endOrphans } from '../../src/connectors/process/orphans.js';
import { createConnectors } from '../../src/connectors/registry.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { openProcessLedger } from '../../src/engine/adapters/process-ledger.js';
import type { SecretSource } from '../../src/engine/kernel/secret-source.js';
import { WorkFolders } from '../../src/engine/kernel/work-folders.js';
import { createTaskActivities } from './activities/perform-task.js';
import { dataConverterOf, openNativeConnection, type Place } from './connect.js';
import type { AttemptAnswer, AttemptInput } from './execution-input.js';
import type { HostActivities } from './host-activities.js';
import { openPipelineFolder } from './pipeline-folder.js';
import type { Records } from './records.js';

export interface WorkerConfig {
  readonly place: Place;
  /** Folder of pipeline files. */
  readonly pipelines: string;
  /** Folder for work folders of executions; made when it is not there. */
  readonly data: string;
  /** Where histories are written; absent: nowhere. */
  readonly records?: Records;
  readonly secretSources: readonly SecretSource[];
  /** Attempts at a time, of all kinds. */
  readonly slots: number;
  /** Milliseconds for which attempts may go on when it is stopped. */
  readonly graceMs: number;
  /** Whether http tasks may reach loopback and private addresses. */
  readonly allowPrivateAddresses: boolean;
  /** The workflows. Default: those of this package. */
  readonly bundle?: { readonly code: string };
  say(text: string): void;
}

export interface OpenedWorker {
  /** Resolves when it was stopped and nothing of it runs. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** The code of the workflows as it was built; made anew where there is none, which takes some seconds. */
export async function workflowBundle(): Promise<{ code: string }> {
  const built = join(import.meta.dirname, 'workflow-bundle.js');
  try {
    return { code: readFileSync(built, 'utf8') };
  } catch {
    return await bundleWorkflowCode({
      workflowsPath: workflowsPath(),
      logger: quiet(),
    });
  }
}

/** The module with the workflows: of the build, or of the sources when those run. */
export function workflowsPath(): string {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  return join(import.meta.dirname, `workflows/index.${extension}`);
}

function quiet(): NonNullable<Parameters<typeof bundleWorkflowCode>[0]['logger']> {
  const nothing = (): void => undefined;
  return {
    log: nothing,
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
  };
}

/** Says how much Temporal's own parts write to standard error. Once in a process, before a worker is opened. */
export function installLogging(level: LogLevel): void {
  Runtime.install({
    // That an execution fails is no trouble of the worker.
    logger: new DefaultLogger(level, ({ level: how, message, meta }) => {
      if (message === 'Workflow failed') return;
      const said = meta?.error instanceof Error ? `: ${meta.error.message}` : '';
      process.stderr.write(`${how} ${message}${said}\n`);
    }),
    // The command decides when it ends.
    shutdownSignals: [],
  });
}

/** @example const worker = await openWorker(config); await worker.ended; */
export async function openWorker(config: WorkerConfig): Promise<OpenedWorker> {
  const { place, slots, graceMs, allowPrivateAddresses } = config;
  const data = resolve(config.data);
  const work = join(data, 'work');
  const ledger = openProcessLedger(join(data, 'processes'));
  await endOrphans(ledger.takeLeftovers(), work);
  const connectors = createConnectors({
    confinement: { dataFolder: data },
    http: { allowPrivateAddresses },
  });
  const concurrency = Object.fromEntries([...connectors.keys()].map((kind) => [kind, slots]));
  const runner = createConnectorRunner(connectors, concurrency, ledger);
  const folder = openPipelineFolder(config.pipelines);
  const folders = new WorkFolders(work);
  const host: HostActivities = {
    findPipeline: (request) => folder.answer(request),
    writeRecords: async (batch) => {
      if (config.records === undefined) {
        throw new Error('This worker has no records: start it with --store postgres://…');
      }
      await config.records.write(batch);
    },
  };
  const tasks = createTaskActivities({
    runner,
    folder,
    workFolder: (team, execution) => folders.of(team, execution),
    secrets: { value: (team, name) => secretOf(config.secretSources, config.records, team, name) },
    log: (input, record) => config.records?.log(input, record),
  });
  const connection = await openNativeConnection(place);
  const worker = await Worker.create({
    connection,
    namespace: place.namespace,
    taskQueue: place.taskQueue,
    workflowBundle: config.bundle ?? (await workflowBundle()),
    activities: { ...tasks, ...host, default: unknownKind },
    dataConverter: dataConverterOf(place),
    maxConcurrentActivityTaskExecutions: slots,
    shutdownGraceTime: graceMs,
    // So long a task that nobody waits for any more may run on.
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
  });
  const end = async (): Promise<void> => {
    try {
      await worker.run();
    } finally {
      await runner.close();
      await config.records?.close();
      await connection.close();
    }
  };
  return { ended: end(), stop: () => worker.shutdown() };
}

/** What a task of no kind that workers know comes to: what it would come to in a server. */
async function unknownKind({ kind }: AttemptInput): Promise<AttemptAnswer> {
  const cause = `There is no connector '${kind}'.`;
  const error = 'Millrace.UnknownConnector';
  return { type: 'failed', error, cause, stage: 'schedule', startedAt: Date.now() };
}

async function secretOf(
  sources: readonly SecretSource[],
  records: Records | undefined,
  team: string,
  name: string,
): Promise<string | undefined> {
  for (const source of sources) {
    if (source.teams !== '*' && !source.teams.includes(team)) continue;
    const value = await source.value(team, name);
    if (value === undefined) continue;
    // What it prints is shown to others.
    records?.declare(value);
    return value;
  }
  return undefined;
}
