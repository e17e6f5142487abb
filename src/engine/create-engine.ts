/**
 * Puts the engine together. See `engine.ts` for what it does and `turn-loop.ts` for how.
 * @module
 */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { advance, applyTransition, startExecution } from '../asl/advance.js';
import { compileMachine } from '../asl/compile.js';
import type { RedriveNote } from '../asl/redrive.js';
import type { HistoryEvent } from '../asl/transition.js';
import { createSecretRegistry, type SecretRegistry } from '../secrets/secret-registry.js';
import { StoreError } from '../store/errors.js';
import type { ReadStore } from '../store/readers/read-store.js';
import type { ExecutionRecord, PipelineRef } from '../store/store.js';
import { type ActiveExecution, ActiveExecutions } from './active-execution.js';
import { ActivityHost } from './activity-host.js';
import { AdmissionHost } from './admission/admission-host.js';
import { listPools, Pools } from './admission/pools.js';
import { createArns, DEFAULT_IDENTITY, type Identity } from './arn.js';
import { backfillCalls } from './backfills/describe-backfill.js';
import { checkDeployment, digestOf } from './check-deployment.js';
import { ChildHost, type FoundOrCreated } from './child-host.js';
import type { SharedBindings } from './code-grants.js';
import type {
  Engine,
  EngineHealth,
  ExecutionDetail,
  PipelineDeployment,
  StartedExecution,
  StartRequest,
  View,
} from './engine.js';
import { createEngineTime } from './engine-time.js';
import { EngineError } from './errors.js';
import { eventCalls } from './event-rules/event-calls.js';
import { ExecutionHost } from './execution-host.js';
import { createFeed, type Feed } from './feed.js';
import { LogHost } from './log-host.js';
import { MachineShelf } from './machine-shelf.js';
import type { Machinery, Reducer } from './machinery.js';
import { MapRunHost } from './map-run-host.js';
import { maskTurn } from './masking/mask-turn.js';
import { sealedStore } from './masking/sealed-store.js';
import { MockHost, type TaskMocks } from './mocked-tasks.js';
import { openRecords, openWork } from './opening.js';
import { checkPayload } from './payload.js';
import type {
  Clock,
  Destinations,
  Evaluator,
  ItemSource,
  Random,
  Runner,
  Sink,
  Store,
} from './ports.js';
import { publishTurn } from './publish.js';
import { Reading, summarisePipeline } from './reading.js';
import {
  checkStart,
  redriveInput,
  type Settle,
  type StartOf,
  startInput,
  stopInput,
} from './requests.js';
import { sameJson } from './same-json.js';
import { listSchedules } from './scheduler/list-schedules.js';
import { schedulerCalls } from './scheduler/scheduler-calls.js';
import { SchedulerHost } from './scheduler/scheduler-host.js';
import { passingSeal, type Seal } from './seal.js';
import { GRACE, shutDown } from './shut-down.js';
import { type StartTarget, StateMachineHost } from './state-machines.js';
import { StateTestHost } from './state-test-host.js';
import { refusalOf } from './store-refusal.js';
import { systemClock, systemRandom } from './system-ports.js';
import { TaskHost } from './task-host.js';
import { TimerHost } from './timer-host.js';
import { checkEvent, type PutResult } from './triggers/event-bus.js';
import { explainTrigger } from './triggers/explain.js';
import type { FileSource } from './triggers/files/file-source.js';
import { planRepair } from './triggers/repair-plan.js';
import { TriggerHost } from './triggers/trigger-host.js';
import { type Input, TurnLoop } from './turn-loop.js';
import { Waiters } from './waiters.js';
import { WorkFolders } from './work-folders.js';

