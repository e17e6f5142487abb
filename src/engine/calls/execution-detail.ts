/**
 * Executions as callers see them, and how lists, histories and logs of them are asked for.
 * @module
 */
import type { ExecutionStatus } from '../../asl/execution-state.js';
import type { Json, JsonObject } from '../../asl/json.js';
import type { TestRunsListed } from '../../store/execution-query.js';
import type { UsageDetail } from '../features/costs/costs.js';

export interface TestRunDetail {
  /** Number of the execution that was started as a test run: its own, unless that has started it. */
  root: number;
  /** Number of the execution whose versions of datasets it reads; absent: what was current when it began. */
  readsOf?: number;
  /** Its version was stored to be tried, and has never been deployed. */
  candidate?: true;
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
  /** Present when it is a test run, or belongs to one. */
  testRun?: TestRunDetail;
  /** Why it has not begun yet, there is no room for it; or what it waits for that others have: a cluster. */
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
  /** What it has used, and what that costs. */
  usage: UsageDetail;
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
  publishedVersion?: number;
  alias?: string;
  /** Only those that were redriven, or were not. */
  redriven?: boolean;
  status?: ExecutionStatus;
  /** In the search grammar (src/search). A page may be short, or empty, and not the last one. */
  q?: string;
  /** Also the children of distributed Maps of this map run; they are left out otherwise. */
  mapRun?: string;
  /** Whether test runs are among them. Default: `without`. */
  testRuns?: TestRunsListed;
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
