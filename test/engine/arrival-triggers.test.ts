/**
 * All partners' files for an interval: one execution for each, when the last one arrives or at a deadline without some.
 * @module
 */

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import type { ArrivalState } from '../../src/engine/features/files/arrival-watch.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { ToldFiles } from '../support/told-files.js';

let test: TimedEngine;

beforeEach(async () => {
  test = await openTimedEngine({ start: '2026-11-20T00:00:00Z', files: new ToldFiles() });
});
afterEach(() => test.close());

const deploy = (more: JsonObject = {}): Promise<void> =>
  test.trigger('join', {
    files: {
      under: 'incoming',
      arrivals: { path: '{interval}/{partner}.csv', partners: ['a', 'b', 'c'], ...more },
    },
  });

function deliver(...names: string[]): void {
  for (const name of names) {
    const file = join(test.folder, 'incoming', `${name}.csv`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, name);
  }
}

async function started(): Promise<unknown[]> {
  const executions = await test.details('join');
  return executions.map(({ name, interval, input }) => {
    const { arrived, missing } = input as { arrived: { partner: string }[]; missing: string[] };
    return [name, interval, arrived.map(({ partner }) => partner).join(), missing.join()];
  });
}

const board = async (interval?: string): Promise<ArrivalState | undefined> =>
  (await test.engine.pipelines.explainTrigger(EVERYTHING, 'join', interval)).files?.arrivals;

/** The clock is set, and the watcher looks. */
async function at(time: string): Promise<void> {
  test.clock.jump(Date.parse(time) - test.clock.now());
  await test.looks(3);
}

