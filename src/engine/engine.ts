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

import type { MachineDefinition } from '../asl/definition.js';
import type { ExecutionStatus } from '../asl/execution-state.js';
import type { Json, JsonObject } from '../asl/json.js';
import type { RedriveNote } from '../asl/redrive.js';
import type { TestStateAnswer, TestStateRequest } from '../asl/test-state/request.js';
import type { HistoryEvent } from '../asl/transition.js';
import type { EventQuery, EventRecord, LogLine } from '../store/store.js';
import type { Activities } from './activity-host.js';
import type { PoolSummary } from './admission/pools.js';
import type { Arns } from './arn.js';
import type { StartBackfill } from './backfills/backfill-host.js';
import type { BackfillPlan, BackfillRequest } from './backfills/backfill-plan.js';
import type { Backfill, BackfillDetail, ListBackfills } from './backfills/describe-backfill.js';
import type { EventCalls } from './event-rules/event-calls.js';
import type { FeedChange, FeedFilter } from './feed.js';
import type { Asking } from './machine-shelf.js';
import type { MapRunChange } from './map-run-host.js';
import type { ListedSchedule, ListSchedules } from './scheduler/list-schedules.js';
import type { Scheduler } from './scheduler/scheduler-calls.js';
import type { StateMachineAttributes, StateMachines } from './state-machines.js';
import type { NewEvent, PutResult } from './triggers/event-bus.js';
import type { TriggerExplanation } from './triggers/explain.js';
import type { RepairPlan } from './triggers/repair-plan.js';
import type { Webhooks } from './triggers/webhook-host.js';

export type { LogLine } from '../store/store.js';
export type { FeedChange, FeedFilter } from './feed.js';
export type { Asking } from './machine-shelf.js';

/** What is deployed: the part of a pipeline plan that the engine itself reads, and everything else of it, kept as it is. */
export interface PipelineDeployment {
  name: string;
  team: string;
  tags: { [key: string]: string };
  /** Default input of an execution that is started without one; `{}` when absent. */
  input?: Json;
  definition: MachineDefinition;
  /** AWS resource string or function ARN → local implementation; see `resolve-task.ts`. */
  bindings: { [resource: string]: JsonObject };
  /** Absolute folder of the pipeline file. */
  folder: string;
  /** trigger, expect, datasets, notifications, sources …: stored and given back, not read here. */
  sections?: JsonObject;
  /** Present when a client of the wire API made it. */
  stateMachine?: StateMachineAttributes;
}

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

export interface StartRequest extends Asking {
  /** The pipeline by its name, among those that the caller sees. */
  pipeline: string;
  /** Unique in the pipeline; makes the start idempotent. Default: the new id. */
  name?: string;
  /** Default: the pipeline's own. */
  input?: Json;
  /** Number of a published version or name of an alias; default: the current revision. */
  qualifier?: string;
  /** Added to the pipeline's tags. */
  tags?: { [key: string]: string };
  /**
   * Name of a test case of the mock configuration file: tasks that it mocks are not performed but answered from the
   * file, also after a restart or redrive. Refused with TestCaseUnknown when there is no such case of the pipeline.
   */
  testCase?: string;
  /** What started it, when a trigger did. */
  triggeredBy?: JsonObject;
  /** The logical slice of time that it is for: its text id. */
  interval?: string;
}

export interface StartedExecution {
  id: string;
  /** The same in Amazon's form. */
  arn: string;
  number: number;
  name: string;
  pipeline: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** False when an execution of that name and input existed already. */
  created: boolean;
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

/** A distributed Map at work, or what came of it. */
export interface MapRunDetail {
  id: string;
  arn: string;
  /** ARN of the execution that it belongs to. */
  execution: string;
  pipeline: string;
  team: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  startedAt: number;
  stoppedAt?: number;
  /** 0: no limit of its own. */
  maxConcurrency: number;
  toleratedFailureCount: number;
  toleratedFailurePercentage: number;
  redriveCount: number;
  redrivenAt?: number;
  /** Children; a child has one item, or a batch of them. */
  executions: MapRunCounts;
  items: MapRunCounts;
}

export interface MapRunCounts {
  total: number;
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
  timedOut: number;
  aborted: number;
  /** Written by the ResultWriter. */
  resultsWritten: number;
  /** Without success, and waiting to be done again by a redrive. */
  pendingRedrive: number;
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

/** One page, newest first where not said otherwise. */
export interface Page<Item> {
  items: Item[];
  /** Absent on the last page. */
  next?: string;
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

export interface RedriveRequest {
  /** Top-level state to go on from; default: the failed one. */
  from?: string;
  /** Which version of the pipeline to go on with; default: the execution's own. */
  definition?: 'own' | 'current';
}

export interface TestStateOptions {
  /** On whose behalf: it may do what this team may. */
  team: string;
  /** Ends it. */
  signal?: AbortSignal;
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

export interface Engine extends EventCalls {
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

  /** What a backfill would start; nothing is changed. Throws InvalidBackfill. */
  planBackfill(request: BackfillRequest): Promise<BackfillPlan>;
  /** Plans it and runs exactly that. Throws BackfillPlanChanged when another plan was meant. */
  startBackfill(request: StartBackfill): Promise<BackfillDetail>;
  /** Starts no more of it; what runs goes on. Throws BackfillNotFound and BackfillNotRunning. */
  stopBackfill(id: string): Promise<BackfillDetail>;
  describeBackfill(id: string): Promise<BackfillDetail>;
  listBackfills(filter?: ListBackfills): Promise<Page<Backfill>>;

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
