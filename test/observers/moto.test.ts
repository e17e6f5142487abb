/**
 * Accounts of AWS as moto performs them, watched by the real engine by the real clients: two accounts with things of the same names,
 * each kind that moto has, and a queue of events.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Aws, AwsObject } from '../../src/aws/aws.js';
import { createAws } from '../../src/aws/create-aws.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { createSecretRegistry } from '../../src/secrets/secret-registry.js';
import { type MotoServices, startMotoServices } from '../engine/moto.js';
import { requirement } from '../requirements.js';
import { EngineHome } from '../support/engine-home.js';
import { until } from '../support/until.js';

const moto = requirement('moto');
const environment = { AWS_ACCESS_KEY_ID: 'AKIDLOCAL', AWS_SECRET_ACCESS_KEY: 'local-secret-0001' };
const ACCOUNTS = { lake: '111122223333', sea: '444455556666' } as const;
type Name = keyof typeof ACCOUNTS;
const REGION = 'eu-central-1';

describe.skipIf(moto.missing)('accounts of moto', () => {
  let services: MotoServices;
  let aws: Aws;
  let home: EngineHome;
  let queue: string;

  async function call(account: Name, service: string, action: string, input: AwsObject = {}) {
    const answer = await aws.call({ place: { account, region: REGION }, service, action, input });
    if (answer.type === 'refused') throw new Error(`${action}: ${answer.name}: ${answer.message}`);
    return answer.output;
  }

  /** What there is in an account; its Glue job ends as it is said. */
  async function populate(account: Name, outcome: string): Promise<void> {
    const role = `arn:aws:iam::${ACCOUNTS[account]}:role/any`;
    const ask = (service: string, action: string, input: AwsObject = {}) =>
      call(account, service, action, input);
    const Command = { Name: 'glueetl', ScriptLocation: 's3://scripts/load.py' };
    await ask('glue', 'createJob', { Name: 'load', Role: role, Command });
    await ask('glue', 'createJob', { Name: 'unwatched', Role: role, Command });
    const failing = { '--outcome': outcome, '--error': `no disk in ${account}` };
    const Arguments = outcome === 'SUCCEEDED' ? {} : failing;
    const { JobRunId } = await ask('glue', 'startJobRun', { JobName: 'load', Arguments });
    const done = async () => {
      const asked = { JobName: 'load', RunId: String(JobRunId) };
      const { JobRun } = await ask('glue', 'getJobRun', asked);
      return (JobRun as AwsObject).JobRunState;
    };
    await until(done, (state) => state === outcome);
    const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } });
    const machine = { name: 'nightly', definition, roleArn: role };
    const { StateMachineArn } = await ask('sfn', 'createStateMachine', {
      ...{ Name: machine.name, Definition: definition, RoleArn: role },
    });
    await ask('sfn', 'startExecution', { StateMachineArn: String(StateMachineArn), Name: 'e1' });
    await ask('glue', 'createDatabase', { DatabaseInput: { Name: 'parcels' } });
    await ask('glue', 'createTable', {
      ...{ DatabaseName: 'parcels', TableInput: { Name: 'deeds' } },
    });
    await ask('glue', 'createCrawler', {
      ...{ Name: 'scan', Role: role, DatabaseName: 'parcels' },
      Targets: { S3Targets: [{ Path: 's3://parcels' }] },
    });
    await ask('glue', 'startCrawler', { Name: 'scan' });
    const app = { Name: 'spark', Type: 'SPARK', ReleaseLabel: 'emr-7.1.0', ClientToken: account };
    const { ApplicationId } = await ask('emrserverless', 'createApplication', app);
    await ask('emrserverless', 'startApplication', { ApplicationId: String(ApplicationId) });
    await ask('emrserverless', 'startJobRun', {
      ...{ ApplicationId: String(ApplicationId), ExecutionRoleArn: role, ClientToken: account },
      JobDriver: { SparkSubmit: { EntryPoint: 's3://scripts/a.py' } },
    });
    await ask('emr', 'runJobFlow', {
      ...{ Name: 'cluster', JobFlowRole: 'r', ServiceRole: 's', ReleaseLabel: 'emr-6.1.0' },
      Instances: { KeepJobFlowAliveWhenNoSteps: true, InstanceCount: 1, MasterInstanceType: 'm4' },
      Steps: [{ Name: 'load', HadoopJarStep: { Jar: 'command-runner.jar', Args: ['x'] } }],
    });
  }

  beforeAll(async () => {
    services = await startMotoServices();
    await services.tell('config', { stepfunctions: { execute_state_machine: true } });
    const account = (name: Name, teams: string[]) => ({
      ...{ name, account: ACCOUNTS[name], regions: [REGION], endpoint: services.url, teams },
      role: { arn: `arn:aws:iam::${ACCOUNTS[name]}:role/millrace` },
    });
    const secrets = createSecretRegistry();
    const accounts = [account('lake', ['parcels']), account('sea', ['harbour'])];
    aws = createAws({ environment, secrets, accounts });
    await populate('lake', 'SUCCEEDED');
    await populate('sea', 'FAILED');
    const { QueueUrl } = await call('lake', 'sqs', 'createQueue', { QueueName: 'events' });
    queue = String(QueueUrl);
    aws.close();
    const [lake, sea] = accounts;
    if (lake === undefined || sea === undefined) throw new Error('no accounts');
    aws = createAws({
      environment,
      secrets,
      accounts: [{ ...lake, events: { queue, region: REGION } }, sea],
    });
    home = new EngineHome({ aws });
    await home.open();
    const watch = (account: Name) => [
      {
        ...{ account, glueJobs: ['load*'], glueCrawlers: ['*'], glueCatalogs: ['*'] },
        ...{ stateMachines: ['night*'], emrClusters: ['*'] },
        ...{ emrServerless: ['*'], glueWorkflows: ['*'], batchQueues: ['*'] },
        tags: { group: account },
      },
    ];
    await home.engine.observers.declare(
      [
        { team: 'parcels', file: 'parcels.yaml', sections: { watch: watch('lake') } },
        { team: 'harbour', file: 'harbour.yaml', sections: { watch: watch('sea') } },
      ],
      [],
    );
  }, 120_000);
  afterAll(async () => {
    await home?.close();
    aws?.close();
    await services?.close();
  });

  async function results(): Promise<string[]> {
    const { items } = await home.engine.checks.list(EVERYTHING, { limit: 1000 });
    return items
      .map(({ team, subject, status, cause }) => {
        return [team, subject.account, subject.kind, subject.name, status, cause].join(' ');
      })
      .sort();
  }

  it('tell each team of its own, kind by kind', async () => {
    const found = await until(results, (all) => all.length >= 10);
    const of = (team: string, account: string, job: string): string[] => [
      `${team} ${account} emr-serverless-application spark OK succeeded`,
      `${team} ${account} glue-catalog parcels OK 1 tables, 0 partitions, 0 indexes, 0 tables added, 0 partitions added, 0 indexes added`,
      `${team} ${account} glue-crawler scan OK succeeded`,
      `${team} ${account} glue-job load ${job}`,
      `${team} ${account} state-machine nightly OK succeeded`,
    ];
    expect(found).toEqual([
      ...of('harbour', ACCOUNTS.sea, 'CRITICAL failed: no disk in sea'),
      ...of('parcels', ACCOUNTS.lake, 'OK succeeded'),
    ]);
    const { blind } = home.engine.observers.standing(EVERYTHING);
    expect(blind).toEqual([]);
  }, 180_000);

  it('tell of steps that run', async () => {
    const { items } = home.engine.observers.list(EVERYTHING, { kind: 'emr-cluster' });
    const told = items.map(({ subject, running }) => [subject.account, subject.name, running]);
    expect(told.sort()).toEqual([
      [ACCOUNTS.lake, 'cluster', 1],
      [ACCOUNTS.sea, 'cluster', 1],
    ]);
  });

  it('have a queue whose events come at once, and are looked up', async () => {
    const { JobRunId } = await call('lake', 'glue', 'startJobRun', {
      ...{ JobName: 'load', Arguments: { '--outcome': 'TIMEOUT', '--error': 'too slow' } },
    });
    const run = { JobName: 'load', RunId: String(JobRunId) };
    await until(
      async () => ((await call('lake', 'glue', 'getJobRun', run)).JobRun as AwsObject).JobRunState,
      (state) => state === 'TIMEOUT',
    );
    const event = {
      ...{ version: '0', id: 'e-1', source: 'aws.glue', account: ACCOUNTS.lake, region: REGION },
      ...{ 'detail-type': 'Glue Job State Change', time: new Date().toISOString() },
      detail: { jobName: 'load', jobRunId: String(JobRunId), state: 'TIMEOUT', message: 'late' },
    };
    for (const MessageBody of [JSON.stringify(event), JSON.stringify(event), 'no event']) {
      await call('lake', 'sqs', 'sendMessage', { QueueUrl: queue, MessageBody });
    }
    const found = await until(results, (all) => all.length >= 11);
    expect(found).toContain(`parcels ${ACCOUNTS.lake} glue-job load CRITICAL timed out: too slow`);
    expect(found).toHaveLength(11);
    const count = async (): Promise<string> => {
      const AttributeNames = ['All'];
      const asked = { QueueUrl: queue, AttributeNames };
      const { Attributes } = await call('lake', 'sqs', 'getQueueAttributes', asked);
      const told = Attributes as AwsObject;
      return `${told.ApproximateNumberOfMessages}+${told.ApproximateNumberOfMessagesNotVisible}`;
    };
    expect(await until(count, (waiting) => waiting === '0+0')).toBe('0+0');
  }, 180_000);
});
