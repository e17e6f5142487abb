/**
 * The CloudFormation template that makes an account ready: one role with the least that it needs, and the way of its events.
 *
 *     first region   role ◀── assumed by this Millrace, with an external id
 *                    rules ──▶ queue ◀── read by the role
 *     other regions  rules ──▶ the default bus of the first region
 *
 * The same template is deployed in each region.
 * @module
 */
import { stringify } from 'yaml';
import { actionsOf, SERVICES, type Use } from './permissions.js';

export interface TemplateWishes {
  /** Of the account as this Millrace names it; for descriptions. */
  readonly name: string;
  readonly account: string;
  /** The first has the role and the queue. */
  readonly regions: readonly string[];
  /** Who may assume the role: an ARN, or the 12 digits of an account. */
  readonly trusts: string;
  readonly externalId: string;
  /** Services whose things are watched: names of `SERVICES`. */
  readonly watch: readonly string[];
  /** Services in which work is done. */
  readonly drive: readonly string[];
  /** ARNs of roles that may be handed to jobs. */
  readonly passRoles: readonly string[];
}

/** The role, the queue and the rules are called so. */
export const ROLE_NAME = 'millrace';
export const QUEUE_NAME = 'millrace-events';

type Json = string | number | boolean | Json[] | { [key: string]: Json };

/**
 * @example accountTemplate({ name: 'lake', account: '111122223333', regions: ['eu-central-1'], … }).Resources.Role
 */
export function accountTemplate(wishes: TemplateWishes): { [section: string]: Json } {
  const { name, account, regions, watch, drive } = wishes;
  const [home = ''] = regions;
  const sources = sourcesOf([...watch, ...drive]);
  const hasEvents = tellsEvents({ watch, drive });
  const isSpread = regions.length > 1;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `What Millrace needs in the account ${name}: a role, and the way of its events`,
    Rules: {
      RightAccount: {
        Assertions: [
          {
            Assert: { 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, account] },
            AssertDescription: `This template is for the account ${account}`,
          },
        ],
      },
    },
    Conditions: {
      IsFirstRegion: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, home] },
      ...(isSpread && hasEvents
        ? { IsOtherRegion: { 'Fn::Not': [{ Condition: 'IsFirstRegion' }] } }
        : {}),
    },
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Condition: 'IsFirstRegion',
        Properties: roleOf(wishes, hasEvents),
      },
      ...(hasEvents ? eventsOf(sources) : {}),
      ...(hasEvents && isSpread ? forwardingOf(account, home, sources) : {}),
    },
    Outputs: {
      RoleArn: { Condition: 'IsFirstRegion', Value: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      ...(hasEvents
        ? { EventQueue: { Condition: 'IsFirstRegion', Value: { Ref: 'EventQueue' } } }
        : {}),
    },
  };
}

/**
 * Whether any of the services tells events: only then there are rules, and a queue.
 * @example tellsEvents({ watch: ['lambda'], drive: [] }) // false
 */
export function tellsEvents({ watch, drive }: Pick<TemplateWishes, 'watch' | 'drive'>): boolean {
  return sourcesOf([...watch, ...drive]).length > 0;
}

/**
 * The same as the text of a file. CloudFormation takes no aliases of YAML.
 * @example writeFileSync('lake.cloudformation.yaml', accountTemplateText(wishes))
 */
export function accountTemplateText(wishes: TemplateWishes): string {
  const text = stringify(accountTemplate(wishes), { lineWidth: 0, aliasDuplicateObjects: false });
  return `# Made by: millrace accounts add ${wishes.name}\n${text}`;
}

