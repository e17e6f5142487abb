/**
 * One turn's changes, gathered execution by execution until they are written in one commit.
 *
 * Several transitions of one execution merge: the last header counts, threads overwrite each other, history is appended.
 * What must follow (answers to callers, starting attempts, arming timers) is registered with `afterCommit` and happens
 * only when the commit has succeeded; `afterFailure` is for giving back what was reserved.
 * @module
 */
import type { Thread } from '../../asl/execution-state.js';
import type { HistoryEvent, Transition } from '../../asl/transition.js';
import type {
  AttemptRecord,
  Commit,
  ExecutionProgress,
  ExecutionWrite,
  LogSegment,
  TimerRecord,
} from '../../store/store.js';
import {
  type AnyTable,
  keyOfRow,
  type RowRange,
  type RowWrite,
  type Table,
} from '../../store/table.js';
import type { ActiveExecution } from './active-execution.js';
import { Knowledge, type Need, NOTHING } from './needs.js';

/** `deferred`: the input has put itself elsewhere and is no part of this turn. */
export type Performed = 'done' | 'deferred';

/** Something that happens: a request, a result, a timer. */
export interface Input {
  /** The execution that it is about: the one that fails when the input turns out to be impossible. */
  readonly execution?: number;
  /**
   * What must be known of the store before it is performed. Asked again once all of that is known, because it may follow
   * from it that more is needed. Changes nothing. Default: nothing.
   */
  needs?(turn: Turn): readonly Need<unknown>[];
  /** Changes what is in memory, and notes in the turn what is written. Waits for nothing. */
  perform(turn: Turn): Performed;
  /** Present when somebody waits for the answer and can ask again. */
  refuse?(error: Error): void;
  /** What to try again when the turn's commit fails; the input itself when absent. */
  readonly again?: Input;
}

const NO_INPUTS: readonly Input[] = [];

/** What a turn changes of one execution. */
export interface PendingWrite {
  readonly active: ActiveExecution;
  /** The row of the execution itself changed. */
  progressed: boolean;
  contextChanged: boolean;
  readonly threads: Map<number, Thread>;
  readonly removed: Set<number>;
  readonly history: HistoryEvent[];
  /** The same events as they are shown, when secrets were seen in the execution (masking/mask-turn.ts). */
  shown?: readonly HistoryEvent[];
  readonly attempts: Set<string>;
  readonly timers: Set<string>;
}

/** What a turn writes of one row. */
export interface PendingRow {
  readonly table: AnyTable;
  readonly key: readonly (string | number)[];
  /** The whole row, or what changes of it; undefined: it is deleted. */
  row?: object;
  isChange: boolean;
  /** The execution whose secrets may be in it. */
  readonly secretsOf?: number;
  /** Secrets were seen in that execution. */
  isSecret?: boolean;
  /** All of these are deleted instead. */
  readonly range?: RowRange;
}

export class Turn {
  readonly writes: Map<number, PendingWrite> = new Map();
  /** By table and key: what is written last of a row counts. */
  readonly rows: Map<string, PendingRow> = new Map();
  readonly logs: LogSegment[] = [];
  /** Numbers of executions that are removed for good. */
  readonly removals: number[] = [];
  /** Numbers of log segments that are removed for good. */
  readonly logRemovals: number[] = [];
  readonly #knowledge: Knowledge = new Knowledge();
  readonly #added: Input[] = [];
  /** Inputs that threw when they were asked for their needs. */
  readonly #unsound: Map<Input, unknown> = new Map();
  readonly #afterCommit: (() => void)[] = [];
  readonly #afterFailure: (() => void)[] = [];
  transitions = 0;

  get isEmpty(): boolean {
    return (
      this.writes.size === 0 &&
      this.rows.size === 0 &&
      this.logs.length === 0 &&
      this.removals.length === 0 &&
      this.logRemovals.length === 0
    );
  }

