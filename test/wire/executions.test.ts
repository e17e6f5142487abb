/**
 * Executions over AWS's wire API: start, follow, stop, redrive, and join the work as an activity's worker.
 * @module
 */
import * as sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { until } from '../support/until.js';
import {
  FAIL,
  machineOf,
  openWireServer,
  PASS,
  ROLE,
  WAIT,
  type WireServer,
} from './wire-server.js';

let it: WireServer;
let client: sfn.SFNClient;

beforeAll(async () => {
  it = await openWireServer();
  client = await it.open();
});

afterAll(() => it.close());

async function create(
  name: string,
  definition: string,
  type: sfn.StateMachineType = 'STANDARD',
): Promise<string> {
  const { stateMachineArn = '' } = await client.send(
    new sfn.CreateStateMachineCommand({ name, definition, roleArn: ROLE, type }),
  );
  return stateMachineArn;
}

async function start(
  stateMachineArn: string,
  more: Partial<sfn.StartExecutionCommandInput> = {},
): Promise<string> {
  const { executionArn = '' } = await client.send(
    new sfn.StartExecutionCommand({ stateMachineArn, ...more }),
  );
  return executionArn;
}

const describeOf = (executionArn: string): Promise<sfn.DescribeExecutionCommandOutput> =>
  client.send(new sfn.DescribeExecutionCommand({ executionArn }));

const ended = (executionArn: string): Promise<sfn.DescribeExecutionCommandOutput> =>
  until(
    () => describeOf(executionArn),
    ({ status }) => status !== 'RUNNING',
  );

async function typesOf(executionArn: string): Promise<(string | undefined)[]> {
  const { events = [] } = await client.send(new sfn.GetExecutionHistoryCommand({ executionArn }));
  return events.map(({ type }) => type);
}

describe('an execution', () => {
  test('answers with its output and its history', async () => {
    const machine = await create('plain', PASS);
    const executionArn = await start(machine, { name: 'first', input: '{"a": 1}' });
    expect(executionArn).toBe('arn:aws:states:us-east-1:000000000000:execution:plain:first');
    expect(await ended(executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      name: 'first',
      input: '{"a":1}',
      output: '{"a":1}',
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
    });
    expect(await typesOf(executionArn)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('starts once by its name while it runs, and the name stays taken', async () => {
    const machine = await create('named', WAIT);
    const first = await start(machine, { name: 'night', input: '{"a":1}' });
    expect(await start(machine, { name: 'night', input: '{"a":1}' })).toBe(first);
    const other = start(machine, { name: 'night', input: '{"a":2}' });
    await expect(other).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    await client.send(new sfn.StopExecutionCommand({ executionArn: first }));
    const again = start(machine, { name: 'night', input: '{"a":1}' });
    await expect(again).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  test('is stopped with error and cause, once', async () => {
    const executionArn = await start(await create('stoppable', WAIT));
    const stop = (cause: string): Promise<sfn.StopExecutionCommandOutput> =>
      client.send(new sfn.StopExecutionCommand({ executionArn, error: 'Mine', cause }));
    const { stopDate } = await stop('first');
    expect((await stop('second')).stopDate).toEqual(stopDate);
    expect(await ended(executionArn)).toMatchObject({
      status: 'ABORTED',
      error: 'Mine',
      cause: 'first',
    });
  });

  test('is redriven from the state that failed', async () => {
    const executionArn = await start(await create('failing', FAIL));
    expect(await ended(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'NoRows',
      redriveStatus: 'REDRIVABLE',
    });
    const redrive = (clientToken?: string): Promise<sfn.RedriveExecutionCommandOutput> =>
      client.send(new sfn.RedriveExecutionCommand({ executionArn, clientToken }));
    const { redriveDate } = await redrive('once');
    expect((await redrive('once')).redriveDate).toEqual(redriveDate);
    const again = await until(
      () => describeOf(executionArn),
      ({ status }) => status === 'FAILED',
    );
    expect(again).toMatchObject({ status: 'FAILED', redriveCount: 1, redriveDate });
    const types = await typesOf(executionArn);
    expect(types.filter((type) => type === 'PassStateEntered')).toHaveLength(1);
    expect(types.slice(-3)).toEqual(['ExecutionRedriven', 'FailStateEntered', 'ExecutionFailed']);
  });

  test('that succeeded is not redriven', async () => {
    const executionArn = await start(await create('done', PASS));
    await ended(executionArn);
    await expect(
      client.send(new sfn.RedriveExecutionCommand({ executionArn })),
    ).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
      message: 'Execution is SUCCEEDED and cannot be redriven',
    });
  });
});

describe('a history', () => {
  test('comes in pages from either end, and without data when asked', async () => {
    const states = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `S${index}`,
        {
          Type: 'Pass' as const,
          ...(index === 29 ? { End: true as const } : { Next: `S${index + 1}` }),
        },
      ]),
    );
    const executionArn = await start(await create('long', machineOf(states)));
    await ended(executionArn);
    const idsOf = async (reverseOrder: boolean): Promise<number[]> => {
      const ids: number[] = [];
      const pages = sfn.paginateGetExecutionHistory(
        { client, pageSize: 7 },
        { executionArn, reverseOrder, includeExecutionData: false },
      );
      for await (const { events = [] } of pages) {
        expect(events.length).toBeLessThanOrEqual(7);
        for (const event of events) {
          expect(event.stateEnteredEventDetails?.input).toBeUndefined();
          ids.push(event.id ?? 0);
        }
      }
      return ids;
    };
    const forward = await idsOf(false);
    expect(forward).toEqual(Array.from({ length: 62 }, (_, index) => index + 1));
    expect(await idsOf(true)).toEqual(forward.toReversed());
  });
});

