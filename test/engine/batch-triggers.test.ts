/**
 * Batches of events and files: so many, or so long after the first of them; exact, whatever happens in between.
 * @module
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { BATCHES } from '../../src/engine/features/bus/batches.js';
import type { PutResult } from '../../src/engine/kernel/bus-event.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { StoreError } from '../../src/store/errors.js';
import type { Store } from '../../src/store/store.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { ToldFiles } from '../support/told-files.js';

let test: TimedEngine;
/** The next commit fails as on a full disk. */
let failsNext = false;

const wrap = (store: Store): Store =>
  new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (name === 'commit' && failsNext) {
        failsNext = false;
        return () => {
          throw new StoreError('busy', 'for the test');
        };
      }
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

beforeEach(async () => {
  failsNext = false;
  test = await openTimedEngine({
    start: '2026-11-20T08:00:00Z',
    files: new ToldFiles(),
    wrap,
  });
});
afterEach(() => test.close());

const pattern = { source: ['partner'] };
const batched = (size: number, window: string | number, more: JsonObject = {}): JsonObject => ({
  events: [{ pattern, inputPath: '$.detail.n', batch: { size, window }, ...more }],
});

/** Puts events `from` to `to`, with their number as id. */
async function put(from: number, to = from): Promise<PutResult[]> {
  const results: PutResult[] = [];
  for (let n = from; n <= to; n += 50) {
    const events = Array.from({ length: Math.min(50, to - n + 1) }, (_, i) => ({
      id: `e-${n + i}`,
      source: 'partner',
      detailType: 'File delivered',
      detail: { n: n + i },
    }));
    results.push(...(await test.engine.events.put(ofTeam('default'), events)));
  }
  await test.settled();
  return results;
}

const count = async (from: number, to: number): Promise<number[]> =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function batches(): Promise<unknown[]> {
  const inputs = (await test.inputs('load')) as { events: unknown[]; batch: JsonObject }[];
  return inputs.map(({ events, batch }) => [batch.condition, events]);
}

const explained = async (): Promise<unknown> =>
  (await test.engine.pipelines.explainTrigger(EVERYTHING, 'load')).events?.[0]?.batch;

