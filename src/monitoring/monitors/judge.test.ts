import { describe, expect, it } from 'vitest';
import { parseMonitor } from '../../pipelines/monitors/written-monitor.js';
import type { AlertTransition, GroupState } from './alert.js';
import { BackTest } from './backtest.js';
import { summarize } from './backtest-summary.js';
import { beginGroup, ended, hear, nextLook, pass, restored } from './judge.js';
import { groupKey, inScope, type Monitor } from './monitor.js';
import { mutedUntil } from './mute.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

function monitor(written: object = {}): Monitor {
  const read = parseMonitor({ name: 'm', newSource: 0, ...written }, 'team');
  if ('problem' in read) throw new Error(read.problem);
  return read.monitor;
}

type Told = readonly (readonly [
  minute: number,
  status: 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN',
])[];

/** What comes of results of one series, told minute by minute; `looks`: how often somebody looks besides. */
function follow(of: Monitor, told: Told, looks: readonly number[] = []): AlertTransition[] {
  let state = beginGroup(0);
  const found: AlertTransition[] = [];
  const moments = [
    ...told.map(([minute, status]) => ({ at: minute * MINUTE, status })),
    ...looks.map((minute) => ({ at: minute * MINUTE, status: undefined })),
  ].sort((a, b) => a.at - b.at);
  for (const [index, { at, status }] of moments.entries()) {
    // As it is stored in between.
    const stored = restored(JSON.parse(JSON.stringify(state)) as GroupState);
    const source = { series: '1', name: 'one', createdAt: 0 };
    const outcome =
      status === undefined
        ? pass(of, stored, at)
        : hear(of, stored, source, { number: index + 1, status, at, cause: 'why' });
    state = outcome.state;
    found.push(...outcome.transitions);
  }
  return found;
}

const short = (found: readonly AlertTransition[]): string[] =>
  found.map(({ type, level, at }) => `${at / MINUTE} ${type} ${level}`);

