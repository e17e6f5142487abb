/**
 * Amazon EMR on EKS. https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-eks.html
 * @module
 */
import type { RemoteJob } from '../../remote-tasks.js';
import { consoleLink } from '../console-links.js';
import {
  type Integration,
  type JobKind,
  objectIn,
  REQUEST,
  REQUEST_OR_SYNC,
  textIn,
} from '../integration.js';
import { lookOneByOne, placeText, stateOf } from '../looking.js';
import { storedBelow, streamsBelow } from '../stored-logs.js';
import { withTagMap } from '../submission-tokens.js';

const SERVICE = 'emrcontainers';
const NAMES = {
  prefix: 'EMRContainers',
  base: 'AmazonEMRContainersException',
  service: 'AmazonEMRContainers',
};
const LOOK = { style: 'optimized', urgency: 'look' } as const;

const clusters: JobKind = {
  most: 1,
  async look(asked, caller) {
    const states = await lookOneByOne(
      asked,
      ({ id }) => caller.call(SERVICE, 'describeVirtualCluster', { Id: id }, LOOK),
      (_job, { output }) => {
        const cluster = objectIn(output, 'VirtualCluster');
        const ends = { succeeded: ['TERMINATED'], failed: ['ARRESTED'] };
        return stateOf({ status: textIn(cluster, 'State'), output: cluster }, ends);
      },
    );
    return states.map((state, at) =>
      state.type === 'gone'
        ? { type: 'ended', outcome: { type: 'succeeded', output: { Id: asked[at]?.id ?? '' } } }
        : state,
    );
  },
};

const runs: JobKind = {
  most: 1,
  look: (asked, caller) =>
    lookOneByOne(
      asked,
      (job) => {
        const input = { VirtualClusterId: placeText(job, 'VirtualClusterId'), Id: job.id };
        return caller.call(SERVICE, 'describeJobRun', input, LOOK);
      },
      (job, { output }) => {
        const run = objectIn(output, 'JobRun');
        const ends = { succeeded: ['COMPLETED'], failed: ['FAILED', 'CANCELLED'] };
        return stateOf({ status: textIn(run, 'State'), output: run, links: [link(job)] }, ends);
      },
    ),
  stop: (job, _cause, caller) =>
    caller.call(
      SERVICE,
      'cancelJobRun',
      { VirtualClusterId: placeText(job, 'VirtualClusterId'), Id: job.id },
      { isRepeatable: true },
    ),
  links: (job) => [link(job)],
  linesComeMs: 60_000,
  async streams(job, caller) {
    const cluster = placeText(job, 'VirtualClusterId');
    const input = { VirtualClusterId: cluster, Id: job.id };
    const answer = await caller.call(SERVICE, 'describeJobRun', input, LOOK);
    if (answer.type === 'refused') return undefined;
    const overrides = objectIn(objectIn(answer.output, 'JobRun'), 'ConfigurationOverrides');
    const monitoring = objectIn(overrides, 'MonitoringConfiguration');
    const path = `${cluster}/jobs/${job.id}/containers/`;
    const watch = objectIn(monitoring, 'CloudWatchMonitoringConfiguration');
    const group = textIn(watch, 'LogGroupName');
    if (group !== '') {
      const prefix = textIn(watch, 'LogStreamNamePrefix').replace(/\/+$/, '');
      return streamsBelow(group, prefix === '' ? path : `${prefix}/${path}`, DRIVER, caller);
    }
    const uri = textIn(objectIn(monitoring, 'S3MonitoringConfiguration'), 'LogUri');
    return uri === '' ? undefined : storedBelow(uri, path, DRIVER, caller);
  },
};

/** What the driver writes; executors' logs are too many. */
const DRIVER = { ends: /-driver\/(stdout|stderr)$/ };

function link(job: RemoteJob) {
  const cluster = encodeURIComponent(placeText(job, 'VirtualClusterId'));
  return consoleLink(job, 'emr/home', `#/eks/clusters/${cluster}/jobs`);
}

export const EMR_CONTAINERS: readonly Integration[] = [
  {
    resource: 'emr-containers:createVirtualCluster',
    forms: REQUEST,
    api: [SERVICE, 'createVirtualCluster'],
    names: NAMES,
    hasMetadata: false,
    token: 'ClientToken',
    prepare: (input, request) => withTagMap(input, request),
  },
  {
    resource: 'emr-containers:deleteVirtualCluster',
    forms: REQUEST_OR_SYNC,
    api: [SERVICE, 'deleteVirtualCluster'],
    names: NAMES,
    hasMetadata: false,
    isRepeatable: () => true,
    job: (_output, input) => ({ id: textIn(input, 'Id') }),
    jobs: clusters,
  },
  {
    resource: 'emr-containers:startJobRun',
    forms: REQUEST_OR_SYNC,
    api: [SERVICE, 'startJobRun'],
    names: NAMES,
    hasMetadata: false,
    token: 'ClientToken',
    prepare: (input, request) => withTagMap(input, request),
    job: (output, input) => ({
      id: textIn(output, 'Id'),
      at: { VirtualClusterId: textIn(input, 'VirtualClusterId') },
    }),
    jobs: runs,
  },
];
