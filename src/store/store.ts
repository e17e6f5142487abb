/**
 * What the engine and the HTTP layer ask of a store. `sqlite-store.ts` is one, `postgres/postgres-store.ts` another; both run the
 * same queries (`plan.ts`), and `store-suite.ts` says what every store must do.
 *
 * There is one write for the hot path: `commit` takes everything that a turn of the engine changed and makes it durable
 * in one transaction, or none of it. Methods may answer at once or with a promise (SQLite is synchronous and saves the
 * detour); callers `await` only promises. Failures are `StoreError`s (errors.ts).
 *
 * Numbers of executions are given by the engine, which is the only writer; times are milliseconds since the epoch. Whole numbers
 * go up to 2^53 - 1, and texts are ordered as their bytes are.
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
import type { SearchQuery } from '../search/query.js';
import type { ExecutionQuery } from './execution-query.js';
import type { PipelineRef } from './pipeline-ref.js';
import type { SecretWrite, SeenSecrets } from './seen-secrets.js';
import type { StoreInformation } from './store-information.js';
import type { AnyTable, RowReads, RowWrite } from './table.js';

/** Now or later. */
export type Awaitable<Value> = Value | Promise<Value>;

import type { AccessKeyRecord, TokenRecord } from './access-records.js';

export type {
  AccessKeyRecord,
  AliasRecord,
  AliasRoute,
  PublishedVersionRecord,
  TokenRecord,
} from './access-records.js';
export type { ExecutionQuery, ExecutionScope } from './execution-query.js';
export type { PipelineRef } from './pipeline-ref.js';

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
  /** Present when it is a test run, or belongs to one: nothing of it reaches others. */
  testRun?: TestRunLink;
}

/** The test run that an execution is, or that a task or a map run of it has started it for. */
export interface TestRunLink {
  /** Number of the execution that somebody started as a test run: its own, or that of its outermost ancestor. */
  root: number;
  /** Number of the execution whose versions of datasets it reads; absent: what is current when it begins. */
  readsOf?: number;
}

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

/**
 * Lines of one attempt that are written together; lines of a segment share state, attempt and tags. Their times lie within
 * `SEGMENT_SPAN` (log-segments.ts).
 */
