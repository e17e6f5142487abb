/**
 * Puts the engine together: kernel, features, and the facade over them. See `engine.ts` for what it does.
 * @module
 */
import { createHash } from 'node:crypto';
import { advance, applyTransition, startExecution } from '../asl/advance.js';
import { compileMachine } from '../asl/compile.js';
import type { RedriveNote } from '../asl/redrive.js';
import { systemClock, systemRandom } from './adapters/system-ports.js';
import { type Addition, composeFeatures, type Features } from './compose.js';
import type { Engine, EngineHealth, ExecutionDetail, View } from './engine.js';
import { explainTrigger } from './explain-trigger.js';
import { listPools } from './features/admission/list-pools.js';
import { backfillCalls } from './features/backfills/describe-backfill.js';
import type { FileSource } from './features/files/file-source.js';
import type { RetentionConfig } from './features/retention/retention.js';
import { eventCalls } from './features/rules/event-calls.js';
import { listSchedules } from './features/schedules/list-schedules.js';
import { schedulerCalls } from './features/schedules/scheduler-calls.js';
import { planRepair } from './features/upstreams/repair-plan.js';
import { type ActiveExecution, recordOf } from './kernel/active-execution.js';
import { checkEvent, type PutResult } from './kernel/bus-event.js';
import { createKernel, type KernelConfig } from './kernel/create-kernel.js';
import type { FoundOrCreated, StartTarget } from './kernel/creations.js';
import { EngineError } from './kernel/errors.js';
import type { Kernel } from './kernel/kernel.js';
import { checkPayload } from './kernel/payload.js';
import type { Clock, Random } from './kernel/ports.js';
import type { Reducer } from './kernel/reducer.js';
import {
  checkStart,
  redriveInput,
  type Settle,
  type StartedExecution,
  type StartOf,
  type StartRequest,
  startInput,
  stopInput,
} from './kernel/requests.js';
import { GRACE, shutDown } from './kernel/shut-down.js';
import { refuseStored } from './kernel/store-refusal.js';
import type { Input } from './kernel/turn-loop.js';
import { closeFeatures, openRecords, openWork } from './opening.js';
import { Reading, summarisePipeline } from './reading.js';

/** Every field besides those of the kernel. */
export interface EngineConfig extends Omit<KernelConfig, 'clock' | 'random' | 'reducer'> {
  /** Files that triggers watch; see `createFileSource`. Default: none are watched. */
  files?: FileSource;
  /** How long things are kept. Default: `DEFAULT_RETENTION`. */
  retention?: RetentionConfig;
  /** Features that join besides those of `compose.ts`. Default: none. */
  additions?: readonly Addition[];
  /** Default: this machine's. */
  clock?: Clock;
  /** Default: the operating system's. */
  random?: Random;
  /** The interpreter. Default: `asl/advance.ts`; the simulation puts a defective one here. */
  reducer?: Reducer;
  /** Requests that may wait for a turn before more are refused. Default: 10,000. */
  queuedRequests?: number;
}

const REDUCER: Reducer = {
  compile: compileMachine,
  start: startExecution,
  advance,
  apply: applyTransition,
};

type Status = 'starting' | 'held' | 'ready' | 'closing' | 'closed';

/**
 * Creates an engine; `open` it before use.
 *
 * @example
 * const engine = createEngine({ store, runner: createConnectorRunner(connectors), evaluator, itemSource, workFolder });
 */
