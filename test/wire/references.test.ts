/**
 * What the ARNs in requests to Step Functions may name: machines, versions, aliases, Map states and things that are not
 * there, for every operation that takes one. The expectations are those of the API reference.
 * @module
 */
import * as sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWireServer, PASS, ROLE, type WireServer } from './wire-server.js';

let it: WireServer;
let client: sfn.SFNClient;
let machine = '';
let version = '';
let alias = '';

const HERE = 'arn:aws:states:us-east-1:000000000000';

beforeAll(async () => {
  it = await openWireServer();
  client = await it.open();
  const made = await client.send(
    new sfn.CreateStateMachineCommand({
      name: 'known',
      definition: PASS,
      roleArn: ROLE,
      publish: true,
    }),
  );
  machine = made.stateMachineArn ?? '';
  version = made.stateMachineVersionArn ?? '';
  const routed = await client.send(
    new sfn.CreateStateMachineAliasCommand({
      name: 'live',
      routingConfiguration: [{ stateMachineVersionArn: version, weight: 100 }],
    }),
  );
  alias = routed.stateMachineAliasArn ?? '';
});

afterAll(() => it.close());

type Names =
  | 'machine'
  | 'version'
  | 'alias'
  | 'label'
  | 'gone'
  | 'gone:1'
  | 'gone:live'
  | 'nothing';

function arnOf(what: Names): string {
  if (what === 'machine') return machine;
  if (what === 'version') return version;
  if (what === 'alias') return alias;
  if (what === 'label') return `${HERE}:stateMachine:known/rows`;
  if (what === 'nothing') return 'orders';
  return `${HERE}:stateMachine:${what}`;
}

/** The name of the error; undefined when there is none. */
function errorOf(request: Promise<unknown>): Promise<string | undefined> {
  return request.then(
    () => undefined,
    (error: Error) => error.name,
  );
}

