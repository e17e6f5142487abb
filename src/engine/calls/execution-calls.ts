/**
 * `engine.executions`: start, wait for, look into, stop and redrive executions.
 * @module
 */
import { createHash } from 'node:crypto';
import type { RedriveNote } from '../../asl/redrive.js';
import type { HistoryEvent } from '../../asl/transition.js';
import type { ExecutionRecord, LogLine } from '../../store/store.js';
import { type ActiveExecution, recordOf } from '../kernel/active-execution.js';
import type { FoundOrCreated, StartTarget } from '../kernel/creations.js';
import type { DurableRequest } from '../kernel/durable-request.js';
import type { FeedChange, FeedFilter } from '../kernel/feed.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Page } from '../kernel/pages.js';
import { checkPayload } from '../kernel/payload.js';
import {
  checkStart,
  type RedriveRequest,
  redriveInput,
  type StartedExecution,
  type StartOf,
  type StartRequest,
  startInput,
  stopInput,
} from '../kernel/requests.js';
import { narrowed, type Scope } from '../kernel/scope.js';
import type {
  ExecutionDetail,
  ExecutionSummary,
  HistoryPage,
  ListExecutions,
  LogPage,
  View,
} from './execution-detail.js';
import type { Reading } from './reading.js';

/** `id` is everywhere the execution's id, its number (`#12`), its ARN, or `PIPELINE/NAME`. */
export interface ExecutionCalls {
  /** Throws PipelineNotFound, PipelineAmbiguous, ExecutionConflict and what is wrong with the request. */
  start(scope: Scope, request: StartRequest): Promise<StartedExecution>;
  /** Starts and answers when it has ended. */
  run(scope: Scope, request: StartRequest, view?: View): Promise<ExecutionDetail>;
  /** Answers when the execution has ended; at once if it has. Rejects with the signal's reason when that aborts first. */
  wait(scope: Scope, id: string, signal?: AbortSignal): Promise<ExecutionDetail>;
  /** Throws ExecutionNotRunning. */
  stop(
    scope: Scope,
    id: string,
    reason?: { error?: string; cause?: string },
  ): Promise<ExecutionSummary>;
  /** Goes on with a failed execution; `notes` say of each state whether it runs again, is kept, or why not. */
  redrive(
    scope: Scope,
    id: string,
    request?: RedriveRequest,
  ): Promise<ExecutionSummary & { notes: RedriveNote[] }>;
  /** What a redrive would do, without doing it. Refuses for the same reasons. */
  planRedrive(scope: Scope, id: string, request?: RedriveRequest): Promise<RedriveNote[]>;
  /** @param view default: masked */
  describe(scope: Scope, id: string, view?: View): Promise<ExecutionDetail>;
  list(scope: Scope, filter?: ListExecutions): Promise<Page<ExecutionSummary>>;
  history(scope: Scope, id: string, page?: HistoryPage): Promise<Page<HistoryEvent>>;
  logs(scope: Scope, id: string, page?: LogPage): Promise<Page<LogLine>>;
  /** Hears committed changes, of pipelines too, until the answer is called. */
  subscribe(scope: Scope, listener: (change: FeedChange) => void, filter?: FeedFilter): () => void;
}

/** What these calls need of features. */
export interface ExecutionPeers {
  /** What a start by a version's number or an alias's name runs. */
  target(pipeline: StartOf['pipeline'], qualifier: string, chance: number): Promise<StartTarget>;
  /** Map runs of an execution are brought to where a redrive can go on with them. */
  prepareRedrive(execution: ExecutionRecord): Promise<void>;
}

