/**
 * Amazon EMR. https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html
 *
 * The integration's actions wrap EMR's own: one step instead of a list, groups and fleets by name. EMR takes no token: a
 * cluster carries the attempt as a tag, a step in its name.
 * @module
 */
import type { AwsObject } from '../../../aws/aws.js';
import type { RemoteJob, RemoteRequest } from '../../remote-tasks.js';
import { consoleLink } from '../console-links.js';
import {
  type Answered,
  answerOf,
  type Caller,
  type Integration,
  isObject,
  type JobKind,
  objectIn,
  objectsIn,
  type Performed,
  REQUEST,
  REQUEST_OR_SYNC,
  textIn,
} from '../integration.js';
import { lookOneByOne, lookTogether, placeText, stateOf } from '../looking.js';
import { placeOfUri } from '../stored-logs.js';
import { ATTEMPT_TAG, withTagList } from '../submission-tokens.js';

const NAMES = {
  prefix: 'ElasticMapReduce',
  base: 'AmazonElasticMapReduceException',
  service: 'AmazonElasticMapReduce',
};
const SERVICE = 'emr';
const LOOK = { style: 'optimized', urgency: 'look' } as const;
/** Clusters of one name whose tags are looked at, the newest first. */
const MOST_CLUSTERS = 50;
const MOST_PAGES = 10;

const TERMINATED = ['TERMINATED', 'TERMINATED_WITH_ERRORS'];

function clusterJobs(ends: { succeeded: string[]; failed: string[] }): JobKind {
  return {
    most: 1,
    look: (asked, caller) =>
      lookOneByOne(
        asked,
        (job) => caller.call(SERVICE, 'describeCluster', { ClusterId: job.id }, LOOK),
        (job, { output }) => {
          const cluster = objectIn(output, 'Cluster');
          const status = textIn(objectIn(cluster, 'Status'), 'State');
          const shown = { ClusterId: job.id, Cluster: cluster };
          return stateOf({ status, output: shown, links: [clusterLink(job, job.id)] }, ends);
        },
      ),
    links: (job) => [clusterLink(job, job.id)],
  };
}

const steps: JobKind = {
  most: 10,
  look: (asked, caller) => {
    const ClusterId = asked[0] === undefined ? '' : placeText(asked[0], 'ClusterId');
    return lookTogether(
      asked,
      (StepIds) => caller.call(SERVICE, 'listSteps', { ClusterId, StepIds }, LOOK),
      (output) => objectsIn(output, 'Steps'),
      (step) => textIn(step, 'Id'),
      (step, job) => {
        const status = textIn(objectIn(step, 'Status'), 'State');
        const named = { ...step, Name: textIn(step, 'Name').replace(/ \[millrace [^\]]*\]$/, '') };
        const output = { StepId: job.id, Step: named };
        const ends = {
          succeeded: ['COMPLETED'],
          failed: ['FAILED', 'CANCELLED', 'INTERRUPTED'],
        };
        return stateOf({ status, output, links: [clusterLink(job, ClusterId)] }, ends);
      },
    );
  },
  stop: (job, _cause, caller) =>
    caller.call(
      SERVICE,
      'cancelSteps',
      {
        ClusterId: placeText(job, 'ClusterId'),
        StepIds: [job.id],
        StepCancellationOption: 'SEND_INTERRUPT',
      },
      { isRepeatable: true },
    ),
  links: (job) => [clusterLink(job, placeText(job, 'ClusterId'))],
  // EMR copies logs to S3 every five minutes.
  linesComeMs: 360_000,
  async streams(job, caller) {
    const cluster = placeText(job, 'ClusterId');
    const answer = await caller.call(SERVICE, 'describeCluster', { ClusterId: cluster }, LOOK);
    if (answer.type === 'refused') return undefined;
    const place = placeOfUri(textIn(objectIn(answer.output, 'Cluster'), 'LogUri'));
    if (place === undefined) return undefined;
    const { bucket, prefix } = place;
    const folder = `${prefix}${cluster}/steps/${job.id}`;
    return [
      { bucket, key: `${folder}/stdout.gz` },
      { bucket, key: `${folder}/stderr.gz`, isError: true },
    ];
  },
};

function clusterLink(job: RemoteJob, cluster: string) {
  return consoleLink(job, 'emr/home', `#/clusterDetails/${encodeURIComponent(cluster)}`);
}