  /**
   * Writes a row, new or known.
   * @param secretsOf number of the execution whose data is in it: when secrets were seen in that, its JSON is sealed
   * @example turn.put(POOLS, { name: 'warehouse', slots: 3 });
   */
  put<Row extends object>(table: Table<Row>, row: Row, secretsOf?: number): void {
    const key = keyOfRow(table, row);
    const id = rowId(table, key);
    const of = secretsOf === undefined ? {} : { secretsOf };
    this.rows.set(id, { table, key, row, isChange: false, ...of });
  }

  /** Changes some columns of a row that is there. */
  change<Row extends object>(
    table: Table<Row>,
    key: readonly (string | number)[],
    change: Partial<Row>,
  ): void {
    const id = rowId(table, key);
    const known = this.rows.get(id);
    if (known?.row) known.row = { ...known.row, ...change };
    else this.rows.set(id, { table, key, row: change, isChange: true });
  }

  /** Whether this turn writes, changes or deletes the row so far. @example turn.isWritten(POOLS, ['warehouse']) // true */
  isWritten(table: AnyTable, key: readonly (string | number)[]): boolean {
    return this.rows.has(rowId(table, key));
  }

  /** Deletes a row. */
  remove<Row extends object>(table: Table<Row>, key: readonly (string | number)[]): void {
    this.rows.set(rowId(table, key), { table, key, isChange: false });
  }

  /** Deletes rows together. */
  removeRange(table: AnyTable, range: RowRange): void {
    const id = `${table.name} range ${JSON.stringify(range)}`;
    this.rows.set(id, { table, key: [], isChange: false, range });
  }

  /** An answer of the store that the input has named among its needs. Throws what the reading threw. */
  known<Value>(need: Need<Value>): Value {
    return this.#knowledge.get(need);
  }

  /** Whether that was read. */
  knows(need: Need<unknown>): boolean {
    return this.#knowledge.has(need);
  }

