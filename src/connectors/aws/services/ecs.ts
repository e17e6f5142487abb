/**
 * Amazon ECS and Fargate. https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
 * @module
 */
import type { AwsObject } from '../../../aws/aws.js';
import type { JobState, RemoteJob } from '../../remote-tasks.js';
import { consoleLink } from '../console-links.js';
import {
  ALL_BUT_SYNC2,
  type Caller,
  type Failed,
  type Integration,
  type JobKind,
  type LogStream,
  objectIn,
  objectsIn,
  textIn,
} from '../integration.js';
import { lookTogether, placeText, secondsBetween, stateOf } from '../looking.js';
import { withTagList } from '../submission-tokens.js';

const LOOK = { style: 'optimized', urgency: 'look' } as const;

const jobs: JobKind = {
  most: 100,
  async look(asked, caller) {
    const described = new Map<string, AwsObject>();
    const states = await lookTogether(
      asked,
      (tasks) =>
        caller.call('ecs', 'describeTasks', { ...clusterOf(asked[0]), Tasks: tasks }, LOOK),
      (output) => objectsIn(output, 'Tasks'),
      (task) => textIn(task, 'TaskArn'),
      (task, job) => {
        described.set(job.id, task);
        return read(task, job, hasFailed(task, undefined));
      },
    );
    return Promise.all(
      states.map(async (state, at): Promise<JobState> => {
        const job = asked[at];
        const task = job && described.get(job.id);
        if (job === undefined || task === undefined || !isDoubtful(state, task)) return state;
        return read(task, job, hasFailed(task, await essentialOf(task, caller)));
      }),
    );
  },
  stop: (job, cause, caller) => {
    const input = { ...clusterOf(job), Task: job.id, Reason: cause.slice(0, 1_000) };
    return caller.call('ecs', 'stopTask', input, { isRepeatable: true });
  },
  links: (job) => [link(job)],
  async streams(job, caller) {
    const input = { ...clusterOf(job), Tasks: [job.id] };
    const answer = await caller.call('ecs', 'describeTasks', input, LOOK);
    const [task] = answer.type === 'answered' ? objectsIn(answer.output, 'Tasks') : [];
    if (task === undefined) return undefined;
    const definition = await definitionOf(task, caller);
    return definition && streamsOf(definition, job.id.slice(job.id.lastIndexOf('/') + 1));
  },
};

function clusterOf(job: RemoteJob | undefined): AwsObject {
  const cluster = job === undefined ? '' : placeText(job, 'Cluster');
  return cluster === '' ? {} : { Cluster: cluster };
}

function read(task: AwsObject, job: RemoteJob, failed: boolean): JobState {
  const seconds = secondsBetween(task.StartedAt, task.StoppedAt);
  return stateOf(
    {
      status: textIn(task, 'LastStatus'),
      output: task,
      used: {
        vcpuSeconds: (seconds * (Number(task.Cpu) || 0)) / 1024,
        memoryGbSeconds: (seconds * (Number(task.Memory) || 0)) / 1024,
      },
      links: [link(job)],
      hasFailed: failed,
    },
    { succeeded: ['STOPPED'], failed: [] },
  );
}

/** @param essential names of the containers that count; undefined: all */
function hasFailed(task: AwsObject, essential: ReadonlySet<string> | undefined): boolean {
  const code = textIn(task, 'StopCode');
  if (code !== '' && code !== 'EssentialContainerExited') return true;
  return objectsIn(task, 'Containers')
    .filter((container) => essential?.has(textIn(container, 'Name')) ?? true)
    .some(({ ExitCode }) => ExitCode !== 0);
}

/** A helper beside the work ends with another code when it is told to stop, which is no failure. */
function isDoubtful(state: JobState, task: AwsObject): boolean {
  return (
    state.type === 'ended' &&
    state.outcome.type === 'failed' &&
    textIn(task, 'StopCode') === 'EssentialContainerExited' &&
    objectsIn(task, 'Containers').some(({ ExitCode }) => ExitCode === 0)
  );
}

async function definitionOf(task: AwsObject, caller: Caller): Promise<AwsObject | undefined> {
  const TaskDefinition = textIn(task, 'TaskDefinitionArn');
  const answer = await caller.call('ecs', 'describeTaskDefinition', { TaskDefinition }, LOOK);
  return answer.type === 'answered' ? objectIn(answer.output, 'TaskDefinition') : undefined;
}

async function essentialOf(task: AwsObject, caller: Caller): Promise<Set<string> | undefined> {
  const definition = await definitionOf(task, caller);
  if (definition === undefined) return undefined;
  const containers = objectsIn(definition, 'ContainerDefinitions');
  return new Set(
    containers.filter(({ Essential }) => Essential !== false).map((one) => textIn(one, 'Name')),
  );
}

/** Where containers write by the driver awslogs: PREFIX/CONTAINER/TASK. */
function streamsOf(definition: AwsObject, task: string): readonly LogStream[] {
  return objectsIn(definition, 'ContainerDefinitions').flatMap((container) => {
    const options = objectIn(objectIn(container, 'LogConfiguration'), 'Options');
    const group = textIn(options, 'awslogs-group');
    const prefix = textIn(options, 'awslogs-stream-prefix');
    if (group === '' || prefix === '') return [];
    return [{ group, stream: `${prefix}/${textIn(container, 'Name')}/${task}` }];
  });
}

function link(job: RemoteJob) {
  const [, cluster = 'default', task = ''] = /task\/(?:([^/]+)\/)?([^/]+)$/.exec(job.id) ?? [];
  const page = `ecs/v2/clusters/${encodeURIComponent(cluster)}/tasks/${encodeURIComponent(task)}`;
  return consoleLink(job, page, '');
}

/** Where nobody looks at the list of failures, they fail the task. */
function placementFailure(output: AwsObject): Failed | undefined {
  const failures = objectsIn(output, 'Failures');
  if (failures.length === 0) return undefined;
  const cause = failures.map((one) => textIn(one, 'Reason') || JSON.stringify(one)).join(', ');
  return { type: 'failed', error: 'AmazonECS.Unknown', cause };
}

export const ECS: readonly Integration[] = [
  {
    resource: 'ecs:runTask',
    forms: ALL_BUT_SYNC2,
    api: ['ecs', 'runTask'],
    names: { prefix: 'ECS', base: 'AmazonECSException', service: 'AmazonECS' },
    hasMetadata: true,
    withheld: ['Count', 'StartedBy'],
    prepare: (input, request) => withTagList(input, request),
    failure: (output, form) => (form === 'requestResponse' ? undefined : placementFailure(output)),
    job: (output) => {
      const [task = {}] = objectsIn(output, 'Tasks');
      return { id: textIn(task, 'TaskArn'), at: { Cluster: textIn(task, 'ClusterArn') } };
    },
    jobs,
  },
];
