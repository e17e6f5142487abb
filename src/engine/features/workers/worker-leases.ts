/**
 * Leases: which attempts workers hold, until when, and how each of them ends, once.
 *
 *     preparing ──its request is written──▶ held ──outcome──▶ settling ──durable──▶ forgotten
 *                                           │  ◀─could not be written─┘
 *                                           └──lease over, goodbye──▶ ending ──`Millrace.WorkerLost` durable──▶ forgotten
 *
 * Whatever comes of an attempt is an input of its execution, which looks whether the attempt is still the lease's when its
 * turn comes. So a worker that answers twice, late, or for another one changes nothing.
 * @module
 */
import type { AttemptRecord } from '../../../store/store.js';
import { type ActiveExecution, attemptKey } from '../../kernel/active-execution.js';
import { attemptRequest, handedOver } from '../../kernel/attempt-request.js';
import { commandOf, WORKER_LOST } from '../../kernel/attempts.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { AttemptLogRecord, AttemptOutcome, AttemptRequest } from '../../kernel/ports.js';
import type { Resolution } from '../../kernel/resolve-task.js';
import { sees } from '../../kernel/scope.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input, Performed } from '../../kernel/turn-loop.js';
import { lineOf } from '../../kernel/worker-line.js';
import {
  type Lease,
  ownerOf,
  subjectOf,
  type WorkerCaller,
  type WorkerSession,
  type WorkerSessions,
} from './worker-sessions.js';

export type ConnectorCall = Extract<Resolution, { type: 'connector' }>;

/** Lines of a task's output, of which each is written once. */
export interface NumberedLines {
  /** Number of the first of them, from 0 on. */
  readonly first: number;
  readonly records: readonly AttemptLogRecord[];
}

/** What has come of an attempt. */
interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  /** The last lines of its output. */
  readonly lines: NumberedLines | undefined;
}

/** Who hears of changes. */
interface Listening {
  /** When leases are looked through next may be another moment. */
  dueChanged(): void;
  /** A worker has room again. */
  freed(): void;
}

export class WorkerLeases {
  readonly #kernel: Kernel;
  readonly #leaseMs: number;
  readonly #sessions: WorkerSessions;
  readonly #listening: Listening;
  readonly #leases: Map<string, Lease> = new Map();
  /** What was begun under an earlier engine, by its owner, until that worker shows signs of life. */
  readonly #resumed: Map<string, Lease[]> = new Map();
  /** What the monotonic clock says when leases are looked through next, at the earliest. */
  #lookAt: number | undefined;
  readonly #forgotten: ((lease: Lease) => void)[] = [];

  /** @param leaseMs milliseconds that an attempt stays a worker's without a sign of life */
  constructor(kernel: Kernel, leaseMs: number, sessions: WorkerSessions, listening: Listening) {
    this.#kernel = kernel;
    this.#leaseMs = leaseMs;
    this.#sessions = sessions;
    this.#listening = listening;
  }

  get(id: string): Lease | undefined {
    return this.#leases.get(id);
  }

  has(id: string): boolean {
    return this.#leases.has(id);
  }

  put(lease: Lease): void {
    this.#leases.set(lease.id, lease);
  }

  /** An attempt that was begun under an earlier engine; false: by no worker. */
  resume(attempt: AttemptRecord): boolean {
    const { id, execution, thread, sequence, owner } = attempt;
    const line = lineOf(attempt.kind);
    if (line === undefined || owner === undefined) return false;
    const lease: Lease = {
      ...{ id, execution, thread, sequence, owner },
      ...{ kind: line.kind, team: line.team },
      ...{ until: undefined, state: 'held', nextLine: undefined, beatAt: 0 },
    };
    this.#leases.set(id, lease);
    this.#resumed.set(owner, [...(this.#resumed.get(owner) ?? []), lease]);
    return true;
  }

  /** A worker has shown itself: what it had begun under an earlier engine is its own. */
  giveBack(session: WorkerSession): void {
    for (const lease of this.#resumed.get(session.owner) ?? []) {
      if (!this.isHeld(lease)) continue;
      session.leases.set(lease.id, lease);
      this.#name(lease);
    }
    this.#resumed.delete(session.owner);
  }