/** For each operation the error that each kind of ARN gets; what is not told is not judged here. */
const ANSWERS: [
  string,
  (arn: string) => Promise<unknown>,
  Partial<Record<Names, string | undefined>>,
][] = [
  [
    'DescribeStateMachine',
    (stateMachineArn) => client.send(new sfn.DescribeStateMachineCommand({ stateMachineArn })),
    {
      machine: undefined,
      version: undefined,
      gone: 'StateMachineDoesNotExist',
      nothing: 'InvalidArn',
    },
  ],
  [
    'UpdateStateMachine',
    (stateMachineArn) =>
      client.send(new sfn.UpdateStateMachineCommand({ stateMachineArn, roleArn: ROLE })),
    {
      machine: undefined,
      version: 'ValidationException',
      alias: 'ValidationException',
      label: 'ValidationException',
      gone: 'StateMachineDoesNotExist',
      nothing: 'InvalidArn',
    },
  ],
  [
    'StartExecution',
    (stateMachineArn) => client.send(new sfn.StartExecutionCommand({ stateMachineArn })),
    {
      machine: undefined,
      version: undefined,
      alias: undefined,
      label: 'ValidationException',
      gone: 'StateMachineDoesNotExist',
      'gone:1': 'StateMachineDoesNotExist',
      'gone:live': 'StateMachineDoesNotExist',
      nothing: 'InvalidArn',
    },
  ],
  [
    'ListExecutions',
    (stateMachineArn) => client.send(new sfn.ListExecutionsCommand({ stateMachineArn })),
    {
      machine: undefined,
      version: undefined,
      alias: undefined,
      gone: 'StateMachineDoesNotExist',
      nothing: 'InvalidArn',
    },
  ],
  [
    'PublishStateMachineVersion',
    (stateMachineArn) =>
      client.send(new sfn.PublishStateMachineVersionCommand({ stateMachineArn })),
    {
      machine: undefined,
      version: 'ValidationException',
      alias: 'ValidationException',
      gone: 'StateMachineDoesNotExist',
      nothing: 'InvalidArn',
    },
  ],
  [
    'ListStateMachineVersions',
    (stateMachineArn) => client.send(new sfn.ListStateMachineVersionsCommand({ stateMachineArn })),
    { machine: undefined, version: 'ValidationException', nothing: 'InvalidArn' },
  ],
  [
    'ListStateMachineAliases',
    (stateMachineArn) => client.send(new sfn.ListStateMachineAliasesCommand({ stateMachineArn })),
    {
      machine: undefined,
      version: undefined,
      alias: 'InvalidArn',
      gone: 'StateMachineDoesNotExist',
      nothing: 'InvalidArn',
    },
  ],
  [
    'DescribeStateMachineAlias',
    (stateMachineAliasArn) =>
      client.send(new sfn.DescribeStateMachineAliasCommand({ stateMachineAliasArn })),
    {
      machine: 'InvalidArn',
      version: 'InvalidArn',
      alias: undefined,
      'gone:live': 'ResourceNotFound',
      nothing: 'InvalidArn',
    },
  ],
  [
    'UpdateStateMachineAlias',
    (stateMachineAliasArn) =>
      client.send(
        new sfn.UpdateStateMachineAliasCommand({ stateMachineAliasArn, description: 'the same' }),
      ),
    {
      machine: 'InvalidArn',
      version: 'InvalidArn',
      alias: undefined,
      'gone:live': 'ResourceNotFound',
      nothing: 'InvalidArn',
    },
  ],
  [
    'CreateStateMachineAlias',
    (stateMachineVersionArn) =>
      client.send(
        new sfn.CreateStateMachineAliasCommand({
          name: 'next',
          routingConfiguration: [{ stateMachineVersionArn, weight: 100 }],
        }),
      ),
    {
      machine: 'InvalidArn',
      version: undefined,
      alias: 'InvalidArn',
      'gone:1': 'ResourceNotFound',
      nothing: 'InvalidArn',
    },
  ],
  [
    'DeleteStateMachineVersion',
    (stateMachineVersionArn) =>
      client.send(new sfn.DeleteStateMachineVersionCommand({ stateMachineVersionArn })),
    {
      machine: 'InvalidArn',
      version: 'ConflictException',
      alias: 'InvalidArn',
      'gone:1': undefined,
      nothing: 'InvalidArn',
    },
  ],
  [
    'TagResource',
    (resourceArn) =>
      client.send(new sfn.TagResourceCommand({ resourceArn, tags: [{ key: 'a', value: 'b' }] })),
    {
      machine: undefined,
      version: 'ResourceNotFound',
      alias: 'ResourceNotFound',
      gone: 'ResourceNotFound',
      nothing: 'InvalidArn',
    },
  ],
  [
    'DeleteStateMachine',
    (stateMachineArn) => client.send(new sfn.DeleteStateMachineCommand({ stateMachineArn })),
    {
      version: 'ValidationException',
      alias: 'ValidationException',
      label: 'ValidationException',
      gone: undefined,
      nothing: 'InvalidArn',
    },
  ],
];

const cases = ANSWERS.flatMap(([operation, send, answers]) =>
  Object.entries(answers).map(([what, error]) => ({ operation, send, what: what as Names, error })),
);

test.each(cases)('$operation of $what: $error', async ({ send, what, error }) => {
  expect(await errorOf(send(arnOf(what)))).toBe(error);
});

test('nothing of it deleted the machine, its version or its alias', async () => {
  const { stateMachineVersions } = await client.send(
    new sfn.ListStateMachineVersionsCommand({ stateMachineArn: machine }),
  );
  expect(stateMachineVersions?.map((each) => each.stateMachineVersionArn)).toEqual([version]);
});

describe('filters of a list of executions', () => {
  test.each([{ statusFilter: 'PENDING_REDRIVE' }, { redriveFilter: 'REDRIVEN' }] as const)(
    '%j is for the children of a map run only',
    async (filter) => {
      const list = new sfn.ListExecutionsCommand({ stateMachineArn: machine, ...filter });
      expect(await errorOf(client.send(list))).toBe('ValidationException');
    },
  );
});

test.each(['a\ufffeb', 'a\uffff', 'a\u{10ffff}', 'a b', 'a\u0085'])(
  'the name %j has a character that names must not have',
  async (name) => {
    expect(await errorOf(client.send(new sfn.CreateActivityCommand({ name })))).toBe('InvalidName');
  },
);
