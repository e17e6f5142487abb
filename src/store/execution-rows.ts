/**
 * A row of the table `executions` as a record.
 * @module
 */
import type {
  ExecutionContext,
  ExecutionHeader,
  ExecutionStatus,
  Thread,
} from '../asl/execution-state.js';
import type { Json, JsonObject } from '../asl/json.js';
import { fromJson, fromText, integer, optional, text } from './columns.js';
import type { Row } from './driver.js';
import type { ExecutionRecord, Tags } from './store.js';

export function toExecution(row: Row): ExecutionRecord {
  return {
    number: integer(row, 'number'),
    id: text(row, 'id'),
    name: text(row, 'name'),
    pipeline: text(row, 'pipeline'),
    team: text(row, 'team'),
    tags: fromJson<Tags>(row.tags),
    pointer: text(row, 'pointer'),
    startedAt: integer(row, 'started_at'),
    ...optional(row, 'parent', 'parent', (execution) => ({
      execution: Number(execution),
      thread: integer(row, 'parent_thread'),
      sequence: integer(row, 'parent_sequence'),
      attached: row.parent_attached === 1,
    })),
    ...optional(row, 'map_run', 'mapRun', (number) => ({
      number: Number(number),
      child: integer(row, 'map_child'),
    })),
    ...optional(row, 'test_case', 'testCase', String),
    ...optional(row, 'published_version', 'publishedVersion', Number),
    ...optional(row, 'alias', 'alias', String),
    ...optional(row, 'triggered_by', 'triggeredBy', fromJson<JsonObject>),
    ...optional(row, 'for_interval', 'interval', String),
    ...optional(row, 'test_run', 'testRun', (root) => ({
      root: Number(root),
      ...optional(row, 'reads_of', 'readsOf', Number),
    })),
    machine: integer(row, 'machine'),
    context: fromJson<ExecutionContext>(row.context),
    header: {
      ...fromJson<ExecutionHeader>(row.header),
      status: text(row, 'status') as ExecutionStatus,
      ...optional(row, 'output', 'output', fromJson<Json>),
      ...optional(row, 'error', 'error', fromText),
      ...optional(row, 'cause', 'cause', fromText),
    },
    root: row.root === null ? null : fromJson<Thread>(row.root),
    ...optional(row, 'stopped_at', 'stoppedAt', Number),
    redriveCount: integer(row, 'redrive_count'),
  };
}
