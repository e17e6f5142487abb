/**
 * What teams are told, by which channels and when: on the real engine with a clock that the test moves.
 */
import { afterEach, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/asl/json.js';
import type { Message } from '../../src/channels/message.js';
import type { Notifications } from '../../src/engine/features/notifications/notifications.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { CommandedPorts, DOWN } from './channel-ports.js';

let timed: TimedEngine;
let sink: CommandedPorts;
afterEach(() => timed.close());

const HOOK = { type: 'webhook', url: 'https://hook.example/in' };

async function open(sections: { readonly [name: string]: Json } = {}): Promise<void> {
  sink = new CommandedPorts();
  timed = await openTimedEngine({
    notifications: {
      ports: sink,
      secretOf: (_, name) => (name === 'KNOWN' ? 'x'.repeat(20) : undefined),
    },
  });
  await declare(sections);
}

async function declare(sections: { readonly [name: string]: Json }): Promise<void> {
  await timed.engine.notifications.declare([{ file: 'team.yaml', team: 'parcels', sections }], []);
}

const FAILING = {
  StartAt: 'Load',
  States: { Load: { Type: 'Fail', Error: 'NoDisk', Cause: 'the disk is full' } },
};

async function fails(name: string, rules: JsonObject): Promise<void> {
  await timed.deploy(name, { notifications: rules }, { team: 'parcels', definition: FAILING });
  await timed.engine.executions.start(ofTeam('parcels'), { pipeline: name, input: {} });
  await timed.settled();
}

const log = async () => (await timed.engine.notifications.deliveries(EVERYTHING)).items;

test('a team without any channel finds in its outbox what would have been sent', async () => {
  await open();
  await fails('orders', { type: 'FAILED', targets: [{ channel: 'SLACK', addresses: ['data'] }] });
  expect(await log()).toMatchObject([
    {
      channel: 'outbox',
      status: 'DELIVERED',
      words: 'team parcels has no channel of type slack for data: kept here',
      message: {
        title: 'orders failed',
        text: 'failed: NoDisk: the disk is full',
        level: 'critical',
      },
    },
  ]);
  expect(sink.sent).toEqual([]);
});

test('a failed execution is told by the channel that its pipeline names', async () => {
  await open({ channels: { hook: HOOK } });
  await fails('orders', { type: 'FAILED', targets: [{ channel: 'WEBHOOK', addresses: ['hook'] }] });
  expect(sink.sent).toMatchObject([{ url: HOOK.url, json: { title: 'orders failed' } }]);
  expect(await log()).toMatchObject([{ channel: 'hook', status: 'DELIVERED', tries: 0 }]);
  expect(timed.engine.notifications.channels(ofTeam('parcels'))).toMatchObject([
    { name: 'outbox', state: 'unused' },
    { name: 'hook', state: 'working', file: 'team.yaml' },
  ]);
});