export interface EngineConfig {
  store: Store;
  /** Reads for people beside the main loop, see `store/readers/`. Default: the store itself. */
  readers?: ReadStore;
  /** Runs attempts; see `createConnectorRunner`. */
  runner: Runner;
  /** Evaluates JSONata; see `createEvaluationPool`. */
  evaluator: Evaluator;
  /** Reads and writes the files of distributed Maps; see `createLocalItems`. */
  itemSource: ItemSource;
  /** Folder under which each execution gets its work folder. */
  workFolder: string;
  /** Answers tasks in place of those who perform them, in tests. Default: nothing is mocked. */
  mocks?: TaskMocks;
  /** Files that triggers watch; see `createFileSource`. Default: none are watched. */
  files?: FileSource;
  /** Who performs what the bindings of a machine leave open, and which machines may run code. Default: nobody, none. */
  sharedBindings?: SharedBindings;
  /** Machines that clients make may run any code: for development. Default: false. */
  allowCodeOverApi?: boolean;
  /** Default: this machine's. */
  clock?: Clock;
  /** Sends what rules deliver to API destinations. Default: nothing is sent. */
  destinations?: Destinations;
  /** What is secret, and is masked in whatever is told. Default: what its name or form says. */
  secrets?: SecretRegistry;
  /** Seals secrets in the store. Default: one that lasts as long as the process. */
  seal?: Seal;
  /** Account and region that its ARNs name. Default: 000000000000 in us-east-1. */
  identity?: Identity;
  /** Default: the operating system's. */
  random?: Random;
  /** Hears every committed change, besides those who subscribe. Default: nobody. */
  sink?: Sink;
  /** The interpreter. Default: `asl/advance.ts`; the simulation puts a defective one here. */
  reducer?: Reducer;
  /** Executions kept in memory between their events. Default: 1,000. */
  loadedExecutions?: number;
  /** Transitions in one commit, at most. Default: 200. */
  transitionsPerCommit?: number;
  /** Requests that may wait for a turn before more are refused. Default: 10,000. */
  queuedRequests?: number;
  /** The store failed and nobody knows what is durable. Must end the process. Default: exit code 70. */
  onFatal?: (error: unknown) => void;
  /** An execution could not go on because of a defect or a damaged record. Default: a line on standard error. */
  onProblem?: (error: unknown, execution: number | undefined) => void;
}

const REDUCER: Reducer = {
  compile: compileMachine,
  start: startExecution,
  advance,
  apply: applyTransition,
};

/** Milliseconds before a failed commit is tried again. */
const PAUSE = 500;

/**
 * Creates an engine; `open` it before use.
 *
 * @example
 * const engine = createEngine({ store, runner: createConnectorRunner(connectors), evaluator, itemSource, workFolder });
 */
