/**
 * Tables `map_runs` and `map_children`: distributed Maps. A child's item is written once, when its run begins.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { fromJson, integer, optional, text, toJson, toOptionalJson } from './columns.js';
import type { Driver, Row } from './driver.js';
import type { MapChildRecord, MapRunRecord, MapRunWrite, SynchronousStore } from './store.js';

type MapRunQueries = Pick<
  SynchronousStore,
  | 'lastMapRunNumber'
  | 'findMapRun'
  | 'findMapRunById'
  | 'listMapRuns'
  | 'listMapRunsOf'
  | 'listMapChildren'
> & {
  writeMapRun(write: MapRunWrite): void;
};

export function mapRunQueries(driver: Driver): MapRunQueries {
  const insert = driver.prepare(
    `INSERT INTO map_runs (number, id, execution, thread, sequence, status, state, started_at, stopped_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = driver.prepare(
    'UPDATE map_runs SET status = ?, state = ?, stopped_at = ? WHERE number = ?',
  );
  const putChild = driver.prepare(
    `INSERT INTO map_children (map_run, child, status, item, execution) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (map_run, child) DO UPDATE SET status = excluded.status,
       execution = excluded.execution, item = COALESCE(excluded.item, map_children.item)`,
  );
  const last = driver.prepare('SELECT MAX(number) AS number FROM map_runs');
  const byNumber = driver.prepare('SELECT * FROM map_runs WHERE number = ?');
  const byId = driver.prepare('SELECT * FROM map_runs WHERE id = ?');
  const ofExecution = driver.prepare(
    'SELECT * FROM map_runs WHERE execution = ? ORDER BY number DESC',
  );
  const byStatus = driver.prepare('SELECT * FROM map_runs WHERE status = ? ORDER BY number');
  const children = driver.prepare(
    'SELECT * FROM map_children WHERE map_run = ? AND child > ? ORDER BY child LIMIT ?',
  );
  const childrenByStatus = driver.prepare(
    `SELECT * FROM map_children WHERE map_run = ? AND status = ? AND child > ?
     ORDER BY child LIMIT ?`,
  );

  return {
    writeMapRun({ record, isNew, children: changed }) {
      const stopped = record.stoppedAt ?? null;
      if (isNew) {
        insert.run(
          record.number,
          record.id,
          record.execution,
          record.thread,
          record.sequence,
          record.status,
          toJson(record.state),
          record.startedAt,
          stopped,
        );
      } else update.run(record.status, toJson(record.state), stopped, record.number);
      for (const child of changed) {
        putChild.run(
          child.mapRun,
          child.child,
          child.status,
          toOptionalJson(child.item),
          child.execution ?? null,
        );
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
    listMapRuns: (status) => byStatus.all(status).map(toMapRun),
    listMapChildren({ mapRun, status, after, limit }) {
      const rows =
        status === undefined
          ? children.all(mapRun, after, limit)
          : childrenByStatus.all(mapRun, status, after, limit);
      return rows.map(toChild);
    },
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
    state: fromJson<JsonObject>(row.state),
    startedAt: integer(row, 'started_at'),
    ...optional(row, 'stopped_at', 'stoppedAt', Number),
  };
}

function toChild(row: Row): MapChildRecord {
  return {
    mapRun: integer(row, 'map_run'),
    child: integer(row, 'child'),
    status: text(row, 'status') as MapChildRecord['status'],
    ...optional(row, 'item', 'item', fromJson<JsonObject>),
    ...optional(row, 'execution', 'execution', Number),
  };
}
