/**
 * What is kept about a map run while it goes on: small, because it is written with every commit that changes it. What
 * the run was asked to do stands in its request, which is written once.
 * @module
 */
import type { ErrorOutput, ExecutionStatus, Usage } from '../../../asl/execution-state.js';
import type { JsonObject } from '../../../asl/json.js';
import { exceedsTolerance } from '../../../asl/map-run.js';
import type { MapRunRequest } from '../../../asl/transition.js';
import type { MapRunRecord } from './map-run-table.js';

/** How many have ended, and how. */
export interface EndedCounts {
  succeeded: number;
  failed: number;
  timedOut: number;
  aborted: number;
}

/** Children without success that a redrive has yet to begin again. */
export interface RedriveWork {
  executions: number;
  items: number;
  /** They have numbers above this one. */
  after: number;
}

/** `MapRunRecord.state`. */
export interface MapRunState {
  /**
   * `preparing`: the items are being counted. `running`: children are begun and end. `stopping`: it has failed and its
   * children are being stopped. `finishing`: all children have ended, results are gathered.
   */
  phase: 'preparing' | 'running' | 'stopping' | 'finishing';
  mapRunArn: string;
  maxConcurrency: number;
  toleratedFailureCount?: number;
  toleratedFailurePercentage?: number;
  /** Of what is read, so that a restart notices when it has become something else. */
  version?: string;
  /** Items of the whole run; 0 while it is preparing. */
  total: number;
  /** Items that children have been begun with: where a restart goes on reading. */
  read: number;
  /** Children that have been begun. */
  started: number;
  /** Every item has a child. */
  isExhausted: boolean;
  executions: EndedCounts;
  items: EndedCounts;
  /** The ResultWriter's files hold the outcome of every child that has ended. */
  isWritten: boolean;
  redriveCount: number;
  redrivenAt?: number;
  /** What a redrive has yet to do again. */
  again?: RedriveWork;
  /** Why it is stopping. */
  failure?: ErrorOutput;
  /** What its children have used that its execution has not been told yet. */
  used?: Usage;
}

/** Children that run at a time when the definition sets no limit. */
export const DEFAULT_CONCURRENCY = 1000;
/** Children that run at a time, at most: AWS's quota. */
const MAX_CONCURRENCY = 10_000;

const NONE: EndedCounts = { succeeded: 0, failed: 0, timedOut: 0, aborted: 0 };

export function initialState(mapRunArn: string, request: MapRunRequest): MapRunState {
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = request;
  return {
    phase: 'preparing',
    mapRunArn,
    maxConcurrency: request.maxConcurrency,
    ...(count === undefined ? {} : { toleratedFailureCount: count }),
    ...(percentage === undefined ? {} : { toleratedFailurePercentage: percentage }),
    total: 0,
    read: 0,
    started: 0,
    isExhausted: false,
    executions: NONE,
    items: NONE,
    isWritten: false,
    redriveCount: 0,
  };
}

export function stateOf(record: MapRunRecord): MapRunState {
  return record.state as unknown as MapRunState;
}

export function requestOf(record: MapRunRecord): MapRunRequest {
  return record.request as unknown as MapRunRequest;
}

export function withState(record: MapRunRecord, state: MapRunState): MapRunRecord {
  return { ...record, state: state as unknown as JsonObject };
}

/** `MACHINE/LABEL`, under which the children of a map run are known. */
export function mapRunLabel(arn: string): string {
  return arn.split(':')[6] ?? '';
}

/** Children that have ended without success. */
export function unsuccessful({ failed, timedOut, aborted }: EndedCounts): number {
  return failed + timedOut + aborted;
}

/** Children that have been begun and not ended. */
export function runningChildren({ started, executions, again }: MapRunState): number {
  return started - executions.succeeded - unsuccessful(executions) - (again?.executions ?? 0);
}

/** How many more children may be begun now. */
export function freeChildren(state: MapRunState): number {
  const limit = Math.min(state.maxConcurrency || DEFAULT_CONCURRENCY, MAX_CONCURRENCY);
  return Math.max(0, limit - runningChildren(state));
}

const COUNTED: { [Status in Exclude<ExecutionStatus, 'RUNNING'>]: keyof EndedCounts } = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
};

/** Counts a child that has ended. @param size items that it had */
export function countEnded(
  state: MapRunState,
  status: Exclude<ExecutionStatus, 'RUNNING'>,
  size: number,
): MapRunState {
  const key = COUNTED[status];
  const { executions, items } = state;
  return {
    ...state,
    executions: { ...executions, [key]: executions[key] + 1 },
    items: { ...items, [key]: items[key] + size },
  };
}

/** So many items have failed that the run must. */
export function hasFailed(state: MapRunState): boolean {
  return exceedsTolerance(state, unsuccessful(state.items), state.total);
}

/** Every item has a child, and every child has ended. */
export function isOver(state: MapRunState): boolean {
  return state.isExhausted && state.again === undefined && runningChildren(state) === 0;
}

/** There are children to begin, or to begin again, and room for them. */
export function canBegin(state: MapRunState): boolean {
  return (!state.isExhausted || state.again !== undefined) && freeChildren(state) > 0;
}

/**
 * How a run that has ended goes on.
 * @param succeeded children that did
 * @param at time of the redrive, milliseconds since the epoch
 */
export function redrivenState(
  state: MapRunState,
  request: MapRunRequest,
  succeeded: number,
  at: number,
): MapRunState {
  const { failure: _failure, again: _again, version, ...kept } = state;
  const items = request.batcher === undefined ? succeeded : state.items.succeeded;
  const next: MapRunState = {
    ...kept,
    ...(version === undefined ? {} : { version }),
    phase: 'running',
    executions: { ...NONE, succeeded },
    items: { ...NONE, succeeded: items },
    isWritten: false,
    redriveCount: state.redriveCount + 1,
    redrivenAt: at,
  };
  if (state.started === 0) {
    delete next.version;
    return { ...next, phase: 'preparing', isExhausted: false };
  }
  const executions = state.started - succeeded;
  if (executions > 0) next.again = { executions, items: state.read - items, after: 0 };
  if (isOver(next)) next.phase = 'finishing';
  return next;
}