describe('the judge of a monitor', () => {
  it('gives the same answer whenever anybody looks in between', () => {
    const of = monitor({ critical: 2, noData: '10m', newSource: '3m' });
    const told: Told = [
      [1, 'CRITICAL'],
      [2, 'CRITICAL'],
      [9, 'OK'],
      [40, 'WARNING'],
      [41, 'CRITICAL'],
      [42, 'CRITICAL'],
      [70, 'OK'],
    ];
    const seldom = follow(of, told, [100]);
    const always = follow(
      of,
      told,
      Array.from({ length: 201 }, (_, half) => half / 2),
    );
    const plain = ({ type, level, at, words }: AlertTransition): object => ({
      type,
      level,
      at,
      words,
    });
    expect(seldom.map(plain)).toEqual(always.map(plain));
    expect(short(seldom)).toEqual([
      '3 TRIGGERED CRITICAL',
      '9 RECOVERED CRITICAL',
      '19 NO DATA NO DATA',
      '40 ESCALATED WARNING',
      '42 ESCALATED CRITICAL',
      '52 NO DATA CRITICAL',
      '70 RECOVERED CRITICAL',
      '80 NO DATA NO DATA',
    ]);
  });

  it('fires for each failure that flaps when one is enough, and for none when two are asked for', () => {
    const flapping = Array.from(
      { length: 1_000 },
      (_, n) => [n, n % 2 ? 'OK' : 'CRITICAL'] as const,
    );
    expect(follow(monitor(), flapping)).toHaveLength(1_000);
    expect(follow(monitor({ critical: 2 }), flapping)).toHaveLength(0);
    // Failures and results without new data in turn are no success either.
    const bad = Array.from({ length: 9 }, (_, n) => [n, n % 2 ? 'WARNING' : 'CRITICAL'] as const);
    expect(short(follow(monitor({ critical: 2, warning: 2 }), bad))).toEqual([
      '1 TRIGGERED WARNING',
    ]);
  });

  it('takes a WARNING for a success when there is never an alert for it', () => {
    const of = monitor({ warning: 'never' });
    const told: Told = [
      [1, 'WARNING'],
      [2, 'CRITICAL'],
      [3, 'WARNING'],
    ];
    expect(short(follow(of, told))).toEqual(['2 TRIGGERED CRITICAL', '3 RECOVERED CRITICAL']);
  });

  it('judges a series of one result, and names it', () => {
    const [only] = follow(monitor(), [[5, 'CRITICAL']], [6]);
    expect(only).toEqual({
      ...{ type: 'TRIGGERED', at: 5 * MINUTE, level: 'CRITICAL', notify: true, because: [1] },
      words: 'one: CRITICAL: why',
    });
  });

  it('does not go back in time when the clock does', () => {
    const of = monitor({ noData: '60m' });
    const jumping: Told = [
      [100, 'OK'],
      [40, 'OK'],
      [41, 'CRITICAL'],
    ];
    let state = beginGroup(0);
    const source = { series: '1', name: 'one', createdAt: 0 };
    for (const [index, [minute, status]] of jumping.entries()) {
      const result = { number: index, status, at: minute * MINUTE, cause: '' };
      state = hear(of, state, source, result).state;
    }
    expect(state.lastAt).toBe(100 * MINUTE);
    expect(nextLook(of, state)).toBe(160 * MINUTE);
  });

  it('tells apart what only looks like something that every object has', () => {
    let state = beginGroup(0);
    for (const [number, series] of ['constructor', '__proto__', 'toString'].entries()) {
      const source = { series, name: series, createdAt: 0 };
      const result = { number, status: 'CRITICAL' as const, at: number, cause: '' };
      state = hear(monitor(), state, source, result).state;
    }
    expect(state.alert?.level).toBe('CRITICAL');
    expect(Object.values(state.sources).every(({ level }) => level === 'CRITICAL')).toBe(true);
  });

  it('holds a bounded number of series, however many are bad', () => {
    let state = beginGroup(0);
    for (let number = 1; number <= 2_000; number += 1) {
      const source = { series: `s${number}`, name: '', createdAt: 0 };
      state = hear(monitor(), state, source, {
        number,
        status: 'CRITICAL',
        at: number,
        cause: '',
      }).state;
    }
    expect(Object.keys(state.sources)).toHaveLength(1_001);
    expect(ended(state, 9, 'over').transitions).toMatchObject([{ type: 'ENDED', words: 'over' }]);
  });

  it('keeps groups apart by values with quotes and line breaks, whatever their case', () => {
    const of = monitor({ groupBy: ['a', 'b'] });
    const key = (a: string, b: string): string => groupKey(of, { a, b }, 's');
    expect(key('x","y', 'z')).not.toBe(key('x', 'y","z'));
    expect(key('x\ny', '')).not.toBe(key('x', 'y'));
    expect(key('Alpine', 'CA')).toBe(key('alpine', 'ca'));
    expect(groupKey(of, { A: 'x' }, 's')).not.toBe(key('x', ''));
    const scoped = monitor({ scope: { include: ['a:it"s'], pipeline: 'alpine' } });
    const subject = {
      provider: 'millrace',
      account: '1',
      region: 'r',
      kind: 'pipeline',
      name: 'team/alpine',
    };
    expect(inScope(scoped, { team: 'team', subject, tags: { A: 'IT"S' } })).toBe(true);
    const foreign = { ...subject, provider: 'aws' };
    expect(inScope(scoped, { team: 'team', subject: foreign, tags: { a: 'it"s' } })).toBe(false);
  });
});

