/**
 * Executions of state machines of AWS Step Functions, and of other Millraces, which tell the same.
 *
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html and
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 * @module
 */
import type { ObservedStatus, SeenRun } from './observed-run.js';
import { instant, known, number, type Told, text } from './told.js';

const STATUS: { readonly [status: string]: ObservedStatus } = {
  ...{ RUNNING: 'RUNNING', PENDING_REDRIVE: 'RUNNING', SUCCEEDED: 'SUCCEEDED', FAILED: 'FAILED' },
  ...{ TIMED_OUT: 'TIMED_OUT', ABORTED: 'ABORTED' },
};
const ARN =
  /^arn:aws[a-z-]*:states:([a-z0-9-]+):(\d{12}):(?:execution|express):([^:]{1,80}):[^:]{1,80}(?::[^:]{1,80})?$/;

/** An execution, as ListExecutions and, with its error, DescribeExecution tell it. */
export function stateMachineRun(run: Told): SeenRun | undefined {
  const id = text(run.ExecutionArn);
  const name = id === undefined ? undefined : ARN.exec(id)?.[3];
  const status = STATUS[text(run.Status) ?? ''];
  if (id === undefined || name === undefined || status === undefined) return undefined;
  const isDescribed = 'Error' in run || 'Cause' in run || 'Input' in run;
  return {
    ...seen(id, name, status, number(run.RedriveCount)),
    ...known({
      startedAt: instant(run.RedriveDate) ?? instant(run.StartDate),
      firstStartedAt: number(run.RedriveCount) ? instant(run.StartDate) : undefined,
      endedAt: status === 'RUNNING' ? undefined : instant(run.StopDate),
      cause: causeOf(run.Error, run.Cause),
    }),
    // A list does not say why.
    ...(isBad(status) && !isDescribed ? { isPartial: true as const } : {}),
  };
}

/** `Step Functions Execution Status Change`: as much as DescribeExecution. */
export function stateMachineEvent(detail: Told, time: number | undefined): SeenRun | undefined {
  const id = text(detail.executionArn);
  const name = id === undefined ? undefined : ARN.exec(id)?.[3];
  const status = STATUS[text(detail.status) ?? ''];
  if (id === undefined || name === undefined || status === undefined) return undefined;
  return {
    ...seen(id, name, status, number(detail.redriveCount)),
    ...known({
      startedAt: instant(detail.redriveDate) ?? instant(detail.startDate),
      firstStartedAt: number(detail.redriveCount) ? instant(detail.startDate) : undefined,
      endedAt: status === 'RUNNING' ? undefined : (instant(detail.stopDate) ?? time),
      cause: causeOf(detail.error, detail.cause),
    }),
  };
}

/** Where an execution ran, as its ARN says. */
export function placeOfExecution(arn: string): { account: string; region: string } | undefined {
  const [, region, account] = ARN.exec(arn) ?? [];
  return region === undefined || account === undefined ? undefined : { account, region };
}

function seen(id: string, name: string, status: ObservedStatus, redrives: number | undefined) {
  const attempt = redrives ?? 0;
  return { kind: 'state-machine', name, id, attempt, status };
}

function isBad(status: ObservedStatus): boolean {
  return status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED';
}

function causeOf(error: unknown, cause: unknown): string | undefined {
  const parts = [text(error), text(cause)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(': ');
}
