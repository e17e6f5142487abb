/**
 * Archives and replays: what came to a bus comes once more, in order, and not twice.
 * @module
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { ARN, EventServer } from './event-server.js';

let server: EventServer;

beforeEach(async () => {
  server = await new EventServer().open();
});

afterEach(() => server.close());

const BUS = `${ARN}:event-bus/default`;
const seconds = (moment: string): number => Date.parse(moment) / 1000;

const archive = (name = 'all', more: object = {}, team?: string) =>
  server.call('CreateArchive', { ArchiveName: name, EventSourceArn: BUS, ...more }, team);

const replay = (name: string, more: object = {}, team?: string) =>
  server.call(
    'StartReplay',
    {
      ReplayName: name,
      EventSourceArn: `${ARN}:archive/all`,
      EventStartTime: seconds('2026-11-20T00:00:00Z'),
      EventEndTime: seconds('2026-11-21T00:00:00Z'),
      Destination: { Arn: BUS },
      ...more,
    },
    team,
  );

const stateOf = async (ReplayName: string): Promise<string> =>
  (await server.call('DescribeReplay', { ReplayName })).State;

describe('an archive', () => {
  it('holds what came to its bus since it was made, and matches', async () => {
    await server.put({ id: 0 });
    await archive('all');
    await archive('big', { EventPattern: '{"detail":{"id":[{"numeric":[">",1]}]}}' });
    for (const id of [1, 2, 3]) await server.put({ id });
    await server.put({ id: 4 }, { EventBusName: 'another' });
    await server.put({ id: 5 }, {}, 'other');
    expect(await server.call('DescribeArchive', { ArchiveName: 'all' })).toMatchObject({
      EventCount: 3,
      SizeBytes: expect.any(Number),
      State: 'ENABLED',
    });
    const { Archives } = await server.call('ListArchives', { NamePrefix: 'b' });
    expect(Archives).toMatchObject([{ ArchiveName: 'big', EventCount: 2 }]);
  });

  it('holds them for as many days as it says', async () => {
    await archive('all', { RetentionDays: 1 });
    await server.put({ id: 1 });
    await server.clock.until('2026-11-20T20:00:00Z');
    await server.put({ id: 2 });
    await server.clock.until('2026-11-21T10:00:00Z');
    expect((await server.call('DescribeArchive', { ArchiveName: 'all' })).EventCount).toBe(1);
    await server.call('UpdateArchive', { ArchiveName: 'all', RetentionDays: 2 });
    expect((await server.call('DescribeArchive', { ArchiveName: 'all' })).EventCount).toBe(2);
  });

  it('holds what Millrace itself tells of the team, and of no other', async () => {
    await archive('all');
    await archive('all', {}, 'other');
    await server.machine('orders');
    await server.engine.executions.start(EVERYTHING, { pipeline: 'orders' });
    await server.settled();
    const counts = ['default', 'other'].map(
      async (team) =>
        (await server.call('DescribeArchive', { ArchiveName: 'all' }, team)).EventCount,
    );
    expect(await Promise.all(counts)).toEqual([2, 0]);
  });
});

describe('a replay', () => {
  it('puts the events on the bus once more, in order, with its name', async () => {
    await archive('all', { EventPattern: '{"source":["shop"]}' });
    for (const id of [1, 2, 3]) await server.put({ id });
    const Arn = await server.machine('orders');
    await server.rule('all', { Arn });
    expect(await replay('again')).toMatchObject({ State: 'STARTING' });
    expect(await server.executions('orders')).toEqual([]);
    await server.pass(2_000);
    expect(await server.call('DescribeReplay', { ReplayName: 'again' })).toMatchObject({
      State: 'COMPLETED',
      EventLastReplayedTime: seconds('2026-11-20T00:00:00Z'),
    });
    expect(await server.inputs('orders')).toMatchObject(
      [1, 2, 3].map((id) => ({ 'replay-name': 'again', source: 'shop', detail: { id } })),
    );
    // What was replayed is not archived again.
    expect((await server.call('DescribeArchive', { ArchiveName: 'all' })).EventCount).toBe(3);
  });

  it('starts again what an earlier replay of the same events has started', async () => {
    await archive();
    const Arn = await server.machine('orders');
    await server.rule('all', { Arn });
    await server.put();
    for (const name of ['one', 'two']) {
      await replay(name);
      await server.pass(3_000);
    }
    expect(await server.executions('orders')).toHaveLength(3);
  });

  it('is of a window of time', async () => {
    await archive();
    for (const hour of ['01', '02', '03', '04']) {
      await server.put({ hour }, { Time: seconds(`2026-11-20T${hour}:00:00Z`) });
    }
    const Arn = await server.machine('orders');
    await server.rule('all', { Arn, InputPath: '$.detail.hour' });
    await replay('some', {
      EventStartTime: seconds('2026-11-20T02:00:00Z'),
      EventEndTime: seconds('2026-11-20T03:00:00Z'),
    });
    await server.pass(3_000);
    expect(await server.inputs('orders')).toEqual(['02', '03']);
  });

  it('is for the rules that it names', async () => {
    await archive();
    await server.put();
    await server.rule('one', { Arn: await server.machine('first') });
    await server.rule('two', { Arn: await server.machine('second') });
    await replay('some', { Destination: { Arn: BUS, FilterArns: [`${ARN}:rule/two`] } });
    await server.pass(3_000);
    expect(await server.executions('first')).toEqual([]);
    expect(await server.executions('second')).toHaveLength(1);
  });

  it('goes on after a restart, and starts nothing twice', async () => {
    await archive();
    for (let batch = 0; batch < 25; batch += 1) {
      const Entries = Array.from({ length: 10 }, (_, index) => ({
        Source: 'shop',
        DetailType: 'Order',
        Detail: JSON.stringify({ id: batch * 10 + index }),
      }));
      await server.call('PutEvents', { Entries });
    }
    const Arn = await server.machine('orders');
    await server.rule('all', { Arn, InputPath: '$.detail.id' });
    await replay('long');
    await server.restart();
    expect(await stateOf('long')).toBe('STARTING');
    void server.pass(1_001);
    // Somewhere on its way, the server ends.
    while ((await stateOf('long')) === 'STARTING') await new Promise((go) => setImmediate(go));
    await server.restart();
    await server.pass(3_000);
    expect(await stateOf('long')).toBe('COMPLETED');
    const { items } = await server.engine.executions.list(EVERYTHING, {
      pipeline: 'orders',
      limit: 1000,
    });
    expect(items).toHaveLength(250);
    const inputs = new Set<unknown>();
    for (const { id } of items)
      inputs.add((await server.engine.executions.describe(EVERYTHING, id)).input);
    expect(inputs.size).toBe(250);
  });

  it('can be cancelled before it has ended', async () => {
    await archive();
    await server.put();
    const Arn = await server.machine('orders');
    await server.rule('all', { Arn });
    await replay('mistaken');
    expect(await server.call('CancelReplay', { ReplayName: 'mistaken' })).toMatchObject({
      State: 'CANCELLING',
    });
    await server.restart();
    await server.pass(3_000);
    expect(await stateOf('mistaken')).toBe('CANCELLED');
    expect(await server.executions('orders')).toEqual([]);
    await expect(server.call('CancelReplay', { ReplayName: 'mistaken' })).rejects.toMatchObject({
      code: 'IllegalStatusException',
    });
  });

  it('fails when its archive is deleted meanwhile', async () => {
    await archive();
    await server.put();
    await replay('late');
    await server.call('DeleteArchive', { ArchiveName: 'all' });
    await server.pass(3_000);
    expect(await server.call('DescribeReplay', { ReplayName: 'late' })).toMatchObject({
      State: 'FAILED',
      StateReason: 'Archive all was deleted.',
    });
  });

  it.each([
    ['an archive that is not there', { EventSourceArn: `${ARN}:archive/none` }],
    ['an archive that is none', { EventSourceArn: `${ARN}:event-bus/default` }],
    ['a window that ends before it begins', { EventEndTime: 1 }],
    ['another bus', { Destination: { Arn: `${ARN}:event-bus/night` } }],
    ['a rule of another bus', { Destination: { Arn: BUS, FilterArns: ['arn:x'] } }],
  ])('of %s is refused', async (_, more) => {
    await archive();
    await server.call('CreateEventBus', { Name: 'night' });
    await expect(replay('wrong', more)).rejects.toMatchObject({ code: 'ValidationException' });
    expect((await server.call('ListReplays')).Replays).toEqual([]);
  });

  it("of another team's archive is refused as of one that is not there", async () => {
    await archive('all', {}, 'other');
    await expect(replay('theirs')).rejects.toMatchObject({
      message: 'Parameter EventSourceArn is not valid. Reason: Archive all does not exist.',
    });
  });
});
