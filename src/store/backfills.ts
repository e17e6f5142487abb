/**
 * Table `backfills`: what a backfill is to start, written once, and how far it has come.
 * @module
 */
import { fromJson, integer, optional, text, toJson } from './columns.js';
import type { Driver, Row, SqlValue } from './driver.js';
import { distinctValues, mergedNumbers, type Range, rowsOf } from './merged-ranges.js';
import type {
  BackfillProgress,
  BackfillQuery,
  BackfillRecord,
  BackfillSlot,
  BackfillWrite,
  SynchronousStore,
} from './store.js';

type BackfillQueries = Pick<
  SynchronousStore,
  'lastBackfillNumber' | 'findBackfill' | 'listBackfills'
> & {
  writeBackfill(write: BackfillWrite): void;
};

export function backfillQueries(driver: Driver): BackfillQueries {
  const insert = driver.prepare(
    `INSERT INTO backfills (number, pipeline, team, status, request, plan, progress, created_at, stopped_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = driver.prepare(
    'UPDATE backfills SET status = ?, progress = ?, stopped_at = ? WHERE number = ?',
  );
  const last = driver.prepare('SELECT MAX(number) AS number FROM backfills');
  const byNumber = driver.prepare('SELECT * FROM backfills WHERE number = ?');
  return {
    writeBackfill({ record, isNew }) {
      const { number, pipeline, team, status, request, slots, createdAt } = record;
      const progress = toJson(record.progress);
      const stoppedAt = record.stoppedAt ?? null;
      if (isNew) {
        const [asked, plan] = [toJson(request), toJson(slots)];
        insert.run(number, pipeline, team, status, asked, plan, progress, createdAt, stoppedAt);
      } else {
        update.run(status, progress, stoppedAt, number);
      }
    },
    lastBackfillNumber: () => Number(last.get()?.number ?? 0),
    findBackfill(number) {
      const row = byNumber.get(number);
      return row && toBackfill(row);
    },
    listBackfills(query) {
      const ranges = rangesOf(driver, query);
      const numbers = mergedNumbers(driver, ranges, 'descending', query.below, query.limit);
      return rowsOf(driver, 'backfills', numbers, toBackfill);
    },
  };
}

const STATUSES = ['RUNNING', 'STOPPING', 'SUCCEEDED', 'FAILED', 'STOPPED'] as const;

/** For each team, of the pipeline if there is one, each status; or the whole table. */
function rangesOf(driver: Driver, { pipeline, status, teams }: BackfillQuery): Range[] {
  if (pipeline === undefined && status === undefined && teams === undefined) {
    return [{ table: 'backfills', where: '1 = 1', values: [] }];
  }
  const [before, given] =
    pipeline === undefined ? ['1 = 1', []] : ['pipeline = ?', [pipeline] as SqlValue[]];
  const wanted =
    teams ??
    distinctValues(driver, { table: 'backfills', column: 'team', where: before, values: given });
  return [...new Set(wanted)].flatMap((team) =>
    (status === undefined ? STATUSES : [status]).map((one) => ({
      table: 'backfills',
      where: `${before} AND team = ? AND status = ?`,
      values: [...given, team, one],
    })),
  );
}

function toBackfill(row: Row): BackfillRecord {
  return {
    number: integer(row, 'number'),
    pipeline: text(row, 'pipeline'),
    team: text(row, 'team'),
    status: text(row, 'status') as BackfillRecord['status'],
    request: fromJson<BackfillRecord['request']>(row.request),
    slots: fromJson<BackfillSlot[]>(row.plan),
    progress: fromJson<BackfillProgress>(row.progress),
    createdAt: integer(row, 'created_at'),
    ...optional(row, 'stopped_at', 'stoppedAt', Number),
  };
}
