/**
 * How many executions run at a time, and what happens to those for which there is no room: on the real engine and a real
 * file, with a clock that the test moves.
 * @module
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import type { PipelineDeployment } from '../../src/engine/engine.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;

beforeEach(async () => {
  test = await openTimedEngine();
});

afterEach(() => test.close());

/** A pipeline whose executions take a little less than ten minutes. */
async function deploy(...given: Parameters<typeof deployment>): Promise<void> {
  await test.engine.pipelines.deploy(deployment(...given));
  await test.settled();
}

function deployment(name: string, sections: JsonObject): PipelineDeployment {
  return {
    name,
    team: 'default',
    tags: {},
    definition: {
      StartAt: 'Work',
      States: { Work: { Type: 'Wait', Seconds: 590, End: true } },
    } as never,
    bindings: {},
    folder: test.folder,
    sections,
  };
}

const start = async (pipeline: string, ...names: string[]): Promise<void> => {
  for (const name of names) await test.engine.executions.start(EVERYTHING, { pipeline, name });
  await test.settled();
};

/** Every execution of a pipeline, the first one first. */
async function states(pipeline: string): Promise<string[]> {
  await test.settled();
  const { items } = await test.engine.executions.list(EVERYTHING, { pipeline, limit: 1000 });
  return items
    .toReversed()
    .map(({ name, status, queued }) => `${name} ${queued === undefined ? status : queued}`);
}

const HOURLY = { schedule: { rate: '5 minutes' } };
const afterMinutes = (minutes: number): Promise<void> =>
  test.clock.until(new Date(Date.parse('2026-11-20T00:00:00Z') + minutes * 60_000).toISOString());

describe('a limit', () => {
  it('lets those that are too many wait, and begins them in the order in which they came', async () => {
    await deploy('load', { concurrency: { limit: 2 } });
    await start('load', 'a', 'b', 'c', 'd');
    const full = '2 of 2 executions of load run';
    expect(await states('load')).toEqual(['a RUNNING', 'b RUNNING', `c ${full}`, `d ${full}`]);
    await afterMinutes(11);
    expect(await states('load')).toEqual(['a SUCCEEDED', 'b SUCCEEDED', 'c RUNNING', 'd RUNNING']);
    await afterMinutes(22);
    expect(await states('load')).toContain('d SUCCEEDED');
  });

  it('is one at a time when the section says no more than overlap', async () => {
    await deploy('load', { concurrency: { overlap: 'queue' } });
    await start('load', 'a', 'b');
    expect(await states('load')).toEqual(['a RUNNING', 'b 1 of 1 executions of load run']);
  });

  it('counts what waits as not begun: its time limit runs from its beginning', async () => {
    await deploy('load', { concurrency: { limit: 1 } });
    await start('load', 'a', 'b');
    const { items } = await test.engine.executions.list(EVERYTHING, { pipeline: 'load' });
    const waiting = items.find(({ name }) => name === 'b');
    expect((await test.engine.executions.history(EVERYTHING, waiting?.id ?? '', {})).items).toEqual(
      [],
    );
  });

  it('holds across a restart, for what runs and for what waits', async () => {
    await deploy('load', { concurrency: { limit: 1 } });
    await start('load', 'a', 'b', 'c');
    await test.restart();
    await start('load', 'd');
    expect((await states('load')).map((state) => state.slice(0, 9))).toEqual([
      'a RUNNING',
      'b 1 of 1 ',
      'c 1 of 1 ',
      'd 1 of 1 ',
    ]);
    await afterMinutes(11);
    expect((await states('load')).slice(0, 2)).toEqual(['a SUCCEEDED', 'b RUNNING']);
    await afterMinutes(60);
    expect(await states('load')).toEqual(['a', 'b', 'c', 'd'].map((name) => `${name} SUCCEEDED`));
  });

  it('acts on what runs already when it is deployed, and lets all go when it is taken away', async () => {
    await deploy('load', {});
    await start('load', 'a', 'b');
    await deploy('load', { concurrency: { limit: 1 } });
    await start('load', 'c', 'd');
    expect(await states('load')).toEqual([
      'a RUNNING',
      'b RUNNING',
      'c 2 of 1 executions of load run',
      'd 2 of 1 executions of load run',
    ]);
    await deploy('load', {});
    expect(await states('load')).toEqual(['a', 'b', 'c', 'd'].map((name) => `${name} RUNNING`));
  });

  it('gives the place of one that is stopped while it waits to nobody else, and of one that runs to the next', async () => {
    await deploy('load', { concurrency: { limit: 1 } });
    await start('load', 'a', 'b', 'c');
    await test.engine.executions.stop(EVERYTHING, 'load/b');
    expect(await states('load')).toEqual([
      'a RUNNING',
      'b ABORTED',
      'c 1 of 1 executions of load run',
    ]);
    const { items } = await test.engine.executions.history(EVERYTHING, 'load/b', {});
    expect(items.map(({ type }) => type)).toEqual(['ExecutionStarted', 'ExecutionAborted']);
    await test.engine.executions.stop(EVERYTHING, 'load/a');
    expect(await states('load')).toEqual(['a ABORTED', 'b ABORTED', 'c RUNNING']);
  });

  it('counts an execution that is redriven', async () => {
    await deploy('load', { concurrency: { limit: 1 } });
    await start('load', 'a');
    await test.engine.executions.stop(EVERYTHING, 'load/a');
    await test.engine.executions.redrive(EVERYTHING, 'load/a');
    await start('load', 'b');
    expect(await states('load')).toEqual(['a RUNNING', 'b 1 of 1 executions of load run']);
    await afterMinutes(25);
    expect(await states('load')).toEqual(['a SUCCEEDED', 'b SUCCEEDED']);
  });
});

