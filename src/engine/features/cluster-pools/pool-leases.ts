/**
 * What turns do with executions that wait for a cluster of a pool, or have one: each input here is one commit, of the execution
 * and of its lease together. A cluster is given in one commit and told of in the next, so whatever comes between them, nobody
 * else gets it and its execution hears of it once.
 * @module
 */
import { isObject } from '../../../asl/json.js';
import type { LogRecord } from '../../../connectors/connector.js';
import { CLUSTER_STATE } from '../../../pipelines/sections/cluster-section.js';
import type { AttemptRecord } from '../../../store/store.js';
import { type ActiveExecution, attemptKey } from '../../kernel/active-execution.js';
import type { UndatedEvent } from '../../kernel/executions.js';
import type { PoolHook } from '../../kernel/hooks.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input, Performed } from '../../kernel/turn-loop.js';
import type { PoolRef, PoolRows } from './pool-rows.js';
import type { LeaseRow } from './pool-tables.js';

export type PoolCall = Parameters<PoolHook['perform']>[3];

interface Parts {
  readonly kernel: Kernel;
  readonly rows: PoolRows;
  /** Why an execution can have no cluster of a pool; undefined: it can wait for one. */
  problem(ref: PoolRef, call: PoolCall): { error: string; cause: string } | undefined;
  /** The pool gives, starts and ends what it has to. */
  settle(turn: Turn, ref: PoolRef): void;
  /** What an execution waits for, as the turn that runs now leaves it; undefined: for nothing. */
  waits(lease: LeaseRow): string | undefined;
}

export class PoolLeases {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins a scheduled attempt: its start and its place in the queue are one commit. */
  perform(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    call: PoolCall,
    input: Input,
  ): Performed {
    const { kernel, rows, settle, problem } = this.#parts;
    const { thread, sequence } = attempt;
    const { team, id: executionId } = active.creation;
    const ref = { team, pool: poolOf(call) };
    const refused = problem(ref, call);
    if (refused !== undefined) {
      const event: UndatedEvent = {
        ...{ type: 'TaskFailed', ...refused, stage: 'schedule', thread, sequence },
      };
      return kernel.executions.step(turn, active, event, input, (later) =>
        kernel.attempts.close(later, active, attempt),
      );
    }
    const event: UndatedEvent = { type: 'TaskStarted', thread, sequence };
    return kernel.executions.step(turn, active, event, input, (later) => {
      const now = kernel.time.now();
      const started = {
        ...attempt,
        status: 'started',
        owner: kernel.owner,
        startedAt: now,
      } as const;
      kernel.attempts.update(later, active, started);
      // Its execution may have ended in this turn.
      if (openAttempt(active, { ...started, attempt: started.id }) === undefined) return;
      const lease: LeaseRow = {
        ...{ number: rows.number('lease'), attempt: attempt.id, execution: active.number },
        ...{ executionId, thread, sequence, ...ref, phase: 'waiting', since: now },
      };
      rows.putLease(later, lease);
      settle(later, ref);
      const waits = this.#parts.waits(rows.lease(lease.number) ?? lease);
      if (waits !== undefined) this.#say(later, active, `Waits for ${waits}.`);
    });
  }

  /** Nobody waits for an attempt any more, which this turn has closed. */
  cancelled(turn: Turn, { id }: AttemptRecord): void {
    const { rows, settle } = this.#parts;
    const lease = rows.leaseOf(id);
    if (lease === undefined) return;
    rows.removeLease(turn, lease);
    settle(turn, lease);
  }

  /** An execution has ended, whatever way: what it has is given back in the same commit. */
  ended(turn: Turn, { number }: ActiveExecution): void {
    this.#giveBack(turn, this.#parts.rows.leasesOf(number));
  }

  /** An execution hears that it has a cluster, or will have none. */
  toldInput({ number, execution }: LeaseRow): Input {
    const { kernel, rows } = this.#parts;
    return kernel.executions.input(
      execution,
      (turn, active, input) => {
        const lease = rows.lease(number);
        if (lease?.phase !== 'given' && lease?.phase !== 'refused') return 'done';
        const attempt = openAttempt(active, lease);
        if (attempt !== undefined) return this.#tell(turn, active, attempt, lease, input);
        this.#giveBack(turn, [lease]);
        return 'done';
      },
      {
        // Its execution was removed for good.
        missing: (turn) => {
          const lease = rows.lease(number);
          if (lease !== undefined) this.#giveBack(turn, [lease]);
          return 'done';
        },
      },
    );
  }

  #tell(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    lease: LeaseRow,
    input: Input,
  ): Performed {
    const { kernel, rows } = this.#parts;
    const { thread, sequence, error = '', cause = '' } = lease;
    const row = lease.cluster === undefined ? undefined : rows.cluster(lease.cluster);
    const { cluster = '', account = '', region = '' } = row ?? {};
    const event: UndatedEvent =
      lease.phase === 'given'
        ? { type: 'TaskSucceeded', output: { ClusterId: cluster }, thread, sequence }
        : { type: 'TaskFailed', error, cause, thread, sequence };
    return kernel.executions.step(turn, active, event, input, (later) => {
      kernel.attempts.close(later, active, attempt);
      const current = rows.lease(lease.number);
      // Its execution may have ended by it.
      if (current === undefined) return;
      if (current.phase !== 'given') {
        rows.removeLease(later, current);
        return;
      }
      rows.moveLease(later, current, { phase: 'holding' });
      const where = `${account}, ${region}`;
      this.#say(later, active, `Takes ${cluster} of the pool ${lease.pool} in ${where}.`);
    });
  }

  /** A cluster died while an execution had it. */
  lostInput({ execution }: LeaseRow, words: string): Input {
    const { kernel } = this.#parts;
    return kernel.executions.input(execution, (turn, active) => {
      this.#say(turn, active, words, 'error');
      return 'done';
    });
  }

  #giveBack(turn: Turn, leases: readonly LeaseRow[]): void {
    const { rows, settle } = this.#parts;
    for (const lease of leases) rows.removeLease(turn, lease);
    for (const lease of leases) settle(turn, lease);
  }

  #say(
    turn: Turn,
    active: ActiveExecution,
    message: string,
    level: LogRecord['level'] = 'info',
  ): void {
    const { kernel } = this.#parts;
    const line: LogRecord = { at: kernel.time.now(), stream: 'system', level, message };
    kernel.output.write(turn, active, { state: CLUSTER_STATE, attempt: 0 }, [line]);
  }
}

/** The attempt of a lease as a command names it, if it is still open. */
function openAttempt(
  active: ActiveExecution,
  { thread, sequence, attempt }: Pick<LeaseRow, 'thread' | 'sequence' | 'attempt'>,
): AttemptRecord | undefined {
  const found = active.attempts.get(attemptKey(thread, sequence));
  return found?.id === attempt ? found : undefined;
}

/** The pool that a task names; a text that no pool is called otherwise. */
function poolOf({ parameters }: PoolCall): string {
  const pool = isObject(parameters) ? parameters.pool : undefined;
  return typeof pool === 'string' ? pool : '';
}
