/**
 * What each operation of Step Functions takes: names, types and limits of its members.
 * Source: https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
 * @module
 */
import { type Shape, type Structure, structure } from '../shape.js';

const text = (min: number | undefined, max: number): Shape => ({
  type: 'string',
  ...(min === undefined ? {} : { min }),
  max,
});
const data = (min: number | undefined, max: number): Shape => ({
  type: 'string',
  ...(min === undefined ? {} : { min }),
  max,
  sensitive: true,
});
const choice = (...values: string[]): Shape => ({ type: 'string', enum: values });
const flag: Shape = { type: 'boolean' };

const arn = text(1, 256);
const longArn = text(1, 2000);
const name = text(1, 80);
/** Of a state under test: part of a definition, which messages do not repeat. */
const secretName = data(1, 80);
const payload = data(undefined, 262_144);
const definition = data(1, 1_048_576);
const description = data(undefined, 256);
const token = text(1, 1024);
const maxResults: Shape = { type: 'integer', min: 0, max: 1000 };
const includedData = choice('ALL_DATA', 'METADATA_ONLY');
const machineType = choice('STANDARD', 'EXPRESS');
const error = data(0, 256);
const cause = data(0, 32_768);
const traceHeader: Shape = { type: 'string', min: 0, max: 256, pattern: /\p{ASCII}*/u };
const taskToken = text(1, 2048);

const tags: Shape = {
  type: 'list',
  member: structure({ key: text(1, 128), value: text(0, 256) }),
};
const logging = structure({
  level: choice('ALL', 'ERROR', 'FATAL', 'OFF'),
  includeExecutionData: flag,
  destinations: {
    type: 'list',
    member: structure({ cloudWatchLogsLogGroup: structure({ logGroupArn: text(1, 256) }) }),
  },
});
const tracing = structure({ enabled: flag });
const encryption = structure({
  kmsKeyId: text(1, 2048),
  kmsDataKeyReusePeriodSeconds: { type: 'integer', min: 60, max: 900 },
  'type!': choice('AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY'),
});
const routing: Shape = {
  type: 'list',
  min: 1,
  max: 2,
  member: structure({
    'stateMachineVersionArn!': arn,
    'weight!': { type: 'integer', min: 0, max: 100 },
  }),
};
const aliasName: Shape = {
  type: 'string',
  min: 1,
  max: 80,
  pattern: '^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$',
};
const page = { maxResults, nextToken: token };

