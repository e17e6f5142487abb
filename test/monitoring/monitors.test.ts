/**
 * Monitors on the real engine and a real file, with a clock that the test moves: what fires, when, that it survives a restart,
 * and that a back-test tells the same.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { ALERT_CHANGES } from '../../src/engine/features/monitors/monitor-tables.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import type { CheckStatus } from '../../src/monitoring/check-result.js';
import { ownSubject } from '../../src/monitoring/subject.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TEAM = ofTeam('default');

let test: TimedEngine;

beforeEach(async () => {
  test = await openTimedEngine({ start: '2026-11-20T00:00:00Z' });
});
afterEach(() => test.remove());

async function put(name: string, definition: JsonObject): Promise<void> {
  await test.engine.monitors.put(TEAM, name, definition);
  await test.settled();
}

async function report(
  name: string,
  status: CheckStatus,
  tags: { [tag: string]: string } = {},
): Promise<void> {
  const { accountId: account, region } = test.engine.arns.identity;
  const subject = ownSubject({ account, region }, 'check', 'default', name);
  await test.engine.checks.report(TEAM, { subject, status, tags, cause: status.toLowerCase() });
  await test.settled();
}

/** All changes of all alerts, the oldest first: `time group type level`. */
async function changes(): Promise<string[]> {
  const { items } = await test.engine.alerts.list(EVERYTHING, { limit: 1000 });
  const all = await Promise.all(
    items.map(({ number }) => test.engine.alerts.describe(EVERYTHING, number)),
  );
  return all
    .flatMap(({ name, changes }) => changes.map((change) => ({ name, ...change })))
    .sort((a, b) => a.number - b.number)
    .map(({ at, name, type, level, notify }) => {
      const when = new Date(at).toISOString().slice(5, 16).replace('T', ' ');
      return `${when} ${name} ${type} ${level}${notify ? '' : ' (muted)'}`;
    });
}

