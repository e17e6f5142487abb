/**
 * Lists of executions with every combination of their filters, against the same question answered without any index.
 * @module
 */
import { describe, expect, it } from 'vitest';
import type { ExecutionStatus } from '../../asl/execution-state.js';
import type { ExecutionQuery, ExecutionScope, ExecutionWrite } from '../store.js';
import { commit, create, creation, GREATEST, progress, type Stage, write } from './stage.js';

const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;

interface Row {
  number: number;
  pipeline: string;
  team: string;
  status: ExecutionStatus;
  redrives: number;
  alias: string | undefined;
  version: number | undefined;
  interval: string | undefined;
  mapRun: number | undefined;
  isTestRun: boolean;
}

/** Rows in which every combination occurs somewhere, but rarely in turn. */
const rows: readonly Row[] = Array.from({ length: 400 }, (_, at): Row => {
  const roll = (salt: number, among: number): number =>
    ((at + 1) * (7919 + salt * 104_729)) % among;
  return {
    number: at + 1,
    pipeline: ['nightly', 'hourly'][roll(1, 2)] ?? '',
    team: ['fish', 'fruit', 'flour'][roll(2, 3)] ?? '',
    // One status is rare, and one team has it only at the far end.
    status: at < 3 ? 'ABORTED' : (STATUSES[roll(3, 4)] ?? 'RUNNING'),
    redrives: at % 23 === 0 ? 2 : at % 11 === 0 ? 1 : 0,
    alias: at % 5 === 0 ? 'live' : undefined,
    version: at % 5 === 0 ? (at % 2) + 1 : undefined,
    interval: at % 9 === 0 ? '2026-11-28' : undefined,
    mapRun: at % 13 === 0 ? 4 : undefined,
    isTestRun: at % 7 === 0,
  };
});

function toWrite(row: Row): ExecutionWrite {
  const { number, pipeline, team, status, redrives: redriveCount } = row;
  const { alias, version, interval, mapRun, isTestRun } = row;
  return write(number, {
    create: creation(`n-${number}`, {
      ...{ pipeline, team },
      ...(alias === undefined ? {} : { alias }),
      ...(version === undefined ? {} : { publishedVersion: version }),
      ...(interval === undefined ? {} : { interval }),
      ...(mapRun === undefined ? {} : { mapRun: { number: mapRun, child: number } }),
      ...(isTestRun ? { testRun: { root: number } } : {}),
    }),
    progress: progress(status, { redriveCount }),
  });
}

/** What the query means, said without any index. */
function expected(query: ExecutionQuery): number[] {
  const { pipeline, alias, publishedVersion, interval, mapRun, teams, status, redriven } = query;
  const { testRuns = 'without' } = query;
  return rows
    .filter(
      (row) =>
        row.mapRun === mapRun &&
        (mapRun !== undefined || testRuns === 'with' || row.isTestRun === (testRuns === 'only')) &&
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
const SCOPES: readonly ExecutionScope[] = [
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
  ...(['with', 'only'] as const).flatMap((testRuns) => [
    { testRuns },
    { teams: ['flour', 'fish'], testRuns },
    { pipeline, testRuns },
    { mapRun: 4, testRuns },
  ]),
];

/** Rows of a page: fewer than there are of most combinations, and no multiple of how many are read at first. */
const LIMIT = 37;

function* queries(): Generator<ExecutionQuery> {
  yield { pipeline, interval: '2026-11-28', limit: LIMIT };
  for (const scope of SCOPES) {
    for (const status of [undefined, ...STATUSES]) {
      for (const redriven of [undefined, true, false]) {
        yield {
          ...scope,
          ...(status === undefined ? {} : { status }),
          ...(redriven === undefined ? {} : { redriven }),
          limit: LIMIT,
        };
      }
    }
  }
}

export function listSuite(stage: Stage): void {
  describe('lists of executions', () => {
    it('hold what is asked for, page by page, the newest first', async () => {
      await stage.store.commit(commit(...rows.map(toWrite)));
      let pages = 0;
      for (const query of queries()) {
        const found: number[] = [];
        for (let below: number | undefined; ; ) {
          const at = below === undefined ? query : { ...query, below };
          const page = (await stage.store.listExecutions(at)).map(({ number }) => number);
          expect(page, JSON.stringify(at)).toEqual(expected(at));
          pages += 1;
          found.push(...page);
          if (page.length < query.limit) break;
          below = page.at(-1);
        }
        expect(found, JSON.stringify(query)).toEqual(expected({ ...query, limit: rows.length }));
      }
      expect(pages).toBeGreaterThan(200);
    });

    it('hold few of many as they were written', async () => {
      const { store } = stage;
      const last = GREATEST - 1;
      await store.commit(commit(create(last, 'last'), create(1, 'one'), create(2, 'two')));
      const found = await store.listExecutions({ limit: 2 });
      expect(found.map(({ number }) => number)).toEqual([last, 2]);
      expect(found).toEqual([
        { number: last, ...creation('last'), ...progress() },
        { number: 2, ...creation('two'), ...progress() },
      ]);
    });

    it('show people neither input nor output, and who waits for whom', async () => {
      const { store } = stage;
      const ended = progress('SUCCEEDED');
      ended.header = { ...ended.header, output: 'of no list' };
      const link = { execution: 1, thread: 0, sequence: 1, attached: true };
      await store.commit(
        commit(
          create(1, 'parent', { progress: ended }),
          write(2, { create: creation('child', { parent: link }), progress: progress() }),
          write(3, {
            create: creation('lost', { parent: { ...link, execution: 99 } }),
            progress: progress(),
          }),
        ),
      );
      const heads = await store.listExecutionHeads({ limit: 9 });
      expect(heads.map(({ number }) => number)).toEqual([3, 2, 1]);
      expect(heads.map(({ parentExecution }) => parentExecution)).toEqual([
        undefined,
        { id: 'id-parent', team: 'shop' },
        undefined,
      ]);
      expect(JSON.stringify(heads)).not.toContain('of no list');
      for (const { root, context } of heads) {
        expect([root, context.Execution.Input]).toEqual([null, null]);
      }
      const below = await store.listExecutionHeads({ limit: 9, below: 2, teams: ['shop'] });
      expect(below.map(({ name }) => name)).toEqual(['parent']);
    });

    it('leave what is sealed whole', async () => {
      const sealed = { 'millrace:sealed': 'AbC' } as never;
      await stage.store.commit(
        commit(
          write(1, {
            create: creation('one', { context: sealed }),
            progress: progress('RUNNING', { root: sealed }),
          }),
        ),
      );
      const [head] = await stage.store.listExecutionHeads({ limit: 1 });
      expect([head?.context, head?.root]).toEqual([sealed, sealed]);
    });
  });
}
