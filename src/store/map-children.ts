/**
 * Children of distributed Maps: rows of `executions`. The map runs themselves are rows of their feature.
 * @module
 */
import type { ExecutionContext, ExecutionStatus } from '../asl/execution-state.js';
import type { Json } from '../asl/json.js';
import { fromJson, fromText, integer, optional, text } from './columns.js';
import type { Row } from './driver.js';
import { all, type Plans } from './plan.js';
import type { MapChildRecord } from './store.js';

export const mapChildReads: Plans<'listMapChildren'> = {
  *listMapChildren({ mapRun, after, limit }) {
    const rows = yield all(
      `SELECT number, map_child, name, status, context, output, error, cause, started_at, stopped_at, redrive_count
       FROM executions WHERE map_run = ? AND map_child > ? ORDER BY map_child LIMIT ?`,
      [mapRun, after, limit],
    );
    return rows.map(toChild);
  },
};

function toChild(row: Row): MapChildRecord {
  return {
    number: integer(row, 'number'),
    child: integer(row, 'map_child'),
    name: text(row, 'name'),
    status: text(row, 'status') as ExecutionStatus,
    context: fromJson<ExecutionContext>(row.context),
    ...optional(row, 'output', 'output', fromJson<Json>),
    ...optional(row, 'error', 'error', fromText),
    ...optional(row, 'cause', 'cause', fromText),
    startedAt: integer(row, 'started_at'),
    ...optional(row, 'stopped_at', 'stoppedAt', Number),
    redriveCount: integer(row, 'redrive_count'),
  };
}
