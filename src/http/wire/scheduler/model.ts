/**
 * What each operation of EventBridge Scheduler takes: where it lies, and names, types and limits of its members.
 * Source: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
 * @module
 */
import { type Shape, type Structure, structure } from '../shape.js';

/** An operation as REST has it. */
export interface RestOperation {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `:member` stands for the member `inPath`. */
  path: string;
  inPath?: string;
  /** Members in the query, by their names there. */
  inQuery?: { readonly [name: string]: string };
  shape: Structure;
}

const text = (min: number, max: number): Shape => ({ type: 'string', min, max });
const choice = (...values: string[]): Shape => ({ type: 'string', enum: values });
const integer = (min: number, max: number): Shape => ({ type: 'integer', min, max });
const list = (member: Shape, min: number, max: number): Shape => ({
  type: 'list',
  member,
  min,
  max,
});
const flag: Shape = { type: 'boolean' };
/** Seconds since the epoch. */
const moment: Shape = { type: 'number' };

const name: Shape = { type: 'string', min: 1, max: 64, pattern: /^[0-9a-zA-Z-_.]+$/ };
const clientToken: Shape = { type: 'string', min: 1, max: 64, pattern: /^[a-zA-Z0-9-_]+$/ };
const state = choice('ENABLED', 'DISABLED');
const groupArn: Shape = {
  type: 'string',
  min: 1,
  max: 1011,
  pattern: /^arn:aws(-[a-z]+)?:scheduler:[a-z0-9-]+:\d{12}:schedule-group\/[0-9a-zA-Z-_.]+$/,
};
const tags = list(structure({ 'Key!': text(1, 128), 'Value!': text(1, 256) }), 0, 200);
const page = { MaxResults: integer(1, 100), NextToken: text(1, 2048) };
const PAGE = { MaxResults: 'MaxResults', NextToken: 'NextToken', NamePrefix: 'NamePrefix' };

const ecs = structure({
  'TaskDefinitionArn!': text(1, 1600),
  TaskCount: integer(1, 10),
  LaunchType: choice('EC2', 'FARGATE', 'EXTERNAL'),
  NetworkConfiguration: structure({
    awsvpcConfiguration: structure({
      'Subnets!': list(text(1, 1000), 1, 16),
      SecurityGroups: list(text(1, 1000), 1, 5),
      AssignPublicIp: choice('ENABLED', 'DISABLED'),
    }),
  }),
  PlatformVersion: text(1, 64),
  Group: text(1, 255),
  CapacityProviderStrategy: list(
    structure({
      'capacityProvider!': text(1, 255),
      weight: integer(0, 1000),
      base: integer(0, 100_000),
    }),
    0,
    6,
  ),
  EnableECSManagedTags: flag,
  EnableExecuteCommand: flag,
  PlacementConstraints: list(
    structure({ type: choice('distinctInstance', 'memberOf'), expression: text(0, 2000) }),
    0,
    10,
  ),
  PlacementStrategy: list(
    structure({ type: choice('random', 'spread', 'binpack'), field: text(0, 255) }),
    0,
    5,
  ),
  PropagateTags: choice('TASK_DEFINITION'),
  ReferenceId: text(0, 1024),
  Tags: list(structure({}), 0, 50),
});

const target = structure({
  'Arn!': text(1, 1600),
  'RoleArn!': {
    type: 'string',
    min: 1,
    max: 1600,
    pattern: /^arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  },
  DeadLetterConfig: structure({
    Arn: {
      type: 'string',
      min: 1,
      max: 1600,
      pattern: /^arn:aws(-[a-z]+)?:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9\-_]+$/,
    },
  }),
  RetryPolicy: structure({
    MaximumEventAgeInSeconds: integer(60, 86_400),
    MaximumRetryAttempts: integer(0, 185),
  }),
  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html
  Input: { type: 'string', min: 1, max: 262_144, sensitive: true },
  EcsParameters: ecs,
  EventBridgeParameters: structure({
    'DetailType!': text(1, 128),
    'Source!': {
      type: 'string',
      min: 1,
      max: 256,
      pattern: /^(?=[/.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)$/,
    },
  }),
  KinesisParameters: structure({ 'PartitionKey!': text(1, 256) }),
  SageMakerPipelineParameters: structure({
    PipelineParameterList: list(
      structure({
        'Name!': { type: 'string', min: 1, max: 256, pattern: /^[A-Za-z0-9\-_]*$/ },
        'Value!': text(1, 1024),
      }),
      0,
      200,
    ),
  }),
  SqsParameters: structure({ MessageGroupId: text(1, 128) }),
});

