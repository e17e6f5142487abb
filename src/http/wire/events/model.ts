/**
 * The operations of EventBridge that Millrace answers, and the shapes of their requests.
 *
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
 * @module
 */
import { type Shape, type Structure, structure } from '../shape.js';
import {
  apiDestinationChange,
  authorization,
  connectionArn,
  connectionName,
  endpointName,
} from './model-connections.js';
import { targetShape } from './model-targets.js';

const text: Shape = { type: 'string' };
const limited = (max: number, min?: number): Shape => ({
  type: 'string',
  ...(min === undefined ? {} : { min }),
  max,
});
const choice = (...values: string[]): Shape => ({ type: 'string', enum: values });

const name = (max: number): Shape => ({
  type: 'string',
  min: 1,
  max,
  pattern: String.raw`[\.\-_A-Za-z0-9]+`,
});
const busName: Shape = {
  type: 'string',
  min: 1,
  max: 256,
  pattern: String.raw`[/\.\-_A-Za-z0-9]+`,
};
const busNameOrArn: Shape = {
  type: 'string',
  min: 1,
  max: 1600,
  pattern: String.raw`(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[/\.\-_A-Za-z0-9]+`,
};
const ruleName = name(64);
const archiveName = name(48);
const replayName = name(64);
const sourceArn: Shape = {
  type: 'string',
  min: 1,
  max: 1600,
  pattern: String.raw`^arn:aws([a-z]|\-)*:events:([a-z]|\d|\-)*:([0-9]{12})?:.+\/.+$`,
};
const arn = limited(1600, 1);
const description = limited(512);
const eventPattern = limited(4096);
const flag: Shape = { type: 'boolean' };
const statementId: Shape = { type: 'string', min: 1, max: 64, pattern: /[a-zA-Z0-9-_]+/ };
const kmsKey: Shape = { type: 'string', max: 2048, pattern: /^[a-zA-Z0-9_\-/:]*$/ };
const tags: Shape = {
  type: 'list',
  member: structure({ 'Key!': limited(128, 1), 'Value!': limited(256, 0) }),
};
const tagKeys: Shape = { type: 'list', member: limited(128, 1) };
const deadLetters = structure({ Arn: arn });
const logConfig = structure({
  IncludeDetail: choice('NONE', 'FULL'),
  Level: choice('OFF', 'ERROR', 'INFO', 'TRACE'),
});
const page = {
  NextToken: limited(2048, 1),
  Limit: { type: 'integer', min: 1, max: 100 } as const,
};
const retentionDays: Shape = { type: 'integer', min: 0 };
const ruleOfBus = { 'Name!': ruleName, EventBusName: busNameOrArn };
const busAttributes = {
  KmsKeyIdentifier: kmsKey,
  Description: description,
  DeadLetterConfig: deadLetters,
  LogConfig: logConfig,
};
const archiveAttributes = {
  Description: description,
  EventPattern: eventPattern,
  RetentionDays: retentionDays,
  KmsKeyIdentifier: kmsKey,
};

