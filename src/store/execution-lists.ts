/**
 * Lists of executions, the newest first. Which ranges of which index a list is made of is told here; how they are merged, in
 * `merged-ranges.ts`.
 *
 *     of a team       (team, status, redrives, number)             all teams: of each of them
 *     of a pipeline   (pipeline, team, [alias | version,] status, redrives, number)
 *     of an interval  (pipeline, team, interval, number)
 *     of a map run    (map run, status, redrives, number), or in the order of its items
 *     test runs       (team, status, redrives, number), (pipeline, team, status, redrives, number)
 *
 * @module
 */
import type { ExecutionStatus } from '../asl/execution-state.js';
import type { SqlValue } from './driver.js';
import { KINDS, REAL, TEST } from './execution-kinds.js';
import type { TestRunsListed } from './execution-query.js';
import { toExecution } from './execution-rows.js';
import {
  distinctNumbers,
  distinctValues,
  mergedNumbers,
  type Range,
  rowsOf,
} from './merged-ranges.js';
import { all, one, type Plan, type Plans } from './plan.js';
import { isSealed } from './sealed-mark.js';
import type { ExecutionQuery, ExecutionRecord, ListedExecution } from './store.js';

const STATUSES: readonly ExecutionStatus[] = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
];
const UNSUCCESSFUL = STATUSES.filter((status) => status !== 'RUNNING' && status !== 'SUCCEEDED');

export const executionLists: Plans<
  'listExecutions' | 'listExecutionHeads' | 'listOpenMapChildren' | 'countMapChildren'
> = {
  listExecutions: list,
  *listExecutionHeads(query) {
    const records = yield* list(query);
    const parents = new Map<number, ListedExecution['parentExecution']>();
    for (const { parent } of records) {
      if (parent === undefined || parents.has(parent.execution)) continue;
      const [row] = yield one('SELECT id, team FROM executions WHERE number = ?', [
        parent.execution,
      ]);
      parents.set(parent.execution, row && { id: String(row.id), team: String(row.team) });
    }
    return records.map((record) => {
      const head = headOf(record);
      const found = record.parent && parents.get(record.parent.execution);
      return found === undefined ? head : { ...head, parentExecution: found };
    });
  },
  *listOpenMapChildren({ mapRun, which, after, limit }) {
    const statuses = which === 'running' ? (['RUNNING'] as const) : UNSUCCESSFUL;
    const ranges = yield* childRanges(mapRun, statuses, undefined);
    return yield* mergedNumbers(ranges, 'ascending', after, limit);
  },
  *countMapChildren(mapRun) {
    const counts: { [Status in ExecutionStatus]?: number } = {};
    for (const status of STATUSES) {
      const [row] = yield one(
        `SELECT COUNT(*) AS count FROM executions
         WHERE map_run = ? AND map_run IS NOT NULL AND status = ?`,
        [mapRun, status],
      );
      const count = Number(row?.count ?? 0);
      if (count > 0) counts[status] = count;
    }
    return counts;
  },
};

function* list(query: ExecutionQuery): Plan<ExecutionRecord[]> {
  return yield* rowsOf('executions', yield* numbersOf(query), toExecution);
}

function* numbersOf(query: ExecutionQuery): Plan<number[]> {
  const { mapRun, status, redriven, below, limit } = query;
  // Children are numbered in the order of their items, so both orders are the same.
  if (mapRun !== undefined && status === undefined && redriven === undefined) {
    const rows = yield all(
      `SELECT number FROM executions WHERE map_run = ? AND map_run IS NOT NULL
         AND map_child < COALESCE((SELECT map_child FROM executions WHERE number = ?), ${Number.MAX_SAFE_INTEGER})
       ORDER BY map_child DESC LIMIT ?`,
      [mapRun, below ?? null, limit],
    );
    return rows.map((row) => Number(row.number));
  }
  return yield* mergedNumbers(yield* rangesOf(query), 'descending', below, limit);
}

/** Without what may be large and no list shows: input, output, threads. What is sealed stays whole: nobody here can read it. */
function headOf(record: ExecutionRecord): ListedExecution {
  const { context, root, header } = record;
  const { output, ...rest } = header;
  return {
    ...record,
    root: isSealed(root) ? root : null,
    header: isSealed(output) ? header : rest,
    context: isSealed(context)
      ? context
      : { ...context, Execution: { ...context.Execution, Input: null } },
  };
}

function* rangesOf(query: ExecutionQuery): Plan<Range[]> {
  const statuses = query.status === undefined ? STATUSES : [...new Set([query.status].flat())];
  if (query.mapRun !== undefined) {
    return yield* childRanges(query.mapRun, statuses, query.redriven);
  }
  const { pipeline, publishedVersion, alias, interval, testRuns = 'without' } = query;
  const isOfStart = publishedVersion !== undefined || alias !== undefined;
  const ranges: Range[] = [];
  if (pipeline === undefined) {
    for (const where of LISTED[testRuns]) {
      const of = { table: 'executions', column: 'team', where, values: [] };
      const teams = query.teams ?? (yield* distinctValues(of));
      for (const team of new Set(teams)) {
        ranges.push(...(yield* split(`${where} AND team = ?`, [team], statuses, query.redriven)));
      }
    }
    return ranges;
  }
  const values = [pipeline.name, pipeline.team];
  if (interval === undefined && !isOfStart) {
    for (const kind of LISTED[testRuns]) {
      const where = `${kind} AND pipeline = ? AND team = ?`;
      ranges.push(...(yield* split(where, values, statuses, query.redriven)));
    }
    return ranges;
  }
  const where = `${REAL} AND pipeline = ? AND team = ?`;
  if (interval !== undefined) {
    return [
      {
        table: 'executions',
        where: `${where} AND for_interval = ? AND for_interval IS NOT NULL`,
        values: [...values, interval],
      },
    ];
  }
  // Which version or alias a test run was started by is told by itself.
  if (testRuns === 'only') return [];
  if (alias !== undefined) {
    const ofAlias = `${where} AND alias = ? AND alias IS NOT NULL`;
    return yield* split(ofAlias, [...values, alias], statuses, query.redriven);
  }
  const ofVersion = `${where} AND published_version = ? AND published_version IS NOT NULL`;
  return yield* split(ofVersion, [...values, publishedVersion ?? 0], statuses, query.redriven);
}

const LISTED: { readonly [Listed in TestRunsListed]: readonly string[] } = {
  without: [REAL],
  with: KINDS,
  only: [TEST],
};

function childRanges(
  mapRun: number,
  statuses: readonly ExecutionStatus[],
  redriven: boolean | undefined,
): Plan<Range[]> {
  return split('map_run = ? AND map_run IS NOT NULL', [mapRun], statuses, redriven);
}

/** By status and by the times that they were redriven: the columns before the number in every index. */
function* split(
  where: string,
  values: readonly SqlValue[],
  statuses: readonly ExecutionStatus[],
  redriven: boolean | undefined,
): Plan<Range[]> {
  const ranges: Range[] = [];
  for (const status of statuses) {
    const ofStatus = `${where} AND status = ?`;
    const given = [...values, status];
    const counts =
      redriven === false
        ? [0]
        : yield* distinctNumbers({
            table: 'executions',
            column: 'redrive_count',
            where: ofStatus,
            values: given,
            above: redriven === undefined ? -1 : 0,
          });
    for (const count of counts) {
      ranges.push({
        table: 'executions',
        where: `${ofStatus} AND redrive_count = ?`,
        values: [...given, count],
      });
    }
  }
  return ranges;
}
