/**
 * Lines of EMR in its three forms, from S3 and from CloudWatch Logs: against moto, which keeps jobs, objects and streams. It
 * writes no logs itself: the test puts them where AWS's documentation says that EMR does.
 */
import { gzipSync } from 'node:zlib';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsObject } from '../../src/aws/aws.js';
import type { RemoteJob } from '../../src/connectors/remote-tasks.js';
import { type MotoServices, startMotoServices } from '../engine/moto.js';
import { requirement } from '../requirements.js';
import { jobOf, NOBODY, REGION, type TaskHome, taskHome } from './task-home.js';

describe.skipIf(requirement('moto').missing)('lines of EMR', () => {
  let services: MotoServices;
  let home: TaskHome;
  let s3: S3Client;

  beforeAll(async () => {
    services = await startMotoServices();
    home = taskHome(services.url);
    const credentials = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'local-secret-0001' };
    const where = { endpoint: services.url, forcePathStyle: true };
    s3 = new S3Client({ region: REGION, credentials, ...where });
    const CreateBucketConfiguration = { LocationConstraint: REGION };
    await home.made('s3', 'createBucket', { Bucket: 'logs', CreateBucketConfiguration });
  });
  afterAll(async () => {
    s3?.destroy();
    home?.aws.close();
    await services?.close();
  });

  const put = (Key: string, Body: Buffer | string): Promise<unknown> =>
    s3.send(new PutObjectCommand({ Bucket: 'logs', Key, Body }));
  const read = async (job: RemoteJob, cursor?: string) => {
    const piece = await home.tasks.logs?.(job, cursor, NOBODY);
    return {
      lines: piece?.lines.map(({ stream, message }) => `${stream}: ${message}`),
      cursor: piece?.cursor,
    };
  };

  async function stepOf(LogUri: string | undefined): Promise<RemoteJob> {
    const InstanceGroups = [
      { Name: 'main', InstanceRole: 'MASTER', InstanceType: 'm5.xlarge', InstanceCount: 1 },
    ];
    const made = await home.submit('elasticmapreduce:createCluster.sync', {
      ...{ Name: 'one', ReleaseLabel: 'emr-7.1.0', ...(LogUri === undefined ? {} : { LogUri }) },
      ...{ ServiceRole: 'EMR_DefaultRole', JobFlowRole: 'EMR_EC2_DefaultRole' },
      Instances: { KeepJobFlowAliveWhenNoSteps: true, InstanceGroups },
    });
    const Step = { Name: 'load', HadoopJarStep: { Jar: 'command-runner.jar', Args: ['true'] } };
    const ClusterId = jobOf(made).id;
    return jobOf(await home.submit('elasticmapreduce:addStep.sync', { ClusterId, Step }));
  }
  const folderOf = ({ id, place }: RemoteJob): string =>
    `emr/${(place as { ClusterId: string }).ClusterId}/steps/${id}`;

  it('of a step come from the log address of its cluster, read on from where they were left', async () => {
    const job = await stepOf('s3n://logs/emr/');
    expect((await read(job)).lines).toEqual([]);
    await put(`${folderOf(job)}/stderr.gz`, gzipSync('INFO one\nERROR two\n'));
    const first = await read(job);
    expect(first.lines).toEqual(['stderr: INFO one', 'stderr: ERROR two']);
    expect((await read(job, first.cursor)).lines).toEqual([]);
    await put(`${folderOf(job)}/stderr.gz`, gzipSync('INFO one\nERROR two\nINFO three\n'));
    await put(`${folderOf(job)}/stdout.gz`, gzipSync('42 rows\n'));
    const second = await read(job, first.cursor);
    expect(second.lines?.toSorted()).toEqual(['stderr: INFO three', 'stdout: 42 rows']);
    expect((await read(job, second.cursor)).lines).toEqual([]);
  });

  it('of a cluster without a log address are nowhere', async () => {
    expect((await read(await stepOf(undefined))).lines).toBeUndefined();
  });

  it('are bounded, whatever comes out of what is compressed', async () => {
    const job = await stepOf('s3://logs/emr');
    const line = `${'x'.repeat(9_999)}\n`;
    await put(`${folderOf(job)}/stdout.gz`, gzipSync(line.repeat(20_000)));
    let lines = 0;
    let cursor: string | undefined;
    let last: string | undefined;
    for (let page = 0; page < 5; page += 1) {
      const piece = await read(job, cursor);
      expect(piece.lines?.length).toBeLessThanOrEqual(1_000);
      lines += piece.lines?.length ?? 0;
      last = piece.lines?.at(-1) ?? last;
      cursor = piece.cursor;
    }
    // 200 MB would be 20,000 lines; 10 MiB of them are read.
    expect(lines).toBe(1_050);
    expect(last).toMatch(/The rest is where it was written: s3:\/\/logs\/emr/);
  });

  it('that are damaged or not compressed are shown as far as they can be read', async () => {
    const job = await stepOf('s3://logs/emr/');
    const whole = gzipSync(Array.from({ length: 50_000 }, (_, at) => `line ${at}`).join('\n'));
    await put(`${folderOf(job)}/stdout.gz`, whole.subarray(0, whole.length / 2));
    await put(`${folderOf(job)}/stderr.gz`, 'plain\n');
    const { lines = [] } = await read(job);
    expect(lines[0]).toBe('stdout: line 0');
    expect(lines.length).toBeGreaterThan(100);
  });

  const SPARK = { SparkSubmit: { EntryPoint: 's3://code/job.py' } };
  const role = 'arn:aws:iam::123456789012:role/job';

  async function serverless(MonitoringConfiguration: AwsObject): Promise<RemoteJob> {
    const application = await home.submit('emr-serverless:createApplication', {
      ...{ Name: 'app', ReleaseLabel: 'emr-7.1.0', Type: 'SPARK' },
    });
    const { ApplicationId = '' } = (application as { output: AwsObject }).output;
    const submission = await home.submit('emr-serverless:startJobRun.sync', {
      ...{ ApplicationId, ExecutionRoleArn: role, JobDriver: SPARK },
      ConfigurationOverrides: { MonitoringConfiguration },
    });
    return jobOf(submission);
  }
  const applicationOf = ({ place }: RemoteJob): string =>
    (place as { ApplicationId: string }).ApplicationId;

  it("of a serverless run are the driver's in S3", async () => {
    const job = await serverless({ S3MonitoringConfiguration: { LogUri: 's3://logs/less/' } });
    const folder = `less/applications/${applicationOf(job)}/jobs/${job.id}`;
    await put(`${folder}/SPARK_DRIVER/stdout.gz`, gzipSync('counted\n'));
    await put(`${folder}/SPARK_EXECUTOR/1/stdout.gz`, gzipSync('not this\n'));
    expect((await read(job)).lines).toEqual(['stdout: counted']);
  });

  async function write(logGroupName: string, logStreamName: string): Promise<void> {
    const stream = { LogGroupName: logGroupName, LogStreamName: logStreamName };
    await home.made('cloudwatchlogs', 'createLogStream', stream);
    // moto refuses what is older than a fortnight.
    const LogEvents = [{ Timestamp: Date.now(), Message: `of ${logStreamName.split('/').at(-1)}` }];
    await home.made('cloudwatchlogs', 'putLogEvents', { ...stream, LogEvents });
  }

  it("of a serverless run are the driver's in CloudWatch", async () => {
    const CloudWatchLoggingConfiguration = {
      ...{ Enabled: true, LogGroupName: '/emr/less', LogStreamNamePrefix: 'county' },
    };
    const job = await serverless({ CloudWatchLoggingConfiguration });
    await home.made('cloudwatchlogs', 'createLogGroup', { LogGroupName: '/emr/less' });
    const folder = `county/applications/${applicationOf(job)}/jobs/${job.id}`;
    await write('/emr/less', `${folder}/SPARK_DRIVER/stderr`);
    await write('/emr/less', `${folder}/SPARK_EXECUTOR/1/stderr`);
    expect((await read(job)).lines).toEqual(['stderr: of stderr']);
  });

  async function virtualCluster(): Promise<string> {
    const created = await home.submit('emr-containers:createVirtualCluster', {
      Name: 'eks',
      ContainerProvider: { Id: 'k8s', Type: 'EKS', Info: { EksInfo: { Namespace: 'default' } } },
    });
    return String((created as { output: AwsObject }).output.Id);
  }

  async function onEks(
    VirtualClusterId: string,
    MonitoringConfiguration: AwsObject,
  ): Promise<RemoteJob> {
    const submission = await home.submit('emr-containers:startJobRun.sync', {
      ...{ Name: 'count', VirtualClusterId, ExecutionRoleArn: role },
      ...{ ReleaseLabel: 'emr-6.15.0-latest', ConfigurationOverrides: { MonitoringConfiguration } },
      JobDriver: { SparkSubmitJobDriver: { EntryPoint: 's3://b/k.py' } },
    });
    return jobOf(submission);
  }
  const virtualOf = ({ id, place }: RemoteJob): string =>
    `${(place as { VirtualClusterId: string }).VirtualClusterId}/jobs/${id}/containers`;

  it("of a run on EKS are the driver's in S3 or in CloudWatch", async () => {
    const virtual = await virtualCluster();
    const stored = await onEks(virtual, { S3MonitoringConfiguration: { LogUri: 's3://logs/eks' } });
    const folder = `eks/${virtualOf(stored)}/spark-0001`;
    await put(`${folder}/spark-${stored.id}-driver/stdout.gz`, gzipSync('counted\n'));
    await put(`${folder}/exec-1/stdout.gz`, gzipSync('not this\n'));
    expect((await read(stored)).lines).toEqual(['stdout: counted']);
    const LogGroupName = '/emr/eks';
    const told = await onEks(virtual, { CloudWatchMonitoringConfiguration: { LogGroupName } });
    await home.made('cloudwatchlogs', 'createLogGroup', { LogGroupName });
    await write(LogGroupName, `${virtualOf(told)}/spark-0001/spark-${told.id}-driver/stderr`);
    await write(LogGroupName, `${virtualOf(told)}/spark-0001/exec-1/stderr`);
    expect((await read(told)).lines).toEqual(['stderr: of stderr']);
  });
});
