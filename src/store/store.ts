/**
 * What the engine and the HTTP layer ask of a store. `sqlite-store.ts` is one; PostgreSQL becomes another.
 *
 * There is one write for the hot path: `commit` takes everything that a turn of the engine changed and makes it durable
 * in one transaction, or none of it. Methods may answer at once or with a promise (SQLite is synchronous and saves the
 * detour); callers `await` only promises. Failures are `StoreError`s (errors.ts).
 *
 * Numbers of executions are given by the engine, which is the only writer; times are milliseconds since the epoch.
 * @module
 */
import type {
  ExecutionContext,
  ExecutionHeader,
  ExecutionStatus,
  Thread,
} from '../asl/execution-state.js';
import type { Json, JsonObject } from '../asl/json.js';
import type { HistoryEvent, TimerKind } from '../asl/transition.js';
import type { ExecutionQuery } from './execution-query.js';
import type { PipelineRef } from './pipeline-ref.js';
import type { SecretRun, SecretWrite, SeenSecrets } from './seen-secrets.js';
import type { StoreInformation } from './store-information.js';

/** Now or later. */
export type Awaitable<Value> = Value | Promise<Value>;

import type {
  AccessKeyRecord,
  ActivityRecord,
  AliasRecord,
  PublishedVersionRecord,
  TokenRecord,
} from './resource-records.js';

export type { ExecutionQuery, ExecutionScope } from './execution-query.js';
export type { PipelineRef } from './pipeline-ref.js';
export type {
  AccessKeyRecord,
  ActivityRecord,
  AliasRecord,
  AliasRoute,
  PublishedVersionRecord,
  TokenRecord,
} from './resource-records.js';

export type Tags = { [key: string]: string };

/** One immutable version of a pipeline. */
export interface MachineRecord {
  number: number;
  pipeline: string;
  version: number;
  team: string;
  tags: Tags;
  digest: string;
  deployedAt: number;
  /** The whole deployment as it was given. */
  deployment: JsonObject;
}

/** Columns that never change after the execution was created. */
export interface ExecutionCreation {
  id: string;
  name: string;
  pipeline: string;
  team: string;
  tags: Tags;
  startedAt: number;
  /** JSON pointer of the machine inside the definition: '' unless a child of a map run. */
  pointer: string;
  context: ExecutionContext;
  parent?: ParentLink;
  mapRun?: { number: number; child: number };
  /** Test case of the mock configuration file whose answers its tasks get; children of its map runs have it too. */
  testCase?: string;
  /** Published version and alias that it was started by. */
  publishedVersion?: number;
  alias?: string;
  /** What started it, when a trigger did: `{ type: 'schedule', … }`. */
  triggeredBy?: JsonObject;
  /** The logical slice of time that it is for: its text id. */
  interval?: string;
}

/** An event on a bus. */
export interface EventRecord {
  number: number;
  bus: string;
  /** Unique on its team's bus. */
  id: string;
  /** `*`: a fact of Millrace itself, for all teams. */
  team: string;
  source: string;
  detailType: string;
  /** Milliseconds since the epoch. */
  storedAt: number;
  /** As EventBridge writes it. */
  envelope: JsonObject;
  /** Pipelines that it started. */
  matched: string[];
  /** Pipelines that it waits for in a batch. */
  batched?: string[];
}

export interface EventQuery {
  bus?: string;
  teams?: readonly string[];
  /** Only numbers above it, oldest first; otherwise newest first. */
  after?: number;
  /** Only numbers below it. */
  below?: number;
  limit: number;
}

/** What a trigger of a pipeline remembers. */
export interface TriggerStateRecord {
  team: string;
  pipeline: string;
  /** `schedule`, `executions`, … */
  kind: string;
  state: JsonObject;
}