function roleOf(
  { trusts, externalId, watch, drive, passRoles, account }: TemplateWishes,
  hasEvents: boolean,
): Json {
  const statements: Json[] = [
    ...statementOf('Watch', watch, 'watch'),
    ...statementOf('Drive', drive, 'drive'),
    ...(passRoles.length > 0 && drive.some((one) => passes(one))
      ? [{ Sid: 'PassRoles', Effect: 'Allow', Action: ['iam:PassRole'], Resource: [...passRoles] }]
      : []),
    ...(hasEvents
      ? [
          {
            ...{ Sid: 'ReadEvents', Effect: 'Allow' },
            Action: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
            Resource: { 'Fn::GetAtt': ['EventQueue', 'Arn'] },
          },
        ]
      : []),
  ];
  const principal = /^\d{12}$/.test(trusts) ? `arn:aws:iam::${trusts}:root` : trusts;
  return {
    RoleName: ROLE_NAME,
    Description: `Assumed by Millrace to look at the account ${account}`,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: principal },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': externalId } },
        },
      ],
    },
    Policies: [
      {
        PolicyName: 'millrace',
        PolicyDocument: { Version: '2012-10-17', Statement: statements },
      },
    ],
    Tags: [{ Key: 'managed-by', Value: 'millrace' }],
  };
}

function statementOf(id: string, services: readonly string[], use: Use): Json[] {
  const actions = actionsOf(services, use);
  if (actions.length === 0) return [];
  return [{ Sid: id, Effect: 'Allow', Action: actions, Resource: '*' }];
}

function passes(service: string): boolean {
  return SERVICES.some(({ name, passesRoles = false }) => name === service && passesRoles);
}

function sourcesOf(services: readonly string[]): string[] {
  const all = SERVICES.filter(({ name }) => services.includes(name)).flatMap((one) => one.sources);
  return [...new Set(all)];
}

/** What is kept for four days: longer than a weekend without a server. */
const KEPT_SECONDS = 345_600;

function eventsOf(sources: readonly string[]): { [resource: string]: Json } {
  return {
    EventQueue: {
      Type: 'AWS::SQS::Queue',
      Condition: 'IsFirstRegion',
      Properties: {
        QueueName: QUEUE_NAME,
        MessageRetentionPeriod: KEPT_SECONDS,
        SqsManagedSseEnabled: true,
      },
      // What is in it is lost otherwise, and nobody wants a queue of events back.
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
    },
    EventQueuePolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Condition: 'IsFirstRegion',
      Properties: {
        Queues: [{ Ref: 'EventQueue' }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: { 'Fn::GetAtt': ['EventQueue', 'Arn'] },
              Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': ['EventRule', 'Arn'] } } },
            },
          ],
        },
      },
    },
    EventRule: {
      Type: 'AWS::Events::Rule',
      Condition: 'IsFirstRegion',
      Properties: {
        Name: QUEUE_NAME,
        Description: 'Events of jobs, for Millrace',
        EventPattern: { source: [...sources] },
        Targets: [{ Id: 'millrace', Arn: { 'Fn::GetAtt': ['EventQueue', 'Arn'] } }],
      },
    },
  };
}

function forwardingOf(
  account: string,
  home: string,
  sources: readonly string[],
): { [resource: string]: Json } {
  const bus = { 'Fn::Sub': `arn:\${AWS::Partition}:events:${home}:${account}:event-bus/default` };
  return {
    ForwardRole: {
      Type: 'AWS::IAM::Role',
      Condition: 'IsOtherRegion',
      Properties: {
        RoleName: { 'Fn::Join': ['-', ['millrace-forward', { Ref: 'AWS::Region' }]] },
        Description: `Hands events of jobs on to ${home}`,
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          ],
        },
        Policies: [
          {
            PolicyName: 'forward',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: 'events:PutEvents', Resource: bus }],
            },
          },
        ],
      },
    },
    ForwardRule: {
      Type: 'AWS::Events::Rule',
      Condition: 'IsOtherRegion',
      Properties: {
        Name: 'millrace-forward',
        Description: `Events of jobs, on to ${home}`,
        EventPattern: { source: [...sources] },
        Targets: [{ Id: 'millrace', Arn: bus, RoleArn: { 'Fn::GetAtt': ['ForwardRole', 'Arn'] } }],
      },
    },
  };
}