export function createEngine(config: EngineConfig): Engine {
  const parts = assemble(config) as { -readonly [Part in keyof Machinery]: Machinery[Part] };
  const { store, loop, machines, tasks, waiters, feed } = parts;
  const reading = new Reading(parts, (pipeline, number) =>
    parts.admission.reasonFor(pipeline, number),
  );
  const chosen = (start: StartRequest): StartOf => startOf(parts, start);
  const stateMachines = new StateMachineHost(
    parts,
    (deployment) => deploy(deployment).catch(refuseStored),
    stopAll,
  );
  parts.stateMachines = stateMachines;
  const stateTests = new StateTestHost(parts, (start) => engine.startExecution(start));
  const maxQueued = config.queuedRequests ?? 10_000;
  let status: 'starting' | 'held' | 'ready' | 'closing' | 'closed' = 'starting';
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

  async function deploy(
    deployment: PipelineDeployment,
  ): Promise<ReturnType<typeof summarisePipeline>> {
    if (status !== 'ready') throw unready();
    const kept = checkDeployment(parts.reducer, deployment);
    const pipeline: PipelineRef = { team: deployment.team, name: deployment.name };
    const current = machines.current(pipeline);
    if (current && sameJson(current.record.deployment, kept)) return summarisePipeline(current);
    const machine = await machines.deploy({
      pipeline: deployment.name,
      version: (current?.record.version ?? (await store.lastVersion(pipeline))) + 1,
      team: deployment.team,
      tags: deployment.tags,
      digest: digestOf(deployment),
      deployedAt: parts.time.now(),
      deployment: kept,
    });
    await parts.admission.deployed(machine);
    parts.triggers.deployed(machine);
    const { name, team, version } = summarisePipeline(machine);
    feed.publish([{ type: 'pipeline', pipeline: name, team, version }]);
    return summarisePipeline(machine);
  }

  /** Ends the executions of a state machine that was deleted. */
  async function stopAll(pipeline: PipelineRef): Promise<void> {
    const query = { pipeline, status: 'RUNNING', limit: 1000 } as const;
    const cause = 'The state machine was deleted.';
    for (const { number } of await store.listExecutions(query)) {
      loop.add(parts.executions.eventInput(number, { type: 'Stop', cause }));
    }
  }

  const engine: Engine = {
    async open(as = 'working') {
      await openRecords(parts);
      if (as === 'working') await openWork(parts);
      status = as === 'working' ? 'ready' : 'held';
    },
    goOn() {
      if (status !== 'held') return goingOn ?? Promise.resolve();
      status = 'starting';
      goingOn = (async () => {
        await store.leaveBackup();
        await openWork(parts);
        status = 'ready';
      })();
      return goingOn;
    },
    async close(graceMs = GRACE) {
      if (status === 'closing' || status === 'closed') return;
      status = 'closing';
      await shutDown(parts, config.evaluator, graceMs);
      status = 'closed';
    },
    health: () => healthOf(parts, status),

    deployPipeline: (deployment) => deploy(deployment).catch(refuseStored),
    listPipelines: async (filter) => reading.pipelines(filter?.teams),
    describePipeline: async (name, version, asking = {}) =>
      reading.pipeline(machines.choose(name, asking), version),
    withdrawPipeline: (pipeline) => stateMachines.withdraw(pipeline),

    async startExecution(wanted) {
      const start = chosen(wanted);
      checkStart(parts, start);
      const target = await targetOf(parts, start);
      return started(
        await request<FoundOrCreated>((settle) =>
          startInput(parts, start, settle, undefined, target),
        ),
      );
    },
    async runExecution(wanted, view) {
      const start = chosen(wanted);
      checkStart(parts, start);
      const target = await targetOf(parts, start);
      let ended: Promise<ExecutionDetail> | undefined;
      const found = await request<FoundOrCreated>((settle) =>
        startInput(
          parts,
          start,
          settle,
          (turn, active) => {
            ended = new Promise((resolveEnd) => {
              const stop = waiters.add(active.number, (end) =>
                resolveEnd(describeEnded(end, view)),
              );
              turn.afterFailure(stop);
            });
          },
          target,
        ),
      );
      return ended ?? waitFor(found.number, undefined, view);
    },
    async waitForExecution(id, signal) {
      return waitFor((await reading.find(id)).number, signal);
    },
    async stopExecution(id, reason = {}) {
      const record = await reading.find(id);
      checkPayload(reason, 'reason');
      await request<void>((settle) => stopInput(parts, record, reason, settle));
      return reading.summarise(await reading.find(record.id));
    },
    async redriveExecution(id, redrive = {}) {
      const record = await reading.find(id);
      const history = await wholeHistory(parts, record);
      await parts.mapRuns.prepareRedrive(record);
      const notes = await request<RedriveNote[]>((settle) =>
        redriveInput(parts, record, redrive, history, 'go', settle),
      );
      return { ...(await reading.summarise(await reading.find(record.id))), notes };
    },
    async planRedrive(id, redrive = {}) {
      const record = await reading.find(id);
      const history = await wholeHistory(parts, record);
      return request<RedriveNote[]>((settle) =>
        redriveInput(parts, record, redrive, history, 'plan', settle),
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
      await request<void>((settle) => tasks.tokenInput(token, teams, event, settle));
    },
    async sendTaskFailure(token, failure, teams) {
      checkPayload(failure, 'failure');
      const event = { type: 'TaskFailed', ...failure } as const;
      await request<void>((settle) => tasks.tokenInput(token, teams, event, settle));
    },
    async sendTaskHeartbeat(token, teams) {
      const event = { type: 'TaskHeartbeat' } as const;
      await request<void>((settle) => tasks.tokenInput(token, teams, event, settle));
    },

    async testState(test, options) {
      if (status !== 'ready') throw unready();
      return stateTests.test(test, options);
    },

    describeMapRun: (mapRun, teams) => reading.mapRun(mapRun, teams),
    listMapRuns: async (id) => reading.mapRuns(await reading.find(id)),
    async updateMapRun(mapRun, change) {
      const { number } = await reading.mapRun(mapRun);
      await request<void>((settle) => parts.mapRuns.updateInput(number, change, settle));
    },

    async putEvents(events, { team }) {
      for (const event of events) checkEvent(event);
      return Promise.all(
        events.map((event) =>
          request<PutResult>((settle) => parts.triggers.bus.putInput(event, team, settle)),
        ),
      );
    },
    listEvents: async (query) => parts.reads.listEvents(query),
    explainTrigger: async (pipeline, { interval, ...asking } = {}) =>
      explainTrigger(parts, machines.choose(pipeline, asking), asking.teams, interval),

    ...backfillCalls(parts, request),
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
      return planRepair(parts, record);
    },

    nextTrigger: () => parts.triggers.nextDue(),
    listPools: async (teams) => listPools(parts, teams),
    async sizePool(name, slots) {
      await request<void>((settle) => parts.pools.setInput(name, slots, settle));
    },
    listSchedules: (query = {}) => listSchedules(parts, query),
    scheduler: schedulerCalls(parts, request),

    webhooks: parts.triggers.webhooks,
    now: () => parts.time.now(),
    arns: parts.arns,
    stateMachines,
    activities: parts.activities,
    ...eventCalls(parts, request),

    subscribe: (listener, filter) => feed.subscribe(listener, filter),
  };
  return engine;
}

