/**
 * Every operation of the wire APIs that takes a reference, with each reference that it takes.
 * @module
 */
import { type Names, PASS } from './two-teams.js';

export type Service = 'sfn' | 'events' | 'scheduler';
export type Case = [service: Service, operation: string, request: (names: Names) => object];

export const DEFINITION: string = JSON.stringify(PASS);
const flexible = { FlexibleTimeWindow: { Mode: 'OFF' }, ScheduleExpression: 'rate(1 day)' };
export const ROLE = 'arn:aws:iam::000000000000:role/any';

/** Every operation that takes a reference, with each reference that it takes. */
export const CASES: readonly Case[] = [
  ['sfn', 'DescribeStateMachine', ({ machine }) => ({ stateMachineArn: machine })],
  ['sfn', 'DescribeStateMachine', ({ version }) => ({ stateMachineArn: version })],
  [
    'sfn',
    'UpdateStateMachine',
    ({ machine }) => ({ stateMachineArn: machine, definition: DEFINITION }),
  ],
  ['sfn', 'DeleteStateMachine', ({ machine }) => ({ stateMachineArn: machine })],
  ['sfn', 'StartExecution', ({ machine }) => ({ stateMachineArn: machine, name: 'night' })],
  [
    'sfn',
    'StartExecution',
    ({ machine: stateMachineArn }) => ({
      stateMachineArn,
      name: 'night',
      input: '{"their":"canary"}',
    }),
  ],
  ['sfn', 'StartExecution', ({ version }) => ({ stateMachineArn: version })],
  ['sfn', 'StartExecution', ({ alias }) => ({ stateMachineArn: alias })],
  ['sfn', 'StartSyncExecution', ({ express }) => ({ stateMachineArn: express })],
  ['sfn', 'ListExecutions', ({ machine }) => ({ stateMachineArn: machine })],
  ['sfn', 'ListExecutions', ({ mapRun }) => ({ mapRunArn: mapRun })],
  ['sfn', 'DescribeExecution', ({ execution }) => ({ executionArn: execution })],
  ['sfn', 'DescribeStateMachineForExecution', ({ execution }) => ({ executionArn: execution })],
  ['sfn', 'GetExecutionHistory', ({ execution }) => ({ executionArn: execution })],
  ['sfn', 'StopExecution', ({ execution }) => ({ executionArn: execution })],
  ['sfn', 'RedriveExecution', ({ execution }) => ({ executionArn: execution })],
  ['sfn', 'ListMapRuns', ({ execution }) => ({ executionArn: execution })],
  ['sfn', 'DescribeMapRun', ({ mapRun }) => ({ mapRunArn: mapRun })],
  ['sfn', 'UpdateMapRun', ({ mapRun }) => ({ mapRunArn: mapRun, maxConcurrency: 1 })],
  ['sfn', 'PublishStateMachineVersion', ({ machine }) => ({ stateMachineArn: machine })],
  ['sfn', 'ListStateMachineVersions', ({ machine }) => ({ stateMachineArn: machine })],
  ['sfn', 'DeleteStateMachineVersion', ({ version }) => ({ stateMachineVersionArn: version })],
  [
    'sfn',
    'CreateStateMachineAlias',
    ({ version }) => ({
      name: 'mine',
      routingConfiguration: [{ stateMachineVersionArn: version, weight: 100 }],
    }),
  ],
  ['sfn', 'DescribeStateMachineAlias', ({ alias }) => ({ stateMachineAliasArn: alias })],
  [
    'sfn',
    'UpdateStateMachineAlias',
    ({ alias }) => ({ stateMachineAliasArn: alias, description: 'x' }),
  ],
  ['sfn', 'DeleteStateMachineAlias', ({ alias }) => ({ stateMachineAliasArn: alias })],
  ['sfn', 'ListStateMachineAliases', ({ machine }) => ({ stateMachineArn: machine })],
  ['sfn', 'ListTagsForResource', ({ machine }) => ({ resourceArn: machine })],
  ['sfn', 'ListTagsForResource', ({ activity }) => ({ resourceArn: activity })],
  [
    'sfn',
    'TagResource',
    ({ machine }) => ({ resourceArn: machine, tags: [{ key: 'a', value: 'b' }] }),
  ],
  [
    'sfn',
    'TagResource',
    ({ activity }) => ({ resourceArn: activity, tags: [{ key: 'a', value: 'b' }] }),
  ],
  ['sfn', 'UntagResource', ({ machine }) => ({ resourceArn: machine, tagKeys: ['a'] })],
  ['sfn', 'DescribeActivity', ({ activity }) => ({ activityArn: activity })],
  ['sfn', 'GetActivityTask', ({ activity }) => ({ activityArn: activity })],
  ['sfn', 'DeleteActivity', ({ activity }) => ({ activityArn: activity })],
  ['sfn', 'SendTaskSuccess', ({ token }) => ({ taskToken: token, output: '1' })],
  ['sfn', 'SendTaskFailure', ({ token }) => ({ taskToken: token })],
  ['sfn', 'SendTaskHeartbeat', ({ token }) => ({ taskToken: token })],
  ['events', 'DescribeEventBus', ({ bus }) => ({ Name: bus })],
  ['events', 'DescribeEventBus', ({ busArn }) => ({ Name: busArn })],
  ['events', 'UpdateEventBus', ({ bus }) => ({ Name: bus, Description: 'x' })],
  ['events', 'DeleteEventBus', ({ bus }) => ({ Name: bus })],
  [
    'events',
    'PutPermission',
    ({ bus }) => ({
      EventBusName: bus,
      Action: 'events:PutEvents',
      Principal: '*',
      StatementId: 's',
    }),
  ],
  ['events', 'RemovePermission', ({ bus }) => ({ EventBusName: bus, StatementId: 's' })],
  [
    'events',
    'PutEvents',
    ({ bus }) => ({ Entries: [{ EventBusName: bus, Source: 's', DetailType: 'd', Detail: '{}' }] }),
  ],
  [
    'events',
    'PutRule',
    ({ bus }) => ({ Name: 'mine', EventBusName: bus, EventPattern: '{"source":["s"]}' }),
  ],
  ['events', 'DescribeRule', ({ rule, bus }) => ({ Name: rule, EventBusName: bus })],
  ['events', 'DescribeRule', ({ rule }) => ({ Name: rule })],
  ['events', 'EnableRule', ({ rule, bus }) => ({ Name: rule, EventBusName: bus })],
  ['events', 'DisableRule', ({ rule, bus }) => ({ Name: rule, EventBusName: bus })],
  ['events', 'DeleteRule', ({ rule, bus }) => ({ Name: rule, EventBusName: bus })],
  [
    'events',
    'PutTargets',
    ({ rule, bus, machine }) => ({
      Rule: rule,
      EventBusName: bus,
      Targets: [{ Id: 't', Arn: machine, RoleArn: ROLE }],
    }),
  ],
  ['events', 'RemoveTargets', ({ rule, bus }) => ({ Rule: rule, EventBusName: bus, Ids: ['t'] })],
  ['events', 'ListTargetsByRule', ({ rule, bus }) => ({ Rule: rule, EventBusName: bus })],
  ['events', 'ListRules', ({ bus }) => ({ EventBusName: bus })],
  [
    'events',
    'ListRuleNamesByTarget',
    ({ machine, bus }) => ({ TargetArn: machine, EventBusName: bus }),
  ],
  ['events', 'ListTagsForResource', ({ ruleArn }) => ({ ResourceARN: ruleArn })],
  ['events', 'ListTagsForResource', ({ busArn }) => ({ ResourceARN: busArn })],
  [
    'events',
    'TagResource',
    ({ busArn }) => ({ ResourceARN: busArn, Tags: [{ Key: 'a', Value: 'b' }] }),
  ],
  ['events', 'UntagResource', ({ busArn }) => ({ ResourceARN: busArn, TagKeys: ['a'] })],
  ['events', 'CreateArchive', ({ busArn }) => ({ ArchiveName: 'mine', EventSourceArn: busArn })],
  ['events', 'DescribeArchive', ({ archive }) => ({ ArchiveName: archive })],
  ['events', 'UpdateArchive', ({ archive }) => ({ ArchiveName: archive, RetentionDays: 1 })],
  ['events', 'DeleteArchive', ({ archive }) => ({ ArchiveName: archive })],
  ['events', 'ListArchives', ({ busArn }) => ({ EventSourceArn: busArn })],
  [
    'events',
    'StartReplay',
    ({ archiveArn, busArn }) => ({
      ReplayName: 'mine',
      EventSourceArn: archiveArn,
      EventStartTime: new Date(0),
      EventEndTime: new Date(1000),
      Destination: { Arn: busArn },
    }),
  ],
  ['events', 'DescribeReplay', ({ replay }) => ({ ReplayName: replay })],
  ['events', 'CancelReplay', ({ replay }) => ({ ReplayName: replay })],
  ['events', 'ListReplays', ({ archiveArn }) => ({ EventSourceArn: archiveArn })],
  ['events', 'DescribeConnection', ({ connection }) => ({ Name: connection })],
  ['events', 'UpdateConnection', ({ connection }) => ({ Name: connection, Description: 'x' })],
  ['events', 'DeauthorizeConnection', ({ connection }) => ({ Name: connection })],
  ['events', 'DeleteConnection', ({ connection }) => ({ Name: connection })],
  [
    'events',
    'CreateApiDestination',
    ({ connectionArn }) => ({
      Name: 'mine',
      ConnectionArn: connectionArn,
      InvocationEndpoint: 'https://hooks.example.com/mine',
      HttpMethod: 'POST',
    }),
  ],
  ['events', 'DescribeApiDestination', ({ destination }) => ({ Name: destination })],
  [
    'events',
    'UpdateApiDestination',
    ({ destination }) => ({ Name: destination, Description: 'x' }),
  ],
  ['events', 'DeleteApiDestination', ({ destination }) => ({ Name: destination })],
  ['events', 'ListApiDestinations', ({ connectionArn }) => ({ ConnectionArn: connectionArn })],
  ['scheduler', 'GetSchedule', ({ schedule: Name, group: GroupName }) => ({ Name, GroupName })],
  ['scheduler', 'GetSchedule', ({ schedule: Name }) => ({ Name })],
  [
    'scheduler',
    'UpdateSchedule',
    ({ schedule: Name, group: GroupName, machine }) => ({
      Name,
      GroupName,
      ...flexible,
      Target: { Arn: machine, RoleArn: ROLE },
    }),
  ],
  ['scheduler', 'DeleteSchedule', ({ schedule: Name, group: GroupName }) => ({ Name, GroupName })],
  ['scheduler', 'ListSchedules', ({ group: GroupName }) => ({ GroupName })],
  [
    'scheduler',
    'CreateSchedule',
    ({ group: GroupName, machine }) => ({
      Name: 'mine',
      GroupName,
      ...flexible,
      Target: { Arn: machine, RoleArn: ROLE },
    }),
  ],
  ['scheduler', 'GetScheduleGroup', ({ group: Name }) => ({ Name })],
  ['scheduler', 'DeleteScheduleGroup', ({ group: Name }) => ({ Name })],
  ['scheduler', 'ListTagsForResource', ({ groupArn }) => ({ ResourceArn: groupArn })],
  [
    'scheduler',
    'TagResource',
    ({ groupArn }) => ({ ResourceArn: groupArn, Tags: [{ Key: 'a', Value: 'b' }] }),
  ],
  ['scheduler', 'UntagResource', ({ groupArn }) => ({ ResourceArn: groupArn, TagKeys: ['a'] })],
];

/** Operations that name nothing that is there already; what they list and make is tested below. */
export const WITHOUT_REFERENCE: readonly string[] = [
  'sfn CreateActivity',
  'sfn CreateStateMachine',
  'sfn ListActivities',
  'sfn ListStateMachines',
  'sfn TestState',
  'sfn ValidateStateMachineDefinition',
  'events CreateConnection',
  'events CreateEventBus',
  'events ListConnections',
  'events ListEventBuses',
  'events TestEventPattern',
  'scheduler CreateScheduleGroup',
  'scheduler ListScheduleGroups',
];
