/**
 * A worker in the test's own process, and executions on it. Each has a task queue of its own.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, QueryNotRegisteredError, type WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import type { MachineDefinition } from '../../../src/asl/definition.js';
import type { Json, JsonObject } from '../../../src/asl/json.js';
import { DEFAULT_PLACE, dataConverterOf, openClient, type Place } from '../../src/connect.js';
import {
  DEFAULT_OPTIONS,
  type ExecutionOutcome,
  type ExecutionView,
  type HostedDeployment,
  type HostOptions,
} from '../../src/execution-input.js';
import { createExecutions, type Executions } from '../../src/executions.js';
import {
  installLogging,
  type OpenedWorker,
  openWorker,
  type WorkerConfig,
} from '../../src/open-worker.js';

/** The reason to skip, undefined when there is a Temporal. */
export const isMissing: boolean = inject('address') === '';

let isInstalled = false;

export interface Hosting {
  readonly client: Client;
  readonly executions: Executions;
  readonly place: Place;
  /** Starts an execution of a definition. */
  start(definition: unknown, given?: Given): Promise<string>;
  /** Starts one and waits for its end. */
  run(definition: unknown, given?: Given): Promise<ExecutionOutcome & { workflowId: string }>;
  /** Types of the events of its history. */
  types(workflowId: string): Promise<string[]>;
  /** Resolves when what a query tells of it is so. */
  until(workflowId: string, isSo: (view: ExecutionView) => boolean): Promise<ExecutionView>;
  /** Puts another worker in the place of this one. */
  replaceWorker(config?: Partial<WorkerConfig>): Promise<void>;
  stopWorker(): Promise<void>;
  /** Replays every run of an execution with the same code. @throws DeterminismViolationError */
  replay(workflowId: string, code?: string): Promise<number>;
  close(): Promise<void>;
}

export interface Given {
  input?: Json;
  name?: string;
  bindings?: { [resource: string]: JsonObject };
  options?: Partial<HostOptions>;
  deployment?: Partial<HostedDeployment>;
}

export function ownBundle(): { code: string } {
  return { code: readFileSync(inject('bundle'), 'utf8') };
}

/** Close it after the tests of the file. */
export async function openHosting(config: Partial<WorkerConfig> = {}): Promise<Hosting> {
  if (!isInstalled) installLogging('ERROR');
  isInstalled = true;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-hosting-'));
  const place: Place = {
    ...DEFAULT_PLACE,
    address: inject('address'),
    taskQueue: `test-${randomUUID()}`,
    ...config.place,
  };
  const client = await openClient(place);
  const executions = createExecutions(client, place.taskQueue);
  const open = (other: Partial<WorkerConfig> = {}): Promise<OpenedWorker> =>
    openWorker({
      ...{ pipelines: folder, data: join(folder, 'data') },
      ...{ secretSources: [], slots: 50, graceMs: 1_000, allowPrivateAddresses: true },
      bundle: ownBundle(),
      say: () => undefined,
      ...config,
      ...other,
      place,
    });
  let worker: OpenedWorker | undefined = await open();

  async function stopWorker(): Promise<void> {
    worker?.stop();
    await worker?.ended;
    worker = undefined;
  }

  async function start(definition: unknown, given: Given = {}): Promise<string> {
    const { input = {}, bindings = {}, options, name, deployment } = given;
    const { workflowId } = await executions.start({
      deployment: {
        ...{ name: 'test', team: 'default', tags: {}, folder: '', bindings },
        definition: definition as MachineDefinition,
        ...deployment,
      },
      input,
      name: name ?? randomUUID(),
      options: { ...DEFAULT_OPTIONS, ...options },
    });
    return workflowId;
  }

  return {
    ...{ client, executions, place, start, stopWorker },
    async run(definition, given) {
      const workflowId = await start(definition, given);
      return { workflowId, ...(await executions.ended(workflowId)) };
    },
    async types(workflowId) {
      return (await executions.history(workflowId)).map(({ type }) => type);
    },
    async until(workflowId, isSo) {
      for (;;) {
        // It answers no query before it has begun.
        const view = await executions.describe(workflowId).catch((error: unknown) => {
          if (error instanceof QueryNotRegisteredError) return undefined;
          throw error;
        });
        if (view !== undefined && isSo(view)) return view;
      }
    },
    async replaceWorker(other) {
      await stopWorker();
      worker = await open(other);
    },
    async replay(workflowId, code = ownBundle().code) {
      let count = 0;
      for (let runId: string | undefined = undefined; ; ) {
        const handle: WorkflowHandle = client.workflow.getHandle(workflowId, runId);
        const history: Awaited<ReturnType<WorkflowHandle['fetchHistory']>> =
          await handle.fetchHistory();
        const options = { workflowBundle: { code }, dataConverter: dataConverterOf(place) };
        await Worker.runReplayHistory(options, history, workflowId);
        count += 1;
        const attributes = history.events?.[0]?.workflowExecutionStartedEventAttributes;
        runId = attributes?.continuedExecutionRunId || undefined;
        if (runId === undefined) return count;
      }
    },
    async close() {
      await stopWorker();
      await client.connection.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
