/**
 * The shape of a target of PutTargets. What other services would need of it is taken, kept and given back.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html
 * @module
 */
import { type Shape, type Structure, structure } from '../shape.js';
import { headerValue, queryValue } from './model-connections.js';

const text: Shape = { type: 'string' };
const flag: Shape = { type: 'boolean' };
const whole: Shape = { type: 'integer' };
const arn: Shape = { type: 'string', min: 1, max: 1600 };
const texts: Shape = { type: 'list', member: text };
const sql: Shape = { type: 'string', min: 1, max: 100_000, sensitive: true };

const ecs = structure({
  'TaskDefinitionArn!': arn,
  TaskCount: { type: 'integer', min: 1 },
  LaunchType: { type: 'string', enum: ['EC2', 'FARGATE', 'EXTERNAL'] },
  NetworkConfiguration: structure({
    awsvpcConfiguration: structure({
      'Subnets!': texts,
      SecurityGroups: texts,
      AssignPublicIp: { type: 'string', enum: ['ENABLED', 'DISABLED'] },
    }),
  }),
  PlatformVersion: text,
  Group: text,
  CapacityProviderStrategy: {
    type: 'list',
    max: 6,
    member: structure({
      'capacityProvider!': { type: 'string', min: 1, max: 255 },
      weight: { type: 'integer', min: 0, max: 1000 },
      base: { type: 'integer', min: 0, max: 100_000 },
    }),
  },
  EnableECSManagedTags: flag,
  EnableExecuteCommand: flag,
  PlacementConstraints: {
    type: 'list',
    max: 10,
    member: structure({
      type: { type: 'string', enum: ['distinctInstance', 'memberOf'] },
      expression: { type: 'string', max: 2000 },
    }),
  },
  PlacementStrategy: {
    type: 'list',
    max: 5,
    member: structure({
      type: { type: 'string', enum: ['random', 'spread', 'binpack'] },
      field: { type: 'string', max: 255 },
    }),
  },
  PropagateTags: { type: 'string', enum: ['TASK_DEFINITION'] },
  ReferenceId: { type: 'string', max: 1024 },
  Tags: {
    type: 'list',
    member: structure({
      'Key!': { type: 'string', min: 1, max: 128 },
      'Value!': { type: 'string', min: 0, max: 256 },
    }),
  },
});

export const targetShape: Structure = structure({
  'Id!': { type: 'string', min: 1, max: 64, pattern: String.raw`[\.\-_A-Za-z0-9]+` },
  'Arn!': arn,
  RoleArn: arn,
  Input: { type: 'string', max: 8192, sensitive: true },
  InputPath: { type: 'string', max: 256 },
  InputTransformer: structure({
    InputPathsMap: { type: 'map', max: 100, value: { type: 'string', max: 256 } },
    'InputTemplate!': { type: 'string', min: 1, max: 8192, sensitive: true },
  }),
  KinesisParameters: structure({ 'PartitionKeyPath!': { type: 'string', max: 256 } }),
  RunCommandParameters: structure({
    'RunCommandTargets!': {
      type: 'list',
      min: 1,
      max: 5,
      member: structure({
        'Key!': {
          type: 'string',
          min: 1,
          max: 128,
          pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
        },
        'Values!': {
          type: 'list',
          min: 1,
          max: 50,
          member: { type: 'string', min: 1, max: 256 },
        },
      }),
    },
  }),
  EcsParameters: ecs,
  BatchParameters: structure({
    'JobDefinition!': text,
    'JobName!': text,
    ArrayProperties: structure({ Size: whole }),
    RetryStrategy: structure({ Attempts: whole }),
  }),
  SqsParameters: structure({ MessageGroupId: { type: 'string', max: 100 } }),
  HttpParameters: structure({
    PathParameterValues: {
      type: 'list',
      member: { type: 'string', pattern: String.raw`^(?!\s*$).+` },
    },
    HeaderParameters: { type: 'map', value: headerValue },
    QueryStringParameters: { type: 'map', value: queryValue },
  }),
  RedshiftDataParameters: structure({
    SecretManagerArn: arn,
    'Database!': { type: 'string', min: 1, max: 64 },
    DbUser: { type: 'string', min: 1, max: 128 },
    Sql: sql,
    StatementName: { type: 'string', min: 1, max: 500 },
    WithEvent: flag,
    Sqls: { type: 'list', member: sql, max: 40 },
  }),
  SageMakerPipelineParameters: structure({
    PipelineParameterList: {
      type: 'list',
      max: 200,
      member: structure({
        'Name!': {
          type: 'string',
          min: 1,
          max: 256,
          pattern: /[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?/,
          told: '^[a-zA-Z0-9](-*[a-zA-Z0-9])*$',
        },
        'Value!': { type: 'string', max: 1024 },
      }),
    },
  }),
  DeadLetterConfig: structure({ Arn: arn }),
  RetryPolicy: structure({
    MaximumRetryAttempts: { type: 'integer', min: 0, max: 185 },
    MaximumEventAgeInSeconds: { type: 'integer', min: 60, max: 86_400 },
  }),
  AppSyncParameters: structure({
    GraphQLOperation: { type: 'string', min: 1, max: 1_048_576, sensitive: true },
  }),
});
