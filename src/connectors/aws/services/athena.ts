/**
 * Amazon Athena. https://docs.aws.amazon.com/step-functions/latest/dg/connect-athena.html
 * @module
 */
import type { AwsObject } from '../../../aws/aws.js';
import type { JobState, RemoteJob } from '../../remote-tasks.js';
import { consoleLink } from '../console-links.js';
import {
  type Integration,
  type JobKind,
  numberIn,
  objectIn,
  objectsIn,
  REQUEST,
  REQUEST_OR_SYNC,
  textIn,
} from '../integration.js';
import { gone, lookTogether, stateOf, unseen } from '../looking.js';

const NAMES = { prefix: 'Athena', base: 'AmazonAthenaException', service: 'AmazonAthena' };
const ENDS = { succeeded: ['SUCCEEDED'], failed: ['FAILED', 'CANCELLED'] };
const LOOK = { style: 'optimized', urgency: 'look' } as const;

const jobs: JobKind = {
  most: 50,
  async look(asked, caller) {
    const alone = async (job: RemoteJob): Promise<JobState> => {
      const input = { QueryExecutionId: job.id };
      const answer = await caller.call('athena', 'getQueryExecution', input, LOOK);
      if (answer.type === 'answered') return read(objectIn(answer.output, 'QueryExecution'), job);
      const isUnknown = /not found|was not found/i.test(answer.message);
      return isUnknown ? gone(job) : unseen(answer);
    };
    const [only, another] = asked;
    if (only !== undefined && another === undefined) return [await alone(only)];
    const states = await lookTogether(
      asked,
      (ids) => caller.call('athena', 'batchGetQueryExecution', { QueryExecutionIds: ids }, LOOK),
      (output) => objectsIn(output, 'QueryExecutions'),
      (query) => textIn(query, 'QueryExecutionId'),
      read,
    );
    // A role may be allowed the one and not the other.
    const isDenied = states.every((one) => one.type === 'unseen' && one.isLasting);
    return isDenied ? await Promise.all(asked.map(alone)) : states;
  },
  stop: (job, _cause, caller) =>
    caller.call(
      'athena',
      'stopQueryExecution',
      { QueryExecutionId: job.id },
      { isRepeatable: true },
    ),
  links: (job) => [link(job)],
};

function read(query: AwsObject, job: RemoteJob) {
  const scannedGb = numberIn(objectIn(query, 'Statistics'), 'DataScannedInBytes') / 2 ** 30;
  return stateOf(
    {
      status: textIn(objectIn(query, 'Status'), 'State'),
      output: { QueryExecution: query },
      used: { scannedGb },
      links: [link(job)],
    },
    ENDS,
  );
}

function link(job: RemoteJob) {
  const page = `#/query-editor/history/${encodeURIComponent(job.id)}`;
  return consoleLink(job, 'athena/home', page);
}

function plain(action: string): Integration {
  return {
    resource: `athena:${action}`,
    forms: REQUEST,
    api: ['athena', action],
    names: NAMES,
    hasMetadata: false,
    isRepeatable: () => true,
  };
}

export const ATHENA: readonly Integration[] = [
  {
    resource: 'athena:startQueryExecution',
    forms: REQUEST_OR_SYNC,
    api: ['athena', 'startQueryExecution'],
    names: NAMES,
    hasMetadata: false,
    token: 'ClientRequestToken',
    job: (output) => ({ id: textIn(output, 'QueryExecutionId') }),
    jobs,
  },
  plain('stopQueryExecution'),
  plain('getQueryExecution'),
  plain('getQueryResults'),
];
