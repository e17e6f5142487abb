/**
 * AWS Glue. https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
 *
 * Glue takes no token, and a run no tag: a run carries the attempt as an argument, among those that Glue itself hands every
 * script (`--JOB_ID`, `--TempDir`), which is why scripts take arguments that they do not know. It is not shown.
 * @module
 */
import type { AwsAnswer, AwsObject } from '../../../aws/aws.js';
import type { RemoteJob } from '../../remote-tasks.js';
import { consoleLink, logsLink } from '../console-links.js';
import {
  answerOf,
  type Caller,
  type Integration,
  type JobKind,
  numberIn,
  objectIn,
  objectsIn,
  REQUEST_OR_SYNC,
  textIn,
} from '../integration.js';
import { lookOneByOne, placeText, secondsBetween, stateOf } from '../looking.js';

const ENDS = {
  succeeded: ['SUCCEEDED'],
  failed: ['FAILED', 'TIMEOUT', 'ERROR', 'STOPPED', 'EXPIRED'],
};
/** The argument that carries the attempt. */
const ATTEMPT = '--millrace-attempt';
/** Runs of one job that are looked through, 200 a page, the newest first. */
const MOST_PAGES = 5;

const jobs: JobKind = {
  most: 1,
  look: (asked, caller) =>
    lookOneByOne(
      asked,
      (job) => runOf(job, caller),
      (job, { output }) => {
        const run = objectIn(output, 'JobRun');
        const shown = { ...withoutAttempt(run), JobName: placeText(job, 'JobName') };
        const described = {
          status: textIn(run, 'JobRunState'),
          output: shown,
          used: { dpuSeconds: dpuSeconds(run) },
          links: links(job, groupOf(run)),
        };
        return stateOf(described, ENDS);
      },
    ),
  stop: async (job, _cause, caller) => {
    const JobName = placeText(job, 'JobName');
    const input = { JobName, JobRunIds: [job.id] };
    const answer = await caller.call('glue', 'batchStopJobRun', input, { isRepeatable: true });
    if (answer.type === 'refused') return answer;
    const [error] = objectsIn(answer.output, 'Errors');
    const { ErrorCode, ErrorMessage } = error === undefined ? {} : objectIn(error, 'ErrorDetail');
    // A run that has ended cannot be stopped, and need not be.
    if (
      ErrorCode === undefined ||
      /NotFound|InvalidJobRunState|IllegalState/.test(`${ErrorCode}`)
    ) {
      return answer;
    }
    const message = `${ErrorMessage ?? ''}`;
    return { type: 'refused', kind: 'server', name: `${ErrorCode}`, message };
  },
  links: (job) => links(job),
  async streams(job, caller) {
    const answer = await runOf(job, caller);
    if (answer.type === 'refused') return undefined;
    const group = groupOf(objectIn(answer.output, 'JobRun'));
    return [
      { group: `${group}/output`, stream: job.id },
      { group: `${group}/error`, stream: job.id, isError: true },
    ];
  },
};

function runOf(job: RemoteJob, caller: Caller): Promise<AwsAnswer> {
  const input = { JobName: placeText(job, 'JobName'), RunId: job.id };
  return caller.call('glue', 'getJobRun', input, { style: 'optimized', urgency: 'look' });
}

function groupOf(run: AwsObject): string {
  return textIn(run, 'LogGroupName') || '/aws-glue/jobs';
}

function links(job: RemoteJob, group = '/aws-glue/jobs') {
  const page = `#/job/${encodeURIComponent(placeText(job, 'JobName'))}/run/${encodeURIComponent(job.id)}`;
  const log = logsLink(job, `${group}/output`, job.id);
  return [
    consoleLink(job, 'gluestudio/home', page),
    log,
    { ...logsLink(job, `${group}/error`, job.id), name: 'Error logs' },
  ];
}

function dpuSeconds(run: AwsObject): number {
  const told = numberIn(run, 'DPUSeconds');
  if (told > 0) return told;
  const seconds = numberIn(run, 'ExecutionTime') || secondsBetween(run.StartedOn, run.CompletedOn);
  return seconds * (numberIn(run, 'MaxCapacity') || numberIn(run, 'AllocatedCapacity'));
}

function withoutAttempt(run: AwsObject): AwsObject {
  const { Arguments, ...others } = run;
  if (Arguments === undefined || Arguments === null) return run;
  const { [ATTEMPT]: _attempt, ...left } = Arguments as AwsObject;
  return Object.keys(left).length === 0 ? others : { ...others, Arguments: left };
}

/** The run that carries the attempt. */
async function findRun(input: AwsObject, caller: Caller, attempt: string) {
  const JobName = textIn(input, 'JobName');
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const more = token === undefined ? {} : { NextToken: token };
    const listed = await caller.call('glue', 'getJobRuns', { JobName, MaxResults: 200, ...more });
    if (listed.type === 'refused') return listed;
    for (const run of objectsIn(listed.output, 'JobRuns')) {
      if (objectIn(run, 'Arguments')[ATTEMPT] !== attempt) continue;
      return answerOf(listed, { JobRunId: textIn(run, 'Id') });
    }
    token = textIn(listed.output, 'NextToken') || undefined;
    if (token === undefined) return undefined;
  }
  return undefined;
}

export const GLUE: readonly Integration[] = [
  {
    resource: 'glue:startJobRun',
    forms: REQUEST_OR_SYNC,
    api: ['glue', 'startJobRun'],
    names: { prefix: 'Glue', base: 'AWSGlueException', service: 'AWSGlue' },
    hasMetadata: true,
    prepare: (input, { id }) => ({
      ...input,
      Arguments: { ...objectIn(input, 'Arguments'), [ATTEMPT]: id },
    }),
    find: (input, caller, { id }) => findRun(input, caller, id),
    shown: (output, input) => ({ JobName: textIn(input, 'JobName'), ...output }),
    job: (output, input) => ({
      id: textIn(output, 'JobRunId'),
      at: { JobName: textIn(input, 'JobName') },
    }),
    jobs,
  },
];
