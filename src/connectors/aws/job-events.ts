/**
 * Which job an event of EventBridge is about, so that it is looked at at once and not when its turn comes.
 *
 * What the event says of the job is not taken: events come late, doubled and in any order. Source: the events reference of
 * each service, https://docs.aws.amazon.com/eventbridge/latest/ref/welcome.html
 * @module
 */
import type { JsonObject } from '../connector.js';

interface EventKind {
  readonly kind: string;
  id(detail: JsonObject): unknown;
}

const member =
  (name: string) =>
  (detail: JsonObject): unknown =>
    detail[name];

/** By source and detail-type. */
const EVENTS: { readonly [event: string]: EventKind } = {
  'aws.batch Batch Job State Change': { kind: 'batch:submitJob', id: member('jobId') },
  'aws.glue Glue Job State Change': { kind: 'glue:startJobRun', id: member('jobRunId') },
  'aws.athena Athena Query State Change': {
    kind: 'athena:startQueryExecution',
    id: member('queryExecutionId'),
  },
  'aws.ecs ECS Task State Change': { kind: 'ecs:runTask', id: member('taskArn') },
  'aws.emr EMR Step Status Change': { kind: 'elasticmapreduce:addStep', id: member('stepId') },
  // A cluster that ends on its way up; one that is asked to end is looked at in its turn.
  'aws.emr EMR Cluster State Change': {
    kind: 'elasticmapreduce:createCluster',
    id: member('clusterId'),
  },
  'aws.emr-serverless EMR Serverless Job Run State Change': {
    kind: 'emr-serverless:startJobRun',
    id: member('jobRunId'),
  },
  'aws.emr-containers EMR Job Run State Change': {
    kind: 'emr-containers:startJobRun',
    id: member('id'),
  },
  'aws.codebuild CodeBuild Build State Change': {
    kind: 'codebuild:startBuild',
    // An ARN; builds are called by what follows `build/`.
    id: (detail) => String(detail['build-id'] ?? '').replace(/^arn:.*:build\//, ''),
  },
  'aws.sagemaker SageMaker Training Job State Change': {
    kind: 'sagemaker:createTrainingJob',
    id: member('TrainingJobName'),
  },
  'aws.sagemaker SageMaker Transform Job State Change': {
    kind: 'sagemaker:createTransformJob',
    id: member('TransformJobName'),
  },
  'aws.sagemaker SageMaker Processing Job State Change': {
    kind: 'sagemaker:createProcessingJob',
    id: member('ProcessingJobName'),
  },
  'aws.sagemaker SageMaker HyperParameter Tuning Job State Change': {
    kind: 'sagemaker:createHyperParameterTuningJob',
    id: member('HyperParameterTuningJobName'),
  },
  'aws.states Step Functions Execution Status Change': {
    kind: 'states:startExecution',
    id: member('executionArn'),
  },
};

/** @example jobOfEvent({ source: 'aws.batch', 'detail-type': 'Batch Job State Change', detail: { jobId: '1' } }) // { kind: 'batch:submitJob.sync', id: '1' } */
export function jobOfEvent(event: JsonObject): { kind: string; id: string } | undefined {
  const name = `${event.source} ${event['detail-type']}`;
  const { detail } = event;
  if (!Object.hasOwn(EVENTS, name)) return undefined;
  if (detail === null || typeof detail !== 'object' || Array.isArray(detail)) return undefined;
  const found = EVENTS[name]?.id(detail);
  if (typeof found !== 'string' || found === '') return undefined;
  return { kind: `${EVENTS[name]?.kind}.sync`, id: found };
}