async function targetOf(
  parts: Machinery,
  { pipeline, qualifier }: StartOf,
): Promise<StartTarget | undefined> {
  if (qualifier === undefined) return undefined;
  return parts.stateMachines.target(pipeline, qualifier, chanceOf(parts.random.seed()));
}

/** The pipeline that a caller names, as what is started. Throws PipelineNotFound, PipelineAmbiguous. */
function startOf(parts: Machinery, { pipeline, team, teams, ...rest }: StartRequest): StartOf {
  return { ...rest, pipeline: parts.machines.choose(pipeline, { team, teams }) };
}

/** 0 to 1, from a seed. */
function chanceOf(seed: string): number {
  return Number.parseInt(createHash('sha256').update(seed).digest('hex').slice(0, 8), 16) / 2 ** 32;
}

function assemble(config: EngineConfig): Machinery {
  const clock = config.clock ?? systemClock();
  const random = config.random ?? systemRandom();
  const reducer = config.reducer ?? REDUCER;
  const feed = createFeed();
  const seal = config.seal ?? passingSeal();
  const secrets = config.secrets ?? createSecretRegistry();
  const store = sealedStore(config.store, seal, secrets);
  const parts = {
    store,
    reads:
      config.readers === undefined
        ? store
        : sealedStore({ ...config.store, ...config.readers }, seal, secrets),
    clock,
    random,
    runner: config.runner,
    reducer,
    evaluate: config.evaluator.evaluate,
    itemSource: config.itemSource,
    mocks: config.mocks,
    codeRules: {
      shared: config.sharedBindings,
      code: config.runner.code,
      allowAll: config.allowCodeOverApi ?? false,
    },
    seal,
    secrets,
    destinations: config.destinations,
    feed,
    owner: random.id(clock.now()),
    folders: new WorkFolders(resolve(config.workFolder)),
    time: createEngineTime(clock, 0),
    actives: new ActiveExecutions(config.loadedExecutions ?? 1000),
    machines: new MachineShelf(store, reducer),
    waiters: new Waiters(),
    arns: createArns(config.identity ?? DEFAULT_IDENTITY),
  } as { -readonly [Part in keyof Machinery]: Machinery[Part] };
  parts.loop = createLoop(config, parts, feed);
  parts.executions = new ExecutionHost(parts);
  parts.tasks = new TaskHost(parts);
  parts.activities = new ActivityHost(parts);
  parts.timers = new TimerHost(parts);
  parts.children = new ChildHost(parts);
  parts.mapRuns = new MapRunHost(parts);
  parts.mocked = new MockHost(parts);
  parts.logs = new LogHost(parts);
  parts.pools = new Pools(parts);
  parts.admission = new AdmissionHost(parts, parts.pools);
  parts.triggers = new TriggerHost(parts, config.files);
  parts.scheduler = new SchedulerHost(parts);
  return parts;
}

