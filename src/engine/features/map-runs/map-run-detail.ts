/**
 * What DescribeMapRun tells, from the record of a map run.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
 * @module
 */

import {
  type EndedCounts,
  type MapRunState,
  requestOf,
  stateOf,
  unsuccessful,
} from './map-run-state.js';
import type { MapRunRecord } from './map-run-table.js';

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

/** Everything but what its execution knows. */
export function describeMapRun(
  record: MapRunRecord,
): Omit<MapRunDetail, 'execution' | 'pipeline' | 'team'> {
  const state = stateOf(record);
  const isOver = record.status !== 'RUNNING';
  const { again } = state;
  const items = countsOf(
    state,
    state.items,
    state.total,
    state.read,
    again?.items,
    isOver,
    record.status === 'SUCCEEDED',
  );
  const total = totalChildren(record, state);
  const executions = countsOf(
    state,
    state.executions,
    total,
    state.started,
    again?.executions,
    isOver,
    record.status === 'SUCCEEDED',
  );
  return {
    id: record.id,
    arn: state.mapRunArn,
    status: record.status,
    startedAt: record.startedAt,
    ...(record.stoppedAt === undefined ? {} : { stoppedAt: record.stoppedAt }),
    maxConcurrency: state.maxConcurrency,
    toleratedFailureCount: state.toleratedFailureCount ?? 0,
    toleratedFailurePercentage: state.toleratedFailurePercentage ?? 0,
    redriveCount: state.redriveCount,
    ...(state.redrivenAt === undefined ? {} : { redrivenAt: state.redrivenAt }),
    executions,
    items,
  };
}

/**
 * A run that has ended has no running children: those it left were aborted with it.
 * @param begun those that are no longer pending
 * @param isSucceeded then AWS counts all results as written, also when they went into the state's result
 * @param again those that a redrive has yet to do again
 */
function countsOf(
  { isWritten }: MapRunState,
  ended: EndedCounts,
  total: number,
  begun: number,
  again: number | undefined,
  isOver: boolean,
  isSucceeded: boolean,
): MapRunCounts {
  const open = begun - ended.succeeded - unsuccessful(ended);
  const pendingRedrive = isOver ? 0 : (again ?? 0);
  const { succeeded, failed, timedOut } = ended;
  return {
    total,
    pending: total - begun,
    running: isOver ? 0 : open - pendingRedrive,
    succeeded,
    failed,
    timedOut,
    aborted: ended.aborted + (isOver ? open : 0),
    resultsWritten: isWritten || isSucceeded ? begun : 0,
    pendingRedrive,
  };
}

/** Batches that are still to come can only be told from MaxItemsPerBatch: MaxInputBytesPerBatch may make more of them. */
function totalChildren(record: MapRunRecord, { started, total, read }: MapRunState): number {
  const { batcher } = requestOf(record);
  const rest = total - read;
  if (batcher === undefined) return started + rest;
  return started + Math.ceil(rest / (batcher.maxItems || Math.max(rest, 1)));
}
