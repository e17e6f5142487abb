/**
 * Table `attempts`: attempts of tasks that have not closed. What closed is deleted here and told by the history, so the
 * table stays as small as the work in hand and a restart reads nothing else.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { fromJson, integer, optional, text, toJson } from './columns.js';
import type { Driver, Row, SqlValue, Statement } from './driver.js';
import type { AttemptRecord, SynchronousStore } from './store.js';

type AttemptQueries = Pick<
  SynchronousStore,
  'listAttempts' | 'findAttemptByToken' | 'listAnsweredAttempts'
> & {
  putAttempt(attempt: AttemptRecord): void;
  closeAttempt(execution: number, thread: number, sequence: number): void;
  /** Closes an attempt and puts the next one of its thread in its place: one write instead of two. */
  replaceAttempt(closed: number, attempt: AttemptRecord): void;
  attemptsOf(execution: number): AttemptRecord[];
  /** Whatever was about to begin counts as begun under this owner. */
  countScheduledAsStarted(owner: string): void;
};

export function attemptQueries(driver: Driver): AttemptQueries {
  const put = driver.prepare(
    `INSERT INTO attempts (execution, thread, sequence, id, status, kind, owner, token, child,
       scheduled_at, started_at, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (execution, thread, sequence) DO UPDATE SET status = excluded.status,
       owner = excluded.owner, child = excluded.child, started_at = excluded.started_at`,
  );
  const close = driver.prepare(
    'DELETE FROM attempts WHERE execution = ? AND thread = ? AND sequence = ?',
  );
  const replace = driver.prepare(
    `UPDATE OR REPLACE attempts SET sequence = ?, id = ?, status = ?, kind = ?, owner = ?, token = ?, child = ?,
       scheduled_at = ?, started_at = ?, request = ?
     WHERE execution = ? AND thread = ? AND sequence = ?`,
  );
  const ofExecution = driver.prepare(
    'SELECT * FROM attempts WHERE execution = ? ORDER BY position',
  );
  // The status is a constant in each text, so that the partial indexes apply.
  const inStatus = (status: string): Statement =>
    driver.prepare(
      `SELECT * FROM attempts WHERE status = '${status}' AND position > ? ORDER BY position LIMIT ?`,
    );
  const byStatus = {
    scheduled: inStatus('scheduled'),
    started: inStatus('started'),
    submitted: inStatus('submitted'),
  };
  const scheduled = driver.prepare(
    `SELECT * FROM attempts WHERE status = 'scheduled' AND kind = ? AND position > ?
     ORDER BY position LIMIT ?`,
  );
  const begun = driver.prepare(
    "UPDATE attempts SET status = 'started', owner = ? WHERE status = 'scheduled'",
  );
  const byToken = driver.prepare('SELECT * FROM attempts WHERE token = ?');
  const answered = driver.prepare(
    `SELECT a.* FROM attempts a JOIN executions e ON e.number = a.child
     WHERE a.child IS NOT NULL AND e.status <> 'RUNNING'`,
  );

  return {
    putAttempt(attempt) {
      put.run(attempt.execution, attempt.thread, ...changingValues(attempt));
    },
    replaceAttempt(closed, attempt) {
      replace.run(...changingValues(attempt), attempt.execution, attempt.thread, closed);
    },
    closeAttempt: (execution, thread, sequence) => void close.run(execution, thread, sequence),
    attemptsOf: (execution) => ofExecution.all(execution).map(toAttempt),
    listAttempts({ status, kind, after, limit }) {
      const rows =
        kind !== undefined && status === 'scheduled'
          ? scheduled.all(kind, after, limit)
          : byStatus[status].all(after, limit);
      return rows.map((row) => ({
        attempt: toAttempt(row),
        position: integer(row, 'position'),
      }));
    },
    countScheduledAsStarted: (owner) => void begun.run(owner),
    findAttemptByToken(token) {
      const row = byToken.get(token);
      return row && toAttempt(row);
    },
    listAnsweredAttempts: () => answered.all().map(toAttempt),
  };
}

function toAttempt(row: Row): AttemptRecord {
  return {
    execution: integer(row, 'execution'),
    thread: integer(row, 'thread'),
    sequence: integer(row, 'sequence'),
    id: text(row, 'id'),
    status: text(row, 'status') as AttemptRecord['status'],
    kind: text(row, 'kind'),
    ...optional(row, 'owner', 'owner', String),
    ...optional(row, 'token', 'token', String),
    ...optional(row, 'child', 'child', Number),
    scheduledAt: integer(row, 'scheduled_at'),
    ...optional(row, 'started_at', 'startedAt', Number),
    request: fromJson<JsonObject>(row.request),
  };
}

/** Everything but execution and thread, in the order of both statements. */
function changingValues(attempt: AttemptRecord): SqlValue[] {
  return [
    attempt.sequence,
    attempt.id,
    attempt.status,
    attempt.kind,
    attempt.owner ?? null,
    attempt.token ?? null,
    attempt.child ?? null,
    attempt.scheduledAt,
    attempt.startedAt ?? null,
    toJson(attempt.request),
  ];
}