function createLoop(config: EngineConfig, parts: Machinery, feed: Feed): TurnLoop {
  const { sink } = config;
  const report = config.onProblem ?? reportProblem;
  const loop = new TurnLoop({
    clock: parts.clock,
    prepare: (turn) => maskTurn(turn, parts.secrets),
    commit: (commit) => parts.store.commit(commit),
    now: () => parts.time.now(),
    cap: config.transitionsPerCommit ?? 200,
    pauseMs: PAUSE,
    committed(turn) {
      if (!feed.idle() || sink) publishTurn(turn, feed, sink, parts.secrets);
      parts.actives.trim();
    },
    broken(input, error) {
      report(error, input.execution);
      input.refuse?.(new EngineError('RequestDefect'));
      if (input.execution !== undefined) {
        loop.add(parts.executions.condemnInput(input.execution, error));
      }
    },
    onFatal: config.onFatal ?? exit,
  });
  return loop;
}

/** An unknown state of the disk must not be built upon: see turn-loop.ts. */
function exit(error: unknown): void {
  process.stderr.write(
    `The store failed, the server ends and recovers at its next start: ${error}\n`,
  );
  process.exit(70);
}

function reportProblem(error: unknown, execution: number | undefined): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`Execution ${execution ?? '(none)'} hit a defect: ${text}\n`);
}

function healthOf(
  parts: Machinery,
  status: 'starting' | 'held' | 'ready' | 'closing' | 'closed',
): EngineHealth {
  const { loop, actives, tasks } = parts;
  const { damage } = parts.store.information();
  const isFailed = loop.state === 'ended' && status === 'ready';
  const isFull = loop.isFull && status === 'ready';
  return {
    status: damage ? 'corrupt' : isFailed ? 'failed' : isFull ? 'storage-full' : status,
    ...(damage === undefined ? {} : { problem: damage }),
    queued: loop.queued,
    loaded: actives.size,
    running: tasks.slots.taken(),
    commits: loop.commits,
    transitions: loop.transitions,
  };
}

function refuseStored(error: unknown): never {
  throw error instanceof StoreError ? refusalOf(error) : error;
}

function started({ creation, number, created }: FoundOrCreated): StartedExecution {
  const { id, name, pipeline, startedAt, context } = creation;
  return { id, arn: context.Execution.Id, number, name, pipeline, startedAt, created };
}

/** A durable execution in memory as the store has it. */
function recordOf(active: ActiveExecution): ExecutionRecord {
  const { header, threads, context } = active.state;
  return {
    number: active.number,
    ...active.creation,
    context,
    machine: active.machine.record.number,
    header,
    root: header.status === 'SUCCEEDED' ? null : (threads[0] ?? null),
    ...(active.stoppedAt === undefined ? {} : { stoppedAt: active.stoppedAt }),
    redriveCount: active.redriveCount,
    ...(active.secrets === undefined ? {} : { secrets: active.secrets.values() }),
  };
}

async function wholeHistory(parts: Machinery, record: ExecutionRecord): Promise<HistoryEvent[]> {
  const history: HistoryEvent[] = [];
  for (let after = 0; ; ) {
    const page = await parts.reads.readHistory({
      execution: record.number,
      order: 'ascending',
      after,
      limit: 1000,
    });
    history.push(...page);
    if (page.length < 1000) return history;
    after = page.at(-1)?.id ?? after;
  }
}