/** Every operation with the shape of its request. */
export const OPERATIONS = {
  CreateActivity: structure({ 'name!': name, tags, encryptionConfiguration: encryption }),
  CreateStateMachine: structure({
    'name!': name,
    'definition!': definition,
    'roleArn!': arn,
    type: machineType,
    loggingConfiguration: logging,
    tags,
    tracingConfiguration: tracing,
    publish: flag,
    versionDescription: description,
    encryptionConfiguration: encryption,
  }),
  CreateStateMachineAlias: structure({
    description,
    'name!': aliasName,
    'routingConfiguration!': routing,
  }),
  DeleteActivity: structure({ 'activityArn!': arn }),
  DeleteStateMachine: structure({ 'stateMachineArn!': arn }),
  DeleteStateMachineAlias: structure({ 'stateMachineAliasArn!': arn }),
  DeleteStateMachineVersion: structure({ 'stateMachineVersionArn!': longArn }),
  DescribeActivity: structure({ 'activityArn!': arn }),
  DescribeExecution: structure({ 'executionArn!': arn, includedData }),
  DescribeMapRun: structure({ 'mapRunArn!': longArn }),
  DescribeStateMachine: structure({ 'stateMachineArn!': arn, includedData }),
  DescribeStateMachineAlias: structure({ 'stateMachineAliasArn!': arn }),
  DescribeStateMachineForExecution: structure({ 'executionArn!': arn, includedData }),
  GetActivityTask: structure({ 'activityArn!': arn, workerName: name }),
  GetExecutionHistory: structure({
    'executionArn!': arn,
    ...page,
    reverseOrder: flag,
    includeExecutionData: flag,
  }),
  ListActivities: structure(page),
  ListExecutions: structure({
    stateMachineArn: arn,
    // In the order in which the service lists them in its message.
    statusFilter: choice(
      'SUCCEEDED',
      'TIMED_OUT',
      'PENDING_REDRIVE',
      'ABORTED',
      'FAILED',
      'RUNNING',
    ),
    maxResults,
    nextToken: text(1, 3096),
    mapRunArn: longArn,
    redriveFilter: choice('REDRIVEN', 'NOT_REDRIVEN'),
  }),
  ListMapRuns: structure({ 'executionArn!': arn, ...page }),
  ListStateMachineAliases: structure({ 'stateMachineArn!': arn, ...page }),
  ListStateMachineVersions: structure({ 'stateMachineArn!': arn, ...page }),
  ListStateMachines: structure(page),
  ListTagsForResource: structure({ 'resourceArn!': arn }),
  PublishStateMachineVersion: structure({
    'stateMachineArn!': arn,
    revisionId: { type: 'string' },
    description,
  }),
  RedriveExecution: structure({
    'executionArn!': arn,
    clientToken: { type: 'string', min: 1, max: 64, pattern: '[!-~]+' },
  }),
  SendTaskFailure: structure({ 'taskToken!': taskToken, error, cause }),
  SendTaskHeartbeat: structure({ 'taskToken!': taskToken }),
  SendTaskSuccess: structure({ 'taskToken!': taskToken, 'output!': payload }),
  StartExecution: structure({ 'stateMachineArn!': arn, name, input: payload, traceHeader }),
  StartSyncExecution: structure({
    'stateMachineArn!': arn,
    name,
    input: payload,
    traceHeader,
    includedData,
  }),
  StopExecution: structure({ 'executionArn!': arn, error, cause }),
  TagResource: structure({ 'resourceArn!': arn, 'tags!': tags }),
  TestState: structure({
    'definition!': definition,
    roleArn: arn,
    input: payload,
    inspectionLevel: choice('INFO', 'DEBUG', 'TRACE'),
    revealSecrets: flag,
    variables: payload,
    stateName: secretName,
    mock: structure({
      result: payload,
      errorOutput: structure({ error, cause }),
      fieldValidationMode: choice('STRICT', 'PRESENT', 'NONE'),
    }),
    context: payload,
    stateConfiguration: structure({
      retrierRetryCount: { type: 'integer', min: 0 },
      errorCausedByState: secretName,
      mapIterationFailureCount: { type: 'integer', min: 0 },
      mapItemReaderData: payload,
    }),
  }),
  UntagResource: structure({
    'resourceArn!': arn,
    'tagKeys!': { type: 'list', member: text(1, 128) },
  }),
  UpdateMapRun: structure({
    'mapRunArn!': longArn,
    maxConcurrency: { type: 'integer', min: 0 },
    toleratedFailurePercentage: { type: 'number', min: 0, max: 100 },
    toleratedFailureCount: { type: 'integer', min: 0 },
  }),
  UpdateStateMachine: structure({
    'stateMachineArn!': arn,
    definition,
    roleArn: arn,
    loggingConfiguration: logging,
    tracingConfiguration: tracing,
    publish: flag,
    versionDescription: description,
    encryptionConfiguration: encryption,
  }),
  UpdateStateMachineAlias: structure({
    'stateMachineAliasArn!': arn,
    description,
    routingConfiguration: routing,
  }),
  ValidateStateMachineDefinition: structure({
    'definition!': definition,
    type: machineType,
    severity: choice('ERROR', 'WARNING'),
    maxResults: { type: 'integer', min: 0, max: 100 },
  }),
} satisfies { [operation: string]: Structure };

export type OperationName = keyof typeof OPERATIONS;

/** Operations that change nothing: what a viewer's access key may call. */
export const READING: ReadonlySet<OperationName> = new Set([
  'DescribeActivity',
  'DescribeExecution',
  'DescribeMapRun',
  'DescribeStateMachine',
  'DescribeStateMachineAlias',
  'DescribeStateMachineForExecution',
  'GetExecutionHistory',
  'ListActivities',
  'ListExecutions',
  'ListMapRuns',
  'ListStateMachineAliases',
  'ListStateMachineVersions',
  'ListStateMachines',
  'ListTagsForResource',
  'ValidateStateMachineDefinition',
]);
