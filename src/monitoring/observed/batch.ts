/**
 * Jobs of AWS Batch: a job is a run of its queue.
 *
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html; events carry the same record with small first
 * letters, as the API's own JSON does: https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
 * @module
 */
import type { ObservedStatus, SeenRun } from './observed-run.js';
import { instant, known, number, object, objects, type Told, text } from './told.js';

const STATUS: { readonly [status: string]: ObservedStatus } = {
  ...{ SUBMITTED: 'RUNNING', PENDING: 'RUNNING', RUNNABLE: 'RUNNING', STARTING: 'RUNNING' },
  ...{ RUNNING: 'RUNNING', SUCCEEDED: 'SUCCEEDED', FAILED: 'FAILED' },
};

/** A job as DescribeJobs tells it. */
export function batchJob(job: Told): SeenRun | undefined {
  return seen(job, (of, name) => of?.[`${name[0]?.toUpperCase()}${name.slice(1)}`]);
}

/** `Batch Job State Change`. */
export function batchEvent(detail: Told): SeenRun | undefined {
  return seen(detail, (of, name) => of?.[name]);
}

/** Reads a member by its name with a small first letter. */
type Member = (of: Told | undefined, name: string) => unknown;

function seen(job: Told, member: Member): SeenRun | undefined {
  const read = (name: string): unknown => member(job, name);
  const id = text(read('jobId'));
  const name = nameOfQueue(text(read('jobQueue')));
  const state = text(read('status'));
  if (id === undefined || name === undefined || state === undefined) return undefined;
  const told = STATUS[state] ?? 'UNKNOWN';
  const reason = text(read('statusReason'));
  // Batch has no word for what was ended by hand or by its own clock.
  const status = told !== 'FAILED' ? told : isTimeout(reason) ? 'TIMED_OUT' : told;
  const attempts = objects(read('attempts'));
  const exit = number(member(object(read('container')), 'exitCode'));
  const container = text(member(object(read('container')), 'reason'));
  const words = [reason, container, exit === undefined ? undefined : `exit code ${exit}`];
  const startedAt = instant(read('startedAt'));
  const endedAt = instant(read('stoppedAt'));
  const units = unitsOf(object(read('container')), member, startedAt, endedAt);
  return {
    ...{ kind: 'batch-queue', name, id, attempt: 0, status },
    ...known({
      startedAt: startedAt ?? instant(read('createdAt')),
      endedAt: told === 'RUNNING' ? undefined : endedAt,
      cause:
        told === 'SUCCEEDED' || told === 'RUNNING'
          ? undefined
          : [text(read('jobName')), words.filter((word) => word !== undefined).join(', ')]
              .filter((part) => part !== undefined && part !== '')
              .join(': '),
      units: told === 'RUNNING' ? undefined : units,
      retries: attempts.length > 1 ? attempts.length - 1 : undefined,
    }),
  };
}

function isTimeout(reason: string | undefined): boolean {
  return reason !== undefined && /attempt duration exceeded timeout/i.test(reason);
}

/** `arn:aws:batch:…:job-queue/NAME` or the name. */
function nameOfQueue(queue: string | undefined): string | undefined {
  return queue?.slice(queue.lastIndexOf('/') + 1);
}

function unitsOf(
  container: Told | undefined,
  member: Member,
  startedAt: number | undefined,
  endedAt: number | undefined,
): { vcpuSeconds?: number; memoryGbSeconds?: number } | undefined {
  if (startedAt === undefined || endedAt === undefined || endedAt < startedAt) return undefined;
  const seconds = (endedAt - startedAt) / 1000;
  const asked = objects(member(container, 'resourceRequirements'));
  const amount = (type: string): number | undefined =>
    number(
      member(
        asked.find((one) => member(one, 'type') === type),
        'value',
      ),
    );
  const vcpus = amount('VCPU') ?? number(member(container, 'vcpus'));
  const mebibytes = amount('MEMORY') ?? number(member(container, 'memory'));
  const used = known({
    vcpuSeconds: vcpus ? Math.round(vcpus * seconds) : undefined,
    memoryGbSeconds: mebibytes ? Math.round((mebibytes / 1024) * seconds) : undefined,
  });
  return Object.keys(used).length === 0 ? undefined : used;
}