export function executionCalls(
  kernel: Kernel,
  reading: Reading,
  request: DurableRequest,
  { target, prepareRedrive }: ExecutionPeers,
): ExecutionCalls {
  const { store, waiters, feed } = kernel;

  /** What is started, checked: its pipeline is known, and what a version or alias runs. */
  async function readStart(
    scope: Scope,
    { pipeline, team, ...rest }: StartRequest,
  ): Promise<{ start: StartOf; runs: StartTarget | undefined }> {
    const chosen = kernel.machines.choose(narrowed(scope, team), pipeline);
    const start = { ...rest, pipeline: chosen };
    checkStart(kernel, start);
    const { qualifier } = start;
    if (qualifier === undefined) return { start, runs: undefined };
    const chance = chanceOf(kernel.random.seed());
    return { start, runs: await target(chosen, qualifier, chance) };
  }

  function describeEnded(active: ActiveExecution, view?: View): Promise<ExecutionDetail> {
    return reading.describe(recordOf(active), view);
  }

  async function waitFor(
    number: number,
    signal?: AbortSignal,
    view?: View,
  ): Promise<ExecutionDetail> {
    signal?.throwIfAborted();
    let giveUp: (() => void) | undefined;
    const ended = new Promise<ExecutionDetail>((resolveEnd, reject) => {
      const stop = waiters.add(number, (active) => resolveEnd(describeEnded(active, view)));
      const abort = (): void => {
        stop();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      giveUp = () => {
        stop();
        signal?.removeEventListener('abort', abort);
      };
    });
    // Registered first, looked after second: an end in between is not missed.
    const record = await store.findExecution(number);
    if (record && record.header.status !== 'RUNNING') {
      giveUp?.();
      return reading.describe(record, view);
    }
    return ended.finally(() => giveUp?.());
  }

  return {
    async start(scope, wanted) {
      const { start, runs } = await readStart(scope, wanted);
      return started(
        await request<FoundOrCreated>((settle) =>
          startInput(kernel, start, settle, { target: runs }),
        ),
      );
    },
    async run(scope, wanted, view) {
      const { start, runs } = await readStart(scope, wanted);
      let ended: Promise<ExecutionDetail> | undefined;
      const found = await request<FoundOrCreated>((settle) =>
        startInput(kernel, start, settle, {
          target: runs,
          created(turn, active) {
            ended = new Promise((resolveEnd) => {
              const stop = waiters.add(active.number, (end) =>
                resolveEnd(describeEnded(end, view)),
              );
              turn.afterFailure(stop);
            });
          },
        }),
      );
      return ended ?? waitFor(found.number, undefined, view);
    },
    wait: async (scope, id, signal) => waitFor((await reading.find(scope, id)).number, signal),
    async stop(scope, id, reason = {}) {
      const record = await reading.find(scope, id);
      checkPayload(reason, 'reason');
      await request<void>((settle) => stopInput(kernel, record, reason, settle));
      return reading.summarise(await reading.find(scope, record.id));
    },
    async redrive(scope, id, redrive = {}) {
      const record = await reading.find(scope, id);
      const history = await reading.wholeHistory(record);
      await prepareRedrive(record);
      const notes = await request<RedriveNote[]>((settle) =>
        redriveInput(kernel, record, redrive, history, 'go', settle),
      );
      return { ...(await reading.summarise(await reading.find(scope, record.id))), notes };
    },
    async planRedrive(scope, id, redrive = {}) {
      const record = await reading.find(scope, id);
      const history = await reading.wholeHistory(record);
      return request<RedriveNote[]>((settle) =>
        redriveInput(kernel, record, redrive, history, 'plan', settle),
      );
    },
    describe: async (scope, id, view) => reading.describe(await reading.find(scope, id), view),
    list: (scope, filter = {}) => reading.list(scope, filter),
    history: async (scope, id, page = {}) => reading.history(await reading.find(scope, id), page),
    logs: async (scope, id, page = {}) => reading.logs(await reading.find(scope, id), page),
    subscribe: (scope, listener, filter) => feed.subscribe(scope, listener, filter),
  };
}

/** 0 to 1, from a seed. */
function chanceOf(seed: string): number {
  return Number.parseInt(createHash('sha256').update(seed).digest('hex').slice(0, 8), 16) / 2 ** 32;
}

function started({ creation, number, created }: FoundOrCreated): StartedExecution {
  const { id, name, pipeline, startedAt, context } = creation;
  return { id, arn: context.Execution.Id, number, name, pipeline, startedAt, created };
}
