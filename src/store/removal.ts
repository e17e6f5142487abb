/**
 * Removes executions for good, with all that is theirs in other tables, and finds those that are old.
 * @module
 */
import type { ExecutionStatus } from '../asl/execution-state.js';
import { fromJson, integer, text } from './columns.js';
import type { Row } from './driver.js';
import { KINDS } from './execution-kinds.js';
import { distinctNumbers, filledUp, mergedNumbers, type Range, rowsOf } from './merged-ranges.js';
import { all, type Plan, type Plans, type Prepare, type Write } from './plan.js';
import type { OldExecution, PipelineRef } from './store.js';

const ENDED = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
const COLUMNS = 'number, id, name, status, started_at, stopped_at, triggered_by';
/** Executions that one statement removes, at most: a power of two. */
const AT_ONCE = 32;

export const removalReads: Plans<'listOldExecutions' | 'findOldExecutions' | 'listOldMapChildren'> =
  {
    *listOldExecutions({ pipeline, startedBefore, after, limit }) {
      const numbers = yield* mergedNumbers(yield* endedOf(pipeline), 'ascending', after, limit);
      const old = yield* rowsOf('executions', numbers, toOld);
      return old.filter(({ startedAt }) => startedAt < startedBefore);
    },
    *findOldExecutions(numbers) {
      return yield* rowsOf('executions', numbers, toOld);
    },
    *listOldMapChildren({ mapRun, limit }) {
      const rows = yield all(
        `SELECT ${COLUMNS} FROM executions WHERE map_run = ? AND map_run IS NOT NULL ORDER BY map_child LIMIT ?`,
        [mapRun, limit],
      );
      return rows.map(toOld);
    },
  };

/** Removes executions with all that is their own, many by one statement. */
export function removalWrites(prepare: Prepare): (numbers: readonly number[]) => void {
  const prepared = new Map<number, Write[]>();
  const removing = (size: number): Write[] => {
    const places = Array(size).fill('?').join(', ');
    const made = ['history', 'logs', 'threads', 'attempts', 'timers']
      .map((table) => `DELETE FROM ${table} WHERE execution IN (${places})`)
      .concat(`DELETE FROM executions WHERE number IN (${places})`)
      .map(prepare);
    prepared.set(size, made);
    return made;
  };
  return (numbers) => {
    for (let at = 0; at < numbers.length; at += AT_ONCE) {
      const some = filledUp(numbers.slice(at, at + AT_ONCE));
      for (const remove of prepared.get(some.length) ?? removing(some.length)) remove(...some);
    }
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
    ...(row.triggered_by === null
      ? {}
      : { triggeredBy: fromJson<{ type: string }>(row.triggered_by).type }),
  };
}
