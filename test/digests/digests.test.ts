/**
 * What teams are told in the morning: on the real engine with a clock that the test moves.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { Json } from '../../src/asl/json.js';
import type { DeliveryRow } from '../../src/engine/features/notifications/notification-tables.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { ownSubject } from '../../src/monitoring/subject.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PARCELS = ofTeam('parcels');
const FAILING = {
  StartAt: 'Load',
  States: { Load: { Type: 'Fail', Error: 'NoDisk', Cause: 'the disk is full' } },
};

let it: TimedEngine;
afterEach(() => it.close());

async function open(digest: Json, people: Json = {}, start = '2026-11-20T00:00:00Z') {
  it = await openTimedEngine({ start });
  await declare(digest, people);
}

async function declare(digest: Json, people: Json = {}): Promise<void> {
  const sections = { digest, people } as { [name: string]: Json };
  await it.engine.incidents.declare([{ file: 'team.yaml', team: 'parcels', sections }], []);
  await it.engine.digests.declare([{ file: 'team.yaml', team: 'parcels', sections }], []);
  await it.settled();
}

/** When digests were told, and under which titles; the oldest first. */
async function told(): Promise<DeliveryRow[]> {
  const { items } = await it.engine.notifications.deliveries(EVERYTHING, { limit: 1000 });
  return items.filter(({ kind }) => kind === 'digest').toReversed();
}
const times = async (): Promise<string[]> =>
  (await told()).map(({ createdAt }) => new Date(createdAt).toISOString().slice(0, 16));

async function run(name: string, definition?: object): Promise<void> {
  await it.deploy(
    name,
    {},
    { team: 'parcels', ...(definition === undefined ? {} : { definition }) },
  );
  await it.engine.executions.start(PARCELS, { pipeline: name, input: {} });
  await it.settled();
}

async function report(name: string, tags: { [tag: string]: string }, more: object = {}) {
  const subject = ownSubject(
    { account: '000000000000', region: 'local' },
    'check',
    'parcels',
    name,
  );
  await it.engine.checks.report(PARCELS, { subject, tags, status: 'OK', ...more });
  await it.settled();
}

