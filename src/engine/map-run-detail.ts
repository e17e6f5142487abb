/**
 * What DescribeMapRun tells, from the record of a map run.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
 * @module
 */
import type { MapRunRecord } from '../store/store.js';
import type { MapRunCounts, MapRunDetail } from './engine.js';
import {
  type EndedCounts,
  type MapRunState,
  requestOf,
  runningChildren,
  stateOf,
  unsuccessful,
} from './map-run-state.js';

/** Everything but what its execution knows. */
export function describeMapRun(
  record: MapRunRecord,
): Omit<MapRunDetail, 'execution' | 'pipeline' | 'team'> {
  const state = stateOf(record);
  const isOver = record.status !== 'RUNNING';
  const items = countsOf(state.items, state.total, state.read, state, isOver);
  const total = totalChildren(record, state);
  const executions = countsOf(state.executions, total, state.started, state, isOver);
  if (!isOver) executions.running = runningChildren(state);
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

/** A run that has ended has no running children: those it left were aborted with it. */
function countsOf(
  ended: EndedCounts,
  total: number,
  begun: number,
  { isWritten }: MapRunState,
  isOver: boolean,
): MapRunCounts {
  const open = begun - ended.succeeded - unsuccessful(ended);
  const { succeeded, failed, timedOut } = ended;
  const aborted = ended.aborted + (isOver ? open : 0);
  return {
    total,
    pending: total - begun,
    running: isOver ? 0 : open,
    succeeded,
    failed,
    timedOut,
    aborted,
    resultsWritten: isWritten ? begun : 0,
  };
}

/** Batches that are still to come can only be told from MaxItemsPerBatch: MaxInputBytesPerBatch may make more of them. */
function totalChildren(record: MapRunRecord, { started, total, read }: MapRunState): number {
  const { batcher } = requestOf(record);
  const rest = total - read;
  if (batcher === undefined) return started + rest;
  return started + Math.ceil(rest / (batcher.maxItems || Math.max(rest, 1)));
}
