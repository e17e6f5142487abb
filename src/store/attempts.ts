/**
 * Table `attempts`: attempts of tasks that have not closed. What closed is deleted here and told by the history, so the
 * table stays as small as the work in hand and a restart reads nothing else.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { fromJson, integer, optional, text, toJson } from './columns.js';
import type { Row, SqlValue } from './driver.js';
import { all, one, type Plan, type Plans, type Prepare } from './plan.js';
import type { AttemptRecord } from './store.js';

export const attemptReads: Plans<'listAttempts' | 'findAttemptByToken' | 'listAnsweredAttempts'> = {
  *listAttempts({ status, kind, after, limit }) {
    // The status is a constant in each text, so that the partial indexes apply.
    const rows =
      kind !== undefined && status === 'scheduled'
        ? yield all(
            `SELECT * FROM attempts WHERE status = 'scheduled' AND kind = ? AND position > ?
             ORDER BY position LIMIT ?`,
            [kind, after, limit],
          )
        : yield all(IN_STATUS[status], [after, limit]);
    return rows.map((row) => ({ attempt: toAttempt(row), position: integer(row, 'position') }));
  },
  *findAttemptByToken(token) {
    const [row] = yield one('SELECT * FROM attempts WHERE token = ?', [token]);
    return row && toAttempt(row);
  },
  *listAnsweredAttempts() {
    const rows = yield all(
      `SELECT a.* FROM attempts a JOIN executions e ON e.number = a.child
       WHERE a.child IS NOT NULL AND e.status <> 'RUNNING'`,
    );
    // Sorted here: in the order of their rows the database would look at every attempt that there is.
    return rows
      .toSorted((left, right) => integer(left, 'position') - integer(right, 'position'))
      .map(toAttempt);
  },
};

const IN_STATUS = {
  scheduled: inStatus('scheduled'),
  started: inStatus('started'),
  submitted: inStatus('submitted'),
};

function inStatus(status: AttemptRecord['status']): string {
  return `SELECT * FROM attempts WHERE status = '${status}' AND position > ? ORDER BY position LIMIT ?`;
}

/** In the order of their scheduling. */
export function* attemptsOf(execution: number): Plan<AttemptRecord[]> {
  const rows = yield all('SELECT * FROM attempts WHERE execution = ? ORDER BY position', [
    execution,
  ]);
  return rows.map(toAttempt);
}

export interface AttemptWrites {
  putAttempt(attempt: AttemptRecord): void;
  closeAttempt(execution: number, thread: number, sequence: number): void;
  /** Closes an attempt and puts the next one of its thread in its place: one write instead of two. */
  replaceAttempt(closed: number, attempt: AttemptRecord): void;
  /** Whatever was about to begin counts as begun under this owner. */
  countScheduledAsStarted(owner: string): void;
}

export function attemptWrites(prepare: Prepare): AttemptWrites {
  const put = prepare(
    `INSERT INTO attempts (execution, thread, sequence, id, status, kind, owner, token, child,
       scheduled_at, started_at, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (execution, thread, sequence) DO UPDATE SET status = excluded.status,
       kind = excluded.kind, owner = excluded.owner, child = excluded.child, started_at = excluded.started_at`,
  );
  const close = prepare('DELETE FROM attempts WHERE execution = ? AND thread = ? AND sequence = ?');
  const replace = prepare(
    `UPDATE attempts SET sequence = ?, id = ?, status = ?, kind = ?, owner = ?, token = ?, child = ?,
       scheduled_at = ?, started_at = ?, request = ?
     WHERE execution = ? AND thread = ? AND sequence = ?`,
  );
  const begun = prepare(
    "UPDATE attempts SET status = 'started', owner = ? WHERE status = 'scheduled'",
  );
  return {
    putAttempt: (attempt) => put(attempt.execution, attempt.thread, ...changingValues(attempt)),
    replaceAttempt: (closed, attempt) =>
      replace(...changingValues(attempt), attempt.execution, attempt.thread, closed),
    closeAttempt: (execution, thread, sequence) => close(execution, thread, sequence),
    countScheduledAsStarted: (owner) => begun(owner),
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
