/**
 * Removes executions for good, with all that is theirs in other tables, and finds those that are old.
 * @module
 */
import type { ExecutionStatus } from '../asl/execution-state.js';
import { integer, text } from './columns.js';
import type { Row } from './driver.js';
import { KINDS } from './execution-kinds.js';
import { distinctNumbers, mergedNumbers, type Range, rowsOf } from './merged-ranges.js';
import { all, type Plan, type Plans, type Prepare } from './plan.js';
import type { OldExecution, PipelineRef } from './store.js';

const ENDED = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
const COLUMNS = 'number, id, name, status, started_at, stopped_at';

export const removalReads: Plans<'listOldExecutions' | 'listOldMapChildren'> = {
  *listOldExecutions({ pipeline, startedBefore, after, limit }) {
    const numbers = yield* mergedNumbers(yield* endedOf(pipeline), 'ascending', after, limit);
    const old = yield* rowsOf('executions', numbers, toOld);
    return old.filter(({ startedAt }) => startedAt < startedBefore);
  },
  *listOldMapChildren({ mapRun, limit }) {
    const rows = yield all(
      `SELECT ${COLUMNS} FROM executions WHERE map_run = ? AND map_run IS NOT NULL ORDER BY map_child LIMIT ?`,
      [mapRun, limit],
    );
    return rows.map(toOld);
  },
};

/** Removes an execution with all that is its own. */
export function removalWrites(prepare: Prepare): (number: number) => void {
  const removals = ['history', 'logs', 'threads', 'attempts', 'timers']
    .map((table) => `DELETE FROM ${table} WHERE execution = ?`)
    .concat('DELETE FROM executions WHERE number = ?')
    .map(prepare);
  return (number) => {
    for (const remove of removals) remove(number);
  };
}

/** Executions of a pipeline that have ended, test runs too: ranges of the indexes that lists are made of. */
function* endedOf({ team, name }: PipelineRef): Plan<Range[]> {
  const table = 'executions';
  const column = 'redrive_count';
  const ranges: Range[] = [];
  for (const kind of KINDS) {
    for (const status of ENDED) {
      const where = `pipeline = ? AND team = ? AND status = ? AND ${kind}`;
      const values = [name, team, status];
      for (const redrives of yield* distinctNumbers({ table, column, where, values, above: -1 })) {
        ranges.push({
          table,
          where: `pipeline = ? AND team = ? AND status = ? AND redrive_count = ? AND ${kind}`,
          values: [...values, redrives],
        });
      }
    }
  }
  return ranges;
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
