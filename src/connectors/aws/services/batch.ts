/**
 * AWS Batch. https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
 *
 * Batch takes no token: a job carries the attempt as a tag, and is found again by its name and that tag.
 * @module
 */
import type { AwsObject } from '../../../aws/aws.js';
import type { RemoteJob } from '../../remote-tasks.js';
import { consoleLink, logsLink } from '../console-links.js';
import {
  ALL_BUT_SYNC2,
  answerOf,
  type Caller,
  type Integration,
  type JobKind,
  type LogStream,
  numberIn,
  objectIn,
  objectsIn,
  textIn,
} from '../integration.js';
import { lookTogether, secondsBetween, stateOf } from '../looking.js';
import { ATTEMPT_TAG, withTagMap } from '../submission-tokens.js';

const ENDS = { succeeded: ['SUCCEEDED'], failed: ['FAILED'] };
const LOG_GROUP = '/aws/batch/job';
/** Jobs of one name that are looked through, the newest first. */
const MOST_PAGES = 10;

const jobs: JobKind = {
  most: 100,
  look: (asked, caller) =>
    lookTogether(
      asked,
      (ids) => describe(caller, ids),
      (output) => objectsIn(output, 'Jobs'),
      (job) => textIn(job, 'JobId'),
      (job, of) => {
        const stream = textIn(objectIn(job, 'Container'), 'LogStreamName');
        const links = [link(of), ...(stream === '' ? [] : [logsLink(of, groupOf(job), stream)])];
        const described = { status: textIn(job, 'Status'), output: job, used: used(job), links };
        return stateOf(described, ENDS);
      },
    ),
  stop: (job, cause, caller) =>
    caller.call('batch', 'terminateJob', { JobId: job.id, Reason: cause.slice(0, 1_000) }),
  links: (job) => [link(job)],
  async streams(job, caller): Promise<readonly LogStream[] | undefined> {
    const answer = await describe(caller, [job.id]);
    if (answer.type === 'refused') return undefined;
    const [described] = objectsIn(answer.output, 'Jobs');
    if (described === undefined) return undefined;
    // Attempts before the last have streams of their own.
    const streams = [...objectsIn(described, 'Attempts'), described]
      .map((one) => textIn(objectIn(one, 'Container'), 'LogStreamName'))
      .filter((stream) => stream !== '');
    return [...new Set(streams)].map((stream) => ({ group: groupOf(described), stream }));
  },
};

function describe(caller: Caller, ids: string[]) {
  return caller.call(
    'batch',
    'describeJobs',
    { Jobs: ids },
    { style: 'optimized', urgency: 'look' },
  );
}

function link(job: RemoteJob) {
  return consoleLink(job, 'batch/home', `#jobs/detail/${encodeURIComponent(job.id)}`);
}

function groupOf(job: AwsObject): string {
  const { Options } = objectIn(objectIn(job, 'Container'), 'LogConfiguration');
  const group = textIn((Options ?? {}) as AwsObject, 'awslogs-group');
  return group === '' ? LOG_GROUP : group;
}

function used(job: AwsObject): { readonly [unit: string]: number } {
  const container = objectIn(job, 'Container');
  const asked = (type: string): number => {
    const found = objectsIn(container, 'ResourceRequirements').find(({ Type }) => Type === type);
    return found === undefined ? 0 : Number(found.Value) || 0;
  };
  const seconds = secondsBetween(job.StartedAt, job.StoppedAt);
  return {
    vcpuSeconds: seconds * (asked('VCPU') || numberIn(container, 'Vcpus')),
    memoryGbSeconds: (seconds * (asked('MEMORY') || numberIn(container, 'Memory'))) / 1024,
  };
}

/** The job of this name that carries the attempt. */
async function findJob(input: AwsObject, caller: Caller, attempt: string) {
  const name = textIn(input, 'JobName');
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const listed = await caller.call('batch', 'listJobs', {
      JobQueue: input.JobQueue ?? '',
      Filters: [{ Name: 'JOB_NAME', Values: [name] }],
      MaxResults: 100,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    if (listed.type === 'refused') return listed;
    const ids = objectsIn(listed.output, 'JobSummaryList').map((one) => textIn(one, 'JobId'));
    const described = ids.length === 0 ? undefined : await describe(caller, ids);
    if (described?.type === 'refused') return described;
    for (const job of described === undefined ? [] : objectsIn(described.output, 'Jobs')) {
      if (objectIn(job, 'Tags')[ATTEMPT_TAG] !== attempt) continue;
      const { JobArn = '', JobId = '', JobName = '' } = job;
      return answerOf(listed, { JobArn, JobId, JobName });
    }
    token = textIn(listed.output, 'NextToken') || undefined;
    if (token === undefined) return undefined;
  }
  return undefined;
}

export const BATCH: readonly Integration[] = [
  {
    resource: 'batch:submitJob',
    forms: ALL_BUT_SYNC2,
    api: ['batch', 'submitJob'],
    names: { prefix: 'Batch', base: 'AWSBatchException', service: 'AWSBatch' },
    hasMetadata: true,
    prepare: (input, request) => withTagMap(input, request),
    find: (input, caller, { id }) => findJob(input, caller, id),
    job: (output) => ({ id: textIn(output, 'JobId') }),
    jobs,
  },
];
