/**
 * The engine's facade: the one thing that HTTP, CLI and demo call.
 *
 *     const engine = createEngine(config);
 *     await engine.open();                       // recovers what was running
 *     await engine.deployPipeline(plan);
 *     const started = await engine.startExecution({ pipeline: 'orders', input: {} });
 *     const ended = await engine.waitForExecution(started.id);
 *     await engine.close();
 *
 * Every method that changes something answers after the change is durable. Refusals are `EngineError`s (errors.ts).
 * How it works inside is told in `turn-loop.ts`.
 * @module
 */

import type { ExecutionStatus } from '../asl/execution-state.js';
import type { Json, JsonObject } from '../asl/json.js';
import type { RedriveNote } from '../asl/redrive.js';
import type { TestStateAnswer, TestStateRequest } from '../asl/test-state/request.js';
import type { HistoryEvent } from '../asl/transition.js';
import type { LogLine } from '../store/store.js';
import type { TriggerExplanation } from './explain-trigger.js';
import type { Activities } from './features/activities/activities.js';
import type { PoolSummary } from './features/admission/pools.js';
import type { BackfillCalls } from './features/backfills/describe-backfill.js';
import type { EventQuery } from './features/bus/event-bus.js';
import type { MapRunDetail } from './features/map-runs/map-run-detail.js';
import type { MapRunChange } from './features/map-runs/map-runs.js';
import type { EventCalls } from './features/rules/event-calls.js';
import type { ListedSchedule, ListSchedules } from './features/schedules/list-schedules.js';
import type { Scheduler } from './features/schedules/scheduler-calls.js';
import type { StateMachines } from './features/state-machines/state-machines.js';
import type { TestStateOptions } from './features/state-tests/state-tests.js';
import type { RepairPlan } from './features/upstreams/repair-plan.js';
import type { Webhooks } from './features/webhooks/webhooks.js';
import type { Arns } from './kernel/arn.js';
import type { EventRecord, NewEvent, PutResult } from './kernel/bus-event.js';
import type { PipelineDeployment } from './kernel/deployment.js';
import type { FeedChange, FeedFilter } from './kernel/feed.js';
import type { Asking } from './kernel/machine-shelf.js';
import type { Page } from './kernel/pages.js';
import type { RedriveRequest, StartedExecution, StartRequest } from './kernel/requests.js';

export type { LogLine } from '../store/store.js';
export type { MapRunCounts, MapRunDetail } from './features/map-runs/map-run-detail.js';
export type { TestStateOptions } from './features/state-tests/state-tests.js';
export type { PipelineDeployment, StateMachineAttributes } from './kernel/deployment.js';
export type { FeedChange, FeedFilter } from './kernel/feed.js';
export type { Asking } from './kernel/machine-shelf.js';
export type { Page } from './kernel/pages.js';
export type { RedriveRequest, StartedExecution, StartRequest } from './kernel/requests.js';

export interface PipelineSummary {
  name: string;
  team: string;
  tags: { [key: string]: string };
  /** Current version: 1, 2, 3 …. */
  version: number;
  /** SHA-256 of the canonical definition and bindings. */
  digest: string;
  /** Milliseconds since the epoch. */
  deployedAt: number;
}

export interface PipelineDetail extends PipelineSummary {
  deployment: PipelineDeployment;
}

export interface ExecutionSummary {
  id: string;
  arn: string;
  /** Grows with each execution of this Millrace. */
  number: number;
  name: string;
  pipeline: string;
  version: number;
  team: string;
  status: ExecutionStatus;
  tags: { [key: string]: string };
  startedAt: number;
  stoppedAt?: number;
  redriveCount: number;
  /** Of the last redrive. */
  redrivenAt?: number;
  /** Published version and alias that it was started by. */
  publishedVersion?: number;
  alias?: string;
  error?: string;
  cause?: string;
  /** The test case that it plays, see StartRequest. */
  testCase?: string;
  /** What started it, when a trigger did: `{ type: 'event', event, … }`. */
  triggeredBy?: JsonObject;
  /** The logical slice of time that it is for. */
  interval?: string;
  /** Why it has not begun yet: there is no room for it. */
  queued?: string;
  /** Id of the execution that started this one. */
  parent?: string;
  /** Id of the map run whose child it is. */
  mapRun?: string;
  mapRunArn?: string;
}