describe('overlap: skip', () => {
  const sections = { trigger: HOURLY, concurrency: { overlap: 'skip' } };

  it('ends what a trigger starts at once, tells why, and never starts it later', async () => {
    await deploy('load', sections);
    await afterMinutes(16);
    const outcome = async (): Promise<string[]> =>
      (await test.engine.executions.list(EVERYTHING, { pipeline: 'load' })).items
        .toReversed()
        .map(({ status, error = '', cause = '' }) => `${status} ${error} ${cause}`.trim());
    const skipped =
      'ABORTED Millrace.Skipped Not begun (overlap: skip): 1 of 1 executions of load run.';
    expect(await outcome()).toEqual(['SUCCEEDED', skipped, 'RUNNING']);
    await test.restart();
    expect(await outcome()).toEqual(['SUCCEEDED', skipped, 'RUNNING']);
  });

  it('lets what a person starts wait', async () => {
    await deploy('load', sections);
    await start('load', 'a', 'b');
    expect(await states('load')).toEqual(['a RUNNING', 'b 1 of 1 executions of load run']);
  });

  it('is no fact: who waits for the outcome hears nothing of what was skipped', async () => {
    await deploy('load', sections);
    await deploy('watch', {
      trigger: { events: [{ pattern: { detail: { millrace: { pipeline: ['load'] } } } }] },
      concurrency: { overlap: 'allow' },
    });
    await afterMinutes(11);
    const { items } = await test.engine.executions.list(EVERYTHING, { pipeline: 'load' });
    expect(items.map(({ status }) => status)).toEqual(['ABORTED', 'RUNNING']);
    const events = await test.engine.events.list(EVERYTHING, { limit: 100 });
    expect(events.map(({ envelope }) => (envelope.detail as JsonObject).status)).toEqual([
      'RUNNING',
    ]);
  });

  it('can be taken back: a redrive begins what was skipped', async () => {
    await deploy('load', sections);
    await afterMinutes(11);
    const { items } = await test.engine.executions.list(EVERYTHING, {
      pipeline: 'load',
      status: 'ABORTED',
    });
    await test.engine.executions.redrive(EVERYTHING, items[0]?.id ?? '');
    await afterMinutes(14);
    expect((await test.engine.executions.describe(EVERYTHING, items[0]?.id ?? '')).status).toBe(
      'RUNNING',
    );
  });
});

describe('overlap: cancel-running', () => {
  const sections = { trigger: HOURLY, concurrency: { overlap: 'cancel-running' } };

  it('stops the one that runs for the one that a trigger starts', async () => {
    await deploy('load', sections);
    await afterMinutes(11);
    const { items } = await test.engine.executions.list(EVERYTHING, { pipeline: 'load' });
    expect(items.map(({ status, error }) => `${status} ${error ?? ''}`.trim())).toEqual([
      'RUNNING',
      'ABORTED Millrace.Superseded',
    ]);
    expect(items[1]?.cause).toBe(
      `Stopped for the newer execution ${items[0]?.name} (overlap: cancel-running).`,
    );
  });

  it('keeps only the newest of those that wait', async () => {
    await deploy('load', {
      trigger: { events: [{ pattern: { source: ['shop'] } }] },
      concurrency: { overlap: 'cancel-running', pools: ['warehouse'] },
    });
    await deploy('other', { concurrency: { pools: ['warehouse'] } });
    await start('other', 'holds-the-warehouse');
    for (const id of ['1', '2', '3']) {
      await test.engine.events.put(ofTeam('default'), [
        { id, source: 'shop', detailType: 'd', detail: {} },
      ]);
    }
    expect(await states('load')).toEqual([
      'event-1 ABORTED',
      'event-2 ABORTED',
      'event-3 1 of 1 slots of the pool warehouse are taken',
    ]);
  });
});