  /**
   * Reads what inputs need, and what they need once they know that. A promise when the store answers later. What an input
   * says wrongly about its needs is told when it is performed.
   */
  read(inputs: readonly Input[]): Promise<void> | undefined {
    for (;;) {
      const missing: Need<unknown>[] = [];
      for (const input of inputs) {
        for (const need of this.#needsOf(input)) {
          if (!this.#knowledge.has(need)) missing.push(need);
        }
      }
      if (missing.length === 0) return undefined;
      const reading = this.#knowledge.read(missing);
      if (reading) return reading.then(() => this.read(inputs));
    }
  }

  #needsOf(input: Input): readonly Need<unknown>[] {
    if (input.needs === undefined || this.#unsound.has(input)) return NOTHING;
    try {
      return input.needs(this);
    } catch (error) {
      this.#unsound.set(input, error);
      return NOTHING;
    }
  }

  /** Performs an input whose needs were read. */
  perform(input: Input): Performed {
    if (this.#unsound.size > 0 && this.#unsound.has(input)) throw this.#unsound.get(input);
    return input.perform(this);
  }

  /**
   * Adds an input to this turn: it is performed after those that wait for it already, and written in the same commit. What
   * an input causes elsewhere has needs of its own that nobody could name before.
   */
  also(input: Input): void {
    this.#added.push(input);
  }

  /** Takes what was added since the last call. */
  takeAdded(): readonly Input[] {
    return this.#added.length === 0 ? NO_INPUTS : this.#added.splice(0);
  }

  afterCommit(action: () => void): void {
    this.#afterCommit.push(action);
  }

  afterFailure(action: () => void): void {
    this.#afterFailure.push(action);
  }

  succeed(): void {
    for (const write of this.writes.values()) settle(write);
    for (const action of this.#afterCommit) action();
  }

  /** Marks everything that ran ahead of the store. */
  fail(): void {
    for (const { active } of this.writes.values()) active.stale = true;
    for (const action of this.#afterFailure) action();
  }

  of(active: ActiveExecution): PendingWrite {
    const known = this.writes.get(active.number);
    if (known) return known;
    const write: PendingWrite = {
      active,
      progressed: false,
      contextChanged: false,
      threads: new Map(),
      removed: new Set(),
      history: [],
      attempts: new Set(),
      timers: new Set(),
    };
    this.writes.set(active.number, write);
    return write;
  }

  /** Adds a transition that has been applied to the active execution. */
  add(active: ActiveExecution, transition: Transition): void {
    this.transitions += 1;
    const { touched, removed, history } = transition;
    // A stale or repeated event changes nothing: then there is nothing to write.
    if (touched.length === 0 && removed.length === 0 && history.length === 0) return;
    const write = this.of(active);
    write.progressed = true;
    for (const thread of touched) {
      if (thread.id === 0) continue;
      write.threads.set(thread.id, thread);
      write.removed.delete(thread.id);
    }
    for (const id of removed) {
      write.threads.delete(id);
      write.removed.add(id);
    }
    for (const event of history) write.history.push(event);
  }

  toCommit(at: number): Commit {
    const executions: ExecutionWrite[] = [];
    for (const write of this.writes.values()) executions.push(toWrite(write));
    const rows: RowWrite[] = [...this.rows.values()];
    const { logs, removals, logRemovals } = this;
    return {
      ...{ at, executions, rows, logs },
      ...(removals.length === 0 ? {} : { removals }),
      ...(logRemovals.length === 0 ? {} : { logRemovals }),
    };
  }
}

function rowId(table: AnyTable, key: readonly (string | number)[]): string {
  return `${table.name} ${key.length === 1 ? key[0] : JSON.stringify(key)}`;
}

function toWrite(write: PendingWrite): ExecutionWrite {
  const { active } = write;
  const attempts: AttemptRecord[] = [];
  const closedAttempts: { thread: number; sequence: number }[] = [];
  for (const key of write.attempts) {
    const attempt = active.attempts.get(key);
    if (attempt) attempts.push(attempt);
    else if (active.storedAttempts.has(key)) {
      const [thread = '', sequence = ''] = key.split(':');
      closedAttempts.push({ thread: Number(thread), sequence: Number(sequence) });
    }
  }
  const timers: TimerRecord[] = [];
  const clearedTimers: { thread: number; kind: TimerRecord['kind'] }[] = [];
  for (const key of write.timers) {
    const timer = active.timers.get(key);
    if (timer) timers.push(timer);
    else if (active.storedTimers.has(key)) {
      const [thread = '', kind = ''] = key.split(':');
      clearedTimers.push({ thread: Number(thread), kind: kind as TimerRecord['kind'] });
    }
  }
  return {
    number: active.number,
    ...(active.isStored ? {} : { create: active.creation }),
    ...(write.progressed || !active.isStored ? { progress: toProgress(write) } : {}),
    threads: [...write.threads.values()],
    removedThreads: [...write.removed],
    history: active.keepsHistory ? write.history : [],
    ...(write.shown === undefined ? {} : { shown: write.shown }),
    ...(active.secrets === undefined ? {} : { secrets: active.secrets.values() }),
    attempts,
    closedAttempts,
    timers,
    clearedTimers,
  };
}

function toProgress({ active, contextChanged }: PendingWrite): ExecutionProgress {
  const { header, threads, context } = active.state;
  return {
    machine: active.machine.record.number,
    header,
    root: header.status === 'SUCCEEDED' ? null : (threads[0] ?? null),
    ...(active.stoppedAt === undefined ? {} : { stoppedAt: active.stoppedAt }),
    redriveCount: active.redriveCount,
    ...(contextChanged ? { context } : {}),
  };
}

/** The store has it now. */
function settle({ active, attempts, timers }: PendingWrite): void {
  active.isStored = true;
  for (const key of attempts) {
    if (active.attempts.has(key)) active.storedAttempts.add(key);
    else active.storedAttempts.delete(key);
  }
  for (const key of timers) {
    if (active.timers.has(key)) active.storedTimers.add(key);
    else active.storedTimers.delete(key);
  }
}