/** An event on its way to a target that is reached over the network, or one that could not be delivered. */
export interface DeliveryRecord {
  number: number;
  team: string;
  status: 'PENDING' | 'DEAD';
  /** Where it goes when it cannot be delivered. */
  queue: string;
  /** Milliseconds since the epoch; when it is tried next, or when it was given up. */
  dueAt: number;
  createdAt: number;
  /** Tries that have failed. */
  attempts: number;
  /** What is delivered, where to, and for which rule. */
  request: JsonObject;
  /** Why the last try failed. */
  failure?: JsonObject;
}

/** Without a record: it is deleted. */
export interface DeliveryWrite {
  number: number;
  record?: DeliveryRecord;
}

export interface DeadLetterQuery {
  teams?: readonly string[];
  queue?: string;
  /** Only numbers below it: the page after it. */
  below?: number;
  limit: number;
}

/** A resource that a client of a wire API has declared: a bus, a rule, a schedule, … */
export interface DeclarationRecord {
  /** `event-bus`, `event-rule`, `schedule`, … */
  kind: string;
  team: string;
  /** Unique among the team's resources of the kind. */
  name: string;
  /** What its host knows of it. */
  record: JsonObject;
}

/** Without a record: it is deleted. */
export type DeclarationWrite = Omit<DeclarationRecord, 'record'> & { record?: JsonObject };

/** The task of another execution that waits for this one (`attached`), or that only started it. */
export interface ParentLink {
  execution: number;
  thread: number;
  sequence: number;
  attached: boolean;
}

/** Columns that change. A commit writes them together. */
export interface ExecutionProgress extends SeenSecrets {
  /** Number of the machine record; changes only by a redrive with the current definition. */
  machine: number;
  header: ExecutionHeader;
  /** Thread 0; null before the start and once an execution has succeeded: nothing can continue it. */
  root: Thread | null;
  stoppedAt?: number;
  redriveCount: number;
  /** Only when it changed: a redrive counts itself there. */
  context?: ExecutionContext;
}

export type ExecutionRecord = { number: number; context: ExecutionContext } & ExecutionCreation &
  ExecutionProgress;

/** An attempt of a task that has not closed. What closed is told by the history. */
export interface AttemptRecord {
  execution: number;
  thread: number;
  sequence: number;
  id: string;
  /**
   * scheduled: durable, not begun; safe to begin after a crash. started: begun under `owner`; never begun again.
   * submitted: waits for an outcome from outside (a task token or a child execution).
   */
  status: 'scheduled' | 'started' | 'submitted';
  /** Connector kind, or `execution`, `token`, `mapRun`. */
  kind: string;
  /** Instance of the engine that began it. */
  owner?: string;
  /** For tasks that finish by task token. */
  token?: string;
  /** Execution that it waits for. */
  child?: number;
  scheduledAt: number;
  startedAt?: number;
  /** The ScheduleTask command, for beginning it later. */
  request: JsonObject;
}

export interface TimerRecord {
  execution: number;
  thread: number;
  /**
   * `execution` is the whole machine's TimeoutSeconds. `continue` marks an execution that was interrupted by a commit
   * and goes on at once; only a restart needs it.
   */
  kind: TimerKind | 'execution' | 'continue';
  sequence: number;
  at: number;
}

/** One line of captured output, with the tags it was written under. */
export interface LogLine {
  at: number;
  state: string;
  attempt: number;
  stream: 'stdout' | 'stderr' | 'system';
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields?: JsonObject;
  tags: Tags;
}

/** Lines of one attempt that are written together; lines of a segment share state, attempt and tags. */
export interface LogSegment {
  execution: number;
  state: string;
  attempt: number;
  tags: Tags;
  lines: Omit<LogLine, 'state' | 'attempt' | 'tags'>[];
}

/** A distributed Map in progress: its children are executions, this is the bookkeeping around them. */
export interface MapRunRecord {
  number: number;
  id: string;
  execution: number;
  thread: number;
  sequence: number;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  /** What its state asked for: written once. */
  request: JsonObject;
  /** What `map-run-state.ts` keeps: written with every commit that changes it. */
  state: JsonObject;
  startedAt: number;
  stoppedAt?: number;
}

