/**
 * Fills a store with finished executions as fast as it takes them, past the engine: to measure what a large one costs.
 *
 * What is rare is where it hurts: one status that never occurs, a few failures far back, a pipeline that runs seldom, an alias.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { JsonObject } from '../src/asl/json.js';
import type { HistoryEvent } from '../src/asl/transition.js';
import { EVENTS } from '../src/engine/features/bus/event-table.js';
import { initialState } from '../src/engine/features/map-runs/map-run-state.js';
import { MAP_RUNS, type MapRunRecord } from '../src/engine/features/map-runs/map-run-table.js';
import type { EventRecord } from '../src/engine/kernel/bus-event.js';
import { openSqliteStore } from '../src/store/sqlite-store.js';
import type { ExecutionWrite, MachineRecord } from '../src/store/store.js';
import type { RowWrite, Table } from '../src/store/table.js';

const AT_A_TIME = 500;
/** Of a hundred executions. */
const CHILDREN = 10;
const FAILED = 3;
/** Begin of the records: a day in 2026. */
const FIRST = Date.UTC(2026, 0, 1);

export interface Filled {
  /** Id of the map run whose children are among them. */
  mapRun: string;
  /** Id of an execution of the pipeline `pass` in the middle. */
  execution: string;
}

/** Adds `count` executions after those that are there. The server must not run; what it has deployed is used. */
export function fillStore(data: string, count: number): Filled {
  const store = openSqliteStore({ file: join(data, 'millrace.db'), synchronous: 'NORMAL' });
  const machines = store.currentMachines().filter(({ team }) => team === 'bench');
  const first = store.lastExecutionNumber() + 1;
  const mapRun = store.lastNumber(MAP_RUNS) + 1;
  const event = store.lastNumber(EVENTS) + 1;
  const mapRunId = randomUUID();
  let middle = '';
  for (let done = 0; done < count; done += AT_A_TIME) {
    const size = Math.min(AT_A_TIME, count - done);
    const executions: ExecutionWrite[] = [];
    const rows: RowWrite[] = [];
    for (let at = done; at < done + size; at += 1) {
      const write = executionOf(first + at, machines, mapRun, at);
      const isWanted = write.create?.pipeline === 'pass' && write.create.mapRun === undefined;
      if (middle === '' && at >= count >> 1 && isWanted) middle = write.create?.id ?? '';
      executions.push(write);
      if (at % 10 === 0) rows.push(put(EVENTS, eventOf(event + at / 10)));
    }
    if (done === 0) rows.push(put(MAP_RUNS, mapRunOf(mapRun, mapRunId, first)));
    store.commit({
      at: FIRST + done,
      executions,
      rows,
      logs: executions
        .filter(({ number }) => number % 20 === 0)
        .map(({ number, create }) => ({
          execution: number,
          team: create?.team ?? '',
          pipeline: create?.pipeline ?? '',
          state: 'Step0',
          attempt: 0,
          tags: {},
          lines: [{ at: FIRST, stream: 'stdout', level: 'info', message: 'loaded 4,711 rows' }],
        })),
    });
  }
  store.close();
  return { mapRun: mapRunId, execution: middle };
}

function executionOf(
  number: number,
  machines: readonly MachineRecord[],
  mapRun: number,
  at: number,
): ExecutionWrite {
  const id = randomUUID();
  // The last of the pipelines runs once in ten thousand times.
  const which = at % 10_000 === 0 ? machines.length - 1 : at % (machines.length - 1);
  const machine = machines[which] as MachineRecord;
  const startedAt = FIRST + at * 100;
  const isChild = at % 100 < CHILDREN;
  // Failures end a good while ago; the status of those that ran out of time never occurs.
  const isFailed = at % 100 >= 100 - FAILED;
  const status = isFailed ? 'FAILED' : 'SUCCEEDED';
  const input = { county: 'alder', day: at, rows: [at, at + 1, at + 2] };
  return {
    number,
    create: {
      id,
      name: id,
      pipeline: machine.pipeline,
      team: machine.team,
      tags: { source: 'bench' },
      startedAt,
      pointer: '',
      context: {
        Execution: {
          Id: `arn:aws:states:us-east-1:000000000000:execution:${machine.pipeline}:${id}`,
          Name: id,
          Input: input,
          StartTime: new Date(startedAt).toISOString(),
          RoleArn: 'none',
        },
        StateMachine: { Id: machine.pipeline, Name: machine.pipeline },
      },
      ...(isChild ? { mapRun: { number: mapRun, child: at } } : {}),
      ...(!isChild && at % 1000 === 500 ? { alias: 'live', publishedVersion: 1 } : {}),
    },
    progress: {
      machine: machine.number,
      header: {
        format: 1,
        status,
        nextEvent: 3,
        nextThread: 1,
        forks: {},
        ...(isFailed ? { error: 'Bench.Broken', cause: 'it broke' } : { output: input }),
      },
      root: null,
      stoppedAt: startedAt + 50,
      redriveCount: at % 5_000 === 4_999 ? 1 : 0,
    },
    threads: [],
    removedThreads: [],
    history: historyOf(startedAt, status),
    attempts: [],
    closedAttempts: [],
    timers: [],
    clearedTimers: [],
  };
}

function historyOf(at: number, status: 'FAILED' | 'SUCCEEDED'): HistoryEvent[] {
  const end = status === 'FAILED' ? 'ExecutionFailed' : 'ExecutionSucceeded';
  return [
    { id: 1, at, type: 'ExecutionStarted', previous: 0, details: { input: { v: 1 } } },
    { id: 2, at: at + 50, type: end, previous: 1, details: { output: { v: 1 } } },
  ] as unknown as HistoryEvent[];
}

function put<Row extends { number: number }>(table: Table<Row>, row: Row): RowWrite {
  return { table, key: [row.number], row };
}

function eventOf(number: number): EventRecord {
  const id = randomUUID();
  return {
    number,
    bus: number % 50 === 0 ? 'rare' : 'default',
    id,
    team: 'bench',
    source: 'bench',
    detailType: 'Row',
    storedAt: FIRST + number,
    envelope: { id, source: 'bench', 'detail-type': 'Row', detail: { number } },
    matched: [],
  };
}

function mapRunOf(number: number, id: string, execution: number): MapRunRecord {
  const arn = `arn:aws:states:us-east-1:000000000000:mapRun:pass/Map:${id}`;
  return {
    number,
    id,
    execution,
    thread: 0,
    sequence: 1,
    status: 'SUCCEEDED',
    request: {},
    state: initialState(arn, { maxConcurrency: 0 } as Parameters<
      typeof initialState
    >[1]) as unknown as JsonObject,
    startedAt: FIRST,
    stoppedAt: FIRST + 1,
  };
}