/** One call, its answer shown in another form. */
async function call(
  caller: Caller,
  action: string,
  input: AwsObject,
  shown: (output: AwsObject) => AwsObject,
  isRepeatable: boolean,
): Promise<Performed> {
  const answer = await caller.call(SERVICE, action, input, { style: 'optimized', isRepeatable });
  return answer.type === 'refused' ? answer : answerOf(answer, shown(answer.output));
}

function createdCluster(output: AwsObject): AwsObject {
  const { JobFlowId = '', ...others } = output;
  return { ClusterId: JobFlowId, Cluster: { Id: JobFlowId }, ...others };
}

/** The cluster of this name that carries the attempt. */
async function findCluster(
  input: AwsObject,
  caller: Caller,
  { id }: RemoteRequest,
): Promise<Performed | undefined> {
  let looked = 0;
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const listed = await caller.call(
      SERVICE,
      'listClusters',
      token === undefined ? {} : { Marker: token },
    );
    if (listed.type === 'refused') return listed;
    for (const { Id = '', Name } of objectsIn(listed.output, 'Clusters')) {
      if (Name !== input.Name || looked >= MOST_CLUSTERS) continue;
      looked += 1;
      const one = await caller.call(SERVICE, 'describeCluster', { ClusterId: Id });
      if (one.type === 'refused') return one;
      const cluster = objectIn(one.output, 'Cluster');
      const tag = objectsIn(cluster, 'Tags').find(({ Key }) => Key === ATTEMPT_TAG);
      if (tag?.Value !== id) continue;
      return answerOf(one, createdCluster({ JobFlowId: Id, ClusterArn: cluster.ClusterArn ?? '' }));
    }
    token = textIn(listed.output, 'Marker') || undefined;
    if (token === undefined) return undefined;
  }
  return undefined;
}

function stepName(input: AwsObject, { id }: RemoteRequest): string {
  const mark = ` [millrace ${id}]`;
  return `${textIn(objectIn(input, 'Step'), 'Name').slice(0, 256 - mark.length)}${mark}`;
}

async function findStep(
  input: AwsObject,
  caller: Caller,
  request: RemoteRequest,
): Promise<Performed | undefined> {
  const wanted = stepName(input, request);
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const more = token === undefined ? {} : { Marker: token };
    const asked = { ClusterId: input.ClusterId ?? '', ...more };
    const listed = await caller.call(SERVICE, 'listSteps', asked);
    if (listed.type === 'refused') return listed;
    const found = objectsIn(listed.output, 'Steps').find(({ Name }) => Name === wanted);
    if (found !== undefined) return answerOf(listed, { StepId: found.Id ?? '' });
    token = textIn(listed.output, 'Marker') || undefined;
    if (token === undefined) return undefined;
  }
  return undefined;
}

/** The id of what is called by a name in one of EMR's lists. */
async function idByName(
  caller: Caller,
  kind: 'InstanceFleet' | 'InstanceGroup',
  input: AwsObject,
): Promise<{ id: string; answer: Answered } | Exclude<Performed, Answered>> {
  const name = textIn(input, `${kind}Name`);
  const asked = { ClusterId: input.ClusterId ?? '' };
  const answer = await caller.call(SERVICE, `list${kind}s`, asked, { style: 'optimized' });
  if (answer.type === 'refused') return answer;
  const found = objectsIn(answer.output, `${kind}s`).filter(({ Name }) => Name === name);
  const [only, another] = found;
  if (only !== undefined && another === undefined) return { id: textIn(only, 'Id'), answer };
  const what = only === undefined ? 'no' : 'more than one';
  const cause = `Cluster ${textIn(input, 'ClusterId')} has ${what} ${kind} with the name "${name}".`;
  return { type: 'failed', error: 'ElasticMapReduce.InvalidRequestException', cause };
}

/** Actions that say what should be, so that saying it again changes nothing. */
function wrapping(
  action: string,
  api: string,
  members: readonly string[],
  request: (input: AwsObject) => AwsObject,
  shown: (output: AwsObject) => AwsObject = () => ({}),
): Integration {
  return {
    resource: `elasticmapreduce:${action}`,
    forms: REQUEST,
    api: [SERVICE, api],
    names: NAMES,
    hasMetadata: true,
    members,
    isRepeatable: () => true,
    perform: (input, caller) => call(caller, api, request(input), shown, true),
  };
}