describe('a batch of events', () => {
  it('is started by its hundredth event at 8:40, and with 75 an hour after the first of them at 9:41', async () => {
    await test.trigger('load', batched(100, '3600s'));
    await put(1, 60);
    await test.clock.until('2026-11-20T08:40:00Z');
    expect(await batches()).toEqual([]);
    await put(61, 100);
    await test.clock.until('2026-11-20T08:41:00Z');
    expect(await batches()).toEqual([['size', await count(1, 100)]]);
    await put(101, 150);
    await test.clock.until('2026-11-20T09:30:00Z');
    await put(151, 175);
    await test.clock.until('2026-11-20T09:40:59Z');
    expect(await batches()).toHaveLength(1);
    await test.clock.until('2026-11-20T09:41:00Z');
    expect(await batches()).toEqual([
      ['size', await count(1, 100)],
      ['window', await count(101, 175)],
    ]);
    await test.clock.until('2026-11-20T23:00:00Z');
    expect(await batches()).toHaveLength(2);
  });

  it('says in its input and in what triggered it which events it has, and what completed it', async () => {
    await test.trigger('load', batched(2, 60));
    await put(1, 2);
    const [execution] = await test.details('load');
    const times = {
      openedAt: '2026-11-20T08:00:00.000Z',
      closedAt: '2026-11-20T08:00:00.000Z',
    };
    expect(execution).toMatchObject({
      name: 'batch-1-2',
      input: { events: [1, 2], batch: { condition: 'size', eventIds: ['e-1', 'e-2'], ...times } },
      triggeredBy: {
        type: 'batch',
        condition: 'size',
        bus: 'default',
        count: 2,
        events: ['e-1', 'e-2'],
        ...times,
      },
    });
  });

  it('tells whoever puts an event how many wait, and explains since when and until when', async () => {
    await test.trigger('load', batched(3, '10 minutes'));
    expect(await explained()).toEqual({ size: 3, window: 600, waiting: 0 });
    const closesAt = Date.parse('2026-11-20T08:10:00Z');
    expect((await put(1))[0]).toEqual({
      id: 'e-1',
      duplicate: false,
      started: [],
      batched: [{ pipeline: 'load', waiting: 1, size: 3, closesAt }],
    });
    const openedAt = Date.parse('2026-11-20T08:00:00Z');
    expect(await explained()).toEqual({ size: 3, window: 600, waiting: 1, openedAt, closesAt });
    expect(await test.engine.events.list(EVERYTHING, { limit: 1 })).toMatchObject([
      { matched: [], batched: ['load'] },
    ]);
  });

  it('does not count an event twice that comes twice, at once or after a restart', async () => {
    await test.trigger('load', batched(3, 3600));
    await put(1, 2);
    expect((await put(2))[0]).toEqual({ id: 'e-2', duplicate: true, started: [] });
    await test.restart();
    await put(1, 2);
    expect(await batches()).toEqual([]);
    await put(3);
    expect(await batches()).toEqual([['size', [1, 2, 3]]]);
  });

  it('of one turn holds no more events than its size; the others begin the next', async () => {
    await test.trigger('load', batched(20, 3600));
    const events = Array.from({ length: 50 }, (_, i) => ({
      source: 'partner',
      detailType: 'd',
      detail: { n: i + 1 },
    }));
    await test.engine.events.put(ofTeam('default'), events);
    await test.settled();
    await test.settled();
    expect(await batches()).toEqual([
      ['size', await count(1, 20)],
      ['size', await count(21, 40)],
    ]);
    expect(await explained()).toMatchObject({ waiting: 10 });
  });

  it('survives a kill at any moment, and is started at once when it is overdue', async () => {
    await test.trigger('load', batched(5, 3600));
    await put(1, 4);
    await test.crash();
    expect(await explained()).toMatchObject({ waiting: 4 });
    expect(await batches()).toEqual([]);
    await put(5, 7);
    await test.crash();
    expect(await batches()).toEqual([['size', [1, 2, 3, 4, 5]]]);
    expect(await explained()).toMatchObject({ waiting: 2 });
    test.clock.jump(7_200_000);
    await test.crash();
    await test.settled();
    expect(await batches()).toEqual([
      ['size', [1, 2, 3, 4, 5]],
      ['window', [6, 7]],
    ]);
    await test.restart();
    expect(await batches()).toHaveLength(2);
  });

  it('is neither lost nor doubled by a commit that fails', async () => {
    await test.trigger('load', batched(4, 3600));
    await put(1, 2);
    failsNext = true;
    const putting = put(3, 4);
    await test.settled();
    await test.clock.until('2026-11-20T08:00:01Z');
    await putting;
    expect(await batches()).toEqual([['size', [1, 2, 3, 4]]]);
    await put(5, 7);
    failsNext = true;
    const last = put(8);
    await test.settled();
    await test.clock.until('2026-11-20T08:00:02Z');
    await last;
    await test.crash();
    expect(await batches()).toEqual([
      ['size', [1, 2, 3, 4]],
      ['size', [5, 6, 7, 8]],
    ]);
  });

  it('keeps what waits when its size, its window or its pattern is changed', async () => {
    await test.trigger('load', batched(100, 3600));
    await put(1, 5);
    await test.trigger('load', batched(50, 7200, { pattern: { source: ['partner', 'other'] } }));
    expect(await explained()).toMatchObject({ size: 50, waiting: 5 });
    await test.trigger('load', batched(2, 3600));
    expect(await batches()).toEqual([
      ['size', [1, 2]],
      ['size', [3, 4]],
    ]);
    await test.clock.until('2026-11-20T09:00:01Z');
    expect((await batches()).at(-1)).toEqual(['window', [5]]);
  });

  it('is started at once when its rule batches no longer, and waits when the rule is gone', async () => {
    await test.trigger('load', batched(100, 3600));
    await put(1, 3);
    await test.trigger('load', {});
    await test.clock.until('2026-11-20T10:00:00Z');
    await test.restart();
    expect(await batches()).toEqual([]);
    await test.trigger('load', { events: [{ pattern, inputPath: '$.detail.n' }] });
    expect(await batches()).toEqual([['removed', [1, 2, 3]]]);
    await put(4);
    expect(await test.details('load')).toHaveLength(2);
  });

  it('is started before the input of an execution would be too large', async () => {
    await test.trigger('load', batched(1_000, 3600, { inputPath: '$.detail' }));
    const text = 'x'.repeat(50_000);
    for (let n = 1; n <= 7; n += 1) {
      const event = { id: `b-${n}`, source: 'partner', detailType: 'd', detail: { n, text } };
      await test.engine.events.put(ofTeam('default'), [event]);
      await test.settled();
    }
    const inputs = (await test.inputs('load')) as { events: { n: number }[]; batch: JsonObject }[];
    expect(inputs.map(({ events, batch }) => [batch.condition, events.map(({ n }) => n)])).toEqual([
      ['bytes', [1, 2, 3, 4, 5]],
    ]);
    expect(await explained()).toMatchObject({ waiting: 2 });
  });

  it('is closed no later when the clock is set back, and ends with one that is set ahead', async () => {
    await test.trigger('load', batched(100, 3600));
    await put(1);
    test.clock.jump(-86_400_000);
    await test.clock.until('2026-11-19T08:59:59Z');
    expect(await batches()).toEqual([]);
    await test.clock.until('2026-11-19T09:00:01Z');
    expect(await batches()).toEqual([['window', [1]]]);
    await put(2);
    test.clock.jump(3 * 86_400_000);
    await test.clock.until('2026-11-22T09:02:00Z');
    expect(await batches()).toHaveLength(2);
  });

  it('holds only events of the team, and takes those of executions too', async () => {
    await test.trigger('load', batched(2, 3600), 'other');
    await put(1, 4);
    expect(await batches()).toEqual([]);
    await test.engine.pipelines.withdraw(EVERYTHING, { team: 'other', name: 'load' });
    await test.trigger('load', {
      events: [
        {
          pattern: { detail: { status: ['SUCCEEDED'], millrace: { pipeline: ['job'] } } },
          inputPath: '$.detail.name',
          batch: { size: 2, window: 60 },
        },
      ],
    });
    await test.trigger('job', {});
    for (const name of ['a', 'b'])
      await test.engine.executions.run(EVERYTHING, { pipeline: 'job', name });
    expect(await batches()).toEqual([['size', ['a', 'b']]]);
  });

  it('writes as much for the ten-thousandth event as for the first', async () => {
    await test.trigger('load', batched(10_000, 3600));
    await test.trigger('other', { events: [{ pattern: { source: ['shop'] } }] });
    // Every second event is another rule's, so that no two numbers follow each other.
    for (let n = 0; n < 1_200; n += 100) {
      const events = Array.from({ length: 100 }, (_, i) => ({
        source: i % 2 === 0 ? 'partner' : 'shop',
        detailType: 'd',
        detail: { n: i },
      }));
      await test.engine.events.put(ofTeam('default'), events);
    }
    const chunks = await test.store.listRows(BATCHES, { where: { rule: '0' } });
    expect(chunks.length).toBeGreaterThan(8);
    expect(Math.max(...chunks.map(({ state }) => JSON.stringify(state).length))).toBeLessThan(
      1_200,
    );
    await test.crash();
    expect(await explained()).toMatchObject({ waiting: 600 });
  });
});

describe('a batch of files', () => {
  it('starts one execution for so many files, or for a window, each file once', async () => {
    const incoming = join(test.folder, 'incoming');
    mkdirSync(incoming);
    await test.trigger('load', {
      files: { under: 'incoming', match: '*.csv', batch: { size: 3, window: 60 } },
    });
    const keys = async (): Promise<unknown> =>
      (await test.inputs('load')).map((input) =>
        (input as unknown as { files: { key: string }[] }).files.map(({ key }) => key),
      );
    for (const name of ['a', 'b']) writeFileSync(join(incoming, `${name}.csv`), name);
    await test.looks(4);
    expect(await keys()).toEqual([]);
    expect(
      (await test.engine.pipelines.explainTrigger(EVERYTHING, 'load')).files?.batch,
    ).toMatchObject({ waiting: 2 });
    await test.crash();
    writeFileSync(join(incoming, 'c.csv'), 'c');
    writeFileSync(join(incoming, 'd.csv'), 'd');
    await test.looks(4);
    expect(await keys()).toEqual([['a.csv', 'b.csv', 'c.csv']]);
    await test.looks(40);
    expect(await keys()).toEqual([['a.csv', 'b.csv', 'c.csv'], ['d.csv']]);
  });
});
