/**
 * Amazon SageMaker. https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html
 *
 * Jobs have the name that the definition gives them: one that was submitted before is found by it, and is ours when it
 * carries the attempt as a tag.
 * @module
 */
import type { AwsObject } from '../../../aws/aws.js';
import type { RemoteJob } from '../../remote-tasks.js';
import { consoleLink } from '../console-links.js';
import {
  answerOf,
  type Caller,
  type Integration,
  type JobKind,
  numberIn,
  objectIn,
  objectsIn,
  type Performed,
  REQUEST,
  REQUEST_OR_SYNC,
  textIn,
} from '../integration.js';
import { lookOneByOne, stateOf } from '../looking.js';
import { ATTEMPT_TAG, tagList } from '../submission-tokens.js';

const NAMES = { prefix: 'SageMaker', base: 'AmazonSageMakerException', service: 'AmazonSageMaker' };
const ENDS = { succeeded: ['Completed'], failed: ['Failed', 'Stopped'] };
const LOOK = { style: 'optimized', urgency: 'look' } as const;

/** Log groups of kinds of jobs, whose streams begin with the job's name. */
const GROUPS: { readonly [kind: string]: string } = {
  TrainingJob: '/aws/sagemaker/TrainingJobs',
  TransformJob: '/aws/sagemaker/TransformJobs',
  ProcessingJob: '/aws/sagemaker/ProcessingJobs',
};

function jobsOf(kind: string): JobKind {
  const group = GROUPS[kind];
  return {
    most: 1,
    look: (asked, caller) =>
      lookOneByOne(
        asked,
        (job) => describe(kind, job.id, caller),
        (job, { output }) => {
          const { InstanceCount = 1 } = objectIn(output, 'ResourceConfig');
          const seconds = numberIn(output, 'BillableTimeInSeconds') * (Number(InstanceCount) || 1);
          const status = textIn(output, `${kind}Status`);
          const used = { instanceSeconds: seconds };
          return stateOf({ status, output, used, links: [link(job, kind)] }, ENDS);
        },
      ),
    stop: (job, _cause, caller) =>
      caller.call('sagemaker', `stop${kind}`, { [`${kind}Name`]: job.id }, { isRepeatable: true }),
    links: (job) => [link(job, kind)],
    ...(group === undefined ? {} : { streams: (job, caller) => streamsOf(group, job, caller) }),
  };
}

async function describe(kind: string, name: string, caller: Caller) {
  const answer = await caller.call('sagemaker', `describe${kind}`, { [`${kind}Name`]: name }, LOOK);
  const isUnknown =
    answer.type === 'refused' && /could not find|not found|does not exist/i.test(answer.message);
  return isUnknown ? { ...answer, kind: 'missing' as const } : answer;
}

async function streamsOf(group: string, job: RemoteJob, caller: Caller) {
  const asked = { LogGroupName: group, LogStreamNamePrefix: `${job.id}/`, Limit: 20 };
  const more = { urgency: 'look' } as const;
  const answer = await caller.call('cloudwatchlogs', 'describeLogStreams', asked, more);
  if (answer.type === 'refused') return undefined;
  const names = objectsIn(answer.output, 'LogStreams').map((one) => textIn(one, 'LogStreamName'));
  return names.map((stream) => ({ group, stream }));
}

function link(job: RemoteJob, kind: string) {
  const page = kind.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  return consoleLink(job, 'sagemaker/home', `#/${page}s/${encodeURIComponent(job.id)}`);
}

/** A job of this name that carries the attempt. */
async function findJob(
  kind: string,
  input: AwsObject,
  caller: Caller,
  attempt: string,
): Promise<Performed | undefined> {
  const described = await describe(kind, textIn(input, `${kind}Name`), caller);
  if (described.type === 'refused') return described;
  const ResourceArn = textIn(described.output, `${kind}Arn`);
  const tags = await caller.call('sagemaker', 'listTags', { ResourceArn });
  if (tags.type === 'refused') return tags;
  const tag = objectsIn(tags.output, 'Tags').find(({ Key }) => Key === ATTEMPT_TAG);
  return tag?.Value === attempt ? answerOf(described, { [`${kind}Arn`]: ResourceArn }) : undefined;
}

function job(kind: string): Integration {
  return {
    resource: `sagemaker:create${kind}`,
    forms: REQUEST_OR_SYNC,
    api: ['sagemaker', `create${kind}`],
    names: NAMES,
    hasMetadata: true,
    prepare: (input, request) => ({ ...input, Tags: tagList(objectsIn(input, 'Tags'), request) }),
    find: (input, caller, { id }) => findJob(kind, input, caller, id),
    job: (_output, input) => ({ id: textIn(input, `${kind}Name`) }),
    jobs: jobsOf(kind),
  };
}

/** What has a name is made once: a second time is refused. */
function made(action: string): Integration {
  return {
    resource: `sagemaker:${action}`,
    forms: REQUEST,
    api: ['sagemaker', action],
    names: NAMES,
    hasMetadata: true,
  };
}

export const SAGEMAKER: readonly Integration[] = [
  job('TrainingJob'),
  job('TransformJob'),
  job('ProcessingJob'),
  job('HyperParameterTuningJob'),
  job('LabelingJob'),
  made('createModel'),
  made('createEndpointConfig'),
  made('createEndpoint'),
  made('updateEndpoint'),
];
