/**
 * Queries of Amazon Athena: a query is a run of its workgroup.
 *
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html and
 * https://docs.aws.amazon.com/athena/latest/ug/athena-events.html
 * @module
 */
import type { ObservedStatus, SeenRun } from './observed-run.js';
import { instant, known, number, object, type Told, text } from './told.js';

const STATUS: { readonly [state: string]: ObservedStatus } = {
  ...{ QUEUED: 'RUNNING', RUNNING: 'RUNNING', SUCCEEDED: 'SUCCEEDED' },
  ...{ FAILED: 'FAILED', CANCELLED: 'ABORTED' },
};

/** A query as BatchGetQueryExecution tells it. */
export function athenaQuery(query: Told): SeenRun | undefined {
  const id = text(query.QueryExecutionId);
  const of = object(query.Status) ?? {};
  const status = STATUS[text(of.State) ?? ''];
  if (id === undefined || status === undefined) return undefined;
  const scanned = number(object(query.Statistics)?.DataScannedInBytes);
  const error = object(of.AthenaError);
  return {
    ...{ kind: 'athena-workgroup', name: text(query.WorkGroup) ?? 'primary', id, status },
    attempt: 0,
    ...known({
      startedAt: instant(of.SubmissionDateTime),
      endedAt: status === 'RUNNING' ? undefined : instant(of.CompletionDateTime),
      cause:
        status === 'FAILED' || status === 'ABORTED'
          ? (text(error?.ErrorMessage) ?? text(of.StateChangeReason))
          : undefined,
      units: scanned === undefined ? undefined : { scannedGb: scanned / 2 ** 30 },
    }),
  };
}

/** `Athena Query State Change`: tells neither the begin nor what was read. */
export function athenaEvent(detail: Told, time: number | undefined): SeenRun | undefined {
  const [id, name] = [text(detail.queryExecutionId), text(detail.workgroupName)];
  const status = STATUS[text(detail.currentState) ?? ''];
  if (id === undefined || name === undefined || status === undefined) return undefined;
  return {
    ...{ kind: 'athena-workgroup', name, id, attempt: 0, status, isPartial: true as const },
    ...known({
      endedAt: status === 'RUNNING' ? undefined : time,
      cause: text(object(detail.athenaError)?.errorMessage),
    }),
  };
}