describe('arrivals', () => {
  it('start the pipeline when the last partner has delivered, for the interval of the path', async () => {
    await deploy();
    deliver('2026-11-19/a', '2026-11-20/a', '2026-11-20/b');
    await test.looks();
    expect(await started()).toEqual([]);
    expect(await board()).toEqual({
      interval: '2026-11-20',
      expected: 3,
      arrived: 2,
      missing: ['c'],
      unexpected: [],
      isLate: false,
      whenMissing: 'wait',
      open: [{ interval: '2026-11-19', arrived: 1 }],
    });
    deliver('2026-11-20/c');
    await test.looks();
    const [execution] = await test.details('join');
    expect(execution).toMatchObject({
      name: 'arrivals-2026-11-20',
      interval: '2026-11-20',
      input: {
        interval: '2026-11-20',
        arrived: [
          { partner: 'a', path: 'incoming/2026-11-20/a.csv', size: 12 },
          { partner: 'b' },
          { partner: 'c' },
        ],
        missing: [],
      },
      triggeredBy: {
        type: 'arrivals',
        interval: '2026-11-20',
        condition: 'complete',
        arrived: 3,
        missing: [],
      },
    });
    expect(await board()).toMatchObject({ missing: [], started: { name: 'arrivals-2026-11-20' } });
  });

  it('start it once for an interval, whatever comes later and however often it is restarted', async () => {
    await deploy();
    deliver('2026-11-20/a', '2026-11-20/b', '2026-11-20/c');
    await test.looks();
    deliver('2026-11-20/a');
    writeFileSync(join(test.folder, 'incoming/2026-11-20/b.csv'), 'corrected');
    await test.looks();
    await test.crash();
    await test.looks();
    await deploy({ partners: ['a', 'b'] });
    await test.looks();
    expect(await started()).toEqual([['arrivals-2026-11-20', '2026-11-20', 'a,b,c', '']]);
  });

  it('start it at the deadline of its zone with a list of those who are missing, when it says so', async () => {
    await deploy({ by: '09:00', timezone: 'Europe/Berlin', whenMissing: 'start' });
    deliver('2026-11-20/a');
    await at('2026-11-20T07:59:00Z');
    expect(await started()).toEqual([]);
    expect(await board()).toMatchObject({
      arrived: 1,
      deadline: Date.parse('2026-11-20T08:00:00Z'),
      whenMissing: 'start',
    });
    await at('2026-11-20T08:00:00Z');
    const only = ['arrivals-2026-11-20', '2026-11-20', 'a', 'b,c'];
    expect(await started()).toEqual([only]);
    const [{ triggeredBy } = {}] = await test.details('join');
    expect(triggeredBy).toMatchObject({ condition: 'deadline', missing: ['b', 'c'] });
    deliver('2026-11-20/b', '2026-11-20/c');
    await test.looks();
    await test.restart();
    await test.looks();
    expect(await started()).toEqual([only]);
  });

  it('wait on after the deadline when it does not', async () => {
    await deploy({ by: '09:00' });
    deliver('2026-11-20/a', '2026-11-20/b');
    await at('2026-11-20T23:00:00Z');
    expect(await started()).toEqual([]);
    expect(await board()).toMatchObject({ missing: ['c'], isLate: true });
    deliver('2026-11-20/c');
    await test.looks();
    expect(await started()).toEqual([['arrivals-2026-11-20', '2026-11-20', 'a,b,c', '']]);
  });

  it('make up for deadlines that passed while the server was away, also of days without a file', async () => {
    mkdirSync(join(test.folder, 'incoming'));
    await deploy({ by: '09:00', whenMissing: 'start' });
    await test.looks();
    await test.crash();
    deliver('2026-11-21/b');
    test.clock.jump(2 * 86_400_000);
    await test.crash();
    await test.looks();
    expect(await started()).toEqual([
      ['arrivals-2026-11-21', '2026-11-21', 'b', 'a,c'],
      ['arrivals-2026-11-20', '2026-11-20', '', 'a,b,c'],
    ]);
    await at('2026-11-22T09:00:00Z');
    expect((await started()).at(-1)).toEqual(['arrivals-2026-11-22', '2026-11-22', '', 'a,b,c']);
  });

  it('of days before the trigger was there are started for when they are complete only', async () => {
    deliver('2026-11-18/a', '2026-11-18/b', '2026-11-18/c', '2026-11-19/a');
    test.clock.jump(12 * 3_600_000);
    await deploy({ by: '09:00', whenMissing: 'start' });
    await test.looks();
    expect(await started()).toEqual([['arrivals-2026-11-18', '2026-11-18', 'a,b,c', '']]);
  });

  it('of a folder that is away at the deadline are judged when it is back', async () => {
    await deploy({ by: '09:00', whenMissing: 'start' });
    deliver('2026-11-20/a');
    await test.looks();
    renameSync(join(test.folder, 'incoming'), join(test.folder, 'away'));
    await at('2026-11-20T10:00:00Z');
    expect(await started()).toEqual([]);
    renameSync(join(test.folder, 'away'), join(test.folder, 'incoming'));
    await test.looks();
    expect(await started()).toEqual([['arrivals-2026-11-20', '2026-11-20', 'a', 'b,c']]);
  });

  it('follow the list of partners, and tell what is wrong with it', async () => {
    const list = join(test.folder, 'partners.txt');
    await deploy({ partners: 'partners.txt' });
    deliver('2026-11-20/a', '2026-11-20/x');
    await test.looks();
    expect((await board())?.problem).toContain('partners.txt is not there');
    writeFileSync(list, 'a\na\n');
    await test.looks();
    expect((await board())?.problem).toBe(
      'the list of partners partners.txt: line 2 names a again',
    );
    expect(await started()).toEqual([]);
    writeFileSync(list, 'a\nb\n');
    await test.looks();
    expect(await board()).toMatchObject({ missing: ['b'], unexpected: ['x'] });
    expect((await board())?.problem).toBe(undefined);
    writeFileSync(list, 'a\n');
    await test.looks();
    expect(await started()).toEqual([['arrivals-2026-11-20', '2026-11-20', 'a', '']]);
  });

  it('that are being written at the deadline are waited for a moment', async () => {
    await deploy({ by: '09:00', whenMissing: 'start' });
    deliver('2026-11-20/a');
    await test.looks();
    test.clock.jump(Date.parse('2026-11-20T08:59:59Z') - test.clock.now());
    deliver('2026-11-20/b', '2026-11-20/c');
    await test.looks(1);
    expect(await started()).toEqual([]);
    await test.looks(1);
    expect(await started()).toEqual([['arrivals-2026-11-20', '2026-11-20', 'a,b,c', '']]);
  });

  it('count neither an empty file nor one of a day that there is not', async () => {
    await deploy({ partners: ['a'] });
    deliver('2026-11-31/a', 'tomorrow/a');
    mkdirSync(join(test.folder, 'incoming/2026-11-20'));
    writeFileSync(join(test.folder, 'incoming/2026-11-20/a.csv'), '');
    await test.looks();
    expect(await started()).toEqual([]);
    expect(await board('2026-11-20')).toMatchObject({ arrived: 0, missing: ['a'] });
    expect(await board('2026-12-24')).toMatchObject({ arrived: 0, expected: 1, missing: ['a'] });
  });
});
