/**
 * Lists of executions, the newest first. Which ranges of which index a list is made of is told here; how they are merged, in
 * `merged-ranges.ts`.
 *
 *     of a team       (team, status, redrives, number)             all teams: of each of them
 *     of a pipeline   (pipeline, team, [alias | version,] status, redrives, number)
 *     of an interval  (pipeline, team, interval, number)
 *     of a map run    (map run, status, redrives, number), or in the order of its items
 *
 * @module
 */
import type { ExecutionStatus } from '../asl/execution-state.js';
import type { Driver, SqlValue } from './driver.js';
import { toExecution } from './execution-rows.js';
import {
  distinctNumbers,
  distinctValues,
  mergedNumbers,
  type Order,
  type Range,
  rowsOf,
} from './merged-ranges.js';
import { isSealed } from './sealed-mark.js';
import type {
  ExecutionQuery,
  ExecutionRecord,
  ListedExecution,
  SynchronousStore,
} from './store.js';

type ListQueries = Pick<
  SynchronousStore,
  'listExecutions' | 'listExecutionHeads' | 'listOpenMapChildren' | 'countMapChildren'
>;

const STATUSES: readonly ExecutionStatus[] = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
];
const UNSUCCESSFUL = STATUSES.filter((status) => status !== 'RUNNING' && status !== 'SUCCEEDED');

export function executionLists(driver: Driver): ListQueries {
  const ofItems = driver.prepare(
    `SELECT number FROM executions WHERE map_run = ? AND map_run IS NOT NULL
       AND map_child < COALESCE((SELECT map_child FROM executions WHERE number = ?), ${Number.MAX_SAFE_INTEGER})
     ORDER BY map_child DESC LIMIT ?`,
  );
  const parentOf = driver.prepare('SELECT id, team FROM executions WHERE number = ?');
  const countOf = driver.prepare(
    `SELECT COUNT(*) AS count FROM executions
     WHERE map_run = ? AND map_run IS NOT NULL AND status = ?`,
  );

  function numbersOf(query: ExecutionQuery): number[] {
    const { mapRun, status, redriven, below, limit } = query;
    // Children are numbered in the order of their items, so both orders are the same.
    if (mapRun !== undefined && status === undefined && redriven === undefined) {
      const rows = ofItems.all(mapRun, below ?? null, limit);
      return rows.map((row) => Number(row.number));
    }
    return mergedNumbers(driver, rangesOf(driver, query), 'descending', below, limit);
  }

  function list(query: ExecutionQuery): ExecutionRecord[] {
    return rowsOf(driver, 'executions', numbersOf(query), toExecution);
  }

  return {
    listExecutions: list,
    listExecutionHeads(query) {
      const parents = new Map<number, ListedExecution['parentExecution']>();
      const parent = (number: number): ListedExecution['parentExecution'] => {
        if (!parents.has(number)) {
          const row = parentOf.get(number);
          parents.set(number, row && { id: String(row.id), team: String(row.team) });
        }
        return parents.get(number);
      };
      return list(query).map((record) => {
        const head = headOf(record);
        const found = record.parent && parent(record.parent.execution);
        return found === undefined ? head : { ...head, parentExecution: found };
      });
    },
    listOpenMapChildren({ mapRun, which, after, limit }) {
      const statuses = which === 'running' ? (['RUNNING'] as const) : UNSUCCESSFUL;
      const ranges = childRanges(driver, mapRun, statuses, undefined);
      const order: Order = 'ascending';
      return mergedNumbers(driver, ranges, order, after, limit);
    },
    countMapChildren(mapRun) {
      const counts: { [Status in ExecutionStatus]?: number } = {};
      for (const status of STATUSES) {
        const count = Number(countOf.get(mapRun, status)?.count ?? 0);
        if (count > 0) counts[status] = count;
      }
      return counts;
    },
  };
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

function rangesOf(driver: Driver, query: ExecutionQuery): Range[] {
  const statuses = query.status === undefined ? STATUSES : [query.status];
  if (query.mapRun !== undefined)
    return childRanges(driver, query.mapRun, statuses, query.redriven);
  const { pipeline, publishedVersion, alias, interval } = query;
  if (pipeline === undefined) {
    const teams =
      query.teams ??
      distinctValues(driver, {
        table: 'executions',
        column: 'team',
        where: 'map_run IS NULL',
        values: [],
      });
    return [...new Set(teams)].flatMap((team) =>
      split(driver, 'map_run IS NULL AND team = ?', [team], statuses, query.redriven),
    );
  }
  const where = 'map_run IS NULL AND pipeline = ? AND team = ?';
  const values = [pipeline.name, pipeline.team];
  if (interval !== undefined) {
    return [
      {
        table: 'executions',
        where: `${where} AND for_interval = ? AND for_interval IS NOT NULL`,
        values: [...values, interval],
      },
    ];
  }
  if (alias !== undefined) {
    const ofAlias = `${where} AND alias = ? AND alias IS NOT NULL`;
    return split(driver, ofAlias, [...values, alias], statuses, query.redriven);
  }
  if (publishedVersion !== undefined) {
    const ofVersion = `${where} AND published_version = ? AND published_version IS NOT NULL`;
    return split(driver, ofVersion, [...values, publishedVersion], statuses, query.redriven);
  }
  return split(driver, where, values, statuses, query.redriven);
}

function childRanges(
  driver: Driver,
  mapRun: number,
  statuses: readonly ExecutionStatus[],
  redriven: boolean | undefined,
): Range[] {
  return split(driver, 'map_run = ? AND map_run IS NOT NULL', [mapRun], statuses, redriven);
}

/** By status and by the times that they were redriven: the columns before the number in every index. */
function split(
  driver: Driver,
  where: string,
  values: readonly SqlValue[],
  statuses: readonly ExecutionStatus[],
  redriven: boolean | undefined,
): Range[] {
  return statuses.flatMap((status) => {
    const ofStatus = `${where} AND status = ?`;
    const given = [...values, status];
    const counts =
      redriven === false
        ? [0]
        : distinctNumbers(driver, {
            table: 'executions',
            column: 'redrive_count',
            where: ofStatus,
            values: given,
            above: redriven === undefined ? -1 : 0,
          });
    return counts.map((count) => ({
      table: 'executions',
      where: `${ofStatus} AND redrive_count = ?`,
      values: [...given, count],
    }));
  });
}
