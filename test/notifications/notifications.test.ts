/**
 * What teams are told, by which channels and when: on the real engine with a clock that the test moves.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/asl/json.js';
import type { ChannelAnswer } from '../../src/channels/channel.js';
import type { Message } from '../../src/channels/message.js';
import type { DeliveryRow } from '../../src/engine/features/notifications/notification-tables.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { CommandedPorts, DOWN } from './channel-ports.js';
import { Notifier, PARCELS } from './notifier.js';

const HOOK = { type: 'webhook', url: 'https://hook.example/in' };
const SLACK = { type: 'slack', url: { secret: 'KNOWN' } };
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let it: Notifier;
let sink: CommandedPorts;
afterEach(() => it.close());

async function open(sections: { readonly [name: string]: Json } = {}): Promise<void> {
  sink = new CommandedPorts();
  it = await Notifier.open(
    { ports: sink },
    { KNOWN: 'https://hooks.slack.com/services/T/B/canary' },
  );
  await it.declare(sections);
}

const FAILING = {
  StartAt: 'Load',
  States: { Load: { Type: 'Fail', Error: 'NoDisk', Cause: 'the disk is full' } },
};

async function runs(name: string, rules: Json, definition: object = FAILING): Promise<void> {
  await it.timed.deploy(name, { notifications: rules }, { team: 'parcels', definition });
  await it.timed.engine.executions.start(PARCELS, { pipeline: name, input: {} });
  await it.timed.settled();
}

/** What was told here. What incidents make of channels that fail is theirs: test/monitoring/incidents.test.ts. */
const log = async (): Promise<DeliveryRow[]> => {
  const { items } = await it.timed.engine.notifications.deliveries(EVERYTHING, { limit: 1000 });
  return items.filter(({ incident }) => incident === undefined);
};
const titles = async (): Promise<string[]> =>
  (await log()).map(({ message }) => message.title).toReversed();
