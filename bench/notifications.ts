/**
 * What telling people costs: lists of a million deliveries, and what comes after six hours in which no channel took anything.
 * @module
 */
import type { ChannelAnswer, ChannelPorts } from '../src/channels/channel.js';
import type { Message } from '../src/channels/message.js';
import {
  type DeliveryRow,
  NOTIFICATIONS,
} from '../src/engine/features/notifications/notification-tables.js';
import { EVERYTHING, ofTeam } from '../src/engine/kernel/scope.js';
import { TimedEngine } from '../test/support/timed-engine.js';
import { counted, UnderWay } from '../test/support/under-way.js';
import { report, round } from './load.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OK: ChannelAnswer = { type: 'answered', status: 200, headers: {}, body: 'ok' };
const DOWN: ChannelAnswer = { type: 'unreachable', error: 'simulated' };

function messageOf(index: number, thread: string, at: number): Message {
  return {
    ...{ key: `m-${index}`, thread, kind: 'opened', level: 'critical', team: 'parcels', at },
    ...{ title: `county ${index % 58} failed`, text: 'failed: NoDisk: the disk is full' },
    facts: [{ name: 'Pipeline', value: `p${index % 700}` }],
    links: [{ name: 'Execution', url: `https://millrace.example/e/${index}` }],
    ...{ actions: [], tags: { county: `county-${index % 58}` } },
  };
}

