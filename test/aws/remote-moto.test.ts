/**
 * Unmodified state machines, performed by the engine in accounts of moto.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LeakSweep, TAGS } from '../../src/engine/features/cluster-pools/leak-sweep.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type MotoServices, startMotoServices } from '../engine/moto.js';
import { requirement } from '../requirements.js';
import { EngineHome } from '../support/engine-home.js';
import { type TaskHome, taskHome } from './task-home.js';

let moto: MotoServices;
let home: TaskHome;
let test: EngineHome;
let topic: string;
let queue: string;

async function prepareBatch(): Promise<void> {
  const role = 'arn:aws:iam::123456789012:role/batch';
  await home.form('iam', {
    Action: 'CreateRole',
    RoleName: 'batch',
    AssumeRolePolicyDocument: '{}',
    Version: '2010-05-08',
  });
  const { ComputeEnvironmentArn } = await home.made('batch', 'createComputeEnvironment', {
    ComputeEnvironmentName: 'unmanaged',
    Type: 'UNMANAGED',
    State: 'ENABLED',
    ServiceRole: role,
  });
  await home.made('batch', 'createJobQueue', {
    ...{ JobQueueName: 'etl', State: 'ENABLED', Priority: 1 },
    ComputeEnvironmentOrder: [{ Order: 1, ComputeEnvironment: ComputeEnvironmentArn ?? '' }],
  });
  await home.made('batch', 'registerJobDefinition', {
    ...{ JobDefinitionName: 'load', Type: 'container' },
    ContainerProperties: { Image: 'busybox', Vcpus: 1, Memory: 64, Command: ['true'] },
  });
}

describe.skipIf(requirement('moto').missing !== undefined)('with an account of moto', () => {
  beforeAll(async () => {
    moto = await startMotoServices();
    home = taskHome(moto.url);
    await prepareBatch();
    topic = String((await home.made('sns', 'createTopic', { Name: 'done' })).TopicArn);
    queue = String((await home.made('sqs', 'createQueue', { QueueName: 'told' })).QueueUrl);
    await home.made('sns', 'subscribe', {
      ...{ TopicArn: topic, Protocol: 'sqs' },
      Endpoint: 'arn:aws:sqs:eu-central-1:123456789012:told',
    });
    await home.made('glue', 'createJob', {
      ...{ Name: 'load-parcels', Role: 'arn:aws:iam::123456789012:role/glue' },
      Command: { Name: 'glueetl', ScriptLocation: 's3://b/s.py' },
    });
    test = new EngineHome({
      remoteTasks: home.tasks,
      remote: { tasks: home.tasks, accounts: home.aws.accounts() },
    });
    await test.open();
  }, 25_000);

  afterAll(async () => {
    await test?.close(0);
    home?.aws.close();
    await moto?.close();
  });

  const jobs = async (id: string, state?: string) =>
    (await test.engine.remoteJobs.list(EVERYTHING, id, state === undefined ? {} : { state })).items;

  /** What is there at last. */
  async function until<Value>(found: () => Promise<Value | undefined | false>): Promise<Value> {
    for (;;) {
      const value = await found();
      if (value !== undefined && value !== false) return value;
      await new Promise((resume) => setTimeout(resume, 50));
    }
  }

  async function run(name: string, definition: object, input: object = {}) {
    await test.engine.pipelines.deploy({
      ...{ name, team: 'parcels', tags: { state: 'ca' }, bindings: {}, folder: test.folder },
      definition: definition as never,
    });
    return test.engine.executions.run(EVERYTHING, { pipeline: name, input: input as never });
  }

  it('batch, then Athena, then SNS: the classic case', async () => {
    const ended = await run(
      'classic',
      {
        StartAt: 'Load',
        States: {
          Load: {
            Type: 'Task',
            Resource: 'arn:aws:states:::batch:submitJob.sync',
            Parameters: {
              'JobName.$': '$.county',
              JobQueue: 'etl',
              JobDefinition: 'load',
              ContainerOverrides: { Environment: [{ Name: 'COUNTY', 'Value.$': '$.county' }] },
            },
            ResultPath: '$.job',
            Next: 'Count',
          },
          Count: {
            Type: 'Task',
            Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
            Parameters: {
              QueryString: 'SELECT 1',
              ResultConfiguration: { OutputLocation: 's3://out/' },
            },
            ResultPath: '$.query',
            Next: 'Tell',
          },
          Tell: {
            Type: 'Task',
            Resource: 'arn:aws:states:::sns:publish',
            Parameters: { TopicArn: topic, 'Message.$': '$.county' },
            ResultPath: '$.told',
            End: true,
          },
        },
      },
      { county: 'example' },
    );
    expect(ended).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        job: { JobName: 'example', Status: 'SUCCEEDED' },
        query: { QueryExecution: { Status: { State: 'SUCCEEDED' } } },
        told: { MessageId: expect.any(String) },
      },
    });
    const { Messages } = await home.made('sqs', 'receiveMessage', { QueueUrl: queue });
    expect(JSON.stringify(Messages)).toContain('example');
    const { items } = await test.engine.remoteJobs.list(EVERYTHING, ended.id);
    expect(items.map(({ resource, phase }) => [resource, phase])).toEqual([
      ['sns:publish', 'ended'],
      ['athena:startQueryExecution', 'ended'],
      ['batch:submitJob', expect.stringMatching(/^(trailing|ended)$/)],
    ]);
    expect(items[2]?.links.Console).toMatch(/^https:\/\/eu-central-1\.console/);
  }, 25_000);

  it('a Glue job that fails goes into Catch, with the run as its cause', async () => {
    const ended = await run('glue', {
      StartAt: 'Job',
      States: {
        Job: {
          Type: 'Task',
          Resource: 'arn:aws:states:::glue:startJobRun.sync',
          Parameters: {
            JobName: 'load-parcels',
            Arguments: { '--outcome': 'FAILED', '--error': 'no rows' },
          },
          Catch: [{ ErrorEquals: ['States.TaskFailed'], ResultPath: '$.error', Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Pass', End: true },
      },
    });
    expect(ended.status).toBe('SUCCEEDED');
    const { error } = ended.output as { error: { Error: string; Cause: string } };
    expect(JSON.parse(error.Cause)).toMatchObject({
      JobRunState: 'FAILED',
      ErrorMessage: 'no rows',
    });
  }, 25_000);

  it('a Glue job is stopped over there when its execution is stopped', async () => {
    await test.engine.pipelines.deploy({
      ...{ name: 'stop', team: 'parcels', tags: {}, bindings: {}, folder: test.folder },
      definition: {
        StartAt: 'Job',
        States: {
          Job: {
            Type: 'Task',
            Resource: 'arn:aws:states:::glue:startJobRun.sync',
            Parameters: { JobName: 'load-parcels' },
            End: true,
          },
        },
      } as never,
    });
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'stop', input: {} });
    const job = await until(async () => (await jobs(id))[0]?.job);
    await test.engine.executions.stop(EVERYTHING, id);
    await until(async () => (await jobs(id))[0]?.phase === 'ended');
    const { JobRun } = await home.made('glue', 'getJobRun', {
      JobName: 'load-parcels',
      RunId: job,
    });
    expect(JobRun).toMatchObject({ JobRunState: 'STOPPED' });
  }, 25_000);

  it('a service that refuses is told by its name', async () => {
    const ended = await run('refused', {
      StartAt: 'Job',
      States: {
        Job: {
          Type: 'Task',
          Resource: 'arn:aws:states:::glue:startJobRun.sync',
          Parameters: { JobName: 'nobody' },
          End: true,
        },
      },
    });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Glue.EntityNotFoundException' });
  }, 25_000);

  it('another team may not use the account', async () => {
    await test.engine.pipelines.deploy({
      ...{ name: 'other', team: 'other', tags: {}, bindings: {}, folder: test.folder },
      definition: {
        StartAt: 'Tell',
        States: {
          Tell: {
            Type: 'Task',
            Resource: 'arn:aws:states:::sns:publish',
            Parameters: { TopicArn: topic, Message: 'm' },
            End: true,
          },
        },
      } as never,
    });
    const ended = await test.engine.executions.run(EVERYTHING, { pipeline: 'other', input: {} });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Millrace.NotGranted' });
  });

  it('a cluster of the pipeline is made, used and freed', async () => {
    const { loadPipeline } = await import('../../src/pipelines/load-pipeline.js');
    const file = `
pipeline: spark
team: parcels
account: lake
cluster: { release: emr-7.5.0, instances: { type: m5.xlarge, count: 3 } }
steps:
  - load: { emr: { args: [spark-submit, s3://b/load.py], wait: false } }
`;
    const { plan, problems } = await loadPipeline('/p/p.yaml', async () => file);
    expect(problems).toEqual([]);
    await test.engine.pipelines.deploy({ ...plan, folder: test.folder } as never);
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'spark', input: {} });
    const ended = await test.engine.executions.wait(EVERYTHING, id);
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    await until(async () => (await jobs(id, 'cluster'))[0]?.phase === 'ended');
    const { Clusters } = await home.made('emr', 'listClusters');
    expect(Clusters).toMatchObject([{ Status: { State: 'TERMINATED' } }]);
  }, 25_000);

  it('a cluster of a pool is taken by one execution after the other, replaced when it died, and drained', async () => {
    const { loadPipeline } = await import('../../src/pipelines/load-pipeline.js');
    const { plan, problems } = await loadPipeline(
      '/p/p.yaml',
      async () => `
pipeline: pooled
team: parcels
account: lake
cluster: { pool: etl }
steps:
  - load: { emr: { args: [spark-submit, s3://b/load.py], wait: false } }
`,
    );
    expect(problems).toEqual([]);
    const madeOf = { release: 'emr-7.5.0', instances: { type: 'm5.xlarge', count: 3 } };
    const declare = (sections: object) =>
      test.engine.clusterPools.declare(
        [{ file: 'team.yaml', team: 'parcels', sections: { ...sections } }],
        [],
      );
    await declare({ clusterPools: { etl: { ...madeOf, name: 'pooled', max: 1 } } });
    await test.engine.pipelines.deploy({ ...plan, folder: test.folder } as never);
    const runOne = async () => {
      const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'pooled' });
      const ended = await test.engine.executions.wait(EVERYTHING, id);
      expect(ended).toMatchObject({ status: 'SUCCEEDED' });
      const [pool] = test.engine.clusterPools.list(EVERYTHING);
      return pool?.clusters[0]?.cluster ?? '';
    };
    const first = await runOne();
    expect(await runOne()).toBe(first);
    const { Cluster } = await home.made('emr', 'describeCluster', { ClusterId: first });
    expect(Cluster).toMatchObject({
      Name: 'pooled',
      Tags: expect.arrayContaining([
        { Key: 'millrace:team', Value: 'parcels' },
        { Key: 'millrace:pool', Value: 'etl' },
      ]),
    });
    const { Steps } = await home.made('emr', 'listSteps', { ClusterId: first });
    expect(Steps).toHaveLength(2);
    await home.made('emr', 'terminateJobFlows', { JobFlowIds: [first] });
    // Whatever was seen a moment ago: its next look is a minute away, and a start looks at once.
    await test.crash();
    const second = await runOne();
    expect(second).not.toBe(first);
    await declare({});
    await until(async () => test.engine.clusterPools.list(EVERYTHING).length === 0);
    const after = await home.made('emr', 'describeCluster', { ClusterId: second });
    expect(after.Cluster).toMatchObject({ Status: { State: 'TERMINATED' } });
  }, 25_000);

  it('a cluster of a pool that no row knows is found by its tags', async () => {
    const parameters = {
      ...{ Name: 'lost', ReleaseLabel: 'emr-7.5.0', JobFlowRole: 'r', ServiceRole: 's' },
      Instances: {
        ...{ MasterInstanceType: 'm5.xlarge', SlaveInstanceType: 'm5.xlarge', InstanceCount: 1 },
        KeepJobFlowAliveWhenNoSteps: true,
      },
    };
    const ids: string[] = [];
    for (const server of ['mine', 'mine', 'theirs']) {
      const tags = { [TAGS.team]: 'parcels', [TAGS.pool]: 'etl', [TAGS.mark]: server };
      const made = await home.submit('elasticmapreduce:createCluster.sync', parameters, { tags });
      if (made.type !== 'submitted') throw new Error(JSON.stringify(made));
      ids.push(made.job.id);
    }
    const [lost = '', known] = ids;
    let now = 0;
    const found = await new Promise((resolve) => {
      const sweep = new LeakSweep({
        ...{ tasks: home.tasks, now: () => now, mark: () => 'mine', dueChanged: () => {} },
        places: () => [{ team: 'parcels', account: 'lake', region: 'eu-central-1' }],
        isKnown: (id) => id === known,
        found: resolve,
      });
      sweep.begin();
      now = 61_000;
      sweep.due();
    });
    expect(found).toEqual({
      ...{ team: 'parcels', account: 'lake', region: 'eu-central-1', pool: 'etl' },
      ...{ cluster: lost, token: expect.stringMatching(/^17-3-/) },
    });
  }, 25_000);
});