  /** Finds out for people what an attempt is of that was begun under an earlier engine. */
  #name(lease: Lease): void {
    const { execution, thread, sequence } = lease;
    this.#kernel.executions.inTurn(execution).then(
      (active) => {
        const attempt = active?.attempts.get(attemptKey(thread, sequence));
        if (active && attempt?.id === lease.id) lease.subject = subjectOf(active, attempt);
      },
      // It is listed without: nothing else depends on it.
      () => undefined,
    );
  }

  /**
   * Writes lines of a task's output, once.
   * @param first number of the first of them, from 0 on
   * @returns the number of the line that comes next
   * @throws EngineError WorkerLeaseOver
   */
  log(
    caller: WorkerCaller,
    id: string,
    first: number,
    records: readonly AttemptLogRecord[],
  ): Promise<number> {
    const lease = this.held(caller, id);
    return new Promise((resolve, reject) => {
      const act = (turn: Turn, active: ActiveExecution, attempt: AttemptRecord): Performed => {
        this.#write(turn, active, attempt, lease, { first, records });
        turn.afterCommit(() => resolve(lease.nextLine ?? 0));
        return 'done';
      };
      this.#kernel.submit(this.#ownInput(lease, act, reject));
    });
  }

  /** Writes those lines that were not written before. */
  #write(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    lease: Lease,
    { first, records }: NumberedLines,
  ): void {
    const known = lease.nextLine ?? first;
    const fresh = records.slice(Math.max(0, known - first));
    const now = this.#kernel.time.now();
    const from = Math.min(attempt.startedAt ?? now, now);
    // A worker's clock may be anything: its lines lie between the start of the attempt and now.
    const dated = fresh.map((one) => ({ ...one, at: Math.min(Math.max(one.at, from), now) }));
    if (dated.length > 0) this.#kernel.output.write(turn, active, commandOf(attempt), dated);
    // At once: the same lines may come twice in one turn.
    const before = lease.nextLine;
    lease.nextLine = Math.max(known, first + records.length);
    turn.afterFailure(() => {
      if (before === undefined || before < (lease.nextLine ?? 0)) lease.nextLine = before;
    });
  }

  /**
   * Takes the outcome of an attempt, once.
   * @param prepare what must be done with its files before anybody hears of it
   * @throws EngineError WorkerLeaseOver; whatever `prepare` throws, and then nothing has come of it
   */
  async settle(
    caller: WorkerCaller,
    id: string,
    { outcome, lines }: AttemptEnd,
    prepare?: (lease: Lease) => Promise<void>,
  ): Promise<void> {
    const lease = this.held(caller, id);
    if (lease.state !== 'held') throw new EngineError('WorkerLeaseOver', { attempt: id });
    lease.state = 'settling';
    lease.until = undefined;
    try {
      await prepare?.(lease);
      await this.close(lease, outcome, lines);
    } catch (error) {
      // It is still the worker's, who may try again.
      lease.state = 'held';
      this.extend(lease);
      throw error;
    }
  }

  /**
   * An attempt that the caller holds.
   * @throws EngineError WorkerLeaseOver when it is another one's, or nobody's any more; WorkerSessionForeign
   */
  held(caller: WorkerCaller, id: string): Lease {
    this.#sessions.find(caller);
    const lease = this.#leases.get(id);
    const isTheirs = lease?.owner === ownerOf(caller) && sees(caller.scope, lease.team);
    if (!isTheirs || lease.state === 'ending') {
      throw new EngineError('WorkerLeaseOver', { attempt: id });
    }
    return lease;
  }

  isHeld(lease: Lease): boolean {
    return this.#leases.get(lease.id) === lease;
  }

  /** Calls back with every attempt that is no worker's any more. */
  onForgotten(listener: (lease: Lease) => void): void {
    this.#forgotten.push(listener);
  }

  /** What an attempt that a worker holds is called with, as far as its folders go. */
  request(lease: Lease): Promise<AttemptRequest> {
    return new Promise((resolve, reject) => {
      const act = (turn: Turn, active: ActiveExecution, attempt: AttemptRecord): Performed => {
        const resolution = this.#kernel.attempts.resolveUsual(active, commandOf(attempt));
        if (resolution.type !== 'connector') {
          throw new EngineError('WorkerLeaseOver', { attempt: lease.id });
        }
        turn.afterCommit(() => {
          this.handed(active, attempt, resolution).then((handed) => {
            if ('request' in handed) resolve(handed.request);
            else reject(new EngineError('WorkerLeaseOver', { attempt: lease.id }));
          }, reject);
        });
        return 'done';
      };
      this.#kernel.submit(this.#ownInput(lease, act, reject));
    });
  }

  // When they end.

  /** When leases are looked through next, in milliseconds since the epoch; undefined: there are none. */
  nextDue(): number | undefined {
    if (this.#lookAt === undefined) return undefined;
    const { time, clock } = this.#kernel;
    return time.now() + Math.max(0, Math.ceil(this.#lookAt - clock.monotonic()));
  }

  /** Closes what is over. @param now by the monotonic clock */
  look(now: number): void {
    this.#lookAt = undefined;
    for (const lease of this.#leases.values()) {
      if (lease.state !== 'held') continue;
      // Begun under an earlier engine: from now on its worker has the time of a lease.
      lease.until ??= now + this.#leaseMs;
      if (lease.until > now) this.lookBy(lease.until);
      else {
        const name = this.#sessions.of(lease.owner)?.description.name;
        const who = name === undefined ? 'Its worker' : `The worker ${name}`;
        const cause = `${who} showed no sign of life for ${this.#leaseMs / 1000} seconds; whether it has done its work is not known.`;
        void this.lose(lease, cause);
      }
    }
  }

  /** Leases are looked through at that moment, or before. */
  lookBy(moment: number): void {
    this.#lookAt = Math.min(this.#lookAt ?? moment, moment);
  }

  /** From now on it is its worker's for the time of a lease. */
  extend(lease: Lease): void {
    lease.until = this.#kernel.clock.monotonic() + this.#leaseMs;
    this.lookBy(lease.until);
    this.#listening.dueChanged();
  }

  /** What an attempt is called with, with its data and secrets; or the outcome that it has without being performed. */
  async handed(
    active: ActiveExecution,
    attempt: AttemptRecord,
    connector: ConnectorCall,
  ): Promise<Exclude<Awaited<ReturnType<typeof handedOver>>, undefined>> {
    const { folders, runner, hooks } = this.#kernel;
    const traceparent = hooks.traceparent?.(active, attempt);
    const request = attemptRequest(active, attempt, connector, folders, traceparent);
    const handed = await handedOver(active, attempt, connector, request, { runner, hooks });
    return handed ?? { request };
  }

  /** It is no worker's any more. */
  forget(lease: Lease): void {
    this.#leases.delete(lease.id);
    this.#sessions.of(lease.owner)?.leases.delete(lease.id);
    for (const listener of this.#forgotten) listener(lease);
    this.#listening.freed();
  }

  /** An input about an attempt that is still its worker's when the turn comes. */
  #ownInput(
    lease: Lease,
    act: (turn: Turn, active: ActiveExecution, attempt: AttemptRecord, input: Input) => Performed,
    refuse: (error: Error) => void,
  ): Input {
    const over = (): never => {
      throw new EngineError('WorkerLeaseOver', { attempt: lease.id });
    };
    return this.#kernel.executions.input(
      lease.execution,
      (turn, active, input) => {
        const attempt = active.attempts.get(attemptKey(lease.thread, lease.sequence));
        const isTheirs = attempt?.id === lease.id && attempt.owner === lease.owner;
        if (!isTheirs || attempt.status !== 'started') return over();
        return act(turn, active, attempt, input);
      },
      { missing: over, refuse },
    );
  }

  /** Tells the execution the outcome. Rejects when the attempt is not the lease's any more, or it cannot be written now. */
  close(lease: Lease, outcome: AttemptOutcome, lines?: NumberedLines): Promise<void> {
    const { attempts, hooks } = this.#kernel;
    return new Promise((resolve, reject) => {
      const isLost = outcome.type === 'failed' && outcome.error === WORKER_LOST;
      const input = this.#ownInput(
        lease,
        (turn, active, attempt, own) => {
          if (lines !== undefined) this.#write(turn, active, attempt, lease, lines);
          // Nobody knows how long it has worked: nothing of it is counted.
          if (isLost) attempts.update(turn, active, withoutOwner(attempt));
          return attempts.deliver(turn, active, attempt, outcome, own, (later) =>
            later.afterCommit(() => {
              this.forget(lease);
              hooks.attemptEnded(active, attempt, outcome);
              resolve();
            }),
          );
        },
        (error) => {
          if (error instanceof EngineError && error.kind === 'WorkerLeaseOver') this.forget(lease);
          reject(error);
        },
      );
      this.#kernel.submit(input);
    });
  }

  /** Closes an attempt whose worker is gone. Never rejects. */
  async lose(lease: Lease, cause: string): Promise<void> {
    lease.state = 'ending';
    lease.until = undefined;
    try {
      await this.close(lease, { type: 'failed', error: WORKER_LOST, cause });
    } catch {
      if (this.#leases.get(lease.id) !== lease) return;
      // It could not be written: it is tried again.
      lease.state = 'held';
      this.extend(lease);
    }
  }
}

function withoutOwner({ owner: _owner, ...attempt }: AttemptRecord): AttemptRecord {
  return attempt;
}