/** @param count deliveries in the store, of 20 teams with 10 channels each */
export async function deliveryLists(count: number): Promise<void> {
  const test = new TimedEngine({ start: '2026-11-20T00:00:00Z' });
  await test.open();
  const filled = performance.now();
  const at = test.clock.now();
  for (let from = 0; from < count; from += 5_000) {
    const rows = Array.from({ length: Math.min(5_000, count - from) }, (_, offset) => {
      const index = from + offset;
      const thread = `incident-${index >> 2}`;
      const row: DeliveryRow = {
        ...{ number: index + 1, team: `team-${index % 20}`, channel: `c${(index >> 5) % 10}` },
        ...{ status: index % 1_000 === 0 ? 'DEAD' : 'DELIVERED', thread, kind: 'opened' },
        ...{ level: 'critical', message: messageOf(index, thread, at), tries: 0 },
        ...{ createdAt: at, queuedAt: at, dueAt: at, endedAt: at, words: 'it answered 200' },
      };
      return { table: NOTIFICATIONS, key: [row.number], row };
    });
    await test.store.commit({ at, executions: [], rows, logs: [] });
  }
  const seconds = round((performance.now() - filled) / 1000, 1);
  report({ bench: 'deliveries filled', deliveries: count, seconds });
  const { notifications } = test.engine;
  const queries: { readonly [name: string]: () => Promise<unknown> } = {
    all: () => notifications.deliveries(EVERYTHING),
    'one team': () => notifications.deliveries(ofTeam('team-7')),
    'one channel': () => notifications.deliveries(ofTeam('team-7'), { channel: 'c3' }),
    'one channel, all teams': () => notifications.deliveries(EVERYTHING, { channel: 'c3' }),
    'given up': () => notifications.deliveries(EVERYTHING, { status: 'DEAD' }),
    'waiting, none': () => notifications.deliveries(ofTeam('team-7'), { status: 'PENDING' }),
    'one thread': () => notifications.deliveries(EVERYTHING, { thread: `incident-${count >> 3}` }),
    'deep page': () => notifications.deliveries(EVERYTHING, { cursor: `deliveries.${count >> 1}` }),
    'the channels': async () => notifications.channels(EVERYTHING),
  };
  for (const [query, ask] of Object.entries(queries)) {
    const times: number[] = [];
    for (let round = 0; round < 60; round += 1) {
      const began = performance.now();
      await ask();
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    report({
      ...{ bench: 'list of deliveries', query, deliveries: count },
      p50_ms: round(times[Math.floor(times.length * 0.5)] ?? 0, 2),
      p95_ms: round(times[Math.floor(times.length * 0.95)] ?? 0, 2),
      goal: 'p95 < 100 ms',
    });
  }
  const restart = performance.now();
  await test.stop();
  await test.open();
  report({
    bench: 'restart',
    deliveries: count,
    seconds: round((performance.now() - restart) / 1000, 2),
  });
  await test.close();
}

/**
 * Six simulated hours in which neither a webhook nor Slack takes anything; then both do.
 * @param count messages that are told meanwhile, of a quarter as many threads
 */
export async function outage(count: number): Promise<void> {
  let isDown = true;
  let tries = 0;
  const arrived: { at: number; key: string; thread: string; url: string }[] = [];
  const underWay = new UnderWay();
  const ports: ChannelPorts = {
    aws: async () => ({ type: 'failed', error: 'no AWS here' }),
    mail: async () => ({ type: 'failed', error: 'no mail here' }),
    async http({ url, body = '' }) {
      tries += 1;
      if (isDown) return DOWN;
      const { key = '', thread = '' } = JSON.parse(body) as { key?: string; thread?: string };
      arrived.push({ at: test.clock.now(), key, thread, url });
      return OK;
    },
  };
  const test = new TimedEngine({
    notifications: { ports: counted(ports, underWay) },
    secretSources: [
      {
        ...{ name: 'the bench', teams: '*' },
        value: async () => 'https://hooks.slack.com/services/T/B/bench',
      },
    ],
  });
  test.clock.awaits(underWay);
  await test.open();
  const { notifications } = test.engine;
  const channels = {
    hook: { type: 'webhook', url: 'https://hook.example/' },
    chat: { type: 'slack', url: { secret: 'SLACK' } },
  };
  const notify = [{ channels: ['hook', 'chat'] }];
  await notifications.declare(
    [{ file: 't.yaml', team: 'parcels', sections: { channels, notify } }],
    [],
  );
  const before = process.cpuUsage();
  const steps = 72;
  for (let step = 0; step < steps; step += 1) {
    const each = Math.ceil(count / steps);
    const notices = Array.from({ length: Math.min(each, count - step * each) }, (_, offset) => {
      const index = step * each + offset;
      return { message: messageOf(index, `t-${index % (count >> 2)}`, test.clock.now()) };
    });
    if (notices.length > 0) await notifications.tell(ofTeam('parcels'), notices);
    await test.pass((6 * HOUR) / steps);
  }
  const triesMeanwhile = tries;
  isDown = false;
  const end = test.clock.now();
  for (let minute = 0; minute < 10; minute += 1) {
    await test.pass(MINUTE);
    const { items } = await notifications.deliveries(EVERYTHING, { status: 'PENDING', limit: 1 });
    if (items.length === 0) break;
  }
  const { user, system } = process.cpuUsage(before);
  const hooked = arrived.filter(({ url }) => url === channels.hook.url);
  const last = new Map<string, number>();
  let disorder = 0;
  for (const { key, thread } of hooked) {
    const index = Number(key.slice(2));
    if (index < (last.get(thread) ?? -1)) disorder += 1;
    last.set(thread, index);
  }
  const after = (url: string): number =>
    round(
      (Math.max(...arrived.filter((one) => one.url === url).map(({ at }) => at)) - end) / 1000,
      1,
    );
  report({
    ...{ bench: 'outage of 6 hours', messages: count, tries_meanwhile: triesMeanwhile },
    ...{ webhook_messages: hooked.length, webhook_seconds: after(channels.hook.url) },
    twice: hooked.length - new Set(hooked.map(({ key }) => key)).size,
    out_of_order: disorder,
    slack_messages: arrived.length - hooked.length,
    slack_seconds: after('https://hooks.slack.com/services/T/B/bench'),
    cpu_seconds: round((user + system) / 1e6, 1),
    goal: 'all within 300 s, in order',
  });
  await test.close();
}
