/**
 * Tables `executions` (one row each, with thread 0) and `threads` (all other threads).
 * @module
 */
import type { Thread } from '../asl/execution-state.js';
import { fromJson, integer, toJson, toOptionalJson } from './columns.js';
import type { Driver, Row, SqlValue } from './driver.js';
import { toExecution } from './execution-rows.js';
import type {
  ExecutionCreation,
  ExecutionProgress,
  ExecutionRecord,
  SynchronousStore,
} from './store.js';

type ExecutionQueries = Pick<
  SynchronousStore,
  | 'lastExecutionNumber'
  | 'findExecution'
  | 'findExecutionById'
  | 'findExecutionByName'
  | 'listThreads'
  | 'listOrphans'
  | 'listUnstarted'
> & {
  insertExecution(number: number, create: ExecutionCreation, progress: ExecutionProgress): void;
  updateExecution(number: number, progress: ExecutionProgress): void;
  putThread(execution: number, thread: Thread): void;
  deleteThread(execution: number, thread: number): void;
};

const PROGRESS = [
  'machine',
  'status',
  'header',
  'root',
  'output',
  'error',
  'cause',
  'stopped_at',
  'redrive_count',
];
const CREATION = [
  'number',
  'id',
  'name',
  'pipeline',
  'team',
  'tags',
  'pointer',
  'context',
  'started_at',
  'parent',
  'parent_thread',
  'parent_sequence',
  'parent_attached',
  'map_run',
  'map_child',
  'test_case',
  'published_version',
  'alias',
  'triggered_by',
  'for_interval',
];

export function executionQueries(driver: Driver): ExecutionQueries {
  const columns = [...CREATION, ...PROGRESS];
  const insert = driver.prepare(
    `INSERT INTO executions (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const update = driver.prepare(
    `UPDATE executions SET ${PROGRESS.map((column) => `${column} = ?`).join(', ')} WHERE number = ?`,
  );
  const updateRunning = driver.prepare(
    'UPDATE executions SET header = ?, root = ? WHERE number = ?',
  );
  const updateContext = driver.prepare('UPDATE executions SET context = ? WHERE number = ?');
  const last = driver.prepare('SELECT MAX(number) AS number FROM executions');
  const byNumber = driver.prepare('SELECT * FROM executions WHERE number = ?');
  const byId = driver.prepare('SELECT * FROM executions WHERE id = ?');
  // `name <> id` lets the partial index answer: names that nobody chose are not in it.
  const byName = driver.prepare(
    'SELECT * FROM executions WHERE pipeline = ? AND team = ? AND name = ? AND name <> id',
  );
  // In the words of the index that holds just those whose end somebody waits for.
  const dependent =
    "e.status = 'RUNNING' AND e.redrive_count = 0 AND (e.parent_attached = 1 OR e.map_run IS NOT NULL)";
  const orphans = driver.prepare(
    `SELECT e.number FROM executions e
     WHERE ${dependent} AND (
       (e.parent_attached = 1 AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.execution = e.parent
         AND a.thread = e.parent_thread AND a.sequence = e.parent_sequence))
       OR EXISTS (SELECT 1 FROM map_runs m WHERE m.number = e.map_run AND m.status <> 'RUNNING'))
     ORDER BY e.number`,
  );
  const unstarted = driver.prepare(
    "SELECT number FROM executions WHERE status = 'RUNNING' AND root IS NULL ORDER BY number",
  );
  const threads = driver.prepare('SELECT body FROM threads WHERE execution = ? ORDER BY thread');
  const putThread = driver.prepare(
    `INSERT INTO threads (execution, thread, body) VALUES (?, ?, ?)
     ON CONFLICT (execution, thread) DO UPDATE SET body = excluded.body`,
  );
  const deleteThread = driver.prepare('DELETE FROM threads WHERE execution = ? AND thread = ?');

  return {
    insertExecution(number, create, progress) {
      insert.run(...creationValues(number, create), ...progressValues(progress));
    },
    updateExecution(number, progress) {
      // While an execution runs only these two change; a redrive, which changes more, brings its context.
      if (progress.header.status === 'RUNNING' && progress.context === undefined) {
        const [, , header = null, root = null] = progressValues(progress);
        updateRunning.run(header, root, number);
        return;
      }
      update.run(...progressValues(progress), number);
      if (progress.context) updateContext.run(toJson(progress.context), number);
    },
    putThread: (execution, thread) => void putThread.run(execution, thread.id, toJson(thread)),
    deleteThread: (execution, thread) => void deleteThread.run(execution, thread),
    lastExecutionNumber: () => Number(last.get()?.number ?? 0),
    findExecution: (number) => executionOf(byNumber.get(number)),
    findExecutionById: (id) => executionOf(byId.get(id)),
    findExecutionByName: ({ team, name: pipeline }, name) =>
      executionOf(byName.get(pipeline, team, name)),
    listThreads: (execution) => threads.all(execution).map((row) => fromJson<Thread>(row.body)),
    listUnstarted: () => unstarted.all().map((row) => integer(row, 'number')),
    listOrphans: () => orphans.all().map((row) => integer(row, 'number')),
  };
}

function creationValues(number: number, create: ExecutionCreation): SqlValue[] {
  const { parent, mapRun } = create;
  return [
    number,
    create.id,
    create.name,
    create.pipeline,
    create.team,
    toJson(create.tags),
    create.pointer,
    toJson(create.context),
    create.startedAt,
    parent?.execution ?? null,
    parent?.thread ?? null,
    parent?.sequence ?? null,
    parent ? Number(parent.attached) : null,
    mapRun?.number ?? null,
    mapRun?.child ?? null,
    create.testCase ?? null,
    create.publishedVersion ?? null,
    create.alias ?? null,
    toOptionalJson(create.triggeredBy),
    create.interval ?? null,
  ];
}

function progressValues(progress: ExecutionProgress): SqlValue[] {
  // The parts of the header that people look for have columns of their own.
  const { status, output, error, cause, ...header } = progress.header;
  return [
    progress.machine,
    status,
    toJson(header),
    progress.root === null ? null : toJson(progress.root),
    toOptionalJson(output),
    error ?? null,
    cause ?? null,
    progress.stoppedAt ?? null,
    progress.redriveCount,
  ];
}

function executionOf(row: Row | undefined): ExecutionRecord | undefined {
  return row && toExecution(row);
}