/** Everything that one execution changed in a turn, merged. */
export interface ExecutionWrite extends SecretWrite {
  number: number;
  /** Present when the execution is new. */
  create?: ExecutionCreation;
  /** Present when anything but attempts, timers or threads changed; always present with `create`. */
  progress?: ExecutionProgress;
  /** New or changed threads except thread 0. */
  threads: readonly Thread[];
  removedThreads: readonly number[];
  /** In order, contiguous. */
  history: readonly HistoryEvent[];
  attempts: readonly AttemptRecord[];
  closedAttempts: readonly { thread: number; sequence: number }[];
  timers: readonly TimerRecord[];
  clearedTimers: readonly { thread: number; kind: TimerRecord['kind'] }[];
}

export interface MapRunWrite extends SecretRun {
  record: MapRunRecord;
  isNew: boolean;
}

/** One slot of a backfill's plan: what was decided about it before the start. */
export interface BackfillSlot {
  /** Id of the interval. */
  interval: string;
  /** Milliseconds since the epoch. */
  fireTime: number;
  action: 'create' | 'skip';
  /** Why, in words. */
  reason: string;
  /** Name of the execution that runs for this interval now: it is left alone. */
  conflict?: string;
}

/** How far a backfill has come; positions are those of its slots. */
export interface BackfillProgress {
  /** Slots below this one are decided: started, or skipped. */
  next: number;
  /** Started, and not known to have ended. */
  open: number[];
  succeeded: number;
  /** Ended without success. */
  failed: number[];
}

/** Executions of one pipeline for intervals of the past, made by one request. */
export interface BackfillRecord {
  number: number;
  pipeline: string;
  team: string;
  /** STOPPING: starts nothing more, and waits for what runs. */
  status: 'RUNNING' | 'STOPPING' | 'SUCCEEDED' | 'FAILED' | 'STOPPED';
  /** As it was asked for. */
  request: {
    from: string;
    to: string;
    only?: 'failed';
    mode: 'missing' | 'all';
    concurrency: number;
  };
  slots: readonly BackfillSlot[];
  progress: BackfillProgress;
  createdAt: number;
  stoppedAt?: number;
}

export interface BackfillWrite {
  record: BackfillRecord;
  isNew: boolean;
}

/** One ended child of a map run, as its results need it. */
export interface MapChildRecord {
  number: number;
  child: number;
  name: string;
  status: ExecutionStatus;
  context: ExecutionContext;
  output?: Json;
  error?: string;
  cause?: string;
  startedAt: number;
  stoppedAt?: number;
  redriveCount: number;
}

export interface Commit {
  at: number;
  executions: readonly ExecutionWrite[];
  mapRuns: readonly MapRunWrite[];
  logs: readonly LogSegment[];
  events: readonly EventRecord[];
  triggers: readonly TriggerStateRecord[];
  backfills: readonly BackfillWrite[];
  declarations: readonly DeclarationWrite[];
  /** Written in this order. */
  deliveries: readonly DeliveryWrite[];
}

/** What the engine needs to go on with an execution. */
export interface LoadedExecution {
  record: ExecutionRecord;
  /** All threads except thread 0. */
  threads: Thread[];
  attempts: AttemptRecord[];
  timers: TimerRecord[];
}

/**
 * An execution as a list shows it: without input, output and threads, unless they are sealed. With the execution that waits
 * for it, so that nobody has to look that up for each one.
 */
export type ListedExecution = ExecutionRecord & { parentExecution?: { id: string; team: string } };

export interface BackfillQuery {
  pipeline?: string;
  status?: BackfillRecord['status'];
  teams?: readonly string[];
  /** Only numbers below this one: the page after it. */
  below?: number;
  limit: number;
}

export interface HistoryQuery {
  execution: number;
  /** Exclusive bound: ids above it going up, below it going down. */
  after?: number;
  order: 'ascending' | 'descending';
  limit: number;
  /** A page ends early when it has so many bytes of JSON; it holds one event at least. Default: no such limit. */
  bytes?: number;
}

