/**
 * Table `deliveries`: what rules deliver over the network, tried until it succeeds or is given up, and dead letters.
 *
 * Of each team the newest dead letters are kept; older ones make room.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { fromJson, integer, optional, text, toJson } from './columns.js';
import type { Driver, Row } from './driver.js';
import { distinctValues, mergedNumbers, type Range, rowsOf } from './merged-ranges.js';
import type { DeadLetterQuery, DeliveryRecord, DeliveryWrite, SynchronousStore } from './store.js';

/** Dead letters that are kept of a team. */
const MAX_DEAD = 10_000;

type DeliveryQueries = Pick<
  SynchronousStore,
  'lastDeliveryNumber' | 'listDueDeliveries' | 'countPendingDeliveries' | 'listDeadLetters'
> & {
  writeDelivery(write: DeliveryWrite): void;
};

export function deliveryQueries(driver: Driver): DeliveryQueries {
  const put = driver.prepare(
    `INSERT INTO deliveries (number, team, status, queue, due_at, created_at, attempts, request, failure)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (number) DO UPDATE SET status = excluded.status, due_at = excluded.due_at,
       attempts = excluded.attempts, failure = excluded.failure`,
  );
  const remove = driver.prepare('DELETE FROM deliveries WHERE number = ?');
  const trim = driver.prepare(
    `DELETE FROM deliveries WHERE team = ? AND status = 'DEAD' AND number <= (
       SELECT number FROM deliveries WHERE team = ? AND status = 'DEAD'
       ORDER BY number DESC LIMIT 1 OFFSET ${MAX_DEAD})`,
  );
  const last = driver.prepare('SELECT MAX(number) AS number FROM deliveries');
  const due = driver.prepare(
    "SELECT * FROM deliveries WHERE status = 'PENDING' AND due_at < ? ORDER BY due_at, number LIMIT ?",
  );
  const pending = driver.prepare(
    "SELECT team, COUNT(*) AS count FROM deliveries WHERE status = 'PENDING' GROUP BY team",
  );
  return {
    writeDelivery({ number, record }) {
      if (record === undefined) {
        remove.run(number);
        return;
      }
      put.run(
        number,
        record.team,
        record.status,
        record.queue,
        record.dueAt,
        record.createdAt,
        record.attempts,
        toJson(record.request),
        record.failure === undefined ? null : toJson(record.failure),
      );
      // Now and then is enough: the bound is there for the disk.
      if (record.status === 'DEAD' && number % 100 === 0) trim.run(record.team, record.team);
    },
    lastDeliveryNumber: () => Number(last.get()?.number ?? 0),
    listDueDeliveries: (before, limit) => due.all(before, limit).map(toDelivery),
    countPendingDeliveries: () =>
      Object.fromEntries(pending.all().map((row) => [text(row, 'team'), integer(row, 'count')])),
    listDeadLetters(query) {
      const ranges = rangesOf(driver, query);
      const numbers = mergedNumbers(driver, ranges, 'descending', query.below, query.limit);
      return rowsOf(driver, 'deliveries', numbers, toDelivery);
    },
  };
}

/** For each team, the one queue or all of them. */
function rangesOf(driver: Driver, { teams, queue }: DeadLetterQuery): Range[] {
  const wanted =
    teams ??
    distinctValues(driver, {
      table: 'deliveries',
      column: 'team',
      where: "status = 'DEAD'",
      values: [],
    });
  return [...new Set(wanted)].map((team) =>
    queue === undefined
      ? { table: 'deliveries', where: "status = 'DEAD' AND team = ?", values: [team] }
      : {
          table: 'deliveries',
          where: "status = 'DEAD' AND team = ? AND queue = ?",
          values: [team, queue],
        },
  );
}

function toDelivery(row: Row): DeliveryRecord {
  return {
    number: integer(row, 'number'),
    team: text(row, 'team'),
    status: text(row, 'status') as DeliveryRecord['status'],
    queue: text(row, 'queue'),
    dueAt: integer(row, 'due_at'),
    createdAt: integer(row, 'created_at'),
    attempts: integer(row, 'attempts'),
    request: fromJson<JsonObject>(row.request),
    ...optional(row, 'failure', 'failure', (value) => fromJson<JsonObject>(value)),
  };
}