const byName = (kind: 'InstanceFleet' | 'InstanceGroup'): Integration => ({
  resource: `elasticmapreduce:modify${kind}ByName`,
  forms: REQUEST,
  api: [SERVICE, kind === 'InstanceFleet' ? 'modifyInstanceFleet' : 'modifyInstanceGroups'],
  names: NAMES,
  hasMetadata: true,
  members: ['ClusterId', `${kind}Name`, kind],
  isRepeatable: () => true,
  async perform(input, caller) {
    const found = await idByName(caller, kind, input);
    if ('type' in found) return found;
    const changed = { ...objectIn(input, kind), [`${kind}Id`]: found.id };
    const { ClusterId = '' } = input;
    return kind === 'InstanceFleet'
      ? call(caller, 'modifyInstanceFleet', { ClusterId, InstanceFleet: changed }, () => ({}), true)
      : call(
          caller,
          'modifyInstanceGroups',
          { ClusterId, InstanceGroups: [changed] },
          () => ({}),
          true,
        );
  },
});

export const EMR: readonly Integration[] = [
  {
    resource: 'elasticmapreduce:createCluster',
    forms: REQUEST_OR_SYNC,
    api: [SERVICE, 'runJobFlow'],
    names: NAMES,
    hasMetadata: true,
    withheld: ['Steps'],
    problems: (input) =>
      objectIn(input, 'Instances').KeepJobFlowAliveWhenNoSteps === true
        ? []
        : ["The value for the field 'KeepJobFlowAliveWhenNoSteps' must be true"],
    prepare: (input, request) => withTagList(input, request),
    find: findCluster,
    perform: (input, caller) => call(caller, 'runJobFlow', input, createdCluster, false),
    job: (output) => ({ id: textIn(output, 'ClusterId') }),
    jobs: {
      ...clusterJobs({ succeeded: ['WAITING'], failed: [...TERMINATED, 'TERMINATING'] }),
      // AWS would let it run on; but nobody has been told its id, so nobody could end it.
      async stop(job, _cause, caller) {
        const input = { JobFlowIds: [job.id] };
        const answer = await caller.call(SERVICE, 'terminateJobFlows', input, {
          isRepeatable: true,
        });
        const isProtected = answer.type === 'refused' && /protect/i.test(answer.message);
        return isProtected ? { ...answer, kind: 'denied' } : answer;
      },
    },
  },
  {
    resource: 'elasticmapreduce:terminateCluster',
    forms: REQUEST_OR_SYNC,
    api: [SERVICE, 'terminateJobFlows'],
    names: NAMES,
    hasMetadata: true,
    members: ['ClusterId'],
    isRepeatable: () => true,
    perform: (input, caller) =>
      call(caller, 'terminateJobFlows', { JobFlowIds: [input.ClusterId ?? ''] }, () => ({}), true),
    job: (_output, input) => ({ id: textIn(input, 'ClusterId') }),
    jobs: clusterJobs({ succeeded: TERMINATED, failed: [] }),
  },
  {
    resource: 'elasticmapreduce:addStep',
    forms: REQUEST_OR_SYNC,
    api: [SERVICE, 'addJobFlowSteps'],
    names: NAMES,
    hasMetadata: true,
    members: ['ClusterId', 'Step', 'ExecutionRoleArn'],
    problems: ({ Step }) =>
      isObject(Step) ? [] : ["The value for the field 'Step' must be an object"],
    find: findStep,
    perform: (input, caller, request) => {
      const { ClusterId = '', ExecutionRoleArn } = input;
      const step = { ...objectIn(input, 'Step'), Name: stepName(input, request) };
      const asked = {
        JobFlowId: ClusterId,
        Steps: [step],
        ...(ExecutionRoleArn === undefined ? {} : { ExecutionRoleArn }),
      };
      const shown = ({ StepIds }: AwsObject): AwsObject => ({
        StepId: Array.isArray(StepIds) ? (StepIds[0] ?? '') : '',
      });
      return call(caller, 'addJobFlowSteps', asked, shown, false);
    },
    job: (output, input) => ({
      id: textIn(output, 'StepId'),
      at: { ClusterId: textIn(input, 'ClusterId') },
    }),
    jobs: steps,
  },
  wrapping(
    'cancelStep',
    'cancelSteps',
    ['ClusterId', 'StepId'],
    ({ ClusterId = '', StepId = '' }) => ({ ClusterId, StepIds: [StepId] }),
    (output) => ({ CancelStepsInfo: objectsIn(output, 'CancelStepsInfoList')[0] ?? {} }),
  ),
  wrapping(
    'setClusterTerminationProtection',
    'setTerminationProtection',
    ['ClusterId', 'TerminationProtected'],
    ({ ClusterId = '', TerminationProtected = false }) => ({
      JobFlowIds: [ClusterId],
      TerminationProtected,
    }),
  ),
  byName('InstanceFleet'),
  byName('InstanceGroup'),
];