describe('a pool', () => {
  it('has one slot until it is given more, for all pipelines of the team together', async () => {
    await deploy('load', { concurrency: { pools: ['warehouse'] } });
    await deploy('report', { concurrency: { pools: ['warehouse'] } });
    await start('load', 'a', 'b');
    await start('report', 'c');
    const taken = '1 of 1 slots of the pool warehouse are taken';
    expect(await states('load')).toEqual(['a RUNNING', `b ${taken}`]);
    expect(await states('report')).toEqual([`c ${taken}`]);
    expect(await test.engine.pools.list(EVERYTHING)).toEqual([
      { name: 'warehouse', team: 'default', slots: 1, taken: 1, waiting: 2 },
    ]);
    await test.engine.pools.size('warehouse', 2);
    expect(await states('load')).toEqual(['a RUNNING', 'b RUNNING']);
    await test.restart();
    expect(await test.engine.pools.list(EVERYTHING)).toEqual([
      { name: 'warehouse', slots: 2, taken: 2, waiting: 1 },
    ]);
    await afterMinutes(11);
    expect(await states('report')).toEqual(['c RUNNING']);
  });

  it('is kept from small executions while a large one has waited for longer', async () => {
    await deploy('large', { concurrency: { pools: { warehouse: 3 } } });
    await deploy('small', { concurrency: { pools: ['warehouse'] } });
    await test.engine.pools.size('warehouse', 3);
    await start('small', 'a');
    await start('large', 'b');
    await start('small', 'c');
    const blocked = '1 of 3 slots of the pool warehouse are taken';
    expect(await states('large')).toEqual([`b ${blocked}`]);
    expect(await states('small')).toEqual(['a RUNNING', 'c others wait longer']);
    await afterMinutes(11);
    expect(await states('large')).toEqual(['b RUNNING']);
    await afterMinutes(22);
    expect(await states('small')).toEqual(['a SUCCEEDED', 'c RUNNING']);
  });

  it('is never overdrawn when a thousand schedules fire at the same second', async () => {
    await test.engine.pools.size('warehouse', 250);
    const sections = {
      trigger: { schedule: { cron: '1 0 * * ? *' } },
      concurrency: { pools: ['warehouse'] },
    };
    for (let n = 0; n < 1000; n += 1)
      await test.engine.pipelines.deploy(deployment(`daily-${n}`, sections));
    await test.clock.until('2026-11-20T00:01:00Z');
    await test.settled();
    const running = async (): Promise<number> => {
      let begun = 0;
      for (let cursor: string | undefined; ; ) {
        const page = await test.engine.executions.list(EVERYTHING, {
          status: 'RUNNING',
          limit: 1000,
          ...(cursor === undefined ? {} : { cursor }),
        });
        begun += page.items.filter(({ queued }) => queued === undefined).length;
        cursor = page.next;
        if (cursor === undefined) return begun;
      }
    };
    expect(await running()).toBe(250);
    expect(await test.engine.pools.list(EVERYTHING)).toEqual([
      { name: 'warehouse', slots: 250, taken: 250, waiting: 750 },
    ]);
    await test.clock.until('2026-11-20T00:15:00Z');
    expect(await running()).toBe(250);
    // A quarter of them every ten minutes.
    await test.clock.until('2026-11-20T00:45:00Z');
    expect(await test.engine.pools.list(EVERYTHING)).toEqual([
      { name: 'warehouse', slots: 250, taken: 0, waiting: 0 },
    ]);
    expect(
      (await test.engine.executions.list(EVERYTHING, { status: 'SUCCEEDED', limit: 1000 })).items,
    ).toHaveLength(1000);
  }, 180_000);

  it('gives all of itself to one that asks for more than it has', async () => {
    await deploy('large', { concurrency: { pools: { warehouse: 5 } } });
    await start('large', 'a', 'b');
    expect(await states('large')).toEqual([
      'a RUNNING',
      'b 1 of 1 slots of the pool warehouse are taken',
    ]);
  });

  it.each([
    ['no/name', 1],
    ['', 1],
    ['warehouse', 0],
    ['warehouse', 1.5],
    ['warehouse', 1e9],
  ])('is not %j with %d slots', async (name, slots) => {
    await expect(test.engine.pools.size(name, slots)).rejects.toMatchObject({
      kind: 'InvalidPool',
    });
  });
});