export interface LogSegment {
  execution: number;
  team: string;
  pipeline: string;
  state: string;
  attempt: number;
  tags: Tags;
  lines: Omit<LogLine, 'state' | 'attempt' | 'tags'>[];
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
  /** Of the tables that features declare, each at most once; written in this order. */
  rows: readonly RowWrite[];
  executions: readonly ExecutionWrite[];
  logs: readonly LogSegment[];
  /** Numbers of executions that are removed for good, with all that is theirs. */
  removals?: readonly number[];
  /** Numbers of log segments that are removed for good. */
  logRemovals?: readonly number[];
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

/** A place in all log lines: of a segment that is told by the time of its first line, or was written before that was noted. */
export interface LogPlace {
  /** Milliseconds; null: before times were noted. */
  firstAt: number | null;
  segment: number;
  /** Lines of the segment, from its first on, that come later in a search: those below are older. */
  line: number;
}

/** Log lines over all executions, newest first. */
export interface LogSearch {
  /** Absent: of all teams. */
  teams?: readonly string[];
  /** Of kind `logs`. */
  query: SearchQuery;
  /** Only what is older than this place. */
  after?: LogPlace;
  limit: number;
  /** `all`: goes on behind a full page, to count what matches. */
  count: 'page' | 'all';
  /** Where it stops: milliseconds of searching, bytes of lines that are looked through. */
  most: { milliseconds: number; bytes: number };
}

/** A line that was found, with whose it is. */
export type FoundLogLine = LogLine & {
  /** Number and id of its execution. */
  number: number;
  execution: string;
  pipeline: string;
  team: string;
  /** Of the execution. */
  name: string;
  startedAt: number;
};

export interface LogFindings {
  lines: FoundLogLine[];
  /** Where the next page begins; absent: nothing is older. */
  next?: LogPlace;
  /** Lines that match, from where this page began on. `isExact` is false when the search stopped before its end. */
  count: { value: number; isExact: boolean };
  /** What was looked through, and back to when: absent when that is all there is. */
  searched: { segments: number; lines: number; bytes: number; backTo?: number };
}

/** An execution of which it is asked whether it is still kept. */
export interface OldExecution {
  number: number;
  id: string;
  name: string;
  status: ExecutionStatus;
  startedAt: number;
  stoppedAt?: number;
  /** Type of the trigger that started it. */
  triggeredBy?: string;
}

/** What would go on when a copy is taken into use: for whoever decides that. */
export interface OpenWork {
  /** Executions that run, without children of distributed Maps. */
  running: number;
  /** Attempts that were open: they are closed as lost. */
  attempts: number;
  /** Deliveries that may have arrived since, and are sent again. */
  deliveries: number;
}

export interface Store extends RowReads {
  /** Executions of a pipeline that have ended and started before a moment, the oldest first; page by the last one's number. */
  listOldExecutions(query: {
    pipeline: PipelineRef;
    startedBefore: number;
    after: number;
    limit: number;
  }): Awaitable<OldExecution[]>;
  /** Executions by their numbers, whether they have ended or not; those that are gone are left out. */
  findOldExecutions(numbers: readonly number[]): Awaitable<OldExecution[]>;
  /** Children of a map run, in the order of their items. */
  listOldMapChildren(query: { mapRun: number; limit: number }): Awaitable<OldExecution[]>;
  /** Gives up to so many unused pages back to the file system; answers how many are left. */
  giveBack(pages: number): Awaitable<number>;
  /** What features have sealed by themselves, under a key that may be another one now. */
  listOwnSealings(): Awaitable<{ what: string; sealed: string[] }[]>;
  /** What would go on when a copy is taken into use. The tables of features must have joined before. */
  countOpenWork(): Awaitable<OpenWork>;
  /** Makes the tables of features or brings them to this version's shape. To be called once, before their rows. */
  joinTables(tables: readonly AnyTable[]): Awaitable<void>;
  /** Makes a turn durable: all of it or, when it throws, none of it. Code `ambiguous` or `io`: nobody knows. */
  commit(commit: Commit): Awaitable<void>;

  findMachine(number: number): Awaitable<MachineRecord | undefined>;
  findVersion(pipeline: PipelineRef, version: number): Awaitable<MachineRecord | undefined>;
  currentMachine(pipeline: PipelineRef): Awaitable<MachineRecord | undefined>;
  currentMachines(): Awaitable<MachineRecord[]>;
  /** Every pipeline that there is or ever was, by team and name. */
  listPipelineNames(): Awaitable<PipelineRef[]>;
  /** The highest version that the pipeline ever had; 0 when there was none. */
  lastVersion(pipeline: PipelineRef): Awaitable<number>;

  insertAccessKey(key: AccessKeyRecord): Awaitable<void>;
  findAccessKey(id: string): Awaitable<AccessKeyRecord | undefined>;

  listAccessKeys(): Awaitable<AccessKeyRecord[]>;
  /** True when there was one. */
  deleteAccessKey(id: string): Awaitable<boolean>;

  /** 0 when there is none. */
  lastExecutionNumber(): Awaitable<number>;
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
  /** Attempts that wait for an execution that has ended, in the order of their scheduling. */
  listAnsweredAttempts(): Awaitable<AttemptRecord[]>;
  /** Running executions whose waiting parent task or map run is gone, upwards. */
  listOrphans(): Awaitable<number[]>;
  /** Executions that were created and have not begun, upwards. */
  listUnstarted(): Awaitable<number[]>;
  /** Executions that a commit interrupted (timers of kind `continue`), upwards. */
  listInterrupted(): Awaitable<number[]>;
  /** Timers due before `before`, soonest first, those of one moment in any order; none of kind `continue`. */
  listTimers(before: number, limit: number): Awaitable<TimerRecord[]>;

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
  searchLogs(search: LogSearch): Awaitable<LogFindings>;
  /** Numbers of segments whose lines are all older than a moment, as far as their times were noted; the oldest of each team. */
  listOldLogs(query: { before: number; limit: number }): Awaitable<number[]>;
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
  [Method in Exclude<keyof Store, keyof RowReads>]: (
    ...values: Parameters<Store[Method]>
  ) => Awaited<ReturnType<Store[Method]>>;
} & RowReads<'now'>;
