/**
 * EventBridge Scheduler over the wire, with AWS's own SDK as the client: what each operation does, refuses and starts.
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { startServer } from '../../src/server.js';
import { until } from '../support/until.js';
import {
  minutesAhead,
  onceAt,
  reach,
  releaseWallClock,
  setWallClock,
} from '../support/wall-clock.js';
import { type Key, openWireServer, PASS, ROLE, type WireServer } from './wire-server.js';

let it: WireServer;
let client: sdk.SchedulerClient;
const clients: sdk.SchedulerClient[] = [];

function clientOf(credentials: Key, endpoint = it.server.url): sdk.SchedulerClient {
  const made = new sdk.SchedulerClient({
    endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  clients.push(made);
  return made;
}

beforeAll(async () => {
  it = await openWireServer();
  client = clientOf(await it.key());
});

afterAll(async () => {
  for (const one of clients) one.destroy();
  await it.close();
});

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders';
const OFF = { Mode: 'OFF' } as const;
const Target = { Arn: MACHINE, RoleArn: ROLE };

const create = (
  Name: string,
  more: Partial<sdk.CreateScheduleCommandInput> = {},
  as: sdk.SchedulerClient = client,
): Promise<sdk.CreateScheduleCommandOutput> =>
  as.send(
    new sdk.CreateScheduleCommand({
      Name,
      ScheduleExpression: 'cron(0 3 * * ? *)',
      FlexibleTimeWindow: OFF,
      Target,
      ...more,
    }),
  );
const get = (Name: string, GroupName?: string): Promise<sdk.GetScheduleCommandOutput> =>
  client.send(new sdk.GetScheduleCommand({ Name, ...(GroupName ? { GroupName } : {}) }));

describe('a schedule', () => {
  test('is made, read, replaced and deleted', async () => {
    const before = Date.now();
    const made = await create('whole', {
      ScheduleExpressionTimezone: 'Europe/Berlin',
      StartDate: new Date('2030-01-01T00:00:00Z'),
      EndDate: new Date('2031-01-01T00:00:00.500Z'),
      Description: 'every night',
      State: 'DISABLED',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      ActionAfterCompletion: 'DELETE',
      Target: {
        ...Target,
        Input: '{"a": 1}',
        RetryPolicy: { MaximumRetryAttempts: 3 },
        DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
      },
    });
    const arn = 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/whole';
    expect(made.ScheduleArn).toBe(arn);
    const { $metadata, ...read } = await get('whole');
    expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: expect.any(String) });
    expect(read).toEqual({
      Arn: arn,
      Name: 'whole',
      GroupName: 'default',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      StartDate: new Date('2030-01-01T00:00:00Z'),
      EndDate: new Date('2031-01-01T00:00:00.500Z'),
      Description: 'every night',
      State: 'DISABLED',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      ActionAfterCompletion: 'DELETE',
      CreationDate: expect.any(Date),
      LastModificationDate: read.CreationDate,
      Target: {
        ...Target,
        Input: '{"a": 1}',
        RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 86_400 },
        DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
      },
    });
    expect(read.CreationDate?.getTime()).toBeGreaterThanOrEqual(before - 1000);

    // What is left out goes back to its default.
    await client.send(
      new sdk.UpdateScheduleCommand({
        Name: 'whole',
        ScheduleExpression: 'rate(1 hour)',
        FlexibleTimeWindow: OFF,
        Target,
      }),
    );
    const { $metadata: _, ...replaced } = await get('whole');
    expect(replaced).toEqual({
      Arn: arn,
      Name: 'whole',
      GroupName: 'default',
      ScheduleExpression: 'rate(1 hour)',
      ScheduleExpressionTimezone: 'UTC',
      State: 'ENABLED',
      FlexibleTimeWindow: OFF,
      ActionAfterCompletion: 'NONE',
      CreationDate: read.CreationDate,
      LastModificationDate: expect.any(Date),
      Target: {
        ...Target,
        RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
      },
    });

    await client.send(new sdk.DeleteScheduleCommand({ Name: 'whole' }));
    const gone = await get('whole').catch((error: unknown) => error);
    expect(gone).toBeInstanceOf(sdk.ResourceNotFoundException);
    expect(gone).toMatchObject({
      message: 'Schedule whole does not exist.',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('of a name that there is is refused; the same request again is not', async () => {
    await create('twice', { ClientToken: 'one' });
    await create('twice', { ClientToken: 'one' });
    const others = [{ ClientToken: 'two' }, { ClientToken: 'one', Description: 'other' }, {}];
    for (const other of others) {
      const refused = await create('twice', other).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(sdk.ConflictException);
      expect(refused).toMatchObject({
        message: 'Schedule twice already exists.',
        $metadata: { httpStatusCode: 409 },
      });
    }
    const remove = (ClientToken: string): Promise<unknown> =>
      client.send(new sdk.DeleteScheduleCommand({ Name: 'twice', ClientToken }));
    await remove('gone');
    await remove('gone');
    await expect(remove('other')).rejects.toBeInstanceOf(sdk.ResourceNotFoundException);
  });

  test.each<[string, Partial<sdk.CreateScheduleCommandInput>, string]>([
    [
      'an expression',
      { ScheduleExpression: 'every night' },
      'Invalid Schedule Expression every night.',
    ],
    [
      'a zone',
      { ScheduleExpressionTimezone: 'Mars/Base' },
      'Invalid Schedule Expression Timezone Mars/Base.',
    ],
    [
      'a start',
      { StartDate: new Date('2020-01-01') },
      'The StartDate you specify cannot be earlier than 5 minutes ago.',
    ],
    [
      'an end before the start',
      { StartDate: new Date('2031-01-01'), EndDate: new Date('2030-01-01') },
      'The StartDate you specify must come before the EndDate.',
    ],
    [
      'a window without length',
      { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } },
      'MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE.',
    ],
    [
      'a length without window',
      { FlexibleTimeWindow: { Mode: 'OFF', MaximumWindowInMinutes: 5 } },
      'MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF.',
    ],
    [
      'a window of two days',
      { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 2880 } },
      "1 validation error detected: Value '2880' at 'flexibleTimeWindow.maximumWindowInMinutes' failed to satisfy constraint: Member must have value less than or equal to 1440",
    ],
    [
      'a target that is no ARN',
      { Target: { ...Target, Arn: 'orders' } },
      'Provided Arn is not in correct format.',
    ],
    [
      'a service that is none',
      { Target: { ...Target, Arn: 'arn:aws:rds:us-east-1:000000000000:db:x' } },
      'rds is not a supported service for a target.',
    ],
    [
      'another region',
      { Target: { ...Target, Arn: MACHINE.replace('us-east-1', 'eu-west-1') } },
      'The target ARN provided does not match the current region us-east-1.',
    ],
    [
      'an input',
      { Target: { ...Target, Input: 'text' } },
      'JSON syntax error in input for the target.',
    ],
    [
      'parameters of another service',
      { Target: { ...Target, KinesisParameters: { PartitionKey: 'x' } } },
      'Parameters KinesisParameters not supported for the target.',
    ],
    [
      'a bus without parameters',
      { Target: { ...Target, Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/default' } },
      'Parameters EventBridgeParameters must be specified.',
    ],
    [
      'a universal target without input',
      { Target: { ...Target, Arn: 'arn:aws:scheduler:::aws-sdk:sfn:startExecution' } },
      'You must provide an input to set this target for your schedule.',
    ],
    [
      'a universal target that reads',
      { Target: { ...Target, Input: '{}', Arn: 'arn:aws:scheduler:::aws-sdk:sqs:listQueues' } },
      'listQueues API is not supported.',
    ],
  ])('with %s that is wrong is refused in AWS’s words', async (_, more, message) => {
    const refused = await create('wrong', more).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(sdk.ValidationException);
    expect(refused).toMatchObject({ message, $metadata: { httpStatusCode: 400 } });
    await expect(get('wrong')).rejects.toBeInstanceOf(sdk.ResourceNotFoundException);
  });

  test('of one time keeps dates that mean nothing to it', async () => {
    const StartDate = new Date('2020-01-01');
    await create('once', { ScheduleExpression: 'at(2040-01-01T00:00:00)', StartDate });
    expect((await get('once')).StartDate).toEqual(StartDate);
    await client.send(new sdk.DeleteScheduleCommand({ Name: 'once' }));
  });

  test('may name a target that there is not', async () => {
    const Arn = 'arn:aws:lambda:us-east-1:000000000000:function:none';
    await create('nothing', { Target: { ...Target, Arn } });
    expect((await get('nothing')).Target?.Arn).toBe(Arn);
    await client.send(new sdk.DeleteScheduleCommand({ Name: 'nothing' }));
  });
});

describe('lists', () => {
  test('come in pages, by group, prefix and state', async () => {
    await client.send(new sdk.CreateScheduleGroupCommand({ Name: 'listed' }));
    for (const [index, Name] of ['a1', 'a2', 'a3', 'b1', 'b2'].entries()) {
      const State = index % 2 === 0 ? 'ENABLED' : 'DISABLED';
      await create(Name, { GroupName: 'listed', State });
    }
    const names = async (
      input: sdk.ListSchedulesCommandInput,
      pageSize = 2,
    ): Promise<(string | undefined)[][]> => {
      const pages: (string | undefined)[][] = [];
      for await (const { Schedules = [] } of sdk.paginateListSchedules(
        { client, pageSize },
        input,
      )) {
        pages.push(Schedules.map(({ Name }) => Name));
      }
      return pages;
    };
    const GroupName = 'listed';
    expect(await names({ GroupName })).toEqual([['a1', 'a2'], ['a3', 'b1'], ['b2']]);
    expect(await names({ GroupName, NamePrefix: 'b' })).toEqual([['b1', 'b2']]);
    expect(await names({ GroupName, State: 'DISABLED' })).toEqual([['a2', 'b1']]);
    expect((await names({}, 100)).flat()).toEqual(expect.arrayContaining(['a1', 'b2']));
    const { Schedules } = await client.send(
      new sdk.ListSchedulesCommand({ GroupName, MaxResults: 1 }),
    );
    expect(Schedules).toEqual([
      {
        Arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/listed/a1',
        Name: 'a1',
        GroupName,
        State: 'ENABLED',
        CreationDate: expect.any(Date),
        LastModificationDate: expect.any(Date),
        Target: { Arn: MACHINE },
      },
    ]);
    await expect(names({ GroupName: 'none' })).rejects.toThrow(
      'Schedule group none does not exist.',
    );
    await expect(
      client.send(new sdk.ListSchedulesCommand({ NextToken: 'garbage' })),
    ).rejects.toBeInstanceOf(sdk.ValidationException);
    await client.send(new sdk.DeleteScheduleGroupCommand({ Name: 'listed' }));
    await expect(get('a1', 'listed')).rejects.toThrow('Schedule a1 does not exist.');
  });
});

describe('a group', () => {
  test('is made, read, listed, tagged and deleted', async () => {
    const Tags = [{ Key: 'county', Value: 'alder' }];
    const { ScheduleGroupArn: ResourceArn } = await client.send(
      new sdk.CreateScheduleGroupCommand({ Name: 'night', Tags }),
    );
    expect(ResourceArn).toBe('arn:aws:scheduler:us-east-1:000000000000:schedule-group/night');
    expect(await client.send(new sdk.GetScheduleGroupCommand({ Name: 'night' }))).toMatchObject({
      Arn: ResourceArn,
      Name: 'night',
      State: 'ACTIVE',
      CreationDate: expect.any(Date),
      LastModificationDate: expect.any(Date),
    });
    const { ScheduleGroups } = await client.send(new sdk.ListScheduleGroupsCommand({}));
    expect(ScheduleGroups?.map(({ Name }) => Name)).toEqual(['default', 'night']);
    const tags = async (): Promise<unknown> =>
      (await client.send(new sdk.ListTagsForResourceCommand({ ResourceArn }))).Tags;
    await client.send(
      new sdk.TagResourceCommand({ ResourceArn, Tags: [{ Key: 'a b/c', Value: 'é' }] }),
    );
    expect(await tags()).toEqual([...Tags, { Key: 'a b/c', Value: 'é' }]);
    await client.send(new sdk.UntagResourceCommand({ ResourceArn, TagKeys: ['a b/c', 'county'] }));
    expect(await tags()).toEqual([]);
    const again = client.send(new sdk.CreateScheduleGroupCommand({ Name: 'night' }));
    await expect(again).rejects.toThrow('Schedule group night already exists.');
    await client.send(new sdk.DeleteScheduleGroupCommand({ Name: 'night' }));
    await expect(tags()).rejects.toBeInstanceOf(sdk.ResourceNotFoundException);
  });

  test('called default is always there and stays as it is', async () => {
    expect(await client.send(new sdk.GetScheduleGroupCommand({ Name: 'default' }))).toMatchObject({
      Arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/default',
    });
    for (const command of [
      new sdk.CreateScheduleGroupCommand({ Name: 'default' }),
      new sdk.DeleteScheduleGroupCommand({ Name: 'default' }),
    ]) {
      await expect(client.send(command as sdk.CreateScheduleGroupCommand)).rejects.toThrow(
        'This operation cannot be performed on schedule group default.',
      );
    }
  });

  test('that there is not takes no schedules', async () => {
    await expect(create('lost', { GroupName: 'none' })).rejects.toThrow(
      'Schedule group none does not exist.',
    );
  });
});

describe('who may do what', () => {
  test('a team sees its own, under the same names', async () => {
    const other = clientOf(await it.key({ team: 'other' }));
    await create('shared', { Description: 'ours' });
    await expect(other.send(new sdk.GetScheduleCommand({ Name: 'shared' }))).rejects.toThrow(
      'Schedule shared does not exist.',
    );
    await expect(other.send(new sdk.DeleteScheduleCommand({ Name: 'shared' }))).rejects.toThrow(
      'does not exist',
    );
    await create('shared', { Description: 'theirs' }, other);
    const { Schedules } = await other.send(new sdk.ListSchedulesCommand({}));
    expect(Schedules).toHaveLength(1);
    expect((await get('shared')).Description).toBe('ours');
    await other.send(new sdk.DeleteScheduleCommand({ Name: 'shared' }));
    expect((await get('shared')).Description).toBe('ours');
  });

  test('a viewer reads', async () => {
    const viewer = clientOf(await it.key({ role: 'viewer' }));
    expect(await viewer.send(new sdk.GetScheduleCommand({ Name: 'shared' }))).toMatchObject({
      Description: 'ours',
    });
    for (const command of [
      new sdk.DeleteScheduleCommand({ Name: 'shared' }),
      new sdk.CreateScheduleGroupCommand({ Name: 'viewed' }),
    ]) {
      const refused = viewer.send(command as sdk.DeleteScheduleCommand);
      await expect(refused).rejects.toMatchObject({
        name: 'AccessDeniedException',
        $metadata: { httpStatusCode: 403 },
      });
    }
    await create('viewed', {}, viewer).catch(() => {});
    await expect(get('viewed')).rejects.toThrow('does not exist');
  });

  test('a key that nobody issued, and a wrong secret, are refused', async () => {
    const key = await it.key();
    const refused = (credentials: Key): Promise<unknown> =>
      clientOf(credentials)
        .send(new sdk.ListSchedulesCommand({ NamePrefix: 'a' }))
        .catch((error: unknown) => error);
    expect(await refused({ ...key, secretAccessKey: 'wrong' })).toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 403 },
    });
    expect(await refused({ ...key, accessKeyId: 'AKIANONE' })).toMatchObject({
      name: 'UnrecognizedClientException',
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('without a signature the addresses are the rest of the server’s', async () => {
    const paths = ['/schedules', '/schedules/shared', '/schedule-groups/default', '/tags/x'];
    const token = await it.server.authenticator.issue('api', { label: 'test' });
    for (const path of paths) {
      expect((await fetch(`${it.server.url}${path}`)).status).toBe(401);
      const page = await fetch(`${it.server.url}${path}`, { headers: { accept: 'text/html' } });
      expect(page.status).toBe(401);
      expect(await page.text()).toContain('You are not logged in');
      const headers = { authorization: `Bearer ${token}` };
      const found = await fetch(`${it.server.url}${path}`, { headers });
      expect(found.status).toBe(404);
      expect(await found.json()).toMatchObject({ code: 'MILL4005' });
    }
  });
});

describe('what schedules start', () => {
  test('is started once, also when the server was away at the time', async () => {
    const data = mkdtempSync(join(tmpdir(), 'millrace-wire-scheduler-'));
    let server = await startServer({ port: 0, data });
    try {
      const key = await server.accessKeys.issue({ team: 'default', role: 'editor', label: '' });
      await server.engine.stateMachines.create({
        name: 'orders',
        team: 'default',
        tags: {},
        definition: JSON.parse(PASS),
        attributes: { type: 'STANDARD', roleArn: ROLE, definitionText: PASS },
      });
      const soon = minutesAhead(1);
      const first = clientOf(key, server.url);
      const more = { ScheduleExpression: onceAt(soon), Target: { ...Target, Input: '{"n": 1}' } };
      await create('now', more, first);
      await reach(server.engine, soon);
      const executions = async (): Promise<string[]> => {
        const { items } = await server.engine.executions.list(EVERYTHING, { pipeline: 'orders' });
        return items.map(({ name, status }) => `${name.split('-')[0]} ${status}`).sort();
      };
      expect(await until(executions, ({ length }) => length > 0)).toEqual(['now SUCCEEDED']);
      const later = minutesAhead(1);
      const once = { ScheduleExpression: onceAt(later), ActionAfterCompletion: 'DELETE' } as const;
      await create('away', once, first);
      await server.close();
      setWallClock(later);
      server = await startServer({ port: 0, data });
      expect(await until(executions, ({ length }) => length > 1)).toEqual([
        'away SUCCEEDED',
        'now SUCCEEDED',
      ]);
      const second = clientOf(key, server.url);
      const { Schedules } = await second.send(new sdk.ListSchedulesCommand({}));
      expect(Schedules?.map(({ Name }) => Name)).toEqual(['now']);
    } finally {
      releaseWallClock();
      await server.close();
      rmSync(data, { recursive: true, force: true });
    }
  }, 180_000);
});
