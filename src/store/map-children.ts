/**
 * Children of distributed Maps: rows of `executions`. The map runs themselves are rows of their feature.
 * @module
 */
import type { ExecutionContext, ExecutionStatus } from '../asl/execution-state.js';
import type { Json } from '../asl/json.js';
import { fromJson, integer, optional, text } from './columns.js';
import type { Driver, Row } from './driver.js';
import type { MapChildRecord, SynchronousStore } from './store.js';

type MapChildQueries = Pick<
  SynchronousStore,
  'listMapChildren' | 'listOpenMapChildren' | 'countMapChildren'
>;

export function mapChildQueries(driver: Driver): MapChildQueries {
  const children = driver.prepare(
    `SELECT number, map_child, name, status, context, output, error, cause, started_at, stopped_at, redrive_count
     FROM executions WHERE map_run = ? AND map_child > ? ORDER BY map_child LIMIT ?`,
  );
  const open = {
    running: driver.prepare(
      `SELECT number FROM executions WHERE map_run IS NOT NULL AND status = 'RUNNING'
       AND map_run = ? AND number > ? ORDER BY number LIMIT ?`,
    ),
    unsuccessful: driver.prepare(
      `SELECT number FROM executions WHERE map_run IS NOT NULL AND status <> 'RUNNING'
       AND status <> 'SUCCEEDED' AND map_run = ? AND number > ? ORDER BY number LIMIT ?`,
    ),
  };

  const byChildStatus = driver.prepare(
    'SELECT status, COUNT(*) AS count FROM executions WHERE map_run = ? GROUP BY status',
  );

  return {
    listMapChildren: ({ mapRun, after, limit }) => children.all(mapRun, after, limit).map(toChild),
    countMapChildren: (mapRun) =>
      Object.fromEntries(
        byChildStatus.all(mapRun).map((row) => [text(row, 'status'), integer(row, 'count')]),
      ),
    listOpenMapChildren: ({ mapRun, which, after, limit }) =>
      open[which].all(mapRun, after, limit).map((row) => integer(row, 'number')),
  };
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