describe('a list of executions', () => {
  test('is filtered by status, newest first', async () => {
    const machine = await create('counted', FAIL);
    const failed = await start(machine, { name: 'a' });
    await ended(failed);
    const redriven = await start(machine, { name: 'b' });
    await ended(redriven);
    await client.send(new sfn.RedriveExecutionCommand({ executionArn: redriven }));
    await ended(redriven);
    const names = async (
      filter: Partial<sfn.ListExecutionsCommandInput>,
    ): Promise<(string | undefined)[]> => {
      const request = { stateMachineArn: machine, ...filter };
      const { executions = [] } = await client.send(new sfn.ListExecutionsCommand(request));
      return executions.map(({ name }) => name);
    };
    expect(await names({})).toEqual(['b', 'a']);
    expect(await names({ statusFilter: 'FAILED' })).toEqual(['b', 'a']);
    expect(await names({ statusFilter: 'RUNNING' })).toEqual([]);
    // The reference keeps this filter for the children of a map run.
    await expect(names({ redriveFilter: 'REDRIVEN' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

describe('an express machine', () => {
  test('answers a synchronous start with its output', async () => {
    const machine = await create('quick', PASS, 'EXPRESS');
    const answer = await client.send(
      new sfn.StartSyncExecutionCommand({ stateMachineArn: machine, input: '{"a":1}', name: 'n' }),
    );
    expect(answer).toMatchObject({ status: 'SUCCEEDED', output: '{"a":1}', name: 'n' });
    expect(answer.executionArn).toMatch(/:express:quick:n:[0-9a-f-]{36}$/);
  });

  test('answers a failure as a result, not as an error', async () => {
    const machine = await create('quick-fail', FAIL, 'EXPRESS');
    const request = { stateMachineArn: machine };
    expect(await client.send(new sfn.StartSyncExecutionCommand(request))).toMatchObject({
      status: 'FAILED',
      error: 'NoRows',
      cause: 'The file is empty.',
    });
  });

  test('starts as often as asked under one name', async () => {
    const machine = await create('quick-names', PASS, 'EXPRESS');
    const arns = [await start(machine, { name: 'same' }), await start(machine, { name: 'same' })];
    expect(new Set(arns).size).toBe(2);
  });

  test('is the only kind that is started synchronously', async () => {
    const machine = await create('slow', PASS);
    await expect(
      client.send(new sfn.StartSyncExecutionCommand({ stateMachineArn: machine })),
    ).rejects.toMatchObject({ name: 'StateMachineTypeNotSupported' });
  });
});

describe('a worker of an activity', () => {
  async function activityMachine(
    name: string,
    settings: object = {},
  ): Promise<{ activityArn: string; machine: string }> {
    const { activityArn = '' } = await client.send(new sfn.CreateActivityCommand({ name }));
    const definition = machineOf({
      Work: { Type: 'Task', Resource: activityArn, ...settings, End: true },
    } as never);
    return { activityArn, machine: await create(`with-${name}`, definition) };
  }

  const take = (activityArn: string): Promise<sfn.GetActivityTaskCommandOutput> =>
    client.send(new sfn.GetActivityTaskCommand({ activityArn, workerName: 'press-3' }));

  test('waits for work, takes it once, and answers', async () => {
    const { activityArn, machine } = await activityMachine('resize');
    const taking = take(activityArn);
    const executionArn = await start(machine, { input: '{"page":7}' });
    const { taskToken = '', input } = await taking;
    expect(input).toBe('{"page":7}');
    await client.send(new sfn.SendTaskHeartbeatCommand({ taskToken }));
    await client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: '{"done":true}' }));
    expect(await ended(executionArn)).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"done":true}',
    });
    expect(await typesOf(executionArn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'ActivityScheduled',
      'ActivityStarted',
      'ActivitySucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    const late = client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: '1' }));
    await expect(late).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  test('shares the work with others: nobody gets the same task', async () => {
    const { activityArn, machine } = await activityMachine('share');
    const takers = Array.from({ length: 6 }, () => take(activityArn));
    await Promise.all(Array.from({ length: 6 }, () => start(machine)));
    const tokens = (await Promise.all(takers)).map(({ taskToken }) => taskToken);
    expect(new Set(tokens).size).toBe(6);
    expect(tokens.every(Boolean)).toBe(true);
  });

  test('tells a failure that the machine sees', async () => {
    const { activityArn, machine } = await activityMachine('refuse');
    const executionArn = await start(machine);
    const { taskToken } = await take(activityArn);
    await client.send(new sfn.SendTaskFailureCommand({ taskToken, error: 'Ink', cause: 'empty' }));
    expect(await ended(executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'Ink',
      cause: 'empty',
    });
  });

  test('is given up when its heartbeats stop', async () => {
    const { activityArn, machine } = await activityMachine('beat', { HeartbeatSeconds: 1 });
    const executionArn = await start(machine);
    const { taskToken } = await take(activityArn);
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    const late = client.send(new sfn.SendTaskHeartbeatCommand({ taskToken }));
    await expect(late).rejects.toMatchObject({ name: 'TaskTimedOut' });
  });

  test('is not waited for once its activity is deleted, nor when there never was one', async () => {
    const { activityArn, machine } = await activityMachine('closed-down');
    const waiting = await start(machine);
    await until(
      () => typesOf(waiting),
      (types) => types.includes('ActivityScheduled'),
    );
    await client.send(new sfn.DeleteActivityCommand({ activityArn }));
    const failure = {
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining('Activity Does Not Exist'),
    };
    expect(await ended(waiting)).toMatchObject(failure);
    const late = await start(machine);
    expect(await ended(late)).toMatchObject(failure);
    expect(await typesOf(late)).toContain('ActivityScheduleFailed');
  });

  test('does not lose the task that was offered when it went away', async () => {
    const { activityArn, machine } = await activityMachine('gone');
    const leaving = new AbortController();
    const { activities } = it.server.engine;
    const poll = activities.poll.bind(activities);
    const polled = new Promise<{ offered: ReturnType<typeof poll> }>((resolve) => {
      vi.spyOn(activities, 'poll').mockImplementationOnce((...given) => {
        const offered = poll(...given);
        resolve({ offered });
        return offered;
      });
    });
    const gone = client.send(new sfn.GetActivityTaskCommand({ activityArn }), {
      abortSignal: leaving.signal,
    });
    const { offered } = await polled;
    leaving.abort();
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' });
    expect(await offered).toBe(undefined);
    await start(machine, { input: '"kept"' });
    expect((await take(activityArn)).input).toBe('"kept"');
  });
});

describe('another team', () => {
  test('sees none of it', async () => {
    const machine = await create('private', WAIT);
    const executionArn = await start(machine, { name: 'x' });
    const { activityArn = '' } = await client.send(
      new sfn.CreateActivityCommand({ name: 'private' }),
    );
    const other = await it.open({ team: 'other' });
    const tries: [Promise<unknown>, string][] = [
      [
        other.send(new sfn.DescribeStateMachineCommand({ stateMachineArn: machine })),
        'StateMachineDoesNotExist',
      ],
      [
        other.send(new sfn.StartExecutionCommand({ stateMachineArn: machine })),
        'StateMachineDoesNotExist',
      ],
      [
        other.send(new sfn.ListExecutionsCommand({ stateMachineArn: machine })),
        'StateMachineDoesNotExist',
      ],
      [
        other.send(
          new sfn.UpdateStateMachineCommand({ stateMachineArn: machine, definition: PASS }),
        ),
        'StateMachineDoesNotExist',
      ],
      [
        other.send(new sfn.PublishStateMachineVersionCommand({ stateMachineArn: machine })),
        'StateMachineDoesNotExist',
      ],
      [other.send(new sfn.DescribeExecutionCommand({ executionArn })), 'ExecutionDoesNotExist'],
      [other.send(new sfn.GetExecutionHistoryCommand({ executionArn })), 'ExecutionDoesNotExist'],
      [other.send(new sfn.StopExecutionCommand({ executionArn })), 'ExecutionDoesNotExist'],
      [other.send(new sfn.RedriveExecutionCommand({ executionArn })), 'ExecutionDoesNotExist'],
      [other.send(new sfn.DescribeActivityCommand({ activityArn })), 'ActivityDoesNotExist'],
      [other.send(new sfn.GetActivityTaskCommand({ activityArn })), 'ActivityDoesNotExist'],
      [
        other.send(new sfn.TagResourceCommand({ resourceArn: machine, tags: [] })),
        'ResourceNotFound',
      ],
    ];
    for (const [trying, name] of tries) await expect(trying).rejects.toMatchObject({ name });
    // Deleting answers as for what is not there, and leaves it.
    await other.send(new sfn.DeleteStateMachineCommand({ stateMachineArn: machine }));
    await other.send(new sfn.DeleteActivityCommand({ activityArn }));
    expect(await describeOf(executionArn)).toMatchObject({ status: 'RUNNING' });
    await client.send(new sfn.DescribeActivityCommand({ activityArn }));
    const { stateMachines } = await other.send(new sfn.ListStateMachinesCommand({}));
    expect(stateMachines).toEqual([]);
  });
});
