/**
 * Tasks that ask this server itself, as states name its services: what they get is what clients of the API get, in the
 * words of states, and never anything of another team.
 * @module
 */

import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { until } from '../support/until.js';
import { machineOf, openWireServer, ROLE, WAIT, type WireServer } from './wire-server.js';

let wire: WireServer;
let client: SFNClient;
let other: SFNClient;
let made = 0;

beforeAll(async () => {
  wire = await openWireServer();
  client = await wire.open({ team: 'shop' });
  other = await wire.open({ team: 'bank' });
});

afterAll(async () => {
  await wire.close();
});

async function create(definition: string, by = client): Promise<string> {
  made += 1;
  const { stateMachineArn } = await by.send(
    new CreateStateMachineCommand({ name: `m${made}`, definition, roleArn: ROLE }),
  );
  return stateMachineArn as string;
}

async function start(stateMachineArn: string, input: object = {}, by = client): Promise<string> {
  const { executionArn } = await by.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  return executionArn as string;
}

function end(executionArn: string, by = client): Promise<DescribeExecutionOutput> {
  return until(
    () => by.send(new DescribeExecutionCommand({ executionArn })),
    ({ status }) => status !== 'RUNNING',
  );
}

/** Runs a machine of one task. */
async function ask(
  resource: string,
  parameters: object,
  by = client,
): Promise<DescribeExecutionOutput> {
  const arn = await create(
    machineOf({
      Ask: {
        Type: 'Task',
        Resource: `arn:aws:states:::${resource}`,
        Parameters: parameters,
        End: true,
      },
    } as never),
    by,
  );
  return end(await start(arn, {}, by), by);
}

const outputOf = ({ output }: DescribeExecutionOutput) => JSON.parse(output ?? 'null');
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('a child that was given a task token', () => {
  /** Waits for a child that does `resource` with the token. */
  async function parentOf(resource: string, more: object): Promise<DescribeExecutionOutput> {
    const child = await create(
      machineOf({
        Answer: {
          Type: 'Task',
          Resource: `arn:aws:states:::aws-sdk:sfn:${resource}`,
          Parameters: { 'TaskToken.$': '$.token', ...more },
          End: true,
        },
      } as never),
    );
    const parent = await create(
      machineOf({
        Wait: {
          Type: 'Task',
          Resource: 'arn:aws:states:::states:startExecution.waitForTaskToken',
          Parameters: { StateMachineArn: child, Input: { 'token.$': '$$.Task.Token' } },
          TimeoutSeconds: 30,
          End: true,
        },
      } as never),
    );
    return end(await start(parent));
  }

  it('ends its parent with a value, or with the text of one', async () => {
    expect(outputOf(await parentOf('sendTaskSuccess', { Output: { rows: 4 } }))).toEqual({
      rows: 4,
    });
    expect(outputOf(await parentOf('sendTaskSuccess', { Output: '[1, 2]' }))).toEqual([1, 2]);
  });

  it('fails its parent', async () => {
    const failed = await parentOf('sendTaskFailure', { Error: 'Refused', Cause: 'no stock' });
    expect(failed).toMatchObject({ status: 'FAILED', error: 'Refused', cause: 'no stock' });
  });

  it('answers nobody of another team', async () => {
    const parent = await create(
      machineOf({
        Wait: {
          Type: 'Task',
          Resource: 'arn:aws:states:::aws-sdk:sfn:startExecution.waitForTaskToken',
          Parameters: {
            StateMachineArn: await create(WAIT),
            Input: { 'token.$': '$$.Task.Token' },
          },
          End: true,
        },
      } as never),
    );
    const waiting = await start(parent);
    const page = await until(
      () => wire.server.engine.executions.list(EVERYTHING, { pipeline: `m${made - 1}` }),
      ({ items }) => items.length > 0,
    );
    const child = await wire.server.engine.executions.describe(
      EVERYTHING,
      page.items[0]?.id as string,
    );
    const { token } = child.input as { token: string };
    const foreign = await ask(
      'aws-sdk:sfn:sendTaskSuccess',
      { TaskToken: token, Output: 1 },
      other,
    );
    expect(foreign).toMatchObject({ status: 'FAILED', error: 'Sfn.TaskTimedOutException' });
    expect(
      (await client.send(new DescribeExecutionCommand({ executionArn: waiting }))).status,
    ).toBe('RUNNING');
    const own = await ask('aws-sdk:sfn:sendTaskHeartbeat', { TaskToken: token });
    expect(own).toMatchObject({ status: 'SUCCEEDED', output: '{}' });
    await ask('aws-sdk:sfn:sendTaskSuccess', { TaskToken: token, Output: 'null' });
    expect(outputOf(await end(waiting))).toBeNull();
  });
});