export function createEngine(config: EngineConfig): Engine {
  const kernel = createKernel({
    ...config,
    clock: config.clock ?? systemClock(),
    random: config.random ?? systemRandom(),
    reducer: config.reducer ?? REDUCER,
  });
  const features = composeFeatures(kernel, {
    files: config.files,
    additions: config.additions ?? [],
    retention: config.retention ?? {},
    start: (request) => engine.startExecution(request),
  });
  const { store, loop, machines, attempts, waiters, feed, deployments } = kernel;
  const { admission, bus, rules, upstreams, stateMachines, mapRuns } = features;
  const sources = {
    kernel,
    pipelines: features.pipelineSchedules,
    clients: features.apiSchedules,
  };
  const reading = new Reading(kernel, (pipeline, number) => admission.reasonFor(pipeline, number));
  const chosen = (start: StartRequest): StartOf => startOf(kernel, start);
  const maxQueued = config.queuedRequests ?? 10_000;
  let status: Status = 'starting';
  let goingOn: Promise<void> | undefined;
  const unready = (): EngineError => new EngineError(status === 'held' ? 'Held' : 'ShuttingDown');

  /** Queues a request and answers when it is durable. */
  function request<Value>(toInput: (settle: Settle<Value>) => Input): Promise<Value> {
    return new Promise((resolveRequest, reject) => {
      if (status !== 'ready') return reject(unready());
      if (loop.queued >= maxQueued) {
        return reject(new EngineError('TooManyQueued', { queued: loop.queued }));
      }
      loop.add(toInput({ resolve: resolveRequest, reject }));
    });
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

  const engine: Engine = {
    async open(as = 'working') {
      await openRecords(kernel, features);
      if (as === 'working') await openWork(kernel, features);
      status = as === 'working' ? 'ready' : 'held';
    },
    goOn() {
      if (status !== 'held') return goingOn ?? Promise.resolve();
      status = 'starting';
      goingOn = (async () => {
        await store.leaveBackup();
        await openWork(kernel, features);
        status = 'ready';
      })();
      return goingOn;
    },
    async close(graceMs = GRACE) {
      if (status === 'closing' || status === 'closed') return;
      status = 'closing';
      await shutDown(kernel, () => closeFeatures(features), config.evaluator, graceMs);
      status = 'closed';
    },
    health: () => healthOf(kernel, status),

    async deployPipeline(deployment) {
      if (status !== 'ready') throw unready();
      return summarisePipeline(await deployments.deploy(deployment).catch(refuseStored));
    },
    listPipelines: async (filter) => reading.pipelines(filter?.teams),
    describePipeline: async (name, version, asking = {}) =>
      reading.pipeline(machines.choose(name, asking), version),
    withdrawPipeline: (pipeline) => stateMachines.withdraw(pipeline),

    async startExecution(wanted) {
      const start = chosen(wanted);
      checkStart(kernel, start);
      const target = await targetOf(kernel, stateMachines, start);
      return started(
        await request<FoundOrCreated>((settle) => startInput(kernel, start, settle, { target })),
      );
    },
    async runExecution(wanted, view) {
      const start = chosen(wanted);
      checkStart(kernel, start);
      const target = await targetOf(kernel, stateMachines, start);
      let ended: Promise<ExecutionDetail> | undefined;
      const found = await request<FoundOrCreated>((settle) =>
        startInput(kernel, start, settle, {
          target,
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
    async waitForExecution(id, signal) {
      return waitFor((await reading.find(id)).number, signal);
    },
    async stopExecution(id, reason = {}) {
      const record = await reading.find(id);
      checkPayload(reason, 'reason');
      await request<void>((settle) => stopInput(kernel, record, reason, settle));
      return reading.summarise(await reading.find(record.id));
    },
    async redriveExecution(id, redrive = {}) {
      const record = await reading.find(id);
      const history = await reading.wholeHistory(record);
      await mapRuns.prepareRedrive(record);
      const notes = await request<RedriveNote[]>((settle) =>
        redriveInput(kernel, record, redrive, history, 'go', settle),
      );
      return { ...(await reading.summarise(await reading.find(record.id))), notes };
    },
    async planRedrive(id, redrive = {}) {
      const record = await reading.find(id);
      const history = await reading.wholeHistory(record);
      return request<RedriveNote[]>((settle) =>
        redriveInput(kernel, record, redrive, history, 'plan', settle),
      );
    },

    describeExecution: async (id, teams, view) =>
      reading.describe(await reading.find(id, teams), view),
    listExecutions: (filter = {}) => reading.list(filter),
    history: async (id, page = {}) => reading.history(await reading.find(id), page),
    logs: async (id, page = {}) => reading.logs(await reading.find(id), page),

    async sendTaskSuccess(token, output, teams) {
      checkPayload(output, 'output');
      const event = { type: 'TaskSucceeded', output } as const;
      await request<void>((settle) => attempts.tokenInput(token, teams, event, settle));
    },
    async sendTaskFailure(token, failure, teams) {
      checkPayload(failure, 'failure');
      const event = { type: 'TaskFailed', ...failure } as const;
      await request<void>((settle) => attempts.tokenInput(token, teams, event, settle));
    },
    async sendTaskHeartbeat(token, teams) {
      const event = { type: 'TaskHeartbeat' } as const;
      await request<void>((settle) => attempts.tokenInput(token, teams, event, settle));
    },

    async testState(test, options) {
      if (status !== 'ready') throw unready();
      return features.stateTests.test(test, options);
    },

    describeMapRun: (mapRun, teams) => reading.mapRun(mapRun, teams),
    listMapRuns: async (id) => reading.mapRuns(await reading.find(id)),
    async updateMapRun(mapRun, change) {
      const { number } = await reading.mapRun(mapRun);
      await request<void>((settle) => mapRuns.updateInput(number, change, settle));
    },

    async putEvents(events, { team }) {
      for (const event of events) checkEvent(event);
      return Promise.all(
        events.map((event) => request<PutResult>((settle) => bus.putInput(event, team, settle))),
      );
    },
    listEvents: async (query) => bus.show(query),
    explainTrigger: async (pipeline, { interval, ...asking } = {}) =>
      explainTrigger(
        { schedules: sources, upstreams, bus, files: features.files },
        machines.choose(pipeline, asking),
        asking.teams,
        interval,
      ),

    ...backfillCalls(kernel, features.backfills, request),
    async planRepair(id) {
      const record = await reading.find(id);
      // Pipelines that follow by themselves are started in turns that wait already: look after those.
      await request<void>((settle) => ({
        refuse: settle.reject,
        perform: (turn) => {
          turn.afterCommit(() => settle.resolve());
          return 'done';
        },
      }));
      return planRepair(kernel, upstreams, record);
    },

    nextTrigger: () => kernel.dueTimes.next(),
    listPools: async (teams) => listPools(admission, teams),
    async sizePool(name, slots) {
      await request<void>((settle) => admission.pools.setInput(name, slots, settle));
    },
    listSchedules: (query = {}) => listSchedules(sources, query),
    scheduler: schedulerCalls(features.apiSchedules, request),

    webhooks: features.webhooks,
    now: () => kernel.time.now(),
    arns: kernel.arns,
    stateMachines,
    activities: features.activities,
    ...eventCalls(kernel, rules, () => bus.lastNumber, request),

    sweep: () => features.retention.sweep(),

    subscribe: (listener, filter) => feed.subscribe(listener, filter),
  };
  return engine;
}

/** What a version or alias runs. */
async function targetOf(
  { random }: Kernel,
  stateMachines: Features['stateMachines'],
  { pipeline, qualifier }: StartOf,
): Promise<StartTarget | undefined> {
  if (qualifier === undefined) return undefined;
  return stateMachines.target(pipeline, qualifier, chanceOf(random.seed()));
}

/** The pipeline that a caller names, as what is started. Throws PipelineNotFound, PipelineAmbiguous. */
function startOf(kernel: Kernel, { pipeline, team, teams, ...rest }: StartRequest): StartOf {
  return { ...rest, pipeline: kernel.machines.choose(pipeline, { team, teams }) };
}

/** 0 to 1, from a seed. */
function chanceOf(seed: string): number {
  return Number.parseInt(createHash('sha256').update(seed).digest('hex').slice(0, 8), 16) / 2 ** 32;
}

function healthOf({ loop, actives, attempts, store }: Kernel, status: Status): EngineHealth {
  const { damage } = store.information();
  const isFailed = loop.state === 'ended' && status === 'ready';
  const isFull = loop.isFull && status === 'ready';
  return {
    status: damage ? 'corrupt' : isFailed ? 'failed' : isFull ? 'storage-full' : status,
    ...(damage === undefined ? {} : { problem: damage }),
    queued: loop.queued,
    loaded: actives.size,
    running: attempts.slots.taken(),
    commits: loop.commits,
    transitions: loop.transitions,
  };
}

function started({ creation, number, created }: FoundOrCreated): StartedExecution {
  const { id, name, pipeline, startedAt, context } = creation;
  return { id, arn: context.Execution.Id, number, name, pipeline, startedAt, created };
}