describe('a time that is muted', () => {
  const nightly = (more: object = {}) =>
    monitor({
      mute: [{ from: '22:00', until: '02:30', timezone: 'America/New_York', ...more }],
    }).mute;
  const until = (mutes: Monitor['mute'], at: string): string | undefined => {
    const end = mutedUntil(mutes, Date.parse(at));
    return end === undefined ? undefined : new Date(end).toISOString();
  };

  it('follows the clocks of its zone when those are set forwards and back', () => {
    // 02:30 is skipped on 2026-03-08; the night of 2026-11-01 has an hour more.
    expect(until(nightly(), '2026-03-08T04:00:00Z')).toBe('2026-03-08T07:00:00.000Z');
    expect(until(nightly(), '2026-11-01T03:00:00Z')).toBe('2026-11-01T07:30:00.000Z');
    expect(until(nightly(), '2026-11-01T07:30:00Z')).toBeUndefined();
  });

  it('belongs to the day on which it begins', () => {
    const fridays = nightly({ days: 'Fri', except: ['12-25'] });
    expect(until(fridays, '2026-11-28T04:00:00Z')).toBe('2026-11-28T07:30:00.000Z');
    expect(until(fridays, '2026-11-27T04:00:00Z')).toBeUndefined();
    expect(until(fridays, '2026-12-26T04:00:00Z')).toBeUndefined();
  });

  it('ends when all windows that follow each other have ended, and not before its time is over for good', () => {
    const both = monitor({
      mute: [
        { from: '2026-11-20T00:00', until: '2026-11-20T12:00' },
        { from: '12:00', until: '13:00' },
      ],
    }).mute;
    expect(until(both, '2026-11-20T01:00:00Z')).toBe('2026-11-20T13:00:00.000Z');
    const always = monitor({ mute: [{ from: '00:00', until: '00:00' }] }).mute;
    expect(Date.parse(until(always, '2026-11-20T01:00:00Z') ?? '')).toBeGreaterThan(
      Date.parse('2027-11-20'),
    );
  });
});

describe('a back-test', () => {
  it('tells of 100,000 groups as of one', () => {
    const of = monitor({ noData: '1 day' });
    const test = new BackTest(of, 0);
    for (let series = 1; series <= 100_000; series += 1) {
      const key = String(series);
      test.watch(series, { series: key, name: key, key, group: key, createdAt: 0 }, true);
    }
    for (let n = 0; n < 100_000; n += 1) {
      test.hear(n, n + 1, n % 1_000 === 0 ? 'CRITICAL' : 'OK', MINUTE);
    }
    const firings = test.end(2 * DAY);
    expect(test.groups).toBe(100_000);
    // All fall silent; a list has an end, and what is beyond it is counted.
    expect(firings.length + test.more).toBe(100_000);
    expect(summarize(of, firings, 2, test.more).fired).toBe(100_000);
  });

  it('suggests a count with which the same results give what it has said', () => {
    const told: [number, 'OK' | 'CRITICAL'][] = [];
    let number = 0;
    // Streaks of one and two that recover at once, and three long ones.
    for (const streak of [1, 2, 1, 2, 2, 1, 30, 1, 2, 40, 2, 50, 1]) {
      for (let n = 1; n <= streak; n += 1) told.push([number + n, 'CRITICAL']);
      number += streak + 1;
      told.push([number, 'OK']);
    }
    const run = (of: Monitor) => {
      const test = new BackTest(of, 0);
      test.watch(1, { series: '1', name: '1', key: '1', group: '1', createdAt: 0 }, true);
      for (const [n, status] of told) test.hear(n, 1, status, n * MINUTE);
      return summarize(of, test.end(number * MINUTE), 1);
    };
    const first = run(monitor());
    expect(first).toMatchObject({ fired: 13, recoveredSoon: 10, open: 0 });
    const [better] = first.suggestions;
    expect(better).toMatchObject({ field: 'critical', count: 3, leftOut: 10, lost: 0 });
    expect(run(monitor({ critical: better?.count })).fired).toBe(
      first.fired - (better?.leftOut ?? 0) - (better?.lost ?? 0),
    );
  });
});
