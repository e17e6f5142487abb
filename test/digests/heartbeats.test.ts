/**
 * Who watches the watcher: on the real engine with a clock that the test moves.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { ChannelAnswer, ChannelPorts, ChannelRequest } from '../../src/channels/channel.js';
import { loopProblem } from '../../src/engine/features/heartbeats/heartbeat.js';
import {
  scheduleProblem,
  type WatchedSchedule,
} from '../../src/engine/features/heartbeats/heartbeats.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedConfig, type TimedEngine } from '../support/timed-engine.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PARCELS = ofTeam('parcels');
const HOOK = { hook: { type: 'webhook', url: 'https://hook.example/in' } };

let it: TimedEngine;
let isOpen = false;
afterEach(async () => {
  if (isOpen) await it.close();
  isOpen = false;
});

/** Notes what goes out, and answers as the test says. */
class Outside implements ChannelPorts {
  readonly asked: ChannelRequest[] = [];
  answer: ChannelAnswer = { type: 'answered', status: 200, headers: {}, body: '' };
  async http(request: ChannelRequest): Promise<ChannelAnswer> {
    this.asked.push(request);
    return this.answer;
  }
  async mail(): ReturnType<ChannelPorts['mail']> {
    return { type: 'refused', error: 'this test sends no mail' };
  }
  async aws(): ReturnType<ChannelPorts['aws']> {
    return { type: 'refused', error: 'this test asks no AWS' };
  }
  pings(): string[] {
    const ours = this.asked.filter(({ url }) => url.startsWith('https://dead.example'));
    return ours.map(({ method, url, body = '' }) => `${method} ${new URL(url).pathname} ${body}`);
  }
}

async function open(config: TimedConfig = {}): Promise<void> {
  it = await openTimedEngine(config);
  isOpen = true;
}
const channels = (sections: object): Promise<unknown> =>
  it.engine.notifications.declare(
    [{ file: 'team.yaml', team: 'parcels', sections: sections as never }],
    [],
  );

describe('parts', () => {
  test('say when they were woken last and are due next, and that nothing is wrong', async () => {
    await open();
    await it.trigger('nightly', { schedule: { hour: 3 } }, 'parcels');
    await it.pass(4 * HOUR);
    const beats = it.engine.heartbeats.list();
    expect(beats.map(({ part }) => part)).toEqual([
      ...['turns', 'schedules', 'events', 'expectations', 'monitors', 'incidents'],
      ...['notifications', 'digests', 'retention'],
    ]);
    expect(beats.find(({ part }) => part === 'schedules')).toEqual({
      part: 'schedules',
      lastAt: Date.parse('2026-11-20T03:00:00Z'),
      nextAt: Date.parse('2026-11-21T03:00:00Z'),
    });
    expect(it.engine.heartbeats.degraded()).toEqual([]);
  });

  test('that should have been woken long ago are behind, until they have caught up', async () => {
    await open();
    await it.trigger('nightly', { schedule: { hour: 3 } }, 'parcels');
    it.clock.jump(3 * HOUR + 5 * MINUTE);
    expect(it.engine.heartbeats.degraded()).toContain('schedules: it is 5 min behind');
    await it.pass(MINUTE);
    expect(it.engine.heartbeats.degraded()).toEqual([]);
  });

  test('of a full disk, a store that fails and a turn that hangs are told', () => {
    const well = { state: 'running', isFull: false, turning: 14_000 } as const;
    expect(loopProblem(well)).toBeUndefined();
    expect(loopProblem({ ...well, turning: 40_000 })).toBe('one turn has been running for 40 s');
    expect(loopProblem({ ...well, isFull: true })).toBe('the disk is full');
    expect(loopProblem({ ...well, state: 'paused' })).toMatch(/does not take/);
    expect(loopProblem({ ...well, state: 'ended' })).toMatch(/nothing is written/);
  });

  test('that send are degraded while a channel reaches nobody, without its name', async () => {
    const outside = new Outside();
    outside.answer = { type: 'answered', status: 404, headers: {}, body: '' };
    await open({ notifications: { ports: outside } });
    await channels({ channels: HOOK });
    await it.engine.notifications.test(PARCELS, 'hook');
    await it.pass(20 * MINUTE);
    expect(it.engine.heartbeats.degraded()).toEqual(['notifications: 1 channel does not deliver']);
  });
});