/** `masked`: with `***` in place of secrets. `original`: for whoever goes on computing with it. */
export type View = 'masked' | 'original';

export interface ExecutionDetail extends ExecutionSummary {
  input: Json;
  output?: Json;
  /** Where each thread stands, while it runs and after a failure. */
  threads: {
    id: number;
    parent: number | null;
    index: number;
    state: string;
    phase: string;
  }[];
}

export interface ListExecutions {
  pipeline?: string;
  /** The team whose pipeline is meant. */
  team?: string | undefined;
  publishedVersion?: number;
  alias?: string;
  /** Only those that were redriven, or were not. */
  redriven?: boolean;
  status?: ExecutionStatus;
  teams?: readonly string[];
  /** Also the children of distributed Maps of this map run; they are left out otherwise. */
  mapRun?: string;
  /** 1 to 1000; 100 when absent. */
  limit?: number;
  /** `next` of the previous page. */
  cursor?: string;
}

export interface HistoryPage {
  limit?: number;
  cursor?: string;
  order?: 'oldest-first' | 'newest-first';
}

export interface LogPage {
  /** Only lines of this state. */
  state?: string;
  limit?: number;
  cursor?: string;
  /** `tail` begins at the end: the last `limit` lines, oldest first; `next` then continues with what comes later. */
  from?: 'start' | 'tail';
}

export interface EngineHealth {
  /**
   * `held`: opened on a backup, and does nothing until `goOn`; reading works.
   * `corrupt`: damage was found, nothing is accepted any more; reading goes on as far as it can.
   */
  status:
    | 'starting'
    | 'held'
    | 'ready'
    | 'storage-full'
    | 'corrupt'
    | 'closing'
    | 'closed'
    | 'failed';
  /** What is damaged. */
  problem?: string;
  /** Requests and events that wait for a turn. */
  queued: number;
  /** Executions held in memory. */
  loaded: number;
  /** Attempts that run now, by connector kind. */
  running: { [kind: string]: number };
  commits: number;
  transitions: number;
}

export interface Engine extends EventCalls, BackfillCalls {
  /**
   * Takes over the store: closes what a crash left open, queues what was scheduled, arms the timers. `held` (on a backup): only
   * reads, until `goOn`. Default: `working`.
   */
  open(as?: 'working' | 'held'): Promise<void>;
  /**
   * Begins to work after it was opened `held`: attempts that were open in the backup are closed as after a crash, also those
   * that had not begun in it. Does nothing otherwise.
   */
  goOn(): Promise<void>;
  /** Refuses new work, lets running attempts end for at most `graceMs` (default 25,000), then kills them. */
  close(graceMs?: number): Promise<void>;
  health(): EngineHealth;

  /** Stores a new version unless the definition, bindings and everything else are those of the current one. */
  deployPipeline(deployment: PipelineDeployment): Promise<PipelineSummary>;
  listPipelines(filter?: { teams?: readonly string[] }): Promise<PipelineSummary[]>;
  /** The current version, or the one asked for. Throws PipelineNotFound, PipelineAmbiguous. */
  describePipeline(name: string, version?: number, asking?: Asking): Promise<PipelineDetail>;
  /** It is no longer deployed: nothing triggers it any more. What runs goes on. */
  withdrawPipeline(pipeline: { team: string; name: string }): Promise<void>;

  startExecution(request: StartRequest): Promise<StartedExecution>;
  /** Starts and answers when it has ended. */
  runExecution(request: StartRequest, view?: View): Promise<ExecutionDetail>;
  /** Answers when the execution has ended; at once if it has. Rejects with the signal's reason when that aborts first. */
  waitForExecution(id: string, signal?: AbortSignal): Promise<ExecutionDetail>;
  stopExecution(id: string, reason?: { error?: string; cause?: string }): Promise<ExecutionSummary>;
  /** Goes on with a failed execution; `notes` say of each state whether it runs again, is kept, or why not. */
  redriveExecution(
    id: string,
    request?: RedriveRequest,
  ): Promise<ExecutionSummary & { notes: RedriveNote[] }>;
  /** What a redrive would do, without doing it. Refuses for the same reasons. */
  planRedrive(id: string, request?: RedriveRequest): Promise<RedriveNote[]>;