const OPERATIONS = {
  // How many entries, and how large, is judged in the words of the operation itself.
  PutEvents: structure({
    'Entries!': {
      type: 'list',
      member: structure({
        Time: { type: 'number' },
        Source: text,
        Resources: { type: 'list', member: text },
        DetailType: text,
        Detail: { type: 'string', sensitive: true },
        EventBusName: {
          type: 'string',
          min: 1,
          max: 1600,
          pattern: String.raw`(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:[0-9]{12}:event-bus\/)?[\.\-_A-Za-z0-9]+`,
        },
        TraceHeader: { type: 'string', min: 1, max: 500 },
      }),
    },
    EndpointId: {
      type: 'string',
      min: 1,
      max: 50,
      pattern: String.raw`^[A-Za-z0-9\-]+[\.][A-Za-z0-9\-]+$`,
    },
  }),
  TestEventPattern: structure({
    'EventPattern!': { type: 'string', max: 4096 },
    'Event!': { type: 'string', sensitive: true },
  }),

  CreateEventBus: structure({
    'Name!': busName,
    EventSourceName: { type: 'string', min: 1, max: 256 },
    ...busAttributes,
    Tags: tags,
  }),
  DescribeEventBus: structure({ Name: busNameOrArn }),
  ListEventBuses: structure({ NamePrefix: busName, ...page }),
  DeleteEventBus: structure({ 'Name!': busName }),
  UpdateEventBus: structure({ Name: busName, ...busAttributes }),
  PutPermission: structure({
    EventBusName: name(256),
    Action: { type: 'string', min: 1, max: 64, pattern: /events:[a-zA-Z]+/ },
    Principal: { type: 'string', min: 1, max: 12, pattern: /(\d{12}|\*)/ },
    StatementId: statementId,
    Condition: structure({ 'Type!': text, 'Key!': text, 'Value!': text }),
    Policy: text,
  }),
  RemovePermission: structure({
    StatementId: statementId,
    RemoveAllPermissions: flag,
    EventBusName: name(256),
  }),

  PutRule: structure({
    'Name!': ruleName,
    ScheduleExpression: limited(256),
    EventPattern: eventPattern,
    State: choice('ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'),
    Description: description,
    RoleArn: arn,
    Tags: tags,
    EventBusName: busNameOrArn,
  }),
  DescribeRule: structure(ruleOfBus),
  ListRules: structure({ NamePrefix: ruleName, EventBusName: busNameOrArn, ...page }),
  EnableRule: structure(ruleOfBus),
  DisableRule: structure(ruleOfBus),
  DeleteRule: structure({ ...ruleOfBus, Force: flag }),
  PutTargets: structure({
    'Rule!': ruleName,
    EventBusName: busNameOrArn,
    'Targets!': { type: 'list', member: targetShape, min: 1, max: 100 },
  }),
  RemoveTargets: structure({
    'Rule!': ruleName,
    EventBusName: busNameOrArn,
    'Ids!': { type: 'list', member: name(64), min: 1, max: 100 },
    Force: flag,
  }),
  ListTargetsByRule: structure({ 'Rule!': ruleName, EventBusName: busNameOrArn, ...page }),
  ListRuleNamesByTarget: structure({ 'TargetArn!': arn, EventBusName: busNameOrArn, ...page }),

  TagResource: structure({ 'ResourceARN!': arn, 'Tags!': tags }),
  UntagResource: structure({ 'ResourceARN!': arn, 'TagKeys!': tagKeys }),
  ListTagsForResource: structure({ 'ResourceARN!': arn }),

  CreateArchive: structure({
    'ArchiveName!': archiveName,
    'EventSourceArn!': sourceArn,
    ...archiveAttributes,
  }),
  DescribeArchive: structure({ 'ArchiveName!': archiveName }),
  ListArchives: structure({
    NamePrefix: archiveName,
    EventSourceArn: sourceArn,
    State: choice(
      ...['ENABLED', 'DISABLED', 'CREATING', 'UPDATING', 'CREATE_FAILED', 'UPDATE_FAILED'],
    ),
    ...page,
  }),
  UpdateArchive: structure({ 'ArchiveName!': archiveName, ...archiveAttributes }),
  DeleteArchive: structure({ 'ArchiveName!': archiveName }),
  StartReplay: structure({
    'ReplayName!': replayName,
    Description: description,
    'EventSourceArn!': sourceArn,
    'EventStartTime!': { type: 'number' },
    'EventEndTime!': { type: 'number' },
    'Destination!': structure({ 'Arn!': arn, FilterArns: { type: 'list', member: arn } }),
  }),
  DescribeReplay: structure({ 'ReplayName!': replayName }),
  ListReplays: structure({
    NamePrefix: replayName,
    State: choice('STARTING', 'RUNNING', 'CANCELLING', 'COMPLETED', 'CANCELLED', 'FAILED'),
    EventSourceArn: sourceArn,
    ...page,
  }),
  CancelReplay: structure({ 'ReplayName!': replayName }),

  CreateConnection: structure({ 'Name!': connectionName, ...authorization('!') }),
  UpdateConnection: structure({ 'Name!': connectionName, ...authorization('') }),
  DescribeConnection: structure({ 'Name!': connectionName }),
  DeauthorizeConnection: structure({ 'Name!': connectionName }),
  DeleteConnection: structure({ 'Name!': connectionName }),
  ListConnections: structure({
    NamePrefix: connectionName,
    ConnectionState: choice(
      ...['CREATING', 'UPDATING', 'DELETING', 'AUTHORIZED', 'DEAUTHORIZED'],
      ...['AUTHORIZING', 'DEAUTHORIZING', 'ACTIVE', 'FAILED_CONNECTIVITY'],
    ),
    ...page,
  }),
  CreateApiDestination: structure({ 'Name!': endpointName, ...apiDestinationChange('!') }),
  UpdateApiDestination: structure({ 'Name!': endpointName, ...apiDestinationChange('') }),
  DescribeApiDestination: structure({ 'Name!': endpointName }),
  DeleteApiDestination: structure({ 'Name!': endpointName }),
  ListApiDestinations: structure({
    NamePrefix: endpointName,
    ConnectionArn: connectionArn,
    ...page,
  }),
} satisfies { [name: string]: Structure };

export type EventOperationName = keyof typeof OPERATIONS;

export const EVENT_OPERATIONS: { readonly [name in EventOperationName]: Structure } = OPERATIONS;

/** Operations that change nothing: what a viewer's access key may call. */
export const READING_EVENTS: ReadonlySet<string> = new Set(
  Object.keys(OPERATIONS).filter((operation) => /^(Describe|List|TestEvent)/.test(operation)),
);
