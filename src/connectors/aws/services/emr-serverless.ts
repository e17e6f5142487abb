/**
 * EMR Serverless. https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html
 * @module
 */
import type { AwsObject } from '../../../aws/aws.js';
import type { RemoteJob } from '../../remote-tasks.js';
import { consoleLink } from '../console-links.js';
import {
  type Caller,
  type Integration,
  type JobKind,
  type LogStream,
  numberIn,
  objectIn,
  REQUEST_OR_SYNC,
  type StoredLog,
  textIn,
} from '../integration.js';
import { type Ends, lookOneByOne, placeText, stateOf } from '../looking.js';
import { storedBelow, streamsBelow } from '../stored-logs.js';
import { withTagMap } from '../submission-tokens.js';

const SERVICE = 'emrserverless';
const NAMES = {
  prefix: 'EMRServerless',
  base: 'EMRServerlessException',
  service: 'EMRServerless',
};
const LOOK = { style: 'optimized', urgency: 'look' } as const;

/** Applications that are waited for until they are in a state. */
function applications(ends: Ends): JobKind {
  return {
    most: 1,
    async look(asked, caller) {
      const states = await lookOneByOne(
        asked,
        ({ id }) => caller.call(SERVICE, 'getApplication', { ApplicationId: id }, LOOK),
        (job, { output }) => {
          const application = objectIn(output, 'Application');
          const status = textIn(application, 'State');
          return stateOf({ status, output: application, links: [link(job, job.id)] }, ends);
        },
      );
      // What is to be deleted and is gone has been deleted.
      return states.map((state, at) =>
        state.type === 'gone' && ends.succeeded.includes('TERMINATED')
          ? {
              type: 'ended',
              outcome: { type: 'succeeded', output: { ApplicationId: asked[at]?.id ?? '' } },
            }
          : state,
      );
    },
    links: (job) => [link(job, job.id)],
  };
}

function runs(ends: Ends, isStopped: boolean): JobKind {
  return {
    most: 1,
    look: (asked, caller) =>
      lookOneByOne(
        asked,
        (job) =>
          caller.call(
            SERVICE,
            'getJobRun',
            { ApplicationId: placeText(job, 'ApplicationId'), JobRunId: job.id },
            LOOK,
          ),
        (job, { output }) => {
          const run = objectIn(output, 'JobRun');
          const links = [link(job, placeText(job, 'ApplicationId'))];
          return stateOf(
            { status: textIn(run, 'State'), output: run, used: used(run), links },
            ends,
          );
        },
      ),
    ...(isStopped
      ? {
          stop: (job: RemoteJob, _cause, caller) =>
            caller.call(
              SERVICE,
              'cancelJobRun',
              { ApplicationId: placeText(job, 'ApplicationId'), JobRunId: job.id },
              { isRepeatable: true },
            ),
        }
      : {}),
    links: (job) => [link(job, placeText(job, 'ApplicationId'))],
    // Logs are written every quarter of a minute, and once more when the run has ended.
    linesComeMs: 60_000,
    streams: driverLogs,
  };
}

/** What the driver writes; executors' logs are too many. */
const DRIVER = { ends: /\/(?:SPARK|HIVE|TEZ)_DRIVER\/(stdout|stderr)$/ };

async function driverLogs(
  job: RemoteJob,
  caller: Caller,
): Promise<readonly (LogStream | StoredLog)[] | undefined> {
  const ApplicationId = placeText(job, 'ApplicationId');
  const run = await caller.call(SERVICE, 'getJobRun', { ApplicationId, JobRunId: job.id }, LOOK);
  if (run.type === 'refused') return undefined;
  const overrides = objectIn(objectIn(run.output, 'JobRun'), 'ConfigurationOverrides');
  let monitoring = objectIn(overrides, 'MonitoringConfiguration');
  if (Object.keys(monitoring).length === 0) {
    const application = await caller.call(SERVICE, 'getApplication', { ApplicationId }, LOOK);
    if (application.type === 'refused') return undefined;
    monitoring = objectIn(objectIn(application.output, 'Application'), 'MonitoringConfiguration');
  }
  const path = `applications/${ApplicationId}/jobs/${job.id}/`;
  const watch = objectIn(monitoring, 'CloudWatchLoggingConfiguration');
  if (watch.Enabled === true) {
    const group = textIn(watch, 'LogGroupName') || '/aws/emr-serverless';
    const prefix = textIn(watch, 'LogStreamNamePrefix').replace(/\/+$/, '');
    for (const begin of prefix === '' ? [path, `/${path}`] : [`${prefix}/${path}`]) {
      const found = await streamsBelow(group, begin, DRIVER, caller);
      if (found.length > 0) return found;
    }
    return [];
  }
  const uri = textIn(objectIn(monitoring, 'S3MonitoringConfiguration'), 'LogUri');
  return uri === '' ? undefined : storedBelow(uri, path, DRIVER, caller);
}

function used(run: AwsObject): { readonly [unit: string]: number } {
  const billed = objectIn(run, 'BilledResourceUtilization');
  return {
    vcpuSeconds: numberIn(billed, 'VCPUHour') * 3_600,
    memoryGbSeconds: numberIn(billed, 'MemoryGBHour') * 3_600,
    storageGbSeconds: numberIn(billed, 'StorageGBHour') * 3_600,
  };
}

function link(job: RemoteJob, application: string) {
  return consoleLink(
    job,
    'emr/home',
    `#/serverless/applications/${encodeURIComponent(application)}`,
  );
}

function one(
  action: string,
  more: Pick<Integration, 'job' | 'jobs'> & Partial<Integration>,
): Integration {
  return {
    resource: `emr-serverless:${action}`,
    forms: REQUEST_OR_SYNC,
    api: [SERVICE, action],
    names: NAMES,
    hasMetadata: false,
    ...more,
  };
}

const ofApplication: NonNullable<Integration['job']> = (output, input) => ({
  id: textIn(output, 'ApplicationId') || textIn(input, 'ApplicationId'),
});
const ofRun: NonNullable<Integration['job']> = (output, input) => ({
  id: textIn(output, 'JobRunId') || textIn(input, 'JobRunId'),
  at: { ApplicationId: textIn(input, 'ApplicationId') },
});
const tagged: NonNullable<Integration['prepare']> = (input, request) => withTagMap(input, request);

export const EMR_SERVERLESS: readonly Integration[] = [
  one('createApplication', {
    prepare: tagged,
    job: ofApplication,
    jobs: applications({
      succeeded: ['CREATED', 'STARTING', 'STARTED'],
      failed: ['STOPPING', 'STOPPED', 'TERMINATED'],
    }),
  }),
  one('startApplication', {
    isRepeatable: () => true,
    job: ofApplication,
    jobs: applications({ succeeded: ['STARTED'], failed: ['STOPPING', 'STOPPED', 'TERMINATED'] }),
  }),
  one('stopApplication', {
    isRepeatable: () => true,
    job: ofApplication,
    jobs: applications({ succeeded: ['STOPPED'], failed: ['TERMINATED'] }),
  }),
  one('deleteApplication', {
    isRepeatable: () => true,
    job: ofApplication,
    jobs: applications({ succeeded: ['TERMINATED'], failed: [] }),
  }),
  one('startJobRun', {
    prepare: tagged,
    job: ofRun,
    jobs: runs({ succeeded: ['SUCCESS'], failed: ['FAILED', 'CANCELLED'] }, true),
  }),
  one('cancelJobRun', {
    isRepeatable: () => true,
    job: ofRun,
    jobs: runs({ succeeded: ['CANCELLED'], failed: ['SUCCESS', 'FAILED'] }, false),
  }),
];
