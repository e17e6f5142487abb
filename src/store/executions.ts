/**
 * Tables `executions` (one row each, with thread 0) and `threads` (all other threads).
 * @module
 */
import type { Thread } from '../asl/execution-state.js';
import { fromJson, integer, toJson, toOptionalJson, toText } from './columns.js';
import type { SqlValue } from './driver.js';
import { FIRST_ELSEWHERE } from './elsewhere.js';
import { toExecution } from './execution-rows.js';
import { all, one, type Plans, type Prepare } from './plan.js';
import type { ExecutionCreation, ExecutionProgress } from './store.js';

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
  'test_run',
  'reads_of',
];

// In the words of the index that holds just those whose end somebody waits for.
const DEPENDENT =
  "e.status = 'RUNNING' AND e.redrive_count = 0 AND (e.parent_attached = 1 OR e.map_run IS NOT NULL)";

export const executionReads: Plans<
  | 'lastExecutionNumber'
  | 'findExecution'
  | 'findExecutionById'
  | 'findExecutionByName'
  | 'listThreads'
  | 'listOrphans'
  | 'listUnstarted'
> = {
  *lastExecutionNumber() {
    const [row] = yield one('SELECT MAX(number) AS number FROM executions WHERE number < ?', [
      FIRST_ELSEWHERE,
    ]);
    return Number(row?.number ?? 0);
  },
  *findExecution(number) {
    const [row] = yield one('SELECT * FROM executions WHERE number = ?', [number]);
    return row && toExecution(row);
  },
  *findExecutionById(id) {
    const [row] = yield one('SELECT * FROM executions WHERE id = ?', [id]);
    return row && toExecution(row);
  },
  *findExecutionByName({ team, name: pipeline }, name) {
    // `name <> id` lets the partial index answer: names that nobody chose are not in it.
    const [row] = yield one(
      'SELECT * FROM executions WHERE pipeline = ? AND team = ? AND name = ? AND name <> id',
      [pipeline, team, name],
    );
    return row && toExecution(row);
  },
  *listThreads(execution) {
    const rows = yield all('SELECT body FROM threads WHERE execution = ? ORDER BY thread', [
      execution,
    ]);
    return rows.map((row) => fromJson<Thread>(row.body));
  },
  *listUnstarted() {
    const rows = yield all(
      "SELECT number FROM executions WHERE status = 'RUNNING' AND root IS NULL ORDER BY number",
    );
    return rows.map((row) => integer(row, 'number'));
  },
  *listOrphans() {
    const rows = yield all(
      `SELECT e.number FROM executions e
       WHERE ${DEPENDENT} AND (
         (e.parent_attached = 1 AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.execution = e.parent
           AND a.thread = e.parent_thread AND a.sequence = e.parent_sequence))
         OR EXISTS (SELECT 1 FROM map_runs m WHERE m.number = e.map_run AND m.status <> 'RUNNING'))
       ORDER BY e.number`,
    );
    return rows.map((row) => integer(row, 'number'));
  },
};

export interface ExecutionWrites {
  insertExecution(number: number, create: ExecutionCreation, progress: ExecutionProgress): void;
  updateExecution(number: number, progress: ExecutionProgress): void;
  putThread(execution: number, thread: Thread): void;
  deleteThread(execution: number, thread: number): void;
}

export function executionWrites(prepare: Prepare): ExecutionWrites {
  const columns = [...CREATION, ...PROGRESS];
  const insert = prepare(
    `INSERT INTO executions (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const update = prepare(
    `UPDATE executions SET ${PROGRESS.map((column) => `${column} = ?`).join(', ')} WHERE number = ?`,
  );
  const updateRunning = prepare('UPDATE executions SET header = ?, root = ? WHERE number = ?');
  const updateContext = prepare('UPDATE executions SET context = ? WHERE number = ?');
  const putThread = prepare(
    `INSERT INTO threads (execution, thread, body) VALUES (?, ?, ?)
     ON CONFLICT (execution, thread) DO UPDATE SET body = excluded.body`,
  );
  const deleteThread = prepare('DELETE FROM threads WHERE execution = ? AND thread = ?');
  return {
    insertExecution: (number, create, progress) =>
      insert(...creationValues(number, create), ...progressValues(progress)),
    updateExecution(number, progress) {
      // While an execution runs only these two change; a redrive, which changes more, brings its context.
      if (progress.header.status === 'RUNNING' && progress.context === undefined) {
        const [, , header = null, root = null] = progressValues(progress);
        updateRunning(header, root, number);
        return;
      }
      update(...progressValues(progress), number);
      if (progress.context) updateContext(toJson(progress.context), number);
    },
    putThread: (execution, thread) => putThread(execution, thread.id, toJson(thread)),
    deleteThread: (execution, thread) => deleteThread(execution, thread),
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
    create.testRun?.root ?? null,
    create.testRun?.readsOf ?? null,
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
    error === undefined ? null : toText(error),
    cause === undefined ? null : toText(cause),
    progress.stoppedAt ?? null,
    progress.redriveCount,
  ];
}
