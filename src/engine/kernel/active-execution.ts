/**
 * An execution that is in memory because something happens to it, and the bounded cache of them.
 *
 * Memory holds nothing that the store does not: an execution that waits is dropped when room is needed and loaded again
 * for its next event. During a turn the object runs ahead of the store; when the turn's commit fails it becomes `stale`,
 * is thrown away, and the next event loads what the store has.
 * @module
 */
import type { Machine } from '../../asl/compile.js';
import type { ExecutionState } from '../../asl/execution-state.js';
import { isObject, type Json } from '../../asl/json.js';
import { SecretValues } from '../../secrets/secret-values.js';
import type {
  AttemptRecord,
  ExecutionCreation,
  ExecutionRecord,
  LoadedExecution,
  MachineRecord,
  PipelineRef,
  TimerRecord,
} from '../../store/store.js';
import type { PipelineDeployment } from './deployment.js';

/** A version of a pipeline, ready to run. */
export interface LoadedMachine {
  readonly ref: PipelineRef;
  /** `pipelineKey` of it. */
  readonly key: string;
  record: MachineRecord;
  deployment: PipelineDeployment;
  /** The machine at a pointer of the definition; compiled at first use. */
  compiled(pointer: string): Machine;
}

export interface ActiveExecution {
  readonly number: number;
  readonly creation: ExecutionCreation;
  /** Express children of a map run keep none: nobody can read it. */
  readonly keepsHistory: boolean;
  machine: LoadedMachine;
  state: ExecutionState;
  redriveCount: number;
  stoppedAt: number | undefined;
  /** Open attempts by `attemptKey`. */
  readonly attempts: Map<string, AttemptRecord>;
  /** Values that it was seen to use as secrets; undefined: none was seen. */
  secrets: SecretValues | undefined;
  /** Timers by `timerKey`. */
  readonly timers: Map<string, TimerRecord>;
  /** Keys of the rows that the store has. */
  readonly storedAttempts: Set<string>;
  readonly storedTimers: Set<string>;
  /** The store knows this execution. */
  isStored: boolean;
  /** A transition waits for JSONata: what puts other events into the loop again waits in `waiting` until it is there. */
  busy: boolean;
  readonly waiting: (() => void)[];
  /** A commit with changes of it failed: do not use, load again. */
  stale: boolean;
}

export function attemptKey(thread: number, sequence: number): string {
  return `${thread}:${sequence}`;
}

export function timerKey(thread: number, kind: TimerRecord['kind']): string {
  return `${thread}:${kind}`;
}

/** An execution as the store has it. */
export function activate(loaded: LoadedExecution, machine: LoadedMachine): ActiveExecution {
  const { record, threads, attempts, timers } = loaded;
  const state: ExecutionState = { context: record.context, header: record.header, threads: {} };
  if (record.root) state.threads[0] = record.root;
  for (const thread of threads) state.threads[thread.id] = thread;
  const active = newActive(record.number, record, machine, state);
  active.isStored = true;
  active.redriveCount = record.redriveCount;
  active.stoppedAt = record.stoppedAt;
  if (record.secrets !== undefined) active.secrets = new SecretValues(record.secrets);
  for (const attempt of attempts) {
    const key = attemptKey(attempt.thread, attempt.sequence);
    active.attempts.set(key, attempt);
    active.storedAttempts.add(key);
  }
  for (const timer of timers) {
    const key = timerKey(timer.thread, timer.kind);
    active.timers.set(key, timer);
    active.storedTimers.add(key);
  }
  return active;
}

/** An execution that the store does not have yet. */
export function newActive(
  number: number,
  creation: ExecutionCreation,
  machine: LoadedMachine,
  state: ExecutionState,
): ActiveExecution {
  return {
    number,
    creation,
    keepsHistory: !isExpressChild(machine, creation),
    machine,
    state,
    redriveCount: 0,
    stoppedAt: undefined,
    attempts: new Map(),
    secrets: undefined,
    timers: new Map(),
    storedAttempts: new Set(),
    storedTimers: new Set(),
    isStored: false,
    busy: false,
    waiting: [],
    stale: false,
  };
}

/** A child of a map run whose ItemProcessor asks for express executions. */
export function isExpressChild(
  machine: LoadedMachine,
  { mapRun, pointer }: Pick<ExecutionCreation, 'mapRun' | 'pointer'>,
): boolean {
  if (mapRun === undefined) return false;
  let processor: Json | undefined = machine.deployment.definition as unknown as Json;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    processor = Array.isArray(processor)
      ? processor[Number(name)]
      : isObject(processor)
        ? processor[name]
        : undefined;
  }
  const config = isObject(processor) ? processor.ProcessorConfig : undefined;
  return isObject(config) && config.ExecutionType === 'EXPRESS';
}

/** Executions in memory, the longest unused first. */
export class ActiveExecutions {
  readonly #limit: number;
  readonly #byNumber: Map<number, ActiveExecution> = new Map();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#byNumber.size;
  }

  find(number: number): ActiveExecution | undefined {
    const active = this.#byNumber.get(number);
    if (!active) return undefined;
    this.#byNumber.delete(number);
    this.#byNumber.set(number, active);
    return active;
  }

  add(active: ActiveExecution): void {
    this.#byNumber.set(active.number, active);
  }

  /** Forgets an execution, unless another object has taken its place. */
  drop(active: ActiveExecution): void {
    if (this.#byNumber.get(active.number) === active) this.#byNumber.delete(active.number);
  }

  /** Makes room between turns. What is busy stays. */
  trim(): void {
    if (this.#byNumber.size <= this.#limit) return;
    for (const active of this.#byNumber.values()) {
      if (this.#byNumber.size <= this.#limit) return;
      if (!active.busy) this.#byNumber.delete(active.number);
    }
  }
}

/** A durable execution in memory as the store has it. */
export function recordOf(active: ActiveExecution): ExecutionRecord {
  const { header, threads, context } = active.state;
  return {
    number: active.number,
    ...active.creation,
    context,
    machine: active.machine.record.number,
    header,
    root: header.status === 'SUCCEEDED' ? null : (threads[0] ?? null),
    ...(active.stoppedAt === undefined ? {} : { stoppedAt: active.stoppedAt }),
    redriveCount: active.redriveCount,
    ...(active.secrets === undefined ? {} : { secrets: active.secrets.values() }),
  };
}