describe('a monitor', () => {
  it('fires after so many failures in a row, and is good again after so many successes', async () => {
    await put('m', { critical: 2, ok: 2, newSource: 0 });
    for (const status of ['CRITICAL', 'OK', 'CRITICAL', 'CRITICAL', 'OK', 'CRITICAL'] as const) {
      await report('permits', status);
      await test.pass(HOUR);
    }
    expect(await changes()).toEqual(['11-20 03:00 permits TRIGGERED CRITICAL']);
    for (const status of ['OK', 'OK'] as const) {
      await report('permits', status);
      await test.pass(HOUR);
    }
    expect((await changes()).slice(1)).toEqual(['11-20 07:00 permits RECOVERED CRITICAL']);
  });

  it('grows worse from WARNING to CRITICAL, and a WARNING does not resolve it', async () => {
    await put('m', { critical: 2, newSource: 0 });
    const told = ['WARNING', 'CRITICAL', 'CRITICAL', 'WARNING', 'UNKNOWN', 'OK'] as const;
    for (const status of told) {
      await report('permits', status);
      await test.pass(HOUR);
    }
    expect(await changes()).toEqual([
      '11-20 00:00 permits TRIGGERED WARNING',
      '11-20 02:00 permits ESCALATED CRITICAL',
      '11-20 05:00 permits RECOVERED CRITICAL',
    ]);
  });

  it('makes one alert a group, which is as bad as the worst of its series', async () => {
    await put('m', { groupBy: 'County', newSource: 0 });
    await report('permits', 'CRITICAL', { county: 'Alpine' });
    await report('parcels', 'OK', { COUNTY: 'alpine' });
    await report('parcels', 'CRITICAL', { COUNTY: 'alpine' });
    await report('parcels', 'OK', { COUNTY: 'alpine' });
    await report('parcels', 'CRITICAL', { county: 'Lake' });
    await report('permits', 'OK', { county: 'Alpine' });
    expect(await changes()).toEqual([
      '11-20 00:00 county: Alpine TRIGGERED CRITICAL',
      '11-20 00:00 county: Lake TRIGGERED CRITICAL',
      '11-20 00:00 county: Alpine RECOVERED CRITICAL',
    ]);
  });

  it('watches what has all tags of its scope and none that is excluded, whatever their case', async () => {
    await put('m', {
      scope: { include: ['County', 'state:CA'], exclude: ['test', 'county:lake'] },
      newSource: 0,
    });
    await report('a', 'CRITICAL', { county: 'Alpine', State: 'ca' });
    await report('b', 'CRITICAL', { county: 'Lake', state: 'ca' });
    await report('c', 'CRITICAL', { county: 'Inyo', state: 'ca', TEST: 'no' });
    await report('d', 'CRITICAL', { county: 'Inyo' });
    expect(await changes()).toEqual(['11-20 00:00 a TRIGGERED CRITICAL']);
  });

  it('counts what is new, and judges it only after the delay', async () => {
    await put('m', {});
    await report('a', 'CRITICAL');
    await report('b', 'CRITICAL');
    await test.pass(MINUTE);
    await report('b', 'OK');
    expect(await changes()).toEqual([]);
    await test.pass(4 * MINUTE + 1);
    expect(await changes()).toEqual(['11-20 00:05 a TRIGGERED CRITICAL']);
  });

  it('tells of no data, which a failure makes worse and only a success ends', async () => {
    await put('m', { critical: 2, newSource: 0 });
    await report('a', 'OK');
    await test.pass(7 * DAY - 1);
    expect(await changes()).toEqual([]);
    await test.pass(DAY);
    await report('a', 'UNKNOWN');
    await report('a', 'CRITICAL');
    await report('a', 'CRITICAL');
    await test.pass(8 * DAY);
    await report('a', 'OK');
    expect(await changes()).toEqual([
      '11-27 00:00 a NO DATA NO DATA',
      '11-27 23:59 a ESCALATED CRITICAL',
      '12-04 23:59 a NO DATA CRITICAL',
      '12-05 23:59 a RECOVERED CRITICAL',
    ]);
  });

  it('is not told while it is muted, and told afterwards when it is still open', async () => {
    await put('m', { newSource: 0, mute: [{ from: '22:00', until: '06:00', days: 'Fri' }] });
    await test.pass(23 * HOUR);
    await report('a', 'CRITICAL');
    await report('b', 'CRITICAL');
    await test.pass(HOUR);
    await report('b', 'OK');
    await test.pass(7 * HOUR);
    await report('a', 'OK');
    expect(await changes()).toEqual([
      '11-20 23:00 a TRIGGERED CRITICAL (muted)',
      '11-20 23:00 b TRIGGERED CRITICAL (muted)',
      '11-21 00:00 b RECOVERED CRITICAL (muted)',
      '11-21 06:00 a UNMUTED CRITICAL',
      '11-21 07:00 a RECOVERED CRITICAL',
    ]);
  });

  it('is told again while it stays open', async () => {
    await put('m', { newSource: 0, renotify: '12 hours' });
    await report('a', 'CRITICAL');
    await test.pass(25 * HOUR);
    await report('a', 'OK');
    await test.pass(25 * HOUR);
    expect((await changes()).map((line) => line.slice(0, 24))).toEqual([
      '11-20 00:00 a TRIGGERED ',
      '11-20 12:00 a RENOTIFIED',
      '11-21 00:00 a RENOTIFIED',
      '11-21 01:00 a RECOVERED ',
    ]);
  });

  it('watches expectations: when one is missing, or late for too long', async () => {
    await put('missing', { on: 'expectations' });
    await put('late', { on: 'expectations', late: '30m', missing: 'never' });
    await test.deploy('a', { expect: [{ that: 'finishes by 02:00', grace: '1 hour' }] });
    await test.pass(4 * HOUR);
    await test.engine.executions.start(EVERYTHING, { pipeline: 'a', input: {} });
    await test.settled();
    expect(await changes()).toEqual([
      '11-20 02:30 a "finishes by 02:00" TRIGGERED WARNING',
      '11-20 03:00 a "finishes by 02:00" TRIGGERED CRITICAL',
      '11-20 04:00 a "finishes by 02:00" RECOVERED CRITICAL',
      '11-20 04:00 a "finishes by 02:00" RECOVERED WARNING',
    ]);
  });

  it('knows what is missing already when it is made', async () => {
    await test.deploy('a', { expect: ['finishes by 02:00'] });
    await test.pass(3 * HOUR);
    await put('m', { on: 'expectations' });
    expect(await changes()).toEqual(['11-20 03:00 a "finishes by 02:00" TRIGGERED CRITICAL']);
  });

  it('keeps its alerts when it is told otherwise, and begins anew when it watches something else', async () => {
    await put('m', { newSource: 0 });
    await report('a', 'CRITICAL');
    await put('m', { newSource: 0, renotify: '1 day', description: 'all of it' });
    expect(await changes()).toHaveLength(1);
    await put('m', { newSource: 0, critical: 2 });
    await report('a', 'CRITICAL');
    await report('a', 'CRITICAL');
    await test.engine.monitors.delete(TEAM, 'm');
    await report('a', 'CRITICAL');
    expect((await changes()).map((line) => line.slice(14))).toEqual([
      'TRIGGERED CRITICAL',
      'ENDED CRITICAL',
      'TRIGGERED CRITICAL',
      'ENDED CRITICAL',
    ]);
  });

  it('goes on after a restart where it stood, and judges what was due meanwhile at its own moment', async () => {
    await put('m', { critical: 2, newSource: 0, noData: '2 hours' });
    await report('permits', 'CRITICAL');
    await report('parcels', 'OK');
    await test.pass(HOUR);
    await test.restart();
    await report('permits', 'CRITICAL');
    await test.stop();
    await test.clock.pass(6 * HOUR);
    await test.open();
    await test.pass(1);
    expect(await changes()).toEqual([
      '11-20 01:00 permits TRIGGERED CRITICAL',
      '11-20 02:00 parcels NO DATA NO DATA',
      '11-20 03:00 permits NO DATA CRITICAL',
    ]);
  });

  it('tells on the bus what has become of an alert, in the commit that causes it', async () => {
    await test.trigger('page', {
      events: [{ pattern: { source: ['millrace.monitors'] }, inputPath: '$.detail' }],
    });
    await put('m', { newSource: 0, scope: { kind: 'check' } });
    await report('a "b"', 'CRITICAL', { 'odd "tag"': 'line\nbreak' });
    expect(await test.inputs('page')).toMatchObject([
      {
        ...{ type: 'TRIGGERED', level: 'CRITICAL', notify: true, monitor: 'm', alert: 1 },
        ...{ group: 'a "b"', because: [1], tags: { 'odd "tag"': 'line\nbreak' } },
        words: 'a "b": CRITICAL: critical',
      },
    ]);
  });

  it('does nothing for results of another team', async () => {
    await test.engine.monitors.put(ofTeam('other'), 'm', { newSource: 0 });
    await report('a', 'CRITICAL');
    expect(await changes()).toEqual([]);
  });

  it('is as before when the turn that changed it comes to nothing', async () => {
    await put('m', { critical: 2, newSource: 0 });
    await report('a', 'CRITICAL');
    await test.engine.monitors.put(TEAM, 'm', { critical: 0 }).catch(() => {});
    await expect(test.engine.monitors.delete(TEAM, 'none')).rejects.toThrow("no monitor 'none'");
    await report('a', 'CRITICAL');
    expect(await changes()).toEqual(['11-20 00:00 a TRIGGERED CRITICAL']);
  });
});

