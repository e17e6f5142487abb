/**
 * Definitions in the ways in which people write them for AWS: every optimized integration with every pattern that it
 * has, SDK integrations, other partitions, templates that were not filled in. All are valid, and all can be compiled.
 *
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 * @module
 */
import { describe, expect, test } from 'vitest';
import { compileMachine } from '../../src/asl/compile.js';
import type { MachineDefinition } from '../../src/asl/definition.js';
import {
  readMachineDefinition,
  validateStateMachineDefinition,
} from '../../src/asl/definition-verdict.js';

const SYNC = ['', '.sync'];
const TOKEN = ['', '.waitForTaskToken'];
const ALL = ['', '.sync', '.waitForTaskToken'];
const ONLY = [''];

const INTEGRATIONS: { [service: string]: [actions: string[], patterns: string[]] } = {
  apigateway: [['invoke'], TOKEN],
  athena: [
    ['startQueryExecution', 'stopQueryExecution', 'getQueryExecution', 'getQueryResults'],
    SYNC,
  ],
  batch: [['submitJob'], SYNC],
  bedrock: [['invokeModel', 'createModelCustomizationJob'], ALL],
  codebuild: [['startBuild', 'stopBuild', 'batchDeleteBuilds', 'batchGetReports'], SYNC],
  databrew: [['startJobRun'], SYNC],
  dynamodb: [['getItem', 'putItem', 'deleteItem', 'updateItem'], ONLY],
  ecs: [['runTask'], ALL],
  eks: [['createCluster', 'deleteCluster', 'runJob', 'call', 'createNodegroup'], ALL],
  elasticmapreduce: [
    [
      'createCluster',
      'addStep',
      'cancelStep',
      'terminateCluster',
      'setClusterTerminationProtection',
    ],
    SYNC,
  ],
  'emr-containers': [['createVirtualCluster', 'startJobRun'], SYNC],
  'emr-serverless': [['createApplication', 'startJobRun'], SYNC],
  events: [['putEvents'], TOKEN],
  glue: [['startJobRun'], SYNC],
  http: [['invoke'], ONLY],
  lambda: [['invoke'], TOKEN],
  mediaconvert: [['createJob'], SYNC],
  sagemaker: [
    [
      'createTrainingJob',
      'createTransformJob',
      'createProcessingJob',
      'createEndpoint',
      'createModel',
    ],
    SYNC,
  ],
  sns: [['publish'], TOKEN],
  sqs: [['sendMessage'], TOKEN],
  states: [['startExecution'], [...ALL, '.sync:2']],
  'aws-sdk:s3': [['getObject', 'putObject', 'listObjectsV2'], TOKEN],
  'aws-sdk:sfn': [['stopExecution', 'listExecutions'], TOKEN],
  'aws-sdk:rdsdata': [['executeStatement'], TOKEN],
};

const resources = Object.entries(INTEGRATIONS).flatMap(([service, [actions, patterns]]) =>
  actions.flatMap((action) =>
    patterns.map((pattern) => `arn:aws:states:::${service}:${action}${pattern}`),
  ),
);

/** What one or the other integration demands, computed. */
const DEMANDED = Object.fromEntries(
  'ApiEndpoint Method Entries JobName FunctionName Message QueueUrl MessageBody StateMachineArn'
    .split(' ')
    .map((name) => [`${name}.$`, `$.${name}`]),
);

function accept(definition: object): void {
  const text = JSON.stringify(definition);
  expect(validateStateMachineDefinition(text).diagnostics).toEqual([]);
  const read = readMachineDefinition(text, 'STANDARD');
  expect(read).toHaveProperty('definition');
  compileMachine((read as { definition: MachineDefinition }).definition, '');
}

const only = (state: object): object => ({
  StartAt: 'Only',
  States: { Only: { ...state, End: true } },
});

