/**
 * Partners × intervals: what each partner has delivered to pipelines that wait for all of them.
 * @module
 */

import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import type { PartnerQuery } from '../../src/engine/calls/partner-calls.js';
import { EVERYTHING, type Scope } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { ToldFiles } from '../support/told-files.js';

let test: TimedEngine;

beforeEach(async () => {
  test = await openTimedEngine({ start: '2026-11-20T00:00:00Z', files: new ToldFiles() });
});
afterEach(() => test.close());

const deploy = (name: string, more: JsonObject = {}): Promise<void> =>
  test.trigger(name, {
    files: {
      under: name,
      arrivals: { path: '{interval}/{partner}.csv', partners: ['a', 'b', 'c'], ...more },
    },
  });

const fileOf = (path: string): string => join(test.folder, `${path}.csv`);

function deliver(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(fileOf(path)), { recursive: true });
    writeFileSync(fileOf(path), path);
    // Whether it is late is told by its time, which is the machine's otherwise.
    const now = new Date(test.clock.now());
    utimesSync(fileOf(path), now, now);
  }
}

async function at(time: string): Promise<void> {
  test.clock.jump(Date.parse(time) - test.clock.now());
  await test.looks(3);
}

const list = (query: PartnerQuery = {}, scope: Scope = EVERYTHING) =>
  test.engine.partners.list(scope, { count: 2, ...query });

/** `pipeline partner: state, state`, the earlier interval first. */
async function states(query?: PartnerQuery): Promise<string[]> {
  const { items } = await list(query);
  return items.map(
    ({ pipeline, partner, cells }) =>
      `${pipeline} ${partner}: ${cells.map(({ state }) => state).join(', ')}`,
  );
}

describe('partners by interval', () => {
  it('stand in the order of their list, what lies there with its file', async () => {
    await deploy('join', { by: '09:00', timezone: 'Europe/Berlin', whenMissing: 'wait' });
    deliver('join/2026-11-19/a', 'join/2026-11-20/b', 'join/2026-11-20/somebody');
    await at('2026-11-20T07:30:00Z');
    expect(await states()).toEqual([
      'join a: arrived late, expected',
      'join b: missing, arrived',
      'join c: missing, expected',
    ]);
    const { items, pipelines } = await list();
    expect(items[1]?.cells[1]).toMatchObject({
      ...{ interval: '2026-11-20', file: '2026-11-20/b.csv', bytes: 17 },
    });
    expect(pipelines).toEqual([
      {
        ...{
          team: 'default',
          pipeline: 'join',
          under: 'join',
          timezone: 'Europe/Berlin',
          partners: 3,
        },
        ...{ by: '09:00', whenMissing: 'wait' },
        intervals: [
          {
            ...{ interval: '2026-11-19', arrived: 1, unexpected: 0 },
            deadline: Date.parse('2026-11-19T08:00:00Z'),
          },
          {
            ...{ interval: '2026-11-20', arrived: 1, unexpected: 1 },
            deadline: Date.parse('2026-11-20T08:00:00Z'),
          },
        ],
      },
    ]);
  });

  it('of an interval that was started are told as they were then, when their files have been moved away', async () => {
    await deploy('join', { by: '09:00', timezone: 'UTC', whenMissing: 'start' });
    deliver('join/2026-11-20/a', 'join/2026-11-20/b');
    await at('2026-11-20T09:00:00Z');
    rmSync(fileOf('join/2026-11-20/a'));
    await test.looks(3);
    expect(await states({ count: 1 })).toEqual([
      'join a: arrived',
      'join b: arrived',
      'join c: missing',
    ]);
    await at('2026-11-20T10:00:00Z');
    deliver('join/2026-11-20/c');
    await test.looks(3);
    const { items, pipelines } = await list({ count: 1 });
    expect(items[2]?.cells[0]?.state).toBe('arrived late');
    expect(pipelines[0]?.intervals[0]?.started).toMatchObject({ name: 'arrivals-2026-11-20' });
  });

  it('are told of the hour where files are of hours', async () => {
    await deploy('hourly');
    deliver('hourly/2026-11-20T04/a');
    await at('2026-11-20T05:10:00Z');
    const { pipelines } = await list();
    expect(pipelines[0]?.intervals.map(({ interval }) => interval)).toEqual([
      '2026-11-20T04',
      '2026-11-20T05',
    ]);
    expect(await states()).toEqual([
      'hourly a: arrived, expected',
      'hourly b: missing, expected',
      'hourly c: missing, expected',
    ]);
    const until = async (last: string) =>
      (await list({ until: last })).pipelines[0]?.intervals.map(({ interval }) => interval);
    expect(await until('2026-11-19')).toEqual(['2026-11-19T22', '2026-11-19T23']);
    expect(await until('2026-11-20T04')).toEqual(['2026-11-20T03', '2026-11-20T04']);
  });

  it('are told of days until the one of an hour, where files are of days', async () => {
    await deploy('join');
    const { pipelines } = await list({ until: '2026-11-18T23' });
    expect(pipelines[0]?.intervals.map(({ interval }) => interval)).toEqual([
      '2026-11-17',
      '2026-11-18',
    ]);
  });

  it('come page by page, a list of partners cut where a page ends', async () => {
    await deploy('one');
    await deploy('two');
    const seen: string[] = [];
    let pages = 0;
    for (let cursor: string | undefined; pages === 0 || cursor !== undefined; pages += 1) {
      const { items, next } = await list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...items.map(({ pipeline, partner }) => `${pipeline} ${partner}`));
      cursor = next;
    }
    expect(seen).toEqual(['one a', 'one b', 'one c', 'two a', 'two b', 'two c']);
    expect(pages).toBe(3);
  });

  it('are found by words of partner or pipeline', async () => {
    await deploy('one');
    await deploy('two');
    await deploy('plain', { partners: ['plain'] });
    const found = async (q: string) =>
      (await list({ q })).items.map(({ pipeline, partner }) => `${pipeline} ${partner}`);
    expect(await found('B')).toEqual(['one b', 'two b']);
    expect(await found('two c')).toEqual(['two c']);
    expect(await found('gone')).toEqual([]);
  });

  it('are told where the folder is not there', async () => {
    await deploy('join');
    await test.looks();
    expect(await states()).toEqual([
      'join a: unknown, expected',
      'join b: unknown, expected',
      'join c: unknown, expected',
    ]);
    expect((await list()).pipelines[0]?.problem).toBe('join is not there');
  });

  it('whose list cannot be read are none, and it is said why', async () => {
    await deploy('join', { partners: 'partners.txt' });
    deliver('join/2026-11-20/a');
    await test.looks();
    const { items, pipelines } = await list();
    expect(items).toEqual([]);
    expect(pipelines[0]?.problem).toMatch(/partners\.txt is not there/);
  });

  it('are of nobody where a pipeline waits for none', async () => {
    await test.trigger('plain', { files: { under: 'plain' } });
    expect(await list()).toEqual({ items: [], pipelines: [] });
  });

  it.each([['2026-02-30'], ['2026-11-20T24'], ['2026-11'], ['yesterday']])(
    'no board until %s',
    async (until) => {
      await deploy('join');
      await expect(list({ until })).rejects.toThrow(/no day or hour/);
    },
  );

  it('a cursor of another list is refused', async () => {
    await expect(list({ cursor: 'gone' })).rejects.toThrow(/cursor/);
  });
});
