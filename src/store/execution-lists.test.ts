import { describe, expect, it } from 'vitest';
import type { ExecutionStatus } from '../asl/execution-state.js';
import { openDriver } from './driver.js';
import { migrate } from './migrations.js';
import { queriesOf } from './queries.js';
import type { ExecutionQuery, ExecutionScope } from './store.js';

const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;

interface Row {
  number: number;
  pipeline: string;
  team: string;
  status: ExecutionStatus;
  redrives: number;
  alias: string | null;
  version: number | null;
  interval: string | null;
  mapRun: number | null;
}

/** Rows in which every combination occurs somewhere, but rarely in turn. */
const rows: readonly Row[] = Array.from({ length: 700 }, (_, at): Row => {
  const roll = (salt: number, among: number): number =>
    ((at + 1) * (7919 + salt * 104_729)) % among;
  return {
    number: at + 1,
    pipeline: ['nightly', 'hourly'][roll(1, 2)] ?? '',
    team: ['fish', 'fruit', 'flour'][roll(2, 3)] ?? '',
    // One status is rare, and one team has it only at the far end.
    status: at < 3 ? 'ABORTED' : (STATUSES[roll(3, 4)] ?? 'RUNNING'),
    redrives: at % 23 === 0 ? 2 : at % 11 === 0 ? 1 : 0,
    alias: at % 5 === 0 ? 'live' : null,
    version: at % 5 === 0 ? (at % 2) + 1 : null,
    interval: at % 9 === 0 ? '2026-11-28' : null,
    mapRun: at % 13 === 0 ? 4 : null,
  };
});

function openStore(): ReturnType<typeof queriesOf>['store'] {
  const driver = openDriver(':memory:');
  migrate(driver);
  const insert = driver.prepare(
    `INSERT INTO executions (number, id, name, pipeline, team, tags, pointer, context, started_at, map_run, map_child,
       machine, status, header, redrive_count, alias, published_version, for_interval)
     VALUES (?, ?, ?, ?, ?, '{}', '', ?, 0, ?, ?, 1, ?, '{}', ?, ?, ?, ?)`,
  );
  const context = JSON.stringify({ Execution: { Input: { secret: 'of no list' } } });
  for (const row of rows) {
    const id = `id-${row.number}`;
    insert.run(
      ...[row.number, id, id, row.pipeline, row.team, context],
      ...[row.mapRun, row.mapRun === null ? null : row.number, row.status, row.redrives],
      ...[row.alias, row.version, row.interval],
    );
  }
  return queriesOf(driver).store;
}

/** What the query means, said without any index. */
function expected(query: ExecutionQuery): number[] {
  const { pipeline, alias, publishedVersion, interval, mapRun, teams, status, redriven } = query;
  return rows
    .filter(
      (row) =>
        row.mapRun === (mapRun ?? null) &&
        (pipeline === undefined ||
          (row.pipeline === pipeline.name && row.team === pipeline.team)) &&
        (alias === undefined || row.alias === alias) &&
        (publishedVersion === undefined || row.version === publishedVersion) &&
        (interval === undefined || row.interval === interval) &&
        (teams === undefined || teams.includes(row.team)) &&
        (status === undefined || row.status === status) &&
        (redriven === undefined || row.redrives > 0 === redriven) &&
        (query.below === undefined || row.number < query.below),
    )
    .map(({ number }) => number)
    .reverse()
    .slice(0, query.limit);
}

const pipeline = { name: 'nightly', team: 'fruit' };
const scopes: readonly ExecutionScope[] = [
  {},
  { teams: [] },
  { teams: ['flour'] },
  { teams: ['flour', 'nobody', 'fish', 'fish'] },
  { pipeline },
  { pipeline: { name: 'nightly', team: 'nobody' } },
  { pipeline, alias: 'live' },
  { pipeline, publishedVersion: 2 },
  { mapRun: 4 },
  { mapRun: 5 },
];

describe('lists of executions', () => {
  const store = openStore();
  const queries: ExecutionQuery[] = [{ pipeline, interval: '2026-11-28', limit: 7 }];
  for (const scope of scopes) {
    for (const status of [undefined, ...STATUSES]) {
      for (const redriven of [undefined, true, false]) {
        queries.push({
          ...scope,
          ...(status === undefined ? {} : { status }),
          ...(redriven === undefined ? {} : { redriven }),
          limit: 7,
        });
      }
    }
  }

  it.each(queries)('holds what is asked for, page by page: %j', (query) => {
    const found: number[] = [];
    for (let below: number | undefined; ; ) {
      const at = below === undefined ? query : { ...query, below };
      const page = store.listExecutions(at).map(({ number }) => number);
      expect(page).toEqual(expected(at));
      found.push(...page);
      if (page.length < query.limit) break;
      below = page.at(-1);
    }
    expect(found).toEqual(expected({ ...query, limit: rows.length }));
  });

  it('shows neither input nor output to people', () => {
    const [head] = store.listExecutionHeads({ limit: 1 });
    const [whole] = store.listExecutions({ limit: 1 });
    expect(JSON.stringify(whole)).toContain('of no list');
    expect(JSON.stringify(head)).not.toContain('of no list');
    expect(head?.number).toBe(whole?.number);
  });

  it('counts children and lists those that are open', () => {
    const children = rows.filter(({ mapRun }) => mapRun === 4);
    const counts = Object.fromEntries(
      STATUSES.flatMap((status) => {
        const count = children.filter((row) => row.status === status).length;
        return count === 0 ? [] : [[status, count]];
      }),
    );
    expect(store.countMapChildren(4)).toEqual(counts);
    const open = children.filter(({ status }) => status === 'RUNNING').map(({ number }) => number);
    const query = { mapRun: 4, which: 'running', after: 0, limit: 100 } as const;
    expect(store.listOpenMapChildren(query)).toEqual(open);
    const failed = children
      .filter(({ status }) => status !== 'RUNNING' && status !== 'SUCCEEDED')
      .map(({ number }) => number);
    expect(store.listOpenMapChildren({ ...query, which: 'unsuccessful', limit: 3 })).toEqual(
      failed.slice(0, 3),
    );
  });
});
