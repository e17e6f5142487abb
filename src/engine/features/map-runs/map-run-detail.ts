/**
 * What DescribeMapRun tells, from the record of a map run.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
 * @module
 */
import type { MapRunRecord } from '../../../store/store.js';
import type { MapRunCounts, MapRunDetail } from '../../engine.js';
import {
  type EndedCounts,
  type MapRunState,
  requestOf,
  stateOf,
  unsuccessful,
} from './map-run-state.js';

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
