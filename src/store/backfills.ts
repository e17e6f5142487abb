/**
 * Table `backfills`: what a backfill is to start, written once, and how far it has come.
 * @module
 */
import { fromJson, integer, optional, text, toJson } from './columns.js';
import type { Driver, Row, SqlValue } from './driver.js';
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
      const { where, values } = conditions(query);
      const sql = `SELECT * FROM backfills WHERE ${where} ORDER BY number DESC LIMIT ?`;
      return driver
        .prepare(sql)
        .all(...values, query.limit)
        .map(toBackfill);
    },
  };
}

function conditions(query: BackfillQuery): { where: string; values: SqlValue[] } {
  const where: string[] = ['1 = 1'];
  const values: SqlValue[] = [];
  const add = (condition: string, ...given: SqlValue[]): void => {
    where.push(condition);
    values.push(...given);
  };
  if (query.pipeline !== undefined) add('pipeline = ?', query.pipeline);
  if (query.status !== undefined) add('status = ?', query.status);
  if (query.below !== undefined) add('number < ?', query.below);
  if (query.teams) {
    const marks = query.teams.map(() => '?').join(', ');
    add(query.teams.length === 0 ? '1 = 0' : `team IN (${marks})`, ...query.teams);
  }
  return { where: where.join(' AND '), values };
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
