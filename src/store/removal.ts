/**
 * Removes executions for good, with all that is theirs in other tables, and finds those that are old.
 * @module
 */
import type { ExecutionStatus } from '../asl/execution-state.js';
import { integer, text } from './columns.js';
import type { Driver, Row } from './driver.js';
import { distinctNumbers, mergedNumbers, type Range, rowsOf } from './merged-ranges.js';
import type { OldExecution, PipelineRef, SynchronousStore } from './store.js';

type RemovalQueries = Pick<
  SynchronousStore,
  'listOldExecutions' | 'listOldMapChildren' | 'giveBack'
> & {
  removeExecution(number: number): void;
};

const ENDED = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
const COLUMNS = 'number, id, name, status, started_at, stopped_at';

export function removalQueries(driver: Driver): RemovalQueries {
  const children = driver.prepare(
    `SELECT ${COLUMNS} FROM executions WHERE map_run = ? AND map_run IS NOT NULL ORDER BY map_child LIMIT ?`,
  );
  const removals = ['history', 'logs', 'threads', 'attempts', 'timers']
    .map((table) => `DELETE FROM ${table} WHERE execution = ?`)
    .concat('DELETE FROM executions WHERE number = ?')
    .map((sql) => driver.prepare(sql));
  const free = driver.prepare('PRAGMA freelist_count');
  const mode = driver.prepare('PRAGMA auto_vacuum');
  return {
    listOldExecutions({ pipeline, startedBefore, after, limit }) {
      const numbers = mergedNumbers(driver, endedOf(driver, pipeline), 'ascending', after, limit);
      return rowsOf(driver, 'executions', numbers, toOld).filter(
        ({ startedAt }) => startedAt < startedBefore,
      );
    },
    listOldMapChildren: ({ mapRun, limit }) => children.all(mapRun, limit).map(toOld),
    removeExecution(number) {
      for (const removal of removals) removal.run(number);
    },
    giveBack(pages) {
      // Only a database that was made so can give pages back; one that was not uses them again.
      if (Number(mode.get()?.auto_vacuum) !== 2) return 0;
      const before = Number(free.get()?.freelist_count);
      if (before === 0) return 0;
      driver.prepare(`PRAGMA incremental_vacuum(${Math.trunc(pages)})`).all();
      return Number(free.get()?.freelist_count);
    },
  };
}

/** Executions of a pipeline that have ended: ranges of the index that lists are made of. */
function endedOf(driver: Driver, { team, name }: PipelineRef): Range[] {
  const table = 'executions';
  return ENDED.flatMap((status) => {
    const where = 'pipeline = ? AND team = ? AND status = ? AND map_run IS NULL';
    const values = [name, team, status];
    const column = 'redrive_count';
    return distinctNumbers(driver, { table, column, where, values, above: -1 }).map((redrives) => ({
      table,
      where: 'pipeline = ? AND team = ? AND status = ? AND redrive_count = ? AND map_run IS NULL',
      values: [...values, redrives],
    }));
  });
}

function toOld(row: Row): OldExecution {
  return {
    number: integer(row, 'number'),
    id: text(row, 'id'),
    name: text(row, 'name'),
    status: text(row, 'status') as ExecutionStatus,
    startedAt: integer(row, 'started_at'),
    ...(row.stopped_at === null ? {} : { stoppedAt: integer(row, 'stopped_at') }),
  };
}
