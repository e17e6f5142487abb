import { describe, expect, it } from 'vitest';
import { findIntegration } from './integrations.js';
import { jobOfEvent } from './job-events.js';

describe('events of EventBridge', () => {
  it.each([
    ['aws.batch', 'Batch Job State Change', { jobId: 'j' }, 'batch:submitJob.sync', 'j'],
    ['aws.glue', 'Glue Job State Change', { jobRunId: 'jr_1' }, 'glue:startJobRun.sync', 'jr_1'],
    [
      'aws.athena',
      'Athena Query State Change',
      { queryExecutionId: 'q' },
      'athena:startQueryExecution.sync',
      'q',
    ],
    ['aws.ecs', 'ECS Task State Change', { taskArn: 'arn:t' }, 'ecs:runTask.sync', 'arn:t'],
    [
      'aws.emr',
      'EMR Step Status Change',
      { stepId: 's-1', clusterId: 'j-1' },
      'elasticmapreduce:addStep.sync',
      's-1',
    ],
    [
      'aws.emr',
      'EMR Cluster State Change',
      { clusterId: 'j-1' },
      'elasticmapreduce:createCluster.sync',
      'j-1',
    ],
    [
      'aws.emr-serverless',
      'EMR Serverless Job Run State Change',
      { jobRunId: 'r' },
      'emr-serverless:startJobRun.sync',
      'r',
    ],
    [
      'aws.emr-containers',
      'EMR Job Run State Change',
      { id: 'r' },
      'emr-containers:startJobRun.sync',
      'r',
    ],
    [
      'aws.codebuild',
      'CodeBuild Build State Change',
      { 'build-id': 'arn:aws:codebuild:eu-central-1:123456789012:build/project:8745' },
      'codebuild:startBuild.sync',
      'project:8745',
    ],
    [
      'aws.sagemaker',
      'SageMaker Training Job State Change',
      { TrainingJobName: 'm' },
      'sagemaker:createTrainingJob.sync',
      'm',
    ],
    [
      'aws.states',
      'Step Functions Execution Status Change',
      { executionArn: 'arn:e' },
      'states:startExecution.sync',
      'arn:e',
    ],
  ])('%s %s are about a job that is known', (source, type, detail, kind, id) => {
    expect(jobOfEvent({ source, 'detail-type': type, detail })).toEqual({ kind, id });
    const [service = '', action = ''] = kind.replace('.sync', '').split(':');
    expect(findIntegration(service, action)?.forms).toContain('sync');
  });

  it.each([
    {},
    { source: 'aws.batch', 'detail-type': 'Batch Job State Change' },
    { source: 'aws.batch', 'detail-type': 'Batch Job State Change', detail: [] },
    { source: 'aws.batch', 'detail-type': 'Batch Job State Change', detail: { jobId: 7 } },
    { source: 'aws.batch', 'detail-type': 'Batch Job Queue Blocked', detail: { jobId: 'j' } },
    { source: '__proto__', 'detail-type': 'x', detail: { id: 'y' } },
  ])('%j are about none', (event) => {
    expect(jobOfEvent(event)).toBeUndefined();
  });
});