describe('the outside service', () => {
  const deadMan = { url: 'https://dead.example/ping/a-secret-name' };

  test('is asked every minute while all is well, and hears nothing of a server that is closed', async () => {
    const outside = new Outside();
    await open({ deadMan, notifications: { ports: outside } });
    await it.pass(5 * MINUTE);
    expect(outside.pings()).toEqual(Array(6).fill('GET /ping/a-secret-name '));
    await it.stop();
    await it.pass(5 * MINUTE);
    expect(outside.pings()).toHaveLength(6);
    await it.open();
  });

  test('is told what is wrong instead, and that it is over', async () => {
    const outside = new Outside();
    await open({ deadMan, notifications: { ports: outside } });
    await channels({ channels: HOOK });
    await it.pass(MINUTE);
    outside.answer = { type: 'answered', status: 404, headers: {}, body: '' };
    await it.engine.notifications.test(PARCELS, 'hook');
    await it.pass(MINUTE);
    expect(outside.pings().at(-1)).toBe(
      'POST /ping/a-secret-name/fail notifications: 1 channel does not deliver',
    );
    expect(it.engine.heartbeats.degraded()).toContain(
      'dead-man: the outside service does not answer',
    );
    expect(JSON.stringify(it.engine.heartbeats.list())).not.toContain('a-secret-name');
    outside.answer = { type: 'answered', status: 200, headers: {}, body: '' };
    await it.engine.notifications.test(PARCELS, 'hook');
    await it.pass(2 * MINUTE);
    expect(outside.pings().at(-1)).toBe('GET /ping/a-secret-name ');
    expect(it.engine.heartbeats.degraded()).toEqual([]);
  });
});

describe('what is set up and does not work', () => {
  test('a channel that never delivered is told in the digest after a day, also over a restart', async () => {
    await open();
    await channels({ channels: HOOK });
    await it.pass(HOUR);
    const words = async () => (await it.engine.digests.now(PARCELS, { since: DAY })).watcher;
    expect(await words()).toEqual([]);
    await it.crash();
    await it.pass(DAY);
    expect(await words()).toEqual([
      'channel hook of parcels has never delivered anything since 2026-11-20',
    ]);
    expect((await it.engine.digests.now(ofTeam('claims'), { since: DAY })).watcher).toEqual([]);
  });

  test('a schedule that will never start anything again is an incident, and good once it does', async () => {
    await open({ start: '2026-12-31T20:00:00Z' });
    await it.trigger('leap', { schedule: { cron: 'cron(0 3 1 1 ? 2027)' } }, 'parcels');
    await it.pass(2 * HOUR);
    expect((await it.engine.incidents.list(PARCELS)).items).toEqual([]);
    await it.pass(DAY);
    const { items } = await it.engine.incidents.list(PARCELS);
    expect(items).toMatchObject([
      { title: 'schedule leap does not work', last: { kind: 'broken' }, status: 'OPEN' },
    ]);
    await it.trigger('leap', { schedule: { hour: 3 } }, 'parcels');
    await it.pass(2 * HOUR);
    const { items: after } = await it.engine.incidents.list(EVERYTHING, { status: 'RESOLVED' });
    expect(after).toMatchObject([{ title: expect.stringContaining('schedule leap') }]);
  });

  test('is told of schedules by what they say', () => {
    const at = 1_000_000_000;
    const schedule: WatchedSchedule = {
      ...{ team: 'parcels', name: 'nightly', kind: 'api', expression: 'rate(1 hour)' },
      ...{ state: 'ENABLED', next: [{ start: at + HOUR }] },
    };
    expect(scheduleProblem(schedule, at)).toBeUndefined();
    expect(scheduleProblem({ ...schedule, next: [] }, at)).toMatch(/never start/);
    expect(
      scheduleProblem({ ...schedule, next: [], expression: 'at(2026-01-01T00:00:00)' }, at),
    ).toBe(undefined);
    expect(scheduleProblem({ ...schedule, next: [{ start: at - HOUR }] }, at)).toMatch(
      /60 minutes/,
    );
    expect(scheduleProblem({ ...schedule, next: [], state: 'DISABLED' }, at)).toBeUndefined();
    const failure = { reason: 'no such machine', count: 3 };
    expect(scheduleProblem({ ...schedule, failure }, at)).toBe(
      'its last start failed: no such machine',
    );
  });
});
