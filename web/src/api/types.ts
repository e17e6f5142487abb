/**
 * What the REST API answers, as far as the console reads it. The source is `/api/v1/openapi.json`; times are milliseconds
 * since the epoch.
 * @module
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export type VisitStatus =
  | 'running'
  | 'waiting'
  | 'retrying'
  | 'succeeded'
  | 'failed'
  | 'caught'
  | 'aborted';

export interface Pipeline {
  name: string;
  team: string;
  tags: { [key: string]: string };
  version: number;
  digest: string;
  deployedAt: number;
}

export interface PipelineOverview extends Pipeline {
  /** Problems in the pipeline file as it is now. */
  problems: number;
  /** Latest executions, newest first, at most 20. */
  recent: Execution[];
}

export interface PipelineDetail extends Pipeline {
  deployment: {
    input?: Json;
    definition: Json;
    bindings: { [resource: string]: Json };
    folder: string;
    sections?: { [name: string]: Json };
  };
}

export interface Execution {
  id: string;
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
  error?: string;
  cause?: string;
  /** Why it has not begun yet. */
  queued?: string;
  /** Id of the execution that started this one. */
  parent?: string;
  mapRun?: string;
}

export interface ExecutionDetail extends Execution {
  input: Json;
  output?: Json;
}

export interface StateVisit {
  name: string;
  type: string;
  status: VisitStatus;
  /** Id of the history event of its entry: identifies the visit. */
  enteredEvent: number;
  enteredAt: number;
  exitedAt?: number;
  /** Around this visit: iterations of Map states, outermost first. */
  iterations: { state: string; index: number }[];
  attempts: number;
  resource?: string;
  input?: Json;
  output?: Json;
  error?: string;
  cause?: string;
}

export interface HistoryEvent {
  id: number;
  prev: number;
  at: number;
  type: string;
  details: { [key: string]: Json };
}

export interface LogLine {
  at: number;
  state: string;
  attempt: number;
  stream: 'stdout' | 'stderr' | 'system';
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  fields?: { [key: string]: Json };
}

export interface FileProblem {
  severity: 'error' | 'warning';
  code: string;
  message: string;
  file: string;
  pipeline?: string;
  team?: string;
  line: number;
  column: number;
  why?: string;
  fix?: string;
}

export interface GraphNode {
  /** JSON pointer of the state, or of the branch that holds states. */
  id: string;
  kind: 'state' | 'container' | 'start' | 'end';
  name: string;
  type: string;
  parent?: string;
  /** Relative to the parent, pixels. */
  x: number;
  y: number;
  width: number;
  height: number;
  resource?: string;
}

export interface GraphEdge {
  id: string;
  from: string;
  to: string;
  kind: 'next' | 'choice' | 'default' | 'catch';
  label?: string;
  labelAt?: Point;
  /** Corners, in pixels from the upper left of the whole graph. */
  points: Point[];
}

export interface Point {
  x: number;
  y: number;
}

export interface Graph {
  width: number;
  height: number;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** How the server is; `problem` when it does no work. */
export interface Health {
  status: string;
  problem?: string;
}

export interface Page<Item> {
  items: Item[];
  /** Cursor of the next page; absent on the last. */
  next?: string;
}

/** What the live stream tells. */
export type LiveChange =
  | {
      type: 'execution';
      execution: string;
      number: number;
      pipeline: string;
      team: string;
      status: ExecutionStatus;
      name: string;
      startedAt: number;
      stoppedAt?: number;
      error?: string;
      cause?: string;
    }
  | { type: 'history'; execution: string; events: HistoryEvent[] }
  | { type: 'log'; execution: string; lines: LogLine[] }
  | { type: 'pipeline'; pipeline: string; team: string; version: number };

/** A condition of a pipeline on another one, and how it stands. */
export interface Condition {
  condition: { name: string; team?: string; account?: string };
  verdict: 'met' | 'waiting' | 'impossible';
  /** A sentence. */
  because: string;
  since?: number;
  expectedAt?: number;
}

/** Events or files that wait for others. */
export interface Batch {
  size: number;
  /** Seconds. */
  window: number;
  waiting: number;
  closesAt?: number;
  problem?: string;
}

/** Who has delivered for an interval. */
export interface Arrivals {
  interval: string;
  expected: number;
  arrived: number;
  missing: string[];
  unexpected: string[];
  deadline?: number;
  whenMissing: 'wait' | 'start';
  started?: { name: string; at: number };
  problem?: string;
}

/** When a pipeline starts by itself, and what it waits for. */
export interface Trigger {
  schedule?: { timezone: string; next: number[]; window?: number; starts?: number[] };
  clientSchedules?: { name: string; expression: string; timezone: string; state: string }[];
  upstreams?: { interval: string; verdict: Condition['verdict']; conditions: Condition[] };
  files?: {
    under: string;
    isGone: boolean;
    problem?: string;
    arrivals?: Arrivals;
    batch?: Batch;
    quarantined: {
      manifest: string;
      since: number;
      problems: { file: string; problem: string }[];
    }[];
  };
  events?: {
    bus: string;
    pattern: Json;
    matched?: { id: string; at: number };
    batch?: Batch;
    nearly: {
      id: string;
      at: number;
      source: string;
      detailType: string;
      mismatch: { path: string; wanted: Json; found: Json };
    }[];
  }[];
}
