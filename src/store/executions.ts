/**
 * Tables `executions` (one row each, with thread 0) and `threads` (all other threads).
 * @module
 */
import type {
  ExecutionContext,
  ExecutionHeader,
  ExecutionStatus,
  Thread,
} from '../asl/execution-state.js';
import type { Json, JsonObject } from '../asl/json.js';
import { fromJson, integer, optional, text, toJson, toOptionalJson } from './columns.js';
import type { Driver, Row, SqlValue } from './driver.js';
import type {
  ExecutionCreation,
  ExecutionProgress,
  ExecutionQuery,
  ExecutionRecord,
  SynchronousStore,
  Tags,
} from './store.js';

type ExecutionQueries = Pick<
  SynchronousStore,
  | 'lastExecutionNumber'
  | 'findExecution'
  | 'findExecutionById'
  | 'findExecutionByName'
  | 'listExecutions'
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
  const orphans = driver.prepare(
    `SELECT e.number FROM executions e
     WHERE e.status = 'RUNNING' AND e.parent_attached = 1 AND e.redrive_count = 0
       AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.execution = e.parent
         AND a.thread = e.parent_thread AND a.sequence = e.parent_sequence)
     UNION
     SELECT e.number FROM executions e JOIN map_runs m ON m.number = e.map_run
     WHERE e.status = 'RUNNING' AND m.status <> 'RUNNING' AND e.redrive_count = 0`,
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
    listExecutions(query) {
      const { where, values } = conditions(query);
      const order = isByChild(query) ? 'map_child' : 'number';
      const sql = `SELECT * FROM executions WHERE ${where} ORDER BY ${order} DESC LIMIT ?`;
      return driver
        .prepare(sql)
        .all(...values, query.limit)
        .map(toExecution);
    },
    listThreads: (execution) => threads.all(execution).map((row) => fromJson<Thread>(row.body)),
    listUnstarted: () => unstarted.all().map((row) => integer(row, 'number')),
    listOrphans: () => orphans.all().map((row) => integer(row, 'number')),
  };
}

/**
 * Children of a map run are numbered in the order of their items, so both orders are the same: the one is taken that has
 * an index. Those that run or have failed have partial ones by number.
 */
function isByChild({ mapRun, status }: ExecutionQuery): boolean {
  return mapRun !== undefined && (status === undefined || status === 'SUCCEEDED');
}

/** Only fixed pieces of SQL are put together; every value is bound. */
function conditions(query: ExecutionQuery): { where: string; values: SqlValue[] } {
  const where: string[] = [];
  const values: SqlValue[] = [];
  const add = (sql: string, ...bound: SqlValue[]): void => {
    where.push(sql);
    values.push(...bound);
  };
  if (query.mapRun === undefined) add('map_run IS NULL');
  else add('map_run = ? AND map_run IS NOT NULL', query.mapRun);
  if (query.pipeline !== undefined) {
    add('pipeline = ? AND team = ?', query.pipeline.name, query.pipeline.team);
  }
  if (query.publishedVersion !== undefined) add('published_version = ?', query.publishedVersion);
  if (query.alias !== undefined) add('alias = ?', query.alias);
  if (query.interval !== undefined)
    add('for_interval = ? AND for_interval IS NOT NULL', query.interval);
  if (query.redriven !== undefined) add(query.redriven ? 'redrive_count > 0' : 'redrive_count = 0');
  if (query.below !== undefined) {
    if (!isByChild(query)) add('number < ?', query.below);
    else add('map_child < (SELECT map_child FROM executions WHERE number = ?)', query.below);
  }
  if (query.teams) {
    const marks = query.teams.map(() => '?').join(', ');
    add(query.teams.length === 0 ? '1 = 0' : `team IN (${marks})`, ...query.teams);
  }
  if (query.status !== undefined) {
    add('status = ?', query.status);
    // Said a second time as a constant, so that the partial indexes apply.
    if (query.status === 'RUNNING') add("status = 'RUNNING'");
    else if (query.status !== 'SUCCEEDED') add("status <> 'RUNNING' AND status <> 'SUCCEEDED'");
  }
  return { where: where.join(' AND '), values };
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

function toExecution(row: Row): ExecutionRecord {
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
    machine: integer(row, 'machine'),
    context: fromJson<ExecutionContext>(row.context),
    header: {
      ...fromJson<ExecutionHeader>(row.header),
      status: text(row, 'status') as ExecutionStatus,
      ...optional(row, 'output', 'output', fromJson<Json>),
      ...optional(row, 'error', 'error', String),
      ...optional(row, 'cause', 'cause', String),
    },
    root: row.root === null ? null : fromJson<Thread>(row.root),
    ...optional(row, 'stopped_at', 'stoppedAt', Number),
    redriveCount: integer(row, 'redrive_count'),
  };
}
