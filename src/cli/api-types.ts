/**
 * What the API answers, as far as the commands read it.
 * @module
 */
export interface Execution {
  id: string;
  number: number;
  name: string;
  pipeline: string;
  version: number;
  team: string;
  status: string;
  tags: { [key: string]: string };
  startedAt: number;
  stoppedAt?: number;
  redriveCount: number;
  error?: string;
  cause?: string;
  input?: unknown;
  output?: unknown;
  triggeredBy?: { type: string; [detail: string]: unknown };
  interval?: string;
  queued?: string;
}

export interface BackfillSlot {
  interval: string;
  action: string;
  reason: string;
  /** Only of a backfill, not of a plan. */
  status?: string;
  execution?: string;
}

export interface BackfillPlan {
  pipeline: string;
  digest: string;
  slots: BackfillSlot[];
}

export interface Backfill {
  id: string;
  pipeline: string;
  status: string;
  counts: {
    total: number;
    skipped: number;
    pending: number;
    running: number;
    succeeded: number;
    failed: number;
  };
  slots: BackfillSlot[];
}

export interface StateVisit {
  name: string;
  type: string;
  status: string;
  enteredAt: number;
  exitedAt?: number;
  iterations: { state: string; index: number }[];
  attempts: number;
  resource?: string;
  input?: unknown;
  output?: unknown;
  error?: string;
  cause?: string;
}

export interface HistoryEvent {
  id: number;
  prev: number;
  at: number;
  type: string;
  details: { [key: string]: unknown };
}

export interface LogLine {
  at: number;
  state: string;
  attempt: number;
  stream: string;
  level: string;
  message: string;
  tags: { [key: string]: string };
}

export interface PipelineOverview {
  name: string;
  team: string;
  tags: { [key: string]: string };
  version: number;
  deployedAt: number;
  problems: number;
  recent: Execution[];
}

export interface Page<Item> {
  items: Item[];
  next?: string;
}

/** A schedule of a pipeline, or of a client of EventBridge Scheduler's API. */
export interface ListedSchedule {
  kind: 'pipeline' | 'api';
  name: string;
  team: string;
  target: string;
  expression: string;
  timezone: string;
  state: 'ENABLED' | 'DISABLED';
  window?: number;
  next: { fireTime: number; start: number }[];
  last?: number;
  failure?: { fireTime: number; reason: string; count: number };
  dropped?: { count: number; first: number; last: number };
}

export interface Webhook {
  name: string;
  team: string;
  bus: string;
  source: string;
  detailType?: string;
  scheme: string;
  /** Secrets that are valid. */
  secrets: number;
  rotatedAt: number;
}

/** Its secret is shown this once. */
export type IssuedWebhook = Webhook & { secret: string };

/** Events or files that wait for others. */
export interface BatchState {
  size: number;
  /** Seconds. */
  window: number;
  waiting: number;
  openedAt?: number;
  closesAt?: number;
  problem?: string;
}

/** Who has delivered for an interval. */
export interface ArrivalState {
  interval: string;
  expected: number;
  arrived: number;
  missing: string[];
  unexpected: string[];
  deadline?: number;
  isLate: boolean;
  whenMissing: 'wait' | 'start';
  started?: { name: string; at: number };
  open: { interval: string; arrived: number }[];
  problem?: string;
}

/** Why a pipeline has not started. */
export interface TriggerExplanation {
  pipeline: string;
  schedule?: { timezone: string; next: number[]; window?: number; starts?: number[] };
  clientSchedules?: ListedSchedule[];
  upstreams?: {
    interval: string;
    verdict: 'met' | 'waiting' | 'impossible';
    conditions: {
      verdict: 'met' | 'waiting' | 'impossible';
      because: string;
      since?: number;
      eventId?: string;
      expectedAt?: number;
    }[];
  };
  files?: {
    under: string;
    isGone: boolean;
    quarantined: {
      manifest: string;
      since: number;
      problems: { file: string; problem: string }[];
    }[];
    batch?: BatchState;
    problem?: string;
    arrivals?: ArrivalState;
  };
  events?: {
    bus: string;
    pattern: unknown;
    batch?: BatchState;
    matched?: { id: string; at: number };
    nearly: {
      id: string;
      at: number;
      source: string;
      detailType: string;
      mismatch: { path: string; wanted: unknown[]; found: unknown[] };
    }[];
  }[];
}
