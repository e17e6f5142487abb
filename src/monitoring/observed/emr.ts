/**
 * Steps of clusters of Amazon EMR, and job runs of EMR Serverless.
 *
 * A cluster is told apart by its name: one that is made anew each night is the same thing. A step's id is unique in its
 * cluster, so a run is `CLUSTER/STEP`. https://docs.aws.amazon.com/emr/latest/APIReference/API_Step.html,
 * https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_JobRun.html
 * @module
 */
import type { ObservedStatus, SeenRun } from './observed-run.js';
import { instant, known, number, object, type Told, text } from './told.js';

const STEP: { readonly [state: string]: ObservedStatus } = {
  ...{ PENDING: 'RUNNING', CANCEL_PENDING: 'RUNNING', RUNNING: 'RUNNING' },
  ...{ COMPLETED: 'SUCCEEDED', FAILED: 'FAILED', CANCELLED: 'ABORTED', INTERRUPTED: 'ABORTED' },
};

/** A step as ListSteps tells it. @param cluster its cluster's id and name */
export function emrStep(cluster: { id: string; name: string }, step: Told): SeenRun | undefined {
  const id = text(step.Id);
  const of = object(step.Status) ?? {};
  const status = STEP[text(of.State) ?? ''];
  if (id === undefined || status === undefined) return undefined;
  const timeline = object(of.Timeline) ?? {};
  const failure = object(of.FailureDetails) ?? {};
  const reason = [text(failure.Reason), text(failure.Message)].filter((part) => part !== undefined);
  const why = reason.length > 0 ? reason.join(': ') : text(object(of.StateChangeReason)?.Message);
  return {
    ...{ kind: 'emr-cluster', name: cluster.name, id: `${cluster.id}/${id}`, attempt: 0, status },
    ...known({
      startedAt: instant(timeline.StartDateTime) ?? instant(timeline.CreationDateTime),
      endedAt: status === 'RUNNING' ? undefined : instant(timeline.EndDateTime),
      cause:
        status === 'SUCCEEDED' || status === 'RUNNING'
          ? undefined
          : [text(step.Name), why].filter((part) => part !== undefined).join(': '),
    }),
  };
}

/** `EMR Step Status Change`: it knows the cluster by its id alone. @returns the run with the cluster's id as its name */
export function emrStepEvent(detail: Told, time: number | undefined): SeenRun | undefined {
  const [cluster, step] = [text(detail.clusterId), text(detail.stepId)];
  const status = STEP[text(detail.state) ?? ''];
  if (cluster === undefined || step === undefined || status === undefined) return undefined;
  return {
    ...{ kind: 'emr-cluster', name: cluster, id: `${cluster}/${step}`, attempt: 0, status },
    isPartial: true,
    ...known({
      endedAt: status === 'RUNNING' ? undefined : time,
      cause:
        status === 'SUCCEEDED' || status === 'RUNNING'
          ? undefined
          : [text(detail.name), text(detail.message)]
              .filter((part) => part !== undefined)
              .join(': '),
    }),
  };
}

const JOB_RUN: { readonly [state: string]: ObservedStatus } = {
  ...{ SUBMITTED: 'RUNNING', PENDING: 'RUNNING', SCHEDULED: 'RUNNING', RUNNING: 'RUNNING' },
  ...{ QUEUED: 'RUNNING', CANCELLING: 'RUNNING', SUCCESS: 'SUCCEEDED', SUCCEEDED: 'SUCCEEDED' },
  ...{ FAILED: 'FAILED', CANCELLED: 'ABORTED' },
};

/**
 * A job run as ListJobRuns and, with what it used, GetJobRun tell it.
 * @param application name of its application
 */
export function emrServerlessRun(application: string, run: Told): SeenRun | undefined {
  const id = text(run.JobRunId) ?? text(run.Id);
  const status = JOB_RUN[text(run.State) ?? ''];
  if (id === undefined || status === undefined) return undefined;
  const billed = object(run.BilledResourceUtilization) ?? object(run.TotalResourceUtilization);
  const seconds = number(run.TotalExecutionDurationSeconds);
  const createdAt = instant(run.CreatedAt);
  const hours = (member: string): number | undefined => {
    const used = number(billed?.[member]);
    return used === undefined ? undefined : Math.round(used * 3600);
  };
  const units = known({
    vcpuSeconds: hours('VCPUHour'),
    memoryGbSeconds: hours('MemoryGBHour'),
    storageGbSeconds: hours('StorageGBHour'),
  });
  const endedAt = instant(run.EndedAt) ?? instant(run.UpdatedAt);
  const startedAt =
    instant(run.StartedAt) ??
    (seconds !== undefined && endedAt !== undefined ? endedAt - seconds * 1000 : createdAt);
  return {
    ...{ kind: 'emr-serverless-application', name: application, id, status },
    attempt: 0,
    ...known({
      startedAt,
      endedAt: status === 'RUNNING' ? undefined : endedAt,
      cause:
        status === 'SUCCEEDED' || status === 'RUNNING'
          ? undefined
          : [text(run.Name), text(run.StateDetails)]
              .filter((part) => part !== undefined)
              .join(': '),
      units: Object.keys(units).length === 0 ? undefined : units,
    }),
    // A list does not say what it used.
    ...(status !== 'RUNNING' && billed === undefined ? { isPartial: true as const } : {}),
  };
}

/** `EMR Serverless Job Run State Change`. @returns the run with the application's id as its name */
export function emrServerlessEvent(detail: Told, time: number | undefined): SeenRun | undefined {
  const [application, id] = [text(detail.applicationId), text(detail.jobRunId)];
  const status = JOB_RUN[text(detail.state) ?? ''];
  if (application === undefined || id === undefined || status === undefined) return undefined;
  return {
    ...{ kind: 'emr-serverless-application', name: application, id, attempt: 0, status },
    isPartial: true,
    ...known({
      startedAt: status === 'RUNNING' ? instant(detail.createdAt) : undefined,
      endedAt: status === 'RUNNING' ? undefined : (instant(detail.updatedAt) ?? time),
      cause:
        status === 'SUCCEEDED' || status === 'RUNNING'
          ? undefined
          : (text(detail.stateDetails) ?? text(detail.jobRunName)),
    }),
  };
}