const statuses = async (): Promise<{ [status: string]: number }> => {
  const counts: { [status: string]: number } = {};
  for (const { status } of await log()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

describe('executions', () => {
  test('of a team without any channel are told in its outbox', async () => {
    await open();
    await runs('orders', { type: 'FAILED', targets: [{ channel: 'SLACK', addresses: ['data'] }] });
    expect(await log()).toMatchObject([
      {
        channel: 'outbox',
        status: 'DELIVERED',
        words: 'team parcels has no channel of type slack for data: kept here',
        message: { title: 'orders failed', text: 'failed: NoDisk: the disk is full' },
      },
    ]);
    expect(sink.sent).toEqual([]);
  });

  test('are told by the channel that the pipeline names', async () => {
    await open({ channels: { hook: HOOK } });
    await runs('orders', {
      type: 'FAILED',
      targets: [{ channel: 'WEBHOOK', addresses: ['hook', 'hook'] }],
    });
    expect(sink.sent).toMatchObject([{ url: HOOK.url, json: { title: 'orders failed' } }]);
    expect(sink.sent[0]?.json.facts).toContainEqual({ name: 'State', value: 'Load' });
    expect(await it.timed.engine.notifications.channels(PARCELS)).toMatchObject([
      { name: 'outbox', state: 'unused' },
      { name: 'hook', state: 'working', file: 'team.yaml' },
    ]);
  });

  test('are told by none that cannot reach the address, and the log says so', async () => {
    await open({ channels: { hook: HOOK } });
    await runs('orders', {
      type: 'FAILED',
      targets: [{ channel: 'WEBHOOK', addresses: ['elsewhere'] }],
    });
    expect(await log()).toMatchObject([
      {
        status: 'DEAD',
        error: 'no channel of type webhook reaches elsewhere: name one of hook',
      },
    ]);
  });

  const TWO = {
    StartAt: 'Extract',
    States: {
      Extract: { Type: 'Pass', Next: 'Load' },
      Load: { Type: 'Pass', End: true },
    },
  };
  const target = [{ channel: 'OUTBOX', addresses: ['outbox'] }];

  test.each([
    ['FULL_EXECUTION', {}, ['begins', ': Extract is done', ': Load is done', 'succeeded']],
    ['STEP', { steps: 'Load' }, [': Load is done']],
    ['FINISHED', {}, ['succeeded']],
    ['FAILED', {}, []],
  ])('that succeed are told, with %s, in one thread', async (type, more, words) => {
    await open();
    await runs('two', { type, ...more, targets: target }, TWO);
    const told = (await titles()).map((title) => title.replace(/^two ?/, ''));
    expect(told).toEqual(words);
    expect(new Set((await log()).map(({ thread }) => thread)).size).toBe(words.length > 0 ? 1 : 0);
  });

  test.each([
    ['FULL_EXECUTION', {}, ['orders begins', 'orders failed']],
    ['STEP', { steps: ['Load'] }, ['orders failed']],
    ['STEP', { steps: ['Other'] }, []],
    ['FINISHED', {}, ['orders failed']],
  ])('that fail are told with %s %j', async (type, more, words) => {
    await open();
    await runs('orders', { type, ...more, targets: target });
    expect(await titles()).toEqual(words);
  });

  test('that are children of a distributed Map are not told of', async () => {
    await open();
    const each = {
      ...TWO,
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    };
    const map = {
      StartAt: 'Each',
      States: { Each: { Type: 'Map', ItemProcessor: each, End: true } },
    };
    await it.timed.deploy(
      'map',
      { notifications: { type: 'FULL_EXECUTION', targets: target } },
      {
        ...{ team: 'parcels', definition: map },
      },
    );
    await it.timed.engine.executions.start(PARCELS, { pipeline: 'map', input: [1, 2, 3] });
    await it.timed.pass(5 * SECOND);
    expect(await titles()).toEqual(['map begins', 'map: Each is done', 'map succeeded']);
  });

  test('that loop are told of to a bound', async () => {
    await open();
    const States = {
      Spin: { Type: 'Pass', Next: 'Again' },
      Again: {
        Type: 'Choice',
        Choices: [{ Variable: '$$.State.EnteredTime', IsPresent: false, Next: 'Done' }],
        Default: 'Spin',
      },
      Done: { Type: 'Succeed' },
    };
    await runs('loop', { type: 'FULL_EXECUTION', targets: target }, { StartAt: 'Spin', States });
    const { length } = await log();
    expect(length).toBeGreaterThan(100);
    expect(length).toBeLessThan(300);
  });
});

describe('routes', () => {
  const tell = async (level: Message['level'], more: JsonObject = {}): Promise<string[]> => {
    const message = it.message({ level, ...more } as Partial<Message>);
    const numbers = await it.notify({ message, pipeline: 'county-alpine', owner: 'Ada' });
    const rows = await log();
    return numbers.map((number) => rows.find((row) => row.number === number)?.channel ?? '');
  };

  test('choose the first that fits, go on with `and`, and end in the outbox', async () => {
    await open({
      channels: { hook: HOOK, slack: SLACK, other: HOOK },
      notify: [
        { when: { levels: ['critical'] }, channels: ['hook'], and: true },
        { when: { tags: { County: 'ALPINE' } }, channels: ['slack'] },
        {
          when: { pipelines: ['county-*'], owners: ['ada'], kinds: ['opened'] },
          channels: ['other'],
        },
      ],
    });
    expect(await tell('critical')).toEqual(['hook', 'other']);
    expect(await tell('critical', { tags: { county: 'alpine' } })).toEqual(['hook', 'slack']);
    expect(await tell('info')).toEqual(['other']);
    expect(await tell('info', { kind: 'resolved' })).toEqual(['outbox']);
  });

  test('to a channel that is gone lead to the outbox, which says why', async () => {
    await open({ notify: [{ channels: ['gone'] }] });
    expect(await tell('info')).toEqual(['outbox']);
    expect(await log()).toMatchObject([{ words: 'team parcels has no channel "gone": kept here' }]);
  });

  test('take the words of the team, and no template in a value', async () => {
    await open({
      templates: { default: { title: '[{{team}}] {{title}} {{fact.owner}} {{tag.county}}' } },
    });
    await it.notify({
      message: it.message({
        title: '{{text}} {{constructor}}',
        tags: { county: 'alpine' },
        facts: [{ name: 'Owner', value: 'Ada' }],
      }),
    });
    expect(await titles()).toEqual(['[parcels] {{text}} {{constructor}} Ada alpine']);
  });

  test('of a file with mistakes go on, and of one that is gone are gone', async () => {
    await open({ channels: { hook: HOOK }, notify: [{ channels: ['hook'] }] });
    const { notifications } = it.timed.engine;
    expect(await notifications.declare([], ['team.yaml'])).toEqual([]);
    expect(await tell('info')).toEqual(['hook']);
    const second = { file: 'z.yaml', team: 'parcels', sections: { notify: [] } };
    expect(await notifications.declare([second], ['team.yaml'])).toMatchObject([
      { file: 'z.yaml', problem: expect.stringContaining('is said in team.yaml already') },
    ]);
    await notifications.declare([], []);
    expect(await tell('info')).toEqual(['outbox']);
  });
});

describe('a channel', () => {
  const HOOKED = { channels: { hook: HOOK }, notify: [{ channels: ['hook'] }] };
  const SLACKED = { channels: { slack: SLACK }, notify: [{ channels: ['slack'] }] };

  test('tells a thread in order: what comes later waits until the earlier is there', async () => {
    await open(HOOKED);
    let left = 2;
    sink.answer = ({ json }) => (json.thread === 'a' && left-- > 0 ? DOWN : { ...OK });
    for (const key of ['a1', 'a2', 'b1']) {
      await it.notify({ message: it.message({ key, thread: key[0] as string }) });
    }
    await it.timed.pass(100);
    expect(sink.keys()).toEqual(['a1', 'b1']);
    await it.timed.pass(10 * SECOND);
    expect(sink.keys()).toEqual(['a1', 'b1', 'a1', 'a1', 'a2']);
    expect(await statuses()).toEqual({ DELIVERED: 3 });
  });

  test('is left alone for as long as it asks', async () => {
    await open(HOOKED);
    sink.answer = () => ({ ...OK, status: 429, headers: { 'retry-after': '90' } });
    await it.notify({ message: it.message({ key: 'one' }) });
    await it.notify({ message: it.message({ key: 'two', thread: 'other' }) });
    await it.timed.settled();
    const before = sink.sent.length;
    sink.answer = () => OK;
    await it.timed.pass(89 * SECOND);
    expect(sink.sent.length).toBe(before);
    await it.timed.pass(2 * SECOND);
    expect(await statuses()).toEqual({ DELIVERED: 2 });
  });

  test('that refuses is not asked again, and fails until something arrives', async () => {
    await open(HOOKED);
    sink.answer = () => ({ ...OK, status: 410, body: 'gone' });
    const [number = 0] = await it.notify({ message: it.message({ key: 'one' }) });
    await it.timed.pass(HOUR);
    expect(sink.keys()).toEqual(['one']);
    expect(await log()).toMatchObject([
      { status: 'DEAD', tries: 1, error: 'it answered 410: gone' },
    ]);
    expect(it.changes).toMatchObject([
      { channel: 'hook', state: 'failing', error: 'it answered 410: gone' },
    ]);
    sink.answer = () => OK;
    await it.timed.engine.notifications.retry(PARCELS, number);
    await it.timed.settled();
    expect(sink.keys()).toEqual(['one', 'one']);
    expect(await log()).toMatchObject([{ status: 'DELIVERED' }]);
    expect(it.changes.map(({ state }) => state)).toEqual(['failing', 'working']);
    const again = it.timed.engine.notifications.retry(PARCELS, number);
    await expect(again).rejects.toMatchObject({ kind: 'DeliveryEnded' });
  });

  test('that fails for a quarter of an hour is told of, and gives nothing up for a day', async () => {
    await open(HOOKED);
    sink.answer = () => DOWN;
    await it.notify({ message: it.message({ key: 'one' }) });
    await it.timed.pass(14 * MINUTE);
    expect(it.changes).toEqual([]);
    await it.timed.pass(3 * MINUTE);
    expect(it.changes).toMatchObject([
      { state: 'failing', error: 'it cannot be reached: ECONNREFUSED' },
    ]);
    await it.timed.pass(23 * HOUR);
    expect(await statuses()).toEqual({ PENDING: 1 });
    await it.timed.pass(HOUR);
    expect(await statuses()).toEqual({ DEAD: 1 });
  }, 180_000);

  test('with one message that it never takes takes all others', async () => {
    await open(HOOKED);
    sink.answer = ({ json }) => (json.key === 'poison' ? { ...OK, status: 500 } : OK);
    await it.notify({ message: it.message({ key: 'poison', thread: 'p' }) });
    for (let at = 0; at < 50; at += 1) {
      await it.notify({ message: it.message({ key: `m${at}`, thread: `t${at}` }) });
    }
    await it.timed.pass(30 * SECOND);
    expect(await statuses()).toEqual({ DELIVERED: 50, PENDING: 1 });
    expect(it.changes).toEqual([]);
  });

  test('whose secret is not set says so, and sends when it is', async () => {
    await open({
      channels: { hook: { ...HOOK, secret: { secret: 'LATER' } } },
      notify: [{ channels: ['hook'] }],
    });
    await it.notify({ message: it.message({}) });
    await it.timed.settled();
    expect(sink.sent).toEqual([]);
    expect(await it.timed.engine.notifications.channels(PARCELS)).toMatchObject([
      {},
      { name: 'hook', problem: 'secret LATER is not set', error: 'secret LATER is not set' },
    ]);
    await it.declare({ ...HOOKED });
    await it.timed.pass(2 * SECOND);
    expect(await statuses()).toEqual({ DELIVERED: 1 });
  });

  test('is told a storm as one message, after the first', async () => {
    await open(SLACKED);
    await it.notifyAll(
      Array.from({ length: 60 }, (_, at) =>
        it.message({
          key: `k${at}`,
          thread: `t${at}`,
          level: at % 2 === 0 ? 'critical' : 'good',
          title: `m${at}`,
        }),
      ),
    );
    await it.timed.pass(5 * SECOND);
    const texts = sink.sent.map(({ json }) => json.text);
    expect(texts).toEqual(['🔴 m0', '🔴 59 messages: 29 critical, 30 good']);
    expect(await statuses()).toEqual({ DELIVERED: 2, FOLDED: 59 });
    const [last] = (await log()).filter(({ status }) => status === 'FOLDED');
    const summary = (await log()).find(({ number }) => number === last?.summary);
    expect(summary).toMatchObject({ kind: 'summary', status: 'DELIVERED' });
    await it.notify({ message: it.message({ title: 'after', thread: 't59' }) });
    await it.timed.pass(2 * SECOND);
    expect(sink.sent.at(-1)?.json.text).toBe('🔴 after');
  });

  test('tells its answers no secret', async () => {
    await open(SLACKED);
    sink.answer = ({ url }) => ({ ...OK, status: 500, body: `no such hook ${url}` });
    await it.notify({ message: it.message({ key: 'one' }) });
    await it.timed.settled();
    expect(JSON.stringify(await log())).not.toContain('canary');
    expect(JSON.stringify(await it.timed.engine.notifications.channels(PARCELS))).not.toContain(
      'canary',
    );
  });

  test('is told no faster than it takes', async () => {
    await open(SLACKED);
    await it.notifyAll(
      Array.from({ length: 10 }, (_, at) => it.message({ key: `k${at}`, thread: `t${at}` })),
    );
    await it.timed.pass(4_500);
    expect(sink.sent.length).toBe(5);
  });

  test('goes on after a crash with what was not told, and tells nothing twice', async () => {
    await open(HOOKED);
    sink.answer = () => DOWN;
    await it.notify({ message: it.message({ key: 'one', thread: 'x' }) });
    await it.notify({ message: it.message({ key: 'two', thread: 'x' }) });
    await it.timed.settled();
    sink.sent.length = 0;
    sink.answer = () => OK;
    await it.timed.crash();
    await it.timed.pass(2 * SECOND);
    expect(sink.keys()).toEqual(['one', 'two']);
    sink.sent.length = 0;
    await it.timed.crash();
    await it.timed.pass(HOUR);
    expect(sink.sent).toEqual([]);
  });
});

const OK: ChannelAnswer = { type: 'answered', status: 200, headers: {}, body: 'ok' };
