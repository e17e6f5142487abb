/**
 * What is kept how long, on a real file, with a clock that the test moves.
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { MAP_RUNS } from '../../src/engine/features/map-runs/map-run-table.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openDriver } from '../../src/store/driver.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { ToldFiles } from '../support/told-files.js';

const DAY = 86_400_000;
let test: TimedEngine;

beforeEach(async () => {
  test = await openTimedEngine({ start: '2026-01-01T00:00:00Z', files: new ToldFiles() });
});
afterEach(() => test.close());

async function deploy(
  name: string,
  sections: JsonObject = {},
  definition: object = { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
): Promise<void> {
  await test.deploy(name, sections, { definition });
}

async function days(count: number): Promise<void> {
  // The wall clock alone: nobody need live through every minute of them.
  test.clock.jump(count * DAY);
  await test.settled();
}

/** Sweeps now; its pauses are on the test's clock. */
async function sweep(): Promise<number> {
  let removed: number | undefined;
  const sweeping = test.engine.retention.sweep().then((swept) => {
    removed = swept.removed;
  });
  while (removed === undefined) await test.pass(20);
  await sweeping;
  return removed ?? -1;
}

async function names(pipeline: string): Promise<string[]> {
  return (await test.details(pipeline)).map(({ name }) => name);
}

/** Rows of every table that tells of executions. */
function rows(): { [table: string]: number } {
  const location = test.store.information().location;
  const driver = openDriver(location);
  try {
    const count = (table: string): number =>
      Number(driver.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.n);
    const tables = ['executions', 'history', 'threads', 'logs', 'attempts', 'timers'];
    return Object.fromEntries(tables.map((table) => [table, count(table)]));
  } finally {
    driver.close();
  }
}

describe('an execution that has ended', () => {
  it('is kept as long as its pipeline says, and 90 days when it says nothing', async () => {
    await deploy('short', { retention: '10d' });
    await deploy('usual');
    await deploy('always', { retention: 'forever' });
    for (const pipeline of ['short', 'usual', 'always']) {
      await test.engine.executions.run(EVERYTHING, { pipeline, name: 'old', input: {} });
    }
    await days(9);
    await sweep();
    expect([await names('short'), await names('usual')]).toEqual([['old'], ['old']]);
    await test.engine.executions.run(EVERYTHING, { pipeline: 'short', name: 'new', input: {} });
    await days(2);
    await sweep();
    expect([await names('short'), await names('usual')]).toEqual([['new'], ['old']]);
    await days(90);
    await sweep();
    expect(await names('short')).toEqual([]);
    expect(await names('usual')).toEqual([]);
    expect(await names('always')).toEqual(['old']);
  });

  it('goes with its history and its work folder, and nothing of it is left', async () => {
    await deploy('short', { retention: '1d' });
    const { id } = await test.engine.executions.run(EVERYTHING, { pipeline: 'short', input: {} });
    const work = join(test.work, 'default', id);
    mkdirSync(work, { recursive: true });
    writeFileSync(join(work, 'result.csv'), 'a');
    await days(2);
    await sweep();
    expect(rows()).toEqual({
      executions: 0,
      history: 0,
      threads: 0,
      logs: 0,
      attempts: 0,
      timers: 0,
    });
    expect(existsSync(work)).toBe(false);
    await expect(test.engine.executions.describe(EVERYTHING, id)).rejects.toMatchObject({
      kind: 'ExecutionNotFound',
    });
  });

  it('takes the children of its map runs with it, however many turns that needs', async () => {
    await deploy(
      'mapped',
      { retention: '1d' },
      {
        StartAt: 'Each',
        States: {
          Each: {
            Type: 'Map',
            ItemProcessor: {
              ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
              StartAt: 'Item',
              States: { Item: { Type: 'Pass', End: true } },
            },
            End: true,
          },
        },
      },
    );
    const input = Array.from({ length: 230 }, (_, n) => n);
    await test.engine.executions.run(EVERYTHING, { pipeline: 'mapped', input });
    expect(rows().executions).toBe(231);
    await days(2);
    expect(await sweep()).toBe(1);
    expect(rows()).toMatchObject({ executions: 0, history: 0, threads: 0 });
    expect(await test.store.listRows(MAP_RUNS)).toEqual([]);
  });

  it('leaves its name taken until 90 days after its end, as in AWS', async () => {
    await deploy('short', { retention: '1d' });
    const start = { pipeline: 'short', name: 'once', input: {} };
    await test.engine.executions.run(EVERYTHING, start);
    await days(2);
    await sweep();
    await expect(test.engine.executions.start(EVERYTHING, start)).rejects.toMatchObject({
      kind: 'ExecutionConflict',
    });
    await test.restart();
    await expect(test.engine.executions.start(EVERYTHING, start)).rejects.toMatchObject({
      kind: 'ExecutionConflict',
    });
    await days(89);
    await sweep();
    expect((await test.engine.executions.start(EVERYTHING, start)).created).toBe(true);
  });
});