describe('a back-test', () => {
  it('tells what the live monitor did: the same alerts, at the same moments', async () => {
    const definition = { critical: 2, groupBy: 'county', noData: '5 hours' };
    await put('m', definition);
    // Sums of a sequence without chance: outcomes that come and go, and pauses of all lengths.
    let state = 7;
    const next = (most: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state % most;
    };
    const statuses = ['OK', 'OK', 'OK', 'CRITICAL', 'WARNING', 'UNKNOWN'] as const;
    for (let n = 0; n < 300; n += 1) {
      const county = ['alpine', 'lake', 'inyo'][next(3)] ?? '';
      await report(`check-${next(2)}`, statuses[next(6)] ?? 'OK', { county });
      await test.pass(next(20) === 0 ? next(12) * HOUR : next(40) * MINUTE);
    }
    const { items } = await test.engine.alerts.list(EVERYTHING, { limit: 1000 });
    const live = items.map(({ name, level, openedAt, endedAt }) => ({
      ...{ name, level, openedAt, endedAt },
    }));
    const { firings, heard } = await test.engine.monitors.backtest(TEAM, { name: 'm' }, 60);
    const tested = firings.map(({ group, level, openedAt, endedAt }) => ({
      ...{ name: group, level, openedAt, endedAt },
    }));
    expect(heard).toBe(300);
    expect(live.length).toBeGreaterThan(20);
    const byTime = (a: { openedAt: number }, b: { openedAt: number }) => a.openedAt - b.openedAt;
    expect(tested.sort(byTime)).toEqual(live.sort(byTime));
  });

  it('says in a sentence how often it would have fired, and which count would have told of less', async () => {
    for (let n = 0; n < 12; n += 1) {
      await report('flaky', 'CRITICAL');
      await test.pass(10 * MINUTE);
      await report('flaky', 'OK');
      await test.pass(DAY);
    }
    await report('broken', 'CRITICAL');
    await report('broken', 'CRITICAL');
    const told = await test.engine.monitors.backtest(TEAM, { definition: { newSource: 0 } }, 30);
    expect(told.sentence).toBe(
      'In the last 30 days it would have fired 13 times in 2 groups: 12 recovered alone within 20 minutes, 1 is still open.',
    );
    expect(told.suggestions.map(({ words }) => words)).toEqual([
      'critical: 2 would have left out 12 of the 12 that recovered within 20 minutes and kept 1 of the 1 others',
    ]);
    const better = await test.engine.monitors.backtest(
      TEAM,
      { definition: { newSource: 0, critical: 2 } },
      30,
    );
    expect(better.sentence).toBe('In the last 30 days it would have fired once: 1 is still open.');
    expect(better.firings).toMatchObject([{ group: 'broken', level: 'CRITICAL' }]);
  });

  it('of a monitor on expectations tells what the live one did', async () => {
    await put('m', { on: 'expectations', late: '30m', missing: 0 });
    await test.deploy('a', { expect: [{ that: 'finishes by 02:00', grace: '1 hour' }] });
    for (let day = 0; day < 6; day += 1) {
      await test.pass(day * HOUR);
      await test.engine.executions.start(EVERYTHING, { pipeline: 'a', input: {} });
      await test.pass(DAY - day * HOUR);
    }
    const { items } = await test.engine.alerts.list(EVERYTHING);
    const { firings } = await test.engine.monitors.backtest(TEAM, { name: 'm' }, 30);
    expect(items.length).toBeGreaterThan(2);
    expect(firings.map(({ level, openedAt, endedAt }) => [level, openedAt, endedAt])).toEqual(
      items.map(({ level, openedAt, endedAt }) => [level, openedAt, endedAt]),
    );
  });
});

it('forgets alerts that were over long ago, with what became of them, and none that is open', async () => {
  await test.close();
  test = await openTimedEngine({ retention: { checks: DAY } });
  await put('m', { newSource: 0 });
  await report('a', 'CRITICAL');
  await report('b', 'CRITICAL');
  await report('a', 'OK');
  await test.pass(2 * DAY);
  await test.engine.retention.sweep();
  const { items } = await test.engine.alerts.list(EVERYTHING);
  expect(items).toMatchObject([{ name: 'b', status: 'OPEN' }]);
  expect(test.store.listRows(ALERT_CHANGES).map(({ alert }) => alert)).toEqual([2]);
});