describe('a digest', () => {
  test('comes once a day at its hour by the clocks of its zone, and tells what happened', async () => {
    await open({ at: '08:00', timezone: 'Europe/Berlin' });
    await run('alpine');
    await run('birch', FAILING);
    await it.pass(3 * DAY);
    expect(await times()).toEqual(['2026-11-20T07:00', '2026-11-21T07:00', '2026-11-22T07:00']);
    const [first, second] = await told();
    expect(first?.message).toMatchObject({
      kind: 'digest',
      level: 'critical',
      title: "parcels: 1 failure in 2 executions, 1 incident open (1 nobody's)",
    });
    expect(first?.message.text).toContain('birch (parcels): 1 failure, 0 warnings');
    expect(first?.message.text).toContain('error: failed: NoDisk: the disk is full');
    expect(first?.message.html).toContain('failed: NoDisk: the disk is full');
    expect(second?.message.title).toBe(
      "parcels: all good in 0 executions, 1 incident open (1 nobody's)",
    );
  });

  test('is only of what has the tags that it asks for', async () => {
    await open([
      { at: '08:00', to: ['outbox'], only: { County: ['ALPINE', 'butte'] } },
      { at: '08:00', to: ['outbox'], only: { county: 'colusa' }, empty: 'skip' },
      { at: '08:00', to: ['outbox'] },
    ]);
    await report('a', { county: 'alpine' }, { status: 'CRITICAL', cause: 'no disk' });
    await report('b', { county: 'Butte' });
    await report('c', {}, { status: 'CRITICAL', cause: 'no wire' });
    await it.pass(10 * HOUR);
    const titles = (await told()).map(({ message }) => message.title);
    expect(titles.map((title) => title.split(',')[0])).toEqual([
      'parcels: 1 failure in 2 executions',
      'parcels: 2 failures in 3 executions',
    ]);
    expect((await told())[0]?.message.text).not.toContain('no wire');
  });

  test('comes by the clocks of each person, and leaves out days that it is not for', async () => {
    await open(
      { at: '08:00', days: 'weekdays', to: ['ana', 'ben'] },
      { ana: { timezone: 'America/New_York' }, ben: { timezone: 'Asia/Tokyo' } },
    );
    await it.pass(4 * DAY);
    // 2026-11-20 is a Friday.
    expect(await times()).toEqual([
      ...['2026-11-20T13:00', '2026-11-22T23:00', '2026-11-23T13:00', '2026-11-23T23:00'],
    ]);
    expect((await told()).map(({ people }) => people)).toEqual([
      ['ana'],
      ['ben'],
      ['ana'],
      ['ben'],
    ]);
  });

  test('keeps its hour when the clocks are set, also where they skip it', async () => {
    await open({ at: '02:30', timezone: 'Europe/Berlin' }, {}, '2027-03-27T00:00:00Z');
    await it.pass(3 * DAY);
    expect(await times()).toEqual(['2027-03-27T01:30', '2027-03-28T01:00', '2027-03-29T00:30']);
  });

  test('after days without a server is one, late, and says so; its window begins where the last one ended', async () => {
    await open({ at: '08:00' });
    await it.pass(9 * HOUR);
    await it.stop();
    it.clock.jump(3 * DAY + 2 * HOUR);
    await it.open();
    await it.pass(HOUR);
    expect(await times()).toEqual(['2026-11-20T08:00', '2026-11-23T11:00']);
    const [, late] = await told();
    expect(late?.message.title).toBe('parcels: late digest: nothing happened');
    expect(late?.message.text).toContain(
      'one was due at 2026-11-21 08:00 UTC, and 2 more since then',
    );
    expect(late?.message.text).toContain('2026-11-20 08:00 to 2026-11-23 11:00 UTC');
    await it.pass(DAY);
    expect(await times()).toHaveLength(3);
  });

  test('is told once though the server dies right after it, and though its hour is changed on the day', async () => {
    await open({ at: '08:00' });
    await it.pass(8 * HOUR);
    expect(await times()).toHaveLength(1);
    await it.crash();
    await it.pass(HOUR);
    await declare({ at: '10:00' });
    await it.pass(3 * HOUR);
    expect(await times()).toEqual(['2026-11-20T08:00']);
    await it.pass(DAY);
    expect(await times()).toEqual(['2026-11-20T08:00', '2026-11-21T10:00']);
  });

  test.each([1, 2, 3])(
    'is told once a day though the server dies again and again around its hour (seed %i)',
    async (seed) => {
      await open({ at: '08:00', to: ['outbox', 'ana'] }, { ana: {} });
      let state = seed;
      const next = (most: number): number => {
        state = (state * 48_271) % 2_147_483_647;
        return state % most;
      };
      await it.pass(8 * HOUR - 60_000);
      for (let day = 0; day < 4; day += 1) {
        for (let death = 0; death < 3; death += 1) {
          await it.pass(next(45_000));
          // At times in the middle of it: the alarm has rung and nothing has settled.
          if (next(2) === 0) it.clock.jump(next(40_000));
          await it.crash();
        }
        await it.pass(DAY - (it.clock.now() % DAY) + 8 * HOUR - 60_000);
      }
      const days = (await told()).map(
        ({ createdAt, people = [] }) =>
          `${new Date(createdAt).toISOString().slice(0, 10)} ${people.join()}`,
      );
      expect(new Set(days).size).toBe(days.length);
      expect(days).toHaveLength(8);
    },
  );

  test('in which there is nothing is left out where the team wants that, and the day counts all the same', async () => {
    await open({ at: '08:00', empty: 'skip' });
    await it.pass(9 * HOUR);
    expect(await times()).toEqual([]);
    await run('alpine');
    await it.pass(DAY);
    expect(await times()).toEqual(['2026-11-21T08:00']);
  });

  test('that nobody asks for any longer does not come', async () => {
    await open({ at: '08:00' });
    await it.engine.digests.declare([], []);
    await it.pass(2 * DAY);
    expect(await times()).toEqual([]);
  });

  test('goes on as it was while its file has mistakes', async () => {
    await open({ at: '08:00' });
    await it.engine.digests.declare([], ['team.yaml']);
    await it.pass(DAY);
    expect(await times()).toEqual(['2026-11-20T08:00']);
  });
});