/** A position between log lines: segment number and lines of it already read. */
export interface LogPosition {
  segment: number;
  line: number;
}

export interface LogQuery {
  execution: number;
  state?: string;
  after?: LogPosition;
  limit: number;
}

export interface Store {
  /** Makes a turn durable: all of it or, when it throws, none of it. Code `ambiguous` or `io`: nobody knows. */
  commit(commit: Commit): Awaitable<void>;

  /** Adds a version and makes it current. */
  insertMachine(machine: Omit<MachineRecord, 'number'>): Awaitable<MachineRecord>;
  findMachine(number: number): Awaitable<MachineRecord | undefined>;
  findVersion(pipeline: PipelineRef, version: number): Awaitable<MachineRecord | undefined>;
  currentMachine(pipeline: PipelineRef): Awaitable<MachineRecord | undefined>;
  currentMachines(): Awaitable<MachineRecord[]>;
  /** Every pipeline that there is or ever was. */
  listPipelineNames(): Awaitable<PipelineRef[]>;
  /** The highest version that the pipeline ever had; 0 when there was none. */
  lastVersion(pipeline: PipelineRef): Awaitable<number>;
  /** The pipeline has no current version any more, nor published versions and aliases. Its executions stay. */
  deletePipeline(pipeline: PipelineRef): Awaitable<void>;

  insertPublishedVersion(version: PublishedVersionRecord): Awaitable<void>;
  deletePublishedVersion(pipeline: PipelineRef, version: number): Awaitable<void>;
  /** The newest first. */
  listPublishedVersions(pipeline: PipelineRef): Awaitable<PublishedVersionRecord[]>;
  /** Also counts deleted ones; 0 when there was none. */
  lastPublishedVersion(pipeline: PipelineRef): Awaitable<number>;
  putAlias(alias: AliasRecord): Awaitable<void>;
  deleteAlias(pipeline: PipelineRef, alias: string): Awaitable<void>;
  listAliases(pipeline: PipelineRef): Awaitable<AliasRecord[]>;
  putActivity(activity: ActivityRecord): Awaitable<void>;
  deleteActivity(activity: { team: string; name: string }): Awaitable<void>;
  listActivities(): Awaitable<ActivityRecord[]>;
  insertAccessKey(key: AccessKeyRecord): Awaitable<void>;
  findAccessKey(id: string): Awaitable<AccessKeyRecord | undefined>;
  lastEventNumber(): Awaitable<number>;
  findEvent(team: string, bus: string, id: string): Awaitable<EventRecord | undefined>;
  listEvents(query: EventQuery): Awaitable<EventRecord[]>;
  listTriggerStates(): Awaitable<TriggerStateRecord[]>;
  /** By team and name. */
  listDeclarations(kind: string): Awaitable<DeclarationRecord[]>;
  /** 0 when there is none. */
  lastDeliveryNumber(): Awaitable<number>;
  /** What is to be tried before `before`, the soonest first. */
  listDueDeliveries(before: number, limit: number): Awaitable<DeliveryRecord[]>;
  countPendingDeliveries(): Awaitable<{ [team: string]: number }>;
  /** The newest first. */
  listDeadLetters(query: DeadLetterQuery): Awaitable<DeliveryRecord[]>;
  /** 0 when there is none. */
  lastBackfillNumber(): Awaitable<number>;
  findBackfill(number: number): Awaitable<BackfillRecord | undefined>;
  /** The newest first. */
  listBackfills(query: BackfillQuery): Awaitable<BackfillRecord[]>;

  listAccessKeys(): Awaitable<AccessKeyRecord[]>;
  /** True when there was one. */
  deleteAccessKey(id: string): Awaitable<boolean>;