describe('aws-sdk:sfn', () => {
  it('starts, describes, lists and stops executions, with large names and times as texts', async () => {
    const machine = await create(WAIT);
    const started = outputOf(
      await ask('aws-sdk:sfn:startExecution', {
        StateMachineArn: machine,
        Name: 'held',
        Input: { n: 1 },
      }),
    );
    const { ExecutionArn } = started;
    expect(started).toEqual({ ExecutionArn, StartDate: expect.stringMatching(ISO) });
    expect(outputOf(await ask('aws-sdk:sfn:describeExecution', { ExecutionArn }))).toMatchObject({
      ExecutionArn,
      StateMachineArn: machine,
      Name: 'held',
      Status: 'RUNNING',
      Input: '{"n":1}',
      InputDetails: { Included: true },
      RedriveCount: 0,
    });
    const { Executions } = outputOf(
      await ask('aws-sdk:sfn:listExecutions', {
        StateMachineArn: machine,
        StatusFilter: 'RUNNING',
      }),
    );
    expect(Executions).toMatchObject([{ ExecutionArn, Status: 'RUNNING' }]);
    const stopped = outputOf(
      await ask('aws-sdk:sfn:stopExecution', {
        ExecutionArn,
        Error: 'Enough',
        Cause: 'it is late',
      }),
    );
    expect(stopped).toEqual({ StopDate: expect.stringMatching(ISO) });
    expect(await end(ExecutionArn)).toMatchObject({ status: 'ABORTED', error: 'Enough' });
  });

  it.each([
    ['describeExecution', { ExecutionArn: 'gone' }, 'Sfn.InvalidArnException'],
    [
      'describeExecution',
      { ExecutionArn: 'arn:aws:states:us-east-1:000000000000:execution:none:none' },
      'Sfn.ExecutionDoesNotExistException',
    ],
    [
      'startExecution',
      { StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:none' },
      'Sfn.StateMachineDoesNotExistException',
    ],
    ['sendTaskSuccess', { TaskToken: 'made up', Output: 'not JSON' }, 'Sfn.InvalidTokenException'],
    ['sendTaskHeartbeat', { TaskToken: 'made up' }, 'Sfn.InvalidTokenException'],
    ['stopExecution', {}, 'Sfn.ValidationException'],
    ['describeExecution', { executionArn: 'small' }, 'States.Runtime'],
    ['describeExecution', { ExecutionArn: 'x', Color: 'red' }, 'States.Runtime'],
    ['makeCoffee', {}, 'Millrace.UnboundResource'],
  ])('%s refuses %j with %s', async (action, parameters, error) => {
    const ended = await ask(`aws-sdk:sfn:${action}`, parameters);
    expect(ended).toMatchObject({ status: 'FAILED', error });
    if (error.startsWith('Sfn.')) {
      expect(ended.cause).toMatch(
        / \(Service: Sfn, Status Code: 400, Request ID: [0-9a-f-]{36}\) \(SDK Attempt Count: 1\)$/,
      );
    }
  });

  it('knows nothing of other teams', async () => {
    const theirs = await create(WAIT, other);
    const ExecutionArn = await start(theirs, {}, other);
    for (const [action, parameters, error] of [
      ['startExecution', { StateMachineArn: theirs }, 'Sfn.StateMachineDoesNotExistException'],
      [
        'describeStateMachine',
        { StateMachineArn: theirs },
        'Sfn.StateMachineDoesNotExistException',
      ],
      ['describeExecution', { ExecutionArn }, 'Sfn.ExecutionDoesNotExistException'],
      ['stopExecution', { ExecutionArn }, 'Sfn.ExecutionDoesNotExistException'],
      ['getExecutionHistory', { ExecutionArn }, 'Sfn.ExecutionDoesNotExistException'],
    ] as const) {
      expect((await ask(`aws-sdk:sfn:${action}`, parameters)).error).toBe(error);
    }
    const { StateMachines } = outputOf(await ask('aws-sdk:sfn:listStateMachines', {}));
    const arns = StateMachines.map(
      (machine: { StateMachineArn: string }) => machine.StateMachineArn,
    );
    expect(arns).not.toContain(theirs);
  });
});

describe('EventBridge', () => {
  const entry = { Source: 'shop.orders', DetailType: 'placed', Detail: { order: 7 } };
  const eventsOf = (team: string) => wire.server.engine.events.list(ofTeam(team), { limit: 100 });

  it('gets events of the team, each with the execution among its resources', async () => {
    const ended = await ask('events:putEvents', { Entries: [{ ...entry, Resources: ['a'] }] });
    const { Entries, FailedEntryCount } = outputOf(ended);
    expect(FailedEntryCount).toBe(0);
    const found = (await eventsOf('shop')).find(({ id }) => id === Entries[0].EventId);
    expect(found).toMatchObject({ team: 'shop', envelope: { detail: { order: 7 } } });
    expect(found?.envelope.resources).toEqual(['a', ended.executionArn, ended.stateMachineArn]);
    // What became of its own executions is told on its bus.
    const others = (await eventsOf('bank')).filter(({ source }) => source !== 'millrace.incidents');
    expect(others).toEqual([]);
  });

  it('fails the task with the answer when an entry is refused', async () => {
    const ended = await ask('events:putEvents', {
      Entries: [entry, { ...entry, Detail: '"text"' }],
    });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'EventBridge.FailedEntry' });
    expect(JSON.parse(ended.cause ?? '')).toEqual({
      Entries: [
        { EventId: expect.any(String) },
        { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
      ],
      FailedEntryCount: 1,
    });
  });

  it('leaves refused entries to the state when it is asked as the SDK does, and takes times as texts', async () => {
    const Time = '2026-07-02T03:04:05Z';
    const ended = await ask('aws-sdk:eventbridge:putEvents', {
      Entries: [{ ...entry, Time }, { Source: 'shop.orders' }],
    });
    const { Entries, FailedEntryCount } = outputOf(ended);
    expect(FailedEntryCount).toBe(1);
    const found = (await eventsOf('shop')).find(({ id }) => id === Entries[0].EventId);
    expect(found?.envelope).toMatchObject({ time: Time, resources: [] });
  });

  it('makes and describes rules, and refuses in its own words', async () => {
    await ask('aws-sdk:eventbridge:putRule', {
      Name: 'placed',
      EventPattern: { source: ['shop.orders'] },
    });
    const rule = outputOf(await ask('aws-sdk:eventbridge:describeRule', { Name: 'placed' }));
    expect(rule).toMatchObject({ Name: 'placed', EventPattern: '{"source":["shop.orders"]}' });
    const none = await ask('aws-sdk:eventbridge:describeRule', { Name: 'none' });
    expect(none.error).toBe('EventBridge.ResourceNotFoundException');
    const theirs = await ask('aws-sdk:eventbridge:describeRule', { Name: 'placed' }, other);
    expect(theirs.error).toBe('EventBridge.ResourceNotFoundException');
  });
});
