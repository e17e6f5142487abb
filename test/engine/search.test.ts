/**
 * Searches for executions and events on the real engine and a real file.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYTHING, ofTeam, type Scope } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

const HOUR = 3_600_000;
const ENDS = {
  StartAt: 'Ends',
  States: {
    Ends: {
      Type: 'Choice',
      Choices: [{ Variable: '$.fails', BooleanEquals: true, Next: 'Fail' }],
      Default: 'Done',
    },
    Fail: { Type: 'Fail', Error: 'S3.AccessDenied', Cause: 'no way into the bucket' },
    Done: { Type: 'Succeed' },
  },
};

let test: TimedEngine;

/** Fourteen hours: each hour one of each pipeline; every third of the first fails. */
beforeAll(async () => {
  test = await openTimedEngine();
  await test.deploy('parcels', {}, { definition: ENDS, team: 'land' });
  await test.deploy('Claims', {}, { definition: ENDS, team: 'claims' });
  for (let hour = 0; hour < 14; hour += 1) {
    for (const [pipeline, county] of [
      ['parcels', hour % 2 === 0 ? 'Monroe' : 'Alpine'],
      ['Claims', 'Monroe'],
    ] as const) {
      await test.engine.executions.start(EVERYTHING, {
        pipeline,
        name: `${pipeline}-${hour}`,
        input: { fails: pipeline === 'parcels' && hour % 3 === 0 },
        tags: { county },
      });
    }
    await test.engine.events.put(ofTeam(hour % 2 === 0 ? 'land' : 'claims'), [
      {
        ...{ id: `e${hour}`, source: 'shop', detailType: hour % 2 === 0 ? 'Order' : 'Return' },
        detail: { total: hour * 10, tags: { county: 'Monroe' }, note: `the ${hour}th` },
      },
    ]);
    await test.settled();
    await test.pass(HOUR);
  }
}, 180_000);
afterAll(() => test.close());

async function executions(q: string, scope: Scope = EVERYTHING, more = {}): Promise<string[]> {
  const { items } = await test.engine.executions.list(scope, { q, ...more });
  return items.map(({ name }) => name);
}

async function events(q: string, scope: Scope = EVERYTHING, more = {}): Promise<string[]> {
  const { items } = await test.engine.events.search(scope, {
    ...{ q: `source:shop ${q}`, limit: 100 },
    ...more,
  });
  return items.map(({ id }) => id);
}

describe('executions are found by', () => {
  it.each([
    ['status:failed', ['parcels-12', 'parcels-9', 'parcels-6', 'parcels-3', 'parcels-0']],
    ['status:failed tag.county:monroe', ['parcels-12', 'parcels-6', 'parcels-0']],
    ['status:failed -county:monroe', ['parcels-9', 'parcels-3']],
    ['error:accessdenied since:3h', ['parcels-12']],
    ['"no way" started:>6h', ['parcels-12', 'parcels-9']],
    ['pipeline:claims until:11h', ['Claims-2', 'Claims-1', 'Claims-0']],
    ['pipeline:c* since:2h', ['Claims-13', 'Claims-12']],
    ['team:CLAIMS since:1h', ['Claims-13']],
    ['name:parcels-1,claims-2', ['Claims-2', 'parcels-1']],
    ['pipeline:nobody', []],
    ['team:nobody', []],
    ['status:failed,aborted until:2026-11-20T04', ['parcels-3', 'parcels-0']],
    ['-status:succeeded since:2026-11-20T12', ['parcels-12']],
  ])('%s', async (q, names) => {
    expect(await executions(q)).toEqual(names);
  });

  it('the team that sees them, and nobody else', async () => {
    expect(await executions('since:1h', ofTeam('claims'))).toEqual(['Claims-13']);
    expect(await executions('team:land', ofTeam('claims'))).toEqual([]);
    expect(await executions('pipeline:parcels', ofTeam('claims'))).toEqual([]);
  });

  it('the other filters together with the search', async () => {
    const filter = { pipeline: 'parcels', status: 'SUCCEEDED' };
    expect(await executions('county:alpine since:5h', EVERYTHING, filter)).toEqual([
      ...['parcels-13', 'parcels-11'],
    ]);
    expect(await executions('status:failed', EVERYTHING, filter)).toEqual([]);
  });

  it('page by page, each once', async () => {
    const names: string[] = [];
    for (let cursor: string | undefined, pages = 0; ; pages += 1) {
      const page = await test.engine.executions.list(EVERYTHING, {
        ...{ q: 'county:monroe pipeline:parcels,claims', limit: 4 },
        ...(cursor === undefined ? {} : { cursor }),
      });
      names.push(...page.items.map(({ name }) => name));
      cursor = page.next;
      if (cursor === undefined) {
        expect(pages).toBe(5);
        break;
      }
    }
    expect(names).toEqual(await executions('county:monroe'));
    expect(names).toHaveLength(21);
  });

  it('nothing that cannot be understood: that is told with its column', async () => {
    const problem = expect.stringContaining('column 8') as never;
    await expect(executions('status:broken')).rejects.toMatchObject({ message: problem });
  });
});

describe('events are found by', () => {
  it.each([
    ['detail.total:>110', ['e13', 'e12']],
    ['type:Return county:monroe since:4h', ['e13', 'e11']],
    ['"2th"', ['e12', 'e2']],
    ['team:claims until:2026-11-20T04', ['e3', 'e1']],
    ['-type:order time:2026-11-20T05', ['e5']],
    ['team:nobody', []],
  ])('%s', async (q, ids) => {
    expect(await events(q)).toEqual(ids);
  });

  it('the team that sees them', async () => {
    expect(await events('since:4h', ofTeam('land'))).toEqual(['e12', 'e10']);
    expect(await events('team:land', ofTeam('claims'))).toEqual([]);
  });

  it('in their order after one, and say where to go on although later ones are none', async () => {
    const { items, next } = await test.engine.events.search(EVERYTHING, {
      ...{ q: 'source:shop detail.total:<50', limit: 100, after: 0 },
    });
    expect(items.map(({ id }) => id)).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
    const [last] = await test.engine.events.list(EVERYTHING, { limit: 1 });
    expect(next).toBe(String(last?.number));
  });

  it('page by page, each once', async () => {
    const found = await test.engine.events.search(EVERYTHING, { q: 'source:shop', limit: 10 });
    const rest = await test.engine.events.search(EVERYTHING, {
      ...{ q: 'source:shop', limit: 10, below: Number(found.next) },
    });
    expect([...found.items, ...rest.items].map(({ id }) => id)).toEqual(await events(''));
    expect(rest.next).toBeUndefined();
  });
});

it('a search that finds little looks through a bounded part, and says where to go on', async () => {
  const many = await openTimedEngine();
  await many.deploy('many');
  const { executions: calls } = many.engine;
  for (let round = 0; round < 53; round += 1) {
    const starts = Array.from({ length: 100 }, () => calls.start(EVERYTHING, { pipeline: 'many' }));
    await Promise.all(starts);
  }
  await many.settled();
  const first = await calls.list(EVERYTHING, { q: 'county:monroe' });
  expect(first.items).toEqual([]);
  const rest = await calls.list(EVERYTHING, { q: 'county:monroe', cursor: String(first.next) });
  expect(rest).toEqual({ items: [] });
  await many.close();
}, 180_000);