describe('a task', () => {
  test.each(resources)('of %s', (Resource) => {
    accept(only({ Type: 'Task', Resource, Parameters: { ...DEMANDED, Other: [1, { a: null }] } }));
    accept({
      QueryLanguage: 'JSONata',
      ...only({ Type: 'Task', Resource, Arguments: '{% $states.input %}' }),
    });
  });

  test.each([
    'arn:aws-cn:states:::dynamodb:putItem',
    'arn:aws-us-gov:states:::glue:startJobRun.sync',
    'arn:aws:lambda:eu-central-1:123456789012:function:resize:live',
    'arn:aws:states:eu-central-1:123456789012:activity:press',
  ])('of %s', (Resource) => accept(only({ Type: 'Task', Resource, ResultPath: null })));

  const parameter = (name: string): string => ['$', '{', name, '}'].join('');
  test.each([
    parameter('ResizeFunctionArn'),
    parameter('Resize.Arn'),
    `arn:${parameter('AWS::Partition')}:states:::sns:publish`,
  ])('of the template parameter %s, which only deserves a warning', (Resource) =>
    accept(only({ Type: 'Task', Resource, TimeoutSeconds: 60, HeartbeatSeconds: 20 })),
  );

  test('of what is no resource is refused all the same', () => {
    const text = JSON.stringify(only({ Type: 'Task', Resource: 'resize' }));
    expect(readMachineDefinition(text, 'STANDARD')).toHaveProperty('refusal');
  });
});

describe('data flow as it is written', () => {
  test.each([
    '$',
    '$$',
    '$$.Execution.Input.a',
    '$.a.b-c.d_e',
    '$.detail-type',
    "$['a b'].c",
    '$.[?(@.price > 0)]',
    "$.tags[?(@.Key == 'Name')].Value",
    '$.workers[?(@.id == $.chosen)].name',
    '$.a[*].b[0:2]',
    '$..id',
    '$.a.length()',
    '$variable.field[0]',
    'States.JsonMerge(States.StringToJson($.body), States.StringToJson(\'{"a": "b" }\'), false)',
    "States.Format('s3://{}/{}/', $.bucket, $$.Execution.Name)",
    'States.ArrayGetItem(States.StringSplit($.key, $.separator), 0)',
    'States.UUID()',
  ])('%s', (value) => {
    accept(only({ Type: 'Pass', Parameters: { 'x.$': value, list: [{ 'y.$': value }] } }));
  });
});

test('a Map in a Map in a Map, the outer ones distributed', () => {
  const processor = (ProcessorConfig: object, States: { [name: string]: object }): object => ({
    ProcessorConfig,
    StartAt: Object.keys(States)[0],
    States,
  });
  const distributed = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
  const inner = processor(
    { Mode: 'INLINE' },
    {
      Publish: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sns:publish',
        Parameters: { 'Message.$': '$' },
        End: true,
      },
    },
  );
  accept({
    StartAt: 'Buckets',
    States: {
      Buckets: {
        Type: 'Map',
        MaxConcurrency: 300,
        ToleratedFailurePercentage: 100,
        OutputPath: null,
        ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Parameters: { Bucket: 'b' } },
        ItemBatcher: { MaxItemsPerBatch: 300 },
        ItemProcessor: processor(distributed, {
          Objects: {
            Type: 'Map',
            ItemsPath: '$.Items',
            ItemBatcher: { MaxItemsPerBatch: 30 },
            ItemProcessor: processor(distributed, {
              Each: { Type: 'Map', ItemsPath: '$.Items', ItemProcessor: inner, End: true },
            }),
            ResultPath: null,
            End: true,
          },
        }),
        Catch: [{ ErrorEquals: ['States.ItemReaderFailed'], Next: 'Failed', Comment: 'no bucket' }],
        Next: 'Done',
      },
      Failed: { Type: 'Fail' },
      Done: { Type: 'Succeed', Comment: 'all of them' },
    },
  });
});

test('a Map with the older names of its fields', () => {
  accept(
    only({
      Type: 'Map',
      Iterator: { StartAt: 'P', States: { P: { Type: 'Pass', Result: 1, End: true } } },
      Parameters: { 'item.$': '$$.Map.Item.Value' },
      ItemsPath: '$.items',
      MaxConcurrency: 0,
      ResultSelector: { 'found.$': '$[?(@.n > 0)]' },
    }),
  );
});
