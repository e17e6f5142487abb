/**
 * Expectations on the real engine and a real file, with a clock that the test moves: what is noticed, when, and that it
 * survives a restart.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FAILS = {
  StartAt: 'Fail',
  States: { Fail: { Type: 'Fail', Error: 'NoDisk', Cause: 'full' } },
};
const SLOW = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 7200, End: true } } };

let test: TimedEngine;

beforeEach(async () => {
  test = await openTimedEngine({ start: '2026-11-20T00:00:00Z' });
});
afterEach(() => test.close());

/** State of each expectation, by its sentence. */
function states(): { [sentence: string]: string } {
  const { items } = test.engine.expectations.list(EVERYTHING);
  return Object.fromEntries(items.map(({ sentence, state }) => [sentence, state]));
}

/** All changes, the oldest first: `time from → to`. */
async function changes(): Promise<string[]> {
  const { items } = await test.engine.expectations.changes(EVERYTHING, { limit: 1000 });
  return items.toReversed().map(({ at, from, to }) => {
    return `${new Date(at).toISOString().slice(5, 16).replace('T', ' ')} ${from} → ${to}`;
  });
}

async function run(pipeline: string, input: JsonObject = {}): Promise<void> {
  await test.engine.executions.start(EVERYTHING, { pipeline, input });
  await test.settled();
}

describe('an expectation', () => {
  it('is missed at its due minute when nothing has ever started', async () => {
    await test.deploy('a', { expect: ['starts by 06:00'] });
    await test.pass(6 * HOUR - 1);
    expect(states()).toEqual({ 'starts by 06:00': 'DUE' });
    await test.pass(2);
    expect(states()).toEqual({ 'starts by 06:00': 'MISSING' });
    expect(await changes()).toEqual(['11-20 05:00 EXPECTED → DUE', '11-20 06:00 DUE → MISSING']);
  });

  it('is met by what comes in time, and nothing is told', async () => {
    await test.deploy('a', { expect: ['starts by 06:00', 'finishes by 07:00'] });
    await test.pass(3 * HOUR);
    await run('a');
    await test.pass(6 * HOUR);
    expect(states()).toEqual({ 'starts by 06:00': 'EXPECTED', 'finishes by 07:00': 'EXPECTED' });
    expect(await changes()).toEqual([]);
  });

  it('is late while it still runs, and has arrived late when it is done', async () => {
    await test.deploy('a', { expect: ['finishes by 02:00'] }, { definition: SLOW });
    await test.pass(HOUR);
    await run('a');
    await test.pass(3 * HOUR);
    expect(await changes()).toEqual([
      '11-20 01:00 EXPECTED → DUE',
      '11-20 02:00 DUE → LATE',
      '11-20 03:00 LATE → ARRIVED LATE',
    ]);
    await test.pass(DAY);
    expect((await changes()).slice(3)).toEqual([
      '11-21 01:00 ARRIVED LATE → DUE',
      '11-21 02:00 DUE → MISSING',
    ]);
  });

  it('notices that an execution takes too long while it runs', async () => {
    await test.deploy('a', { expect: ['finishes within 30 minutes'] }, { definition: SLOW });
    await run('a');
    await test.pass(31 * MINUTE);
    expect(states()).toEqual({ 'finishes within 30 minutes': 'LATE' });
    await test.pass(2 * HOUR);
    expect(await changes()).toEqual([
      '11-20 00:30 EXPECTED → LATE',
      '11-20 02:00 LATE → ARRIVED LATE',
    ]);
  });

  it('notices a failure, and that it is over', async () => {
    await test.deploy('a', { expect: ['succeeded'] }, { definition: FAILS });
    await run('a');
    expect(states()).toEqual({ succeeded: 'MISSING' });
    await test.deploy('a', { expect: ['succeeded'] });
    expect(states()).toEqual({ succeeded: 'MISSING' });
    await run('a');
    await run('a');
    expect((await changes()).map((line) => line.slice(12))).toEqual([
      'EXPECTED → MISSING',
      'MISSING → ARRIVED LATE',
      'ARRIVED LATE → EXPECTED',
    ]);
  });

  it('tells a run without new data from one with', async () => {
    await test.deploy('a', {
      produced: { 'rows.$': '$.rows' },
      expect: ['new data within 2 days', 'runs within 2 days', 'rows >= 10'],
    });
    await run('a', { rows: 12 });
    await test.pass(DAY);
    await run('a', { rows: 0 });
    const { items } = await test.engine.checks.list(EVERYTHING);
    expect(items.map(({ status, cause, rows }) => [status, cause, rows])).toEqual([
      ['WARNING', 'no new data: 0 rows', 0],
      ['OK', 'produced 12 rows', 12],
    ]);
    await test.pass(DAY + 1);
    expect(states()).toEqual({
      'new data within 2 days': 'MISSING',
      'rows >= 10': 'MISSING',
      'runs within 2 days': 'EXPECTED',
    });
  });

  it('counts runs in each window of the calendar', async () => {
    await test.deploy('a', { expect: ['at least 2 runs per day'] });
    await run('a');
    await run('a');
    await test.pass(DAY + HOUR);
    await run('a');
    await test.pass(DAY);
    expect(await changes()).toEqual(['11-21 23:00 EXPECTED → DUE', '11-22 00:00 DUE → MISSING']);
  });
});

describe('after a restart', () => {
  it('judges what was due meanwhile at its own moments, and says by how much it was late by us', async () => {
    await test.deploy('a', { expect: ['starts by 06:00', 'runs within 36 hours'] });
    await run('a');
    await test.stop();
    test.clock.jump(2 * DAY + 7 * HOUR);
    await test.open();
    expect(await changes()).toEqual([
      '11-21 05:00 EXPECTED → DUE',
      '11-21 06:00 DUE → MISSING',
      '11-22 06:00 MISSING → MISSING',
      '11-21 11:00 EXPECTED → DUE',
      '11-21 12:00 DUE → MISSING',
    ]);
    const { items } = await test.engine.expectations.changes(EVERYTHING, { limit: 1 });
    expect(items[0]).toMatchObject({ lateByUs: 2 * DAY + 7 * HOUR - 36 * HOUR });
  });

  it('neither loses nor doubles a change', async () => {
    await test.deploy('a', { expect: ['starts by 06:00'] });
    await test.pass(7 * HOUR);
    const before = await changes();
    await test.stop();
    await test.open();
    await test.pass(HOUR);
    expect(await changes()).toEqual(before);
  });
});