  /** 0 when there is none. */
  lastExecutionNumber(): Awaitable<number>;
  lastMapRunNumber(): Awaitable<number>;
  /** `at` of the last commit that wrote history; 0 when there is none. */
  lastHistoryTime(): Awaitable<number>;
  loadExecution(number: number): Awaitable<LoadedExecution | undefined>;
  findExecution(number: number): Awaitable<ExecutionRecord | undefined>;
  findExecutionById(id: string): Awaitable<ExecutionRecord | undefined>;
  findExecutionByName(pipeline: PipelineRef, name: string): Awaitable<ExecutionRecord | undefined>;
  listExecutions(query: ExecutionQuery): Awaitable<ExecutionRecord[]>;
  /** The same list for people. */
  listExecutionHeads(query: ExecutionQuery): Awaitable<ListedExecution[]>;
  /** The threads of an execution except thread 0. */
  listThreads(execution: number): Awaitable<Thread[]>;
  readHistory(query: HistoryQuery): Awaitable<HistoryEvent[]>;

  /** Attempts in this status, in the order of their scheduling; page by the last row's `position`. */
  listAttempts(query: {
    status: AttemptRecord['status'];
    kind?: string;
    after: number;
    limit: number;
  }): Awaitable<{ attempt: AttemptRecord; position: number }[]>;
  findAttemptByToken(token: string): Awaitable<AttemptRecord | undefined>;
  /** Attempts that wait for an execution that has ended. */
  listAnsweredAttempts(): Awaitable<AttemptRecord[]>;
  /** Running executions whose waiting parent task or map run is gone. */
  listOrphans(): Awaitable<number[]>;
  /** Executions that were created and have not begun. */
  listUnstarted(): Awaitable<number[]>;
  /** Executions that a commit interrupted (timers of kind `continue`). */
  listInterrupted(): Awaitable<number[]>;
  /** Timers due before `before`, soonest first; none of kind `continue`. */
  listTimers(before: number, limit: number): Awaitable<TimerRecord[]>;

  findMapRun(number: number): Awaitable<MapRunRecord | undefined>;
  findMapRunById(id: string): Awaitable<MapRunRecord | undefined>;
  /** Those of one execution, the newest first. */
  listMapRunsOf(execution: number): Awaitable<MapRunRecord[]>;
  listRunningMapRuns(): Awaitable<MapRunRecord[]>;
  /** Children in the order of their items; page by the last one's `child`. */
  listMapChildren(query: {
    mapRun: number;
    after: number;
    limit: number;
  }): Awaitable<MapChildRecord[]>;
  /** How many children there are of each status; reads all of them. */
  countMapChildren(mapRun: number): Awaitable<{ [Status in ExecutionStatus]?: number }>;
  /** Numbers of children that run, or that have ended without success, upwards; page by the last one. */
  listOpenMapChildren(query: {
    mapRun: number;
    which: 'running' | 'unsuccessful';
    after: number;
    limit: number;
  }): Awaitable<number[]>;

  readLogs(query: LogQuery): Awaitable<{ lines: LogLine[]; position: LogPosition }>;
  /** Position from which the last `lines` lines (of one state) are read. */
  logTail(execution: number, lines: number, state?: string): Awaitable<LogPosition | undefined>;

  insertToken(token: TokenRecord): Awaitable<void>;
  findToken(hash: string): Awaitable<TokenRecord | undefined>;
  listTokens(): Awaitable<TokenRecord[]>;
  /** True for the one caller that deleted it: a login token is used up this way. */
  deleteToken(hash: string): Awaitable<boolean>;
  deleteExpiredTokens(at: number): Awaitable<void>;
  readSetting(key: string): Awaitable<Json | undefined>;
  writeSetting(key: string, value: Json): Awaitable<void>;

  /**
   * Takes a database that was made from a backup into use: attempts that were about to begin count as begun, because they may
   * have been since, and the note of the backup is forgotten. One transaction.
   */
  leaveBackup(): Awaitable<void>;

  information(): StoreInformation;
  close(): Awaitable<void>;
}

/** The same store where every answer comes at once, as SQLite gives it. */
export type SynchronousStore = {
  [Method in keyof Store]: (
    ...values: Parameters<Store[Method]>
  ) => Awaited<ReturnType<Store[Method]>>;
};