const schedule = structure({
  'Name!': name,
  GroupName: name,
  'ScheduleExpression!': text(1, 256),
  ScheduleExpressionTimezone: text(1, 50),
  StartDate: moment,
  EndDate: moment,
  Description: text(0, 512),
  State: state,
  KmsKeyArn: {
    type: 'string',
    min: 1,
    max: 2048,
    pattern: /^arn:aws(-[a-z]+)?:kms:[a-z0-9-]+:\d{12}:(key|alias)\/[0-9a-zA-Z-_]*$/,
  },
  'Target!': target,
  'FlexibleTimeWindow!': structure({
    'Mode!': choice('OFF', 'FLEXIBLE'),
    MaximumWindowInMinutes: integer(1, 1440),
  }),
  ClientToken: clientToken,
  ActionAfterCompletion: choice('NONE', 'DELETE'),
});

/** Every operation with the shape of its request. */
export const SCHEDULER_OPERATIONS = {
  CreateSchedule: { method: 'POST', path: '/schedules/:member', inPath: 'Name', shape: schedule },
  UpdateSchedule: { method: 'PUT', path: '/schedules/:member', inPath: 'Name', shape: schedule },
  GetSchedule: {
    method: 'GET',
    path: '/schedules/:member',
    inPath: 'Name',
    inQuery: { groupName: 'GroupName' },
    shape: structure({ 'Name!': name, GroupName: name }),
  },
  DeleteSchedule: {
    method: 'DELETE',
    path: '/schedules/:member',
    inPath: 'Name',
    inQuery: { groupName: 'GroupName', clientToken: 'ClientToken' },
    shape: structure({ 'Name!': name, GroupName: name, ClientToken: clientToken }),
  },
  ListSchedules: {
    method: 'GET',
    path: '/schedules',
    inQuery: { ...PAGE, ScheduleGroup: 'GroupName', State: 'State' },
    shape: structure({ ...page, NamePrefix: name, GroupName: name, State: state }),
  },
  CreateScheduleGroup: {
    method: 'POST',
    path: '/schedule-groups/:member',
    inPath: 'Name',
    shape: structure({ 'Name!': name, ClientToken: clientToken, Tags: tags }),
  },
  GetScheduleGroup: {
    method: 'GET',
    path: '/schedule-groups/:member',
    inPath: 'Name',
    shape: structure({ 'Name!': name }),
  },
  DeleteScheduleGroup: {
    method: 'DELETE',
    path: '/schedule-groups/:member',
    inPath: 'Name',
    inQuery: { clientToken: 'ClientToken' },
    shape: structure({ 'Name!': name, ClientToken: clientToken }),
  },
  ListScheduleGroups: {
    method: 'GET',
    path: '/schedule-groups',
    inQuery: PAGE,
    shape: structure({ ...page, NamePrefix: name }),
  },
  TagResource: {
    method: 'POST',
    path: '/tags/:member',
    inPath: 'ResourceArn',
    shape: structure({ 'ResourceArn!': groupArn, 'Tags!': tags }),
  },
  UntagResource: {
    method: 'DELETE',
    path: '/tags/:member',
    inPath: 'ResourceArn',
    inQuery: { TagKeys: 'TagKeys' },
    shape: structure({ 'ResourceArn!': groupArn, 'TagKeys!': list(text(1, 128), 0, 200) }),
  },
  ListTagsForResource: {
    method: 'GET',
    path: '/tags/:member',
    inPath: 'ResourceArn',
    shape: structure({ 'ResourceArn!': groupArn }),
  },
} satisfies { [operation: string]: RestOperation };

export type SchedulerOperation = keyof typeof SCHEDULER_OPERATIONS;