  /**
   * `id` is the execution's id, its ARN, or `PIPELINE/NAME`.
   * @param teams whose executions the caller sees; those of others do not exist. Default: all
   * @param view default: masked
   */
  describeExecution(id: string, teams?: readonly string[], view?: View): Promise<ExecutionDetail>;
  listExecutions(filter?: ListExecutions): Promise<Page<ExecutionSummary>>;
  history(id: string, page?: HistoryPage): Promise<Page<HistoryEvent>>;
  logs(id: string, page?: LogPage): Promise<Page<LogLine>>;

  /** @param teams whose tasks the caller may answer; default: all. A token of another team is unknown. */
  sendTaskSuccess(token: string, output: Json, teams?: readonly string[]): Promise<void>;
  sendTaskFailure(
    token: string,
    failure: { error?: string; cause?: string },
    teams?: readonly string[],
  ): Promise<void>;
  sendTaskHeartbeat(token: string, teams?: readonly string[]): Promise<void>;

  /**
   * Tests one state. A Task without a mock is really performed, by what the server's bindings say, within five minutes;
   * nothing of it is written down. Throws TestStateRefused for a request that is wrong.
   */
  testState(request: TestStateRequest, options: TestStateOptions): Promise<TestStateAnswer>;

  /** By id or ARN. Throws MapRunNotFound. */
  describeMapRun(mapRun: string, teams?: readonly string[]): Promise<MapRunDetail>;
  /** Those of an execution, the newest first. */
  listMapRuns(execution: string): Promise<MapRunDetail[]>;
  /** Takes effect at once, also for children that are running. Throws MapRunNotRunning. */
  updateMapRun(mapRun: string, change: MapRunChange): Promise<void>;

  /**
   * What was made from an older outcome of an execution's pipeline and interval, and must run again, upstreams first.
   */
  planRepair(id: string): Promise<RepairPlan>;

  /**
   * When a schedule fires next or a trigger looks again, in milliseconds since the epoch; for who makes time go on.
   */
  nextTrigger(): number | undefined;

  /** Pools of slots that pipelines share, by name. */
  listPools(teams?: readonly string[]): Promise<PoolSummary[]>;
  /** Sizes a pool; without slots it is forgotten. Throws InvalidPool. */
  sizePool(name: string, slots?: number): Promise<void>;
  /** Every schedule, of pipelines and of clients, with its next times. */
  listSchedules(query?: ListSchedules): ListedSchedule[];
  /** Schedules and groups that clients of EventBridge Scheduler's API make. */
  readonly scheduler: Scheduler;

  /** Removes now what is kept no longer; by itself it does so now and then, see retention.ts. Resolves when it is gone. */
  sweep(): Promise<{ removed: number }>;

  /** The engine's own time, in milliseconds since the epoch. */
  now(): number;
  readonly arns: Arns;
  /** What clients of the wire API make and start by. */
  readonly stateMachines: StateMachines;
  readonly activities: Activities;
  /** Addresses under which others put events on a bus. */
  readonly webhooks: Webhooks;

  /** Hears committed changes until the answer is called. */
  /**
   * Puts events of a team on the bus. Answered when each is durable and what it starts exists.
   * Throws InvalidEvent before anything is stored.
   */
  putEvents(events: readonly NewEvent[], options: { team: string }): Promise<PutResult[]>;
  listEvents(query: EventQuery): Promise<EventRecord[]>;
  /** Why a pipeline has not started: what its triggers wait for. Throws PipelineNotFound. */
  explainTrigger(
    pipeline: string,
    options?: { interval?: string } & Asking,
  ): Promise<TriggerExplanation>;

  subscribe(listener: (change: FeedChange) => void, filter?: FeedFilter): () => void;
}
