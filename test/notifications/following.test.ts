/**
 * Tickets that are closed over there acknowledge here: on the real engine with a clock that the test moves, and real requests.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { createChannelPorts } from '../../src/engine/adapters/channels/channel-ports.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openSink, type Sink } from '../channels/sinks.js';
import { githubServer, type Kept, type StandIn } from '../channels/trackers.js';
import { Notifier, PARCELS } from './notifier.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FAILING = { StartAt: 'Load', States: { Load: { Type: 'Fail', Error: 'NoDisk' } } };

let it: Notifier;
let there: StandIn;
let sink: Sink;
afterEach(() => it.close());

async function open(more: object = {}): Promise<void> {
  there = githubServer();
  sink = await openSink(there.service);
  it = await Notifier.open(
    { ports: createChannelPorts({ allowPrivateAddresses: ['127.0.0.1'] }) },
    { TOKEN: 'canary-token' },
  );
  const github = {
    ...{ type: 'github', url: sink.url, repository: 'acme/data', token: { secret: 'TOKEN' } },
    ...more,
  };
  await it.declare({ channels: { github }, notify: [{ channels: ['github'] }] });
}

async function fails(name: string): Promise<void> {
  await it.timed.deploy(name, {}, { team: 'parcels', definition: FAILING });
  await it.timed.engine.executions.start(PARCELS, { pipeline: name, input: {} });
  await it.timed.settled();
  // A message waits a moment, so that a cause has one.
  await it.timed.pass(MINUTE);
}

const incident = async () => await it.timed.engine.incidents.describe(EVERYTHING, 1);
/** Looks at issues, not the lists of them. */
const looks = (): number =>
  sink.received.filter(({ method, path }) => method === 'GET' && /\/\d+$/.test(path)).length;
const only = (): Kept => {
  expect(there.all).toHaveLength(1);
  return there.all[0] as Kept;
};

describe('a ticket that is closed over there', () => {
  test('acknowledges its incident, and is not asked about any more', async () => {
    await open();
    await fails('orders');
    expect(only().title).toContain('orders failed');
    expect(await incident()).toMatchObject({ status: 'OPEN' });
    only().isClosed = true;
    await it.timed.pass(3 * MINUTE);
    expect(await incident()).toMatchObject({
      status: 'ACKNOWLEDGED',
      acknowledgedBy: 'github (#12)',
    });
    await it.timed.pass(10 * MINUTE);
    const before = looks();
    await it.timed.pass(HOUR);
    expect(looks()).toBe(before);
  });

  test('acknowledges its incident also when it was closed while the server was down', async () => {
    await open();
    await fails('orders');
    only().isClosed = true;
    await it.timed.crash();
    await it.timed.pass(3 * MINUTE);
    expect(await incident()).toMatchObject({ acknowledgedBy: 'github (#12)' });
  });

  test('says nothing where the channel does not follow its tickets', async () => {
    await open({ follow: false });
    await fails('orders');
    only().isClosed = true;
    await it.timed.pass(HOUR);
    expect(await incident()).toMatchObject({ status: 'OPEN' });
    expect(looks()).toBe(0);
  });
});

describe('a ticket that is open', () => {
  test('is asked about every two minutes, and no more often', async () => {
    await open();
    await fails('orders');
    const before = looks();
    await it.timed.pass(HOUR);
    expect(looks() - before).toBeGreaterThanOrEqual(25);
    expect(looks() - before).toBeLessThanOrEqual(30);
    expect(await incident()).toMatchObject({ status: 'OPEN' });
  });

  test('is asked about less and less while nobody answers', async () => {
    await open();
    await fails('orders');
    there.isDown = true;
    const before = looks();
    await it.timed.pass(6 * HOUR);
    expect(looks() - before).toBeLessThan(15);
  });

  test('that was deleted acknowledges nothing', async () => {
    await open();
    await fails('orders');
    there.tickets.clear();
    await it.timed.pass(HOUR);
    expect(await incident()).toMatchObject({ status: 'OPEN' });
  });
});

test('a thread that is no incident of the team acknowledges none', async () => {
  await open();
  await fails('orders');
  const { engine } = it.timed;
  await it.notify({ message: it.message({ thread: 'incident-99' }), channels: ['github'] });
  await it.notify({ message: it.message({ thread: 'execution-1' }), channels: ['github'] });
  await it.timed.pass(MINUTE);
  for (const one of there.all.slice(1)) one.isClosed = true;
  await it.timed.pass(5 * MINUTE);
  expect(there.all).toHaveLength(3);
  expect((await engine.incidents.describe(EVERYTHING, 1))?.status).toBe('OPEN');
});
