/**
 * What DescribeMapRun tells, from the record of a map run.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
 * @module
 */
import type { MapRunRecord } from '../store/store.js';
import type { MapRunCounts, MapRunDetail } from './engine.js';
import { stateOf } from './map-run-host.js';

/** Everything but what its execution knows. */
export function describeMapRun(
  record: MapRunRecord,
): Omit<MapRunDetail, 'execution' | 'pipeline' | 'team' | 'redriveCount'> {
  const state = stateOf(record);
  const { request, total, started, succeeded, failed } = state;
  const running = started - succeeded - failed;
  const isOver = record.status !== 'RUNNING';
  const counts: MapRunCounts = {
    total,
    pending: isOver ? 0 : total - started,
    running: isOver ? 0 : running,
    succeeded,
    failed,
    timedOut: 0,
    aborted: isOver ? total - succeeded - failed : 0,
    resultsWritten: record.status === 'SUCCEEDED' ? succeeded + failed : 0,
  };
  return {
    id: record.id,
    arn: state.mapRunArn,
    status: record.status,
    startedAt: record.startedAt,
    ...(record.stoppedAt === undefined ? {} : { stoppedAt: record.stoppedAt }),
    maxConcurrency: request.maxConcurrency,
    toleratedFailureCount: request.toleratedFailureCount ?? 0,
    toleratedFailurePercentage: request.toleratedFailurePercentage ?? 0,
    executions: counts,
    items: counts,
  };
}
