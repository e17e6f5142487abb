/**
 * What the parts of the store suite share: the store of a test, and small records to fill it with.
 * @module
 */
import type { ExecutionStatus, Thread } from '../../asl/execution-state.js';
import type { HistoryEvent } from '../../asl/transition.js';
import type {
  AttemptRecord,
  Commit,
  ExecutionCreation,
  ExecutionProgress,
  ExecutionWrite,
  MachineRecord,
  Store,
} from '../store.js';
import { defineTable, keyOfRow, type RowWrite, type Table } from '../table.js';

export interface StoreFactory {
  /** Opens the store of this test, empty at first; opened again it holds what was committed. */
  open(): Promise<Store> | Store;
  /** Removes what the test has left. */
  remove(): Promise<void> | void;
}

/** The store of the test that runs. */
export interface Stage {
  readonly store: Store;
  /** Closes it and opens it again. */
  reopen(): Promise<void>;
}

/** Text that a store may stumble over: quotes, accents, another script, a letter of two code units. */
export const AWKWARD = 'Grüße, 世界 🌍 "quoted" \'single\' \\ ? $1 %';
/** The greatest number that JavaScript keeps exactly: 2^53 - 1. */
export const GREATEST: number = Number.MAX_SAFE_INTEGER;

export const creation = (
  name: string,
  more: Partial<ExecutionCreation> = {},
): ExecutionCreation => ({
  id: `id-${name}`,
  name,
  pipeline: 'orders',
  team: 'shop',
  tags: { county: 'alder' },
  startedAt: 1000,
  pointer: '',
  context: {
    Execution: { Id: `id-${name}`, Name: name, Input: { n: 1 }, StartTime: 'now', RoleArn: 'none' },
    StateMachine: { Id: 'm', Name: 'orders' },
  },
  ...more,
});

export const thread = (id: number, more: Partial<Thread> = {}): Thread => ({
  id,
  parent: id === 0 ? null : 0,
  index: 0,
  scope: '',
  state: 'A',
  phase: 'task',
  sequence: 1,
  input: { text: AWKWARD },
  variables: {},
  enteredAt: 1000,
  enteredEvent: 1,
  previousEvent: 1,
  ...more,
});

export const progress = (
  status: ExecutionStatus = 'RUNNING',
  more: Partial<ExecutionProgress> = {},
): ExecutionProgress => ({
  machine: 1,
  header: { format: 1, status, nextEvent: 2, nextThread: 1, forks: {} },
  root: thread(0),
  redriveCount: 0,
  ...more,
});

/** Numbered without a gap. */
export const events = (from: number, to: number): HistoryEvent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    id: from + i,
    prev: from + i - 1,
    at: 1000 + from + i,
    type: 'PassStateEntered',
    details: { name: `S${from + i}` },
  }));

export const write = (number: number, more: Partial<ExecutionWrite> = {}): ExecutionWrite => ({
  number,
  threads: [],
  removedThreads: [],
  history: [],
  attempts: [],
  closedAttempts: [],
  timers: [],
  clearedTimers: [],
  ...more,
});

/** The write of a new execution that runs. */
export const create = (
  number: number,
  name: string,
  more: Partial<ExecutionWrite> = {},
): ExecutionWrite => write(number, { create: creation(name), progress: progress(), ...more });

export const commit = (...executions: ExecutionWrite[]): Commit => ({
  at: 1000,
  executions,
  rows: [],
  logs: [],
});

export const attempt = (execution: number, more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  execution,
  thread: 0,
  sequence: 1,
  id: `attempt-${execution}-${more.sequence ?? 1}`,
  status: 'scheduled',
  kind: 'shell',
  scheduledAt: 1000,
  request: { state: 'A' },
  ...more,
});

/** The tables of what is deployed, as the engine declares them. */
export const MACHINES: Table<MachineRecord> = defineTable<MachineRecord>({
  name: 'machines',
  columns: {
    number: 'integer',
    pipeline: 'text',
    version: 'integer',
    team: 'text',
    tags: 'json',
    digest: 'text',
    deployedAt: 'integer',
    deployment: 'json',
  },
  key: ['number'],
  appendOnly: true,
  migrations: [],
});

interface Pointer {
  team: string;
  name: string;
  machine: number;
}

export const PIPELINES: Table<Pointer> = defineTable<Pointer>({
  name: 'pipelines',
  columns: { team: 'text', name: 'text', machine: 'integer' },
  key: ['team', 'name'],
  migrations: [],
});

interface MapRunRow {
  number: number;
  id: string;
  execution: number;
  thread: number;
  sequence: number;
  status: string;
  state: object;
  startedAt: number;
}

/** Map runs, as far as recovery looks at them. */
export const MAP_RUNS: Table<MapRunRow> = defineTable<MapRunRow>({
  name: 'map_runs',
  columns: {
    number: 'integer',
    id: 'text',
    execution: 'integer',
    thread: 'integer',
    sequence: 'integer',
    status: 'text',
    state: 'json',
    startedAt: 'integer',
  },
  key: ['number'],
  migrations: [],
});

export function put<Row extends object>(table: Table<Row>, row: Row): RowWrite {
  return { table, key: keyOfRow(table, row), row };
}

export const machine = (number: number, more: Partial<MachineRecord> = {}): MachineRecord => ({
  number,
  pipeline: 'orders',
  version: number,
  team: 'shop',
  tags: {},
  digest: `d${number}`,
  deployedAt: number,
  deployment: {},
  ...more,
});

/** Deploys a machine, and makes it the current one of its pipeline. */
export async function deploy(store: Store, record: MachineRecord): Promise<void> {
  const pointer = { team: record.team, name: record.pipeline, machine: record.number };
  await store.commit({ ...commit(), rows: [put(MACHINES, record), put(PIPELINES, pointer)] });
}

/** Commits rows and nothing else. */
export async function commitRows(store: Store, ...rows: RowWrite[]): Promise<void> {
  await store.commit({ ...commit(), rows });
}

/** The error that a call fails with, whether it throws or rejects; fails when it does not. */
export async function failure(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('It was expected to fail, and did not');
}
