/**
 * Integrations of compute services against moto: ECS, EMR in its three forms, CodeBuild, SageMaker.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AwsObject } from '../../src/aws/aws.js';
import type { Submission } from '../../src/connectors/remote-tasks.js';
import { type MotoServices, startMotoServices } from '../engine/moto.js';
import { requirement } from '../requirements.js';
import { jobOf, NOBODY, type TaskHome, taskHome } from './task-home.js';

const moto = requirement('moto');

describe.skipIf(moto.missing)('compute that AWS provides', () => {
  let services: MotoServices;
  let home: TaskHome;
  const request: TaskHome['request'] = (...given) => home.request(...given);
  const submit: TaskHome['submit'] = (...given) => home.submit(...given);
  const made: TaskHome['made'] = (...given) => home.made(...given);
  const again = (asked: ReturnType<typeof request>): Promise<Submission> =>
    home.tasks.submit({ ...asked, isAgain: true });

  beforeAll(async () => {
    services = await startMotoServices();
    home = taskHome(services.url);
  });
  afterAll(async () => {
    home?.aws.close();
    await services?.close();
  });

  describe('EMR', () => {
    const cluster = (Name: string): AwsObject => ({
      Name,
      ReleaseLabel: 'emr-7.1.0',
      ServiceRole: 'EMR_DefaultRole',
      JobFlowRole: 'EMR_EC2_DefaultRole',
      Instances: {
        KeepJobFlowAliveWhenNoSteps: true,
        InstanceGroups: [
          { Name: 'main', InstanceRole: 'MASTER', InstanceType: 'm5.xlarge', InstanceCount: 1 },
          { Name: 'workers', InstanceRole: 'CORE', InstanceType: 'm5.xlarge', InstanceCount: 2 },
        ],
      },
    });
    const step = (Name: string): AwsObject => ({
      Name,
      ActionOnFailure: 'CONTINUE',
      HadoopJarStep: { Jar: 'command-runner.jar', Args: ['true'] },
    });

    it('makes a cluster and waits until it waits', async () => {
      const submission = await submit('elasticmapreduce:createCluster.sync', cluster('one'));
      const ClusterId = jobOf(submission).id;
      expect(submission).toMatchObject({
        output: { ClusterId, Cluster: { Id: ClusterId }, SdkHttpMetadata: {} },
      });
      const { outcome } = await home.ended(jobOf(submission));
      expect(outcome).toMatchObject({
        type: 'succeeded',
        output: {
          ClusterId,
          Cluster: { Id: ClusterId, Name: 'one', Status: { State: 'WAITING' } },
        },
      });
    });

    it('finds a cluster whose answer was lost and makes no second one', async () => {
      const asked = request('elasticmapreduce:createCluster.sync', cluster('lost'));
      const first = jobOf(await home.tasks.submit(asked));
      await submit('elasticmapreduce:createCluster', cluster('lost'));
      expect(jobOf(await again(asked))).toEqual(first);
    });

    it('adds a step, finds it again, and cancels it', async () => {
      const ClusterId = jobOf(
        await submit('elasticmapreduce:createCluster.sync', cluster('steps')),
      ).id;
      const asked = request('elasticmapreduce:addStep.sync', { ClusterId, Step: step('load') });
      const first = await home.tasks.submit(asked);
      expect(first).toMatchObject({
        output: { StepId: jobOf(first).id },
        job: { place: { ClusterId } },
      });
      expect(jobOf(await again(asked))).toEqual(jobOf(first));
      expect(home.tasks.batchOf(jobOf(first))).toBe(10);
      expect(await home.tasks.look([jobOf(first)], NOBODY)).toMatchObject([
        { type: 'running', links: [{ name: 'Console' }] },
      ]);
      const { Steps } = await made('emr', 'listSteps', { ClusterId });
      expect(Steps).toHaveLength(1);
    });

    it('protects, grows and terminates a cluster', async () => {
      const ClusterId = jobOf(
        await submit('elasticmapreduce:createCluster.sync', cluster('end')),
      ).id;
      for (const TerminationProtected of [true, false]) {
        expect(
          await submit('elasticmapreduce:setClusterTerminationProtection', {
            ClusterId,
            TerminationProtected,
          }),
        ).toMatchObject({ type: 'answered' });
      }
      expect(
        await submit('elasticmapreduce:modifyInstanceGroupByName', {
          ClusterId,
          InstanceGroupName: 'workers',
          InstanceGroup: { InstanceCount: 5 },
        }),
      ).toMatchObject({ type: 'answered' });
      const { InstanceGroups } = await made('emr', 'listInstanceGroups', { ClusterId });
      expect(InstanceGroups).toContainEqual(
        expect.objectContaining({ Name: 'workers', RequestedInstanceCount: 5 }),
      );
      expect(
        await submit('elasticmapreduce:modifyInstanceGroupByName', {
          ClusterId,
          InstanceGroupName: 'nobody',
          InstanceGroup: { InstanceCount: 5 },
        }),
      ).toMatchObject({
        type: 'failed',
        cause: expect.stringContaining('has no InstanceGroup with the name "nobody"'),
      });
      const { outcome } = await home.ended(
        jobOf(await submit('elasticmapreduce:terminateCluster.sync', { ClusterId })),
      );
      expect(outcome).toMatchObject({
        type: 'succeeded',
        output: { Cluster: { Status: { State: 'TERMINATED' } } },
      });
      // A cluster that ends while it is waited for on its way up has failed.
      const waited = {
        kind: 'elasticmapreduce:createCluster.sync',
        id: ClusterId,
        place: jobOf(await submit('elasticmapreduce:createCluster.sync', cluster('other'))).place,
      };
      expect((await home.ended(waited)).outcome).toMatchObject({
        type: 'failed',
        error: 'States.TaskFailed',
      });
    });

    it('refuses what the integration does not take', async () => {
      expect(
        await submit('elasticmapreduce:createCluster', { ...cluster('x'), Steps: [] }),
      ).toMatchObject({
        error: 'States.Runtime',
        cause: expect.stringContaining('The field "Steps" is not supported by Step Functions'),
      });
      expect(
        await submit('elasticmapreduce:createCluster', { Name: 'x', Instances: {} }),
      ).toMatchObject({
        cause: expect.stringContaining("'KeepJobFlowAliveWhenNoSteps' must be true"),
      });
      expect(
        await submit('elasticmapreduce:addStep', { JobFlowId: 'j', Step: step('x') }),
      ).toMatchObject({ cause: expect.stringContaining('The field "JobFlowId" is not supported') });
    });
  });

  it('makes, starts, uses and deletes an application of EMR Serverless', async () => {
    const create = request('emr-serverless:createApplication.sync', {
      Name: 'spark',
      ReleaseLabel: 'emr-7.1.0',
      Type: 'SPARK',
    });
    const submission = await home.tasks.submit(create);
    const ApplicationId = jobOf(submission).id;
    expect(submission).toMatchObject({ output: { ApplicationId, Name: 'spark' } });
    expect((await home.ended(jobOf(submission))).outcome).toMatchObject({
      type: 'succeeded',
      output: { ApplicationId, Tags: { county: 'example' } },
    });
    const started = await home.ended(
      jobOf(await submit('emr-serverless:startApplication.sync', { ApplicationId })),
    );
    expect(started.outcome).toMatchObject({ output: { State: 'STARTED' } });
    const run = await submit('emr-serverless:startJobRun.sync', {
      ApplicationId,
      ExecutionRoleArn: 'arn:aws:iam::123456789012:role/spark',
      JobDriver: { SparkSubmit: { EntryPoint: 's3://b/k.py' } },
    });
    expect((await home.ended(jobOf(run))).outcome).toMatchObject({
      type: 'succeeded',
      output: { JobRunId: jobOf(run).id, State: 'SUCCESS' },
    });
    const stopped = await home.ended(
      jobOf(await submit('emr-serverless:stopApplication.sync', { ApplicationId })),
    );
    expect(stopped.outcome).toMatchObject({ output: { State: 'STOPPED' } });
    const gone = await home.ended(
      jobOf(await submit('emr-serverless:deleteApplication.sync', { ApplicationId })),
    );
    expect(gone.outcome).toMatchObject({ type: 'succeeded', output: { ApplicationId } });
  });

  it('runs a job of EMR on EKS, whose client carries no schemas', async () => {
    const created = await submit('emr-containers:createVirtualCluster', {
      Name: 'eks',
      ContainerProvider: { Id: 'k8s', Type: 'EKS', Info: { EksInfo: { Namespace: 'default' } } },
    });
    if (created.type !== 'answered') throw new Error(JSON.stringify(created));
    const VirtualClusterId = String((created.output as AwsObject).Id);
    const submission = await submit('emr-containers:startJobRun.sync', {
      Name: 'count',
      VirtualClusterId,
      ExecutionRoleArn: 'arn:aws:iam::123456789012:role/spark',
      ReleaseLabel: 'emr-6.15.0-latest',
      JobDriver: { SparkSubmitJobDriver: { EntryPoint: 's3://b/k.py' } },
      ConfigurationOverrides: {
        ApplicationConfiguration: [
          { Classification: 'spark-defaults', Properties: { 'spark.executor.instances': '2' } },
        ],
      },
    });
    const [state] = await home.tasks.look([jobOf(submission)], NOBODY);
    expect(state).toMatchObject({ type: 'running' });
    const { JobRun } = await made('emrcontainers', 'describeJobRun', {
      Id: jobOf(submission).id,
      VirtualClusterId,
    });
    expect(JobRun).toMatchObject({
      ConfigurationOverrides: {
        ApplicationConfiguration: [{ Properties: { 'spark.executor.instances': '2' } }],
      },
      Tags: { county: 'example' },
    });
    expect(await home.tasks.stop(jobOf(submission), 'x')).toBe(true);
    expect((await home.ended(jobOf(submission))).outcome).toMatchObject({
      type: 'failed',
      error: 'States.TaskFailed',
    });
  });

  it('builds with CodeBuild', async () => {
    await made('codebuild', 'createProject', {
      Name: 'project',
      Source: { Type: 'S3', Location: 'bucket/path' },
      Artifacts: { Type: 'NO_ARTIFACTS' },
      Environment: { Type: 'LINUX_CONTAINER', Image: 'x', ComputeType: 'BUILD_GENERAL1_SMALL' },
      ServiceRole: 'arn:aws:iam::123456789012:role/service-role/build',
    });
    const submission = await submit('codebuild:startBuild.sync', { ProjectName: 'project' });
    expect(submission).toMatchObject({
      output: { Build: { Id: jobOf(submission).id, ProjectName: 'project' } },
    });
    expect((await home.ended(jobOf(submission))).outcome).toMatchObject({
      type: 'succeeded',
      output: { Build: { BuildStatus: 'SUCCEEDED' } },
    });
    expect(await submit('codebuild:stopBuild', { Id: jobOf(submission).id })).toMatchObject({
      type: 'answered',
    });
    expect(await submit('codebuild:startBuild', { ProjectName: 'none' })).toMatchObject({
      error: 'CodeBuild.ResourceNotFoundException',
    });
  });

  it('trains with SageMaker, and finds its job again by name and tag', async () => {
    const training = {
      TrainingJobName: 'model-1',
      RoleArn: 'arn:aws:iam::123456789012:role/train',
      AlgorithmSpecification: { TrainingInputMode: 'File', TrainingImage: 'x' },
      OutputDataConfig: { S3OutputPath: 's3://b/' },
      ResourceConfig: { InstanceCount: 2, InstanceType: 'ml.m5.large', VolumeSizeInGB: 10 },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
    };
    const asked = request('sagemaker:createTrainingJob.sync', training);
    const submission = await home.tasks.submit(asked);
    expect(submission).toMatchObject({
      output: { TrainingJobArn: expect.any(String) },
      job: { id: 'model-1' },
    });
    expect((await home.ended(jobOf(submission))).outcome).toMatchObject({
      type: 'succeeded',
      output: { TrainingJobStatus: 'Completed' },
    });
    expect(jobOf(await again(asked))).toEqual(jobOf(submission));
    expect(await home.tasks.look([{ ...jobOf(submission), id: 'none' }], NOBODY)).toMatchObject([
      { type: 'gone' },
    ]);
  });
});
