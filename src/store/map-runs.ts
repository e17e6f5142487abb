/**
 * Table `map_runs`: distributed Maps. Their children are rows of `executions`.
 * @module
 */
import type { ExecutionContext, ExecutionStatus } from '../asl/execution-state.js';
import type { Json, JsonObject } from '../asl/json.js';
import { fromJson, integer, optional, text, toJson } from './columns.js';
import type { Driver, Row } from './driver.js';
import type { MapChildRecord, MapRunRecord, MapRunWrite, SynchronousStore } from './store.js';

type MapRunQueries = Pick<
  SynchronousStore,
  | 'lastMapRunNumber'
  | 'findMapRun'
  | 'findMapRunById'
  | 'listRunningMapRuns'
  | 'listMapRunsOf'
  | 'listMapChildren'
> & {
  writeMapRun(write: MapRunWrite): void;
};

export function mapRunQueries(driver: Driver): MapRunQueries {
  const insert = driver.prepare(
    `INSERT INTO map_runs (number, id, execution, thread, sequence, status, request, state, started_at, stopped_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = driver.prepare(
    'UPDATE map_runs SET status = ?, state = ?, stopped_at = ?, sequence = ? WHERE number = ?',
  );
  const last = driver.prepare('SELECT MAX(number) AS number FROM map_runs');
  const byNumber = driver.prepare('SELECT * FROM map_runs WHERE number = ?');
  const byId = driver.prepare('SELECT * FROM map_runs WHERE id = ?');
  const ofExecution = driver.prepare(
    'SELECT * FROM map_runs WHERE execution = ? ORDER BY number DESC',
  );
  // The status is a constant, so that the partial index applies.
  const running = driver.prepare("SELECT * FROM map_runs WHERE status = 'RUNNING' ORDER BY number");
  const children = driver.prepare(
    `SELECT number, map_child, name, status, context, output, error, cause, started_at, stopped_at, redrive_count
     FROM executions WHERE map_run = ? AND map_child > ? ORDER BY map_child LIMIT ?`,
  );
  return {
    writeMapRun({ record, isNew }) {
      const stopped = record.stoppedAt ?? null;
      if (isNew) {
        insert.run(
          record.number,
          record.id,
          record.execution,
          record.thread,
          record.sequence,
          record.status,
          toJson(record.request),
          toJson(record.state),
          record.startedAt,
          stopped,
        );
      } else {
        update.run(record.status, toJson(record.state), stopped, record.sequence, record.number);
      }
    },
    lastMapRunNumber: () => Number(last.get()?.number ?? 0),
    findMapRun(number) {
      const row = byNumber.get(number);
      return row && toMapRun(row);
    },
    findMapRunById(id) {
      const row = byId.get(id);
      return row && toMapRun(row);
    },
    listMapRunsOf: (execution) => ofExecution.all(execution).map(toMapRun),
    listRunningMapRuns: () => running.all().map(toMapRun),
    listMapChildren: ({ mapRun, after, limit }) => children.all(mapRun, after, limit).map(toChild),
  };
}

function toMapRun(row: Row): MapRunRecord {
  return {
    number: integer(row, 'number'),
    id: text(row, 'id'),
    execution: integer(row, 'execution'),
    thread: integer(row, 'thread'),
    sequence: integer(row, 'sequence'),
    status: text(row, 'status') as MapRunRecord['status'],
    request: requestOf(row),
    state: fromJson<JsonObject>(row.state),
    startedAt: integer(row, 'started_at'),
    ...optional(row, 'stopped_at', 'stoppedAt', Number),
  };
}

/** Before schema 4 it was part of the state. */
function requestOf(row: Row): JsonObject {
  if (row.request !== null) return fromJson<JsonObject>(row.request);
  return fromJson<{ request: JsonObject }>(row.state).request;
}

function toChild(row: Row): MapChildRecord {
  return {
    number: integer(row, 'number'),
    child: integer(row, 'map_child'),
    name: text(row, 'name'),
    status: text(row, 'status') as ExecutionStatus,
    context: fromJson<ExecutionContext>(row.context),
    ...optional(row, 'output', 'output', fromJson<Json>),
    ...optional(row, 'error', 'error', String),
    ...optional(row, 'cause', 'cause', String),
    startedAt: integer(row, 'started_at'),
    ...optional(row, 'stopped_at', 'stoppedAt', Number),
    redriveCount: integer(row, 'redrive_count'),
  };
}