it('never touches what runs, however old it is', async () => {
  const waiting = {
    StartAt: 'Wait',
    States: { Wait: { Type: 'Wait', Seconds: 40 * 86_400, End: true } },
  };
  await deploy('long', { retention: '1d' }, waiting);
  await test.engine.executions.start(EVERYTHING, { pipeline: 'long', name: 'patient', input: {} });
  await days(30);
  await sweep();
  expect(await names('long')).toEqual(['patient']);
});

it('is not started again by a file that lies there still', async () => {
  mkdirSync(join(test.folder, 'in'));
  writeFileSync(join(test.folder, 'in', 'a.csv'), 'x');
  await deploy('load', { retention: '1d', trigger: { files: { under: 'in' } } });
  await test.looks();
  expect(await names('load')).toHaveLength(1);
  await days(200);
  await sweep();
  expect(await names('load')).toEqual([]);
  await days(200);
  await sweep();
  await test.restart();
  await test.looks();
  expect(await names('load')).toEqual([]);
});

it('sweeps by itself, and gives pages back to the file system', async () => {
  await deploy('short', { retention: '1d' });
  for (let n = 0; n < 60; n += 1) {
    await test.engine.executions.run(EVERYTHING, {
      pipeline: 'short',
      input: { text: 'x'.repeat(20_000) },
    });
  }
  const pages = (): number => {
    const driver = openDriver(test.store.information().location);
    try {
      return Number(driver.prepare('PRAGMA page_count').get()?.page_count);
    } finally {
      driver.close();
    }
  };
  const before = pages();
  await days(1);
  for (let n = 0; n < 200; n += 1) {
    await test.pass(10_000);
  }
  expect(rows().executions).toBe(0);
  expect(pages()).toBeLessThan(before / 2);
});

describe('an event', () => {
  const put = (id: string) =>
    test.engine.events.put(ofTeam('default'), [{ id, source: 's', detailType: 'd', detail: {} }]);
  const stored = async (): Promise<string[]> =>
    (await test.engine.events.list(EVERYTHING, { limit: 100 })).map(({ id }) => id);

  it('is kept for 30 days, and for as long as an archive holds it', async () => {
    await put('early');
    const bus = 'arn:aws:events:us-east-1:000000000000:event-bus/default';
    await test.engine.archives.create(ofTeam('default'), 'all', bus, { retentionDays: 60 });
    await put('archived');
    await days(31);
    await put('new');
    await sweep();
    expect(await stored()).toEqual(['new', 'archived']);
    await days(30);
    await sweep();
    expect(await stored()).toEqual(['new']);
  });

  it('is kept while it waits in a batch', async () => {
    const batch = { size: 10, window: '24 hours' };
    await deploy('gather', { trigger: { events: [{ pattern: { source: ['s'] }, batch }] } });
    await put('waiting');
    // Nothing closes a batch of a pipeline that is deployed no longer; should it come back, its events are there.
    await test.engine.pipelines.withdraw(EVERYTHING, { team: 'default', name: 'gather' });
    await days(40);
    await sweep();
    expect(await stored()).toEqual(['waiting']);
  });
});