describe('the digest of now', () => {
  const now = (group?: string) =>
    it.engine.digests.now(PARCELS, { since: DAY, ...(group === undefined ? {} : { group }) });

  test('puts things together by a tag, and tells what came only after a retry or brought nothing', async () => {
    await open([]);
    await report('load', { county: 'Alpine' });
    await report('load', { county: 'Birch' }, { status: 'CRITICAL', cause: 'x'.repeat(300) });
    await report('load', { county: 'Birch' }, { status: 'WARNING', cause: 'no new data: 0 rows' });
    await report('scan', {});
    const digest = await now('county');
    expect(digest.sums).toEqual([
      { group: 'Alpine', service: 'check', executions: 1, successes: 1, failures: 0, warnings: 0 },
      { group: 'Birch', service: 'check', executions: 2, successes: 1, failures: 1, warnings: 1 },
      ...[{ group: 'no county', service: 'check', executions: 1, successes: 1 }].map((one) => ({
        ...one,
        failures: 0,
        warnings: 0,
      })),
    ]);
    expect(digest.lines).toMatchObject([{ group: 'Birch', name: 'load' }]);
    const [{ comments }] = digest.lines as [(typeof digest.lines)[0]];
    expect(comments).toMatchObject([
      { level: 'error', text: `${'x'.repeat(99)}…` },
      { level: 'warning', text: 'no new data: 0 rows' },
    ]);
    expect(digest.good).toBe(2);
  });

  test('leaves out what was before its window, and whatever is of other teams', async () => {
    await open([]);
    await report('old', {});
    await it.pass(2 * DAY);
    await it.deploy('theirs', {}, { team: 'claims', definition: FAILING });
    await it.engine.executions.start(ofTeam('claims'), { pipeline: 'theirs', input: {} });
    await it.settled();
    expect(await now()).toMatchObject({ sums: [], lines: [], incidents: [] });
    const all = await it.engine.digests.now(EVERYTHING, { since: DAY });
    expect(all.lines).toMatchObject([{ team: 'claims', name: 'theirs', failures: 1 }]);
  });

  test('warns of what came too late, and counts too few runs as a failure', async () => {
    await open([]);
    const expect_ = ['at least 2 runs per day', 'finishes by 06:00'];
    await it.deploy('alpine', { expect: expect_ }, { team: 'parcels' });
    await it.pass(DAY + HOUR);
    const { lines } = await now();
    expect(lines).toMatchObject([{ name: 'alpine', executions: 0, failures: 1, warnings: 1 }]);
    expect(lines[0]?.comments.map(({ level }) => level)).toEqual(['error', 'warning']);
  });

  test('names first what nobody owns, and what is put off for more than two days', async () => {
    await open([]);
    await run('birch', FAILING);
    const at = it.clock.now();
    await it.engine.incidents.act(PARCELS, 1, { type: 'snooze', until: at + 5 * DAY }, 'ana');
    await it.pass(DAY);
    expect((await now()).incidents).toMatchObject([{ number: 1, name: 'birch' }]);
    expect((await now()).incidents[0]).not.toHaveProperty('snoozedSince');
    await it.pass(2 * DAY);
    expect((await now()).incidents).toMatchObject([{ number: 1, snoozedSince: at }]);
    expect((await now()).text).toContain('snoozed for 3 days');
  });

  test('shows names and errors of others as text, in HTML too', async () => {
    await open([]);
    await report(
      '<img src=x onerror=alert(1)>',
      { county: '</table><script>' },
      {
        status: 'CRITICAL',
        cause: '"><a href="https://evil.example">click</a>\r\nBcc: x',
      },
    );
    const { html, text } = await now('county');
    expect(html).not.toMatch(/<script|<img|evil\.example">/);
    expect(html).toContain('&lt;img src=x');
    expect(text).not.toContain('\r');
  });

  test('stays below 100 KB and 7,500 characters, and says how much is left out', async () => {
    await open([]);
    for (let i = 0; i < 400; i += 1) {
      await report(`load-${i}`, {}, { status: 'CRITICAL', cause: `${i} ${'ä'.repeat(200)}` });
    }
    const { html, text, lines } = await now();
    expect(lines).toHaveLength(400);
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(100_000);
    expect(text.length).toBeLessThanOrEqual(7_500);
    expect(html).toMatch(/and \d+ more/);
    expect(text).toMatch(/and \d+ more/);
  });

  test('is sent to everybody whom the file names, and the daily one comes as ever', async () => {
    await open(
      [
        { at: '08:00', to: ['ana'] },
        { at: '08:00', to: ['outbox'] },
      ],
      { ana: {} },
    );
    expect(await it.engine.digests.send(PARCELS, { since: DAY })).toBe(2);
    expect(await told()).toHaveLength(2);
    await it.pass(DAY);
    expect(await told()).toHaveLength(4);
  });
});
