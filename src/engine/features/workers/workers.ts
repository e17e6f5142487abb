/**
 * Workers: processes on other machines that perform attempts of tasks.
 *
 *     scheduled ──offered──▶ line ──claimed: Started under the worker's lease is durable──▶ on its way ──▶ held
 *                             ▲                                                               │ heartbeats extend it
 *       (no worker can take it: waits)                    outcome, once ◀── the worker ◀──────┤
 *                                                         `Millrace.WorkerLost`, once ◀── lease over, goodbye
 *
 * The engine decides everything. An attempt leaves only after its start is durable under the lease of one worker, so an answer
 * that is lost on its way is an attempt that is lost, and never one that two workers have. A lease is what memory knows of
 * an attempt that a worker holds; what must survive a restart is the owner in the attempt's record. After a restart each of
 * them has the time of a whole lease for its worker to show signs of life.
 *
 * Leases are measured by the monotonic clock: a clock that is set, or a machine that slept, loses nobody.
 * @module
 */
import type { AttemptRecord } from '../../../store/store.js';
import { type ActiveExecution, attemptKey } from '../../kernel/active-execution.js';
import { commandOf } from '../../kernel/attempts.js';
import type { Feature } from '../../kernel/feature.js';
import type { WorkersHook } from '../../kernel/hooks.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { AttemptRequest } from '../../kernel/ports.js';
import { kindOf } from '../../kernel/resolve-task.js';
import { sees } from '../../kernel/scope.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input, Performed } from '../../kernel/turn-loop.js';
import { withMemory } from '../../kernel/usage.js';
import { lineOf } from '../../kernel/worker-line.js';
import { TagLimits } from './tag-limits.js';
import { type ConnectorCall, WorkerLeases } from './worker-leases.js';
import { type WaitingAttempt, WorkerLines } from './worker-lines.js';
import {
  hasRoom,
  type Lease,
  loadOf,
  mayTake,
  subjectOf,
  type WorkerCaller,
  type WorkerDescription,
  type WorkerSession,
  WorkerSessions,
} from './worker-sessions.js';
import { waitWords } from './worker-words.js';

/** Milliseconds that an attempt stays a worker's without a sign of life, unless the server says otherwise. */
export const LEASE = 30_000;
/** Milliseconds between heartbeats of one task that are taken in. */
const BEAT_INTERVAL = 1_000;
/** Attempts in one answer: the next claim comes at once. */
const MOST_GIVEN = 200;
/** Attempts asked of the store at a time. */
const PAGE = 1_000;

/** An attempt on its way to its worker. */
export interface ClaimedAttempt {
  readonly id: string;
  readonly request: AttemptRequest;
  /** Its execution is told of signs of life of the task. */
  readonly beats: boolean;
}

export interface ClaimAnswer {
  readonly attempts: readonly ClaimedAttempt[];
  /** Attempts that nobody waits for any more. */
  readonly stop: readonly string[];
}

/** How long a claim waits. */
export interface ClaimWait {
  readonly waitMs: number;
  /** Nobody hears the answer any more. */
  readonly gone: AbortSignal;
  /** It is to be answered now, with what there is. */
  readonly over: AbortSignal;
}

interface Poll {
  readonly session: WorkerSession;
  readonly taken: ClaimedAttempt[];
  /** Attempts whose start is not durable yet, or that are being prepared. */
  inFlight: number;
  /** Its time is over: it gets what is on its way, or nothing. */
  isOver: boolean;
  /** Nobody hears the answer. */
  isGone: boolean;
  settle(answer: ClaimAnswer): void;
  refuse(error: Error): void;
}

export class Workers implements Feature, WorkersHook {
  readonly name = 'workers';
  readonly #kernel: Kernel;
  /** Milliseconds that an attempt stays a worker's without a sign of life. */
  readonly leaseMs: number;
  readonly lines: WorkerLines = new WorkerLines();
  readonly sessions: WorkerSessions = new WorkerSessions();
  readonly leases: WorkerLeases;
  readonly limits: TagLimits;
  readonly #polls: Map<string, Poll> = new Map();
  /** Attempts that are being begun: no longer in a line, and not held yet. */
  readonly #beginning: Set<string> = new Set();
  readonly #refilling: Set<string> = new Set();
  #isMatching = false;
  #isClosed = false;

  /** @param limits tasks at a time over all workers, by the tag that they ask for */
  constructor(
    kernel: Kernel,
    leaseMs: number = LEASE,
    limits: { readonly [tag: string]: number } = {},
  ) {
    this.#kernel = kernel;
    this.leaseMs = leaseMs;
    this.limits = new TagLimits(limits);
    const { sessions } = this;
    this.leases = new WorkerLeases(kernel, leaseMs, sessions, {
      dueChanged: () => kernel.dueChanged(this),
      freed: () => this.#match(),
    });
    this.leases.onForgotten(({ id }) => this.limits.give(id));
    kernel.hooks.workers = this;
  }

  /** Every poll is answered; what workers hold they go on with. */
  close(): void {
    this.#isClosed = true;
    for (const poll of [...this.#polls.values()]) this.#giveUp(poll);
  }

  // What the kernel tells.

  offer(attempt: AttemptRecord): void {
    if (this.#beginning.has(attempt.id) || this.leases.has(attempt.id)) return;
    if (this.lines.add(attempt)) this.#match();
  }

  cancelled(turn: Turn, { id }: AttemptRecord): void {
    turn.afterCommit(() => {
      this.lines.remove(id);
      const lease = this.leases.get(id);
      // Its own outcome has closed it, or is about to find that it is closed.
      if (lease === undefined || lease.state === 'settling' || lease.state === 'ending') return;
      const session = this.sessions.of(lease.owner);
      this.leases.forget(lease);
      if (session === undefined) return;
      session.stops.add(id);
      const poll = this.#polls.get(session.owner);
      if (poll !== undefined) this.#settleIfDone(poll);
    });
  }

  resumes(attempt: AttemptRecord): boolean {
    const isResumed = this.leases.resume(attempt);
    if (isResumed) this.limits.take(attempt.id, lineOf(attempt.kind)?.tags ?? []);
    return isResumed;
  }

  // What workers ask.

  /**
   * Waits for attempts of the worker, until some are there or the time is over. One poll of a worker at a time: a new one
   * ends the one before.
   * @throws EngineError WorkerSessionForeign, TooManyWorkers
   */
  claim(
    caller: WorkerCaller,
    description: WorkerDescription,
    { waitMs, gone, over }: ClaimWait,
  ): Promise<ClaimAnswer> {
    const session = this.#said(caller, description);
    const earlier = this.#polls.get(session.owner);
    if (earlier !== undefined) this.#giveUp(earlier);
    if (this.#isClosed || gone.aborted || over.aborted)
      return Promise.resolve({ attempts: [], stop: [] });
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        if (this.#polls.get(session.owner) === poll) this.#polls.delete(session.owner);
        cancel();
        gone.removeEventListener('abort', leave);
        over.removeEventListener('abort', end);
        // Its next one comes at once, or never.
        session.seen = this.#kernel.clock.monotonic();
      };
      const poll: Poll = {
        session,
        ...{ taken: [], inFlight: 0, isOver: false, isGone: false },
        settle: (answer) => {
          forget();
          resolve(answer);
        },
        refuse: (error) => {
          forget();
          reject(error);
        },
      };
      const leave = (): void => {
        poll.isGone = true;
        this.#giveUp(poll);
      };
      const end = (): void => this.#giveUp(poll);
      const cancel = this.#kernel.clock.setTimer(end, waitMs);
      gone.addEventListener('abort', leave, { once: true });
      over.addEventListener('abort', end, { once: true });
      this.#polls.set(session.owner, poll);
      this.#settleIfDone(poll);
      this.#match();
    });
  }

  /**
   * The worker lives, and holds these attempts.
   * @param beats those of them whose tasks have shown signs of life
   * @returns those that it does not hold, or no longer: it is to stop them
   * @throws EngineError WorkerSessionForeign, TooManyWorkers
   */
  beat(
    caller: WorkerCaller,
    description: WorkerDescription,
    attempts: readonly string[],
    beats: readonly string[],
  ): string[] {
    const session = this.#said(caller, description);
    const { loop, executions } = this.#kernel;
    const monotonic = this.#kernel.clock.monotonic();
    const stop: string[] = [];
    for (const id of attempts) {
      const lease = this.leases.get(id);
      if (lease?.owner !== session.owner || !sees(caller.scope, lease.team)) stop.push(id);
      else if (lease.state === 'held') {
        lease.until = monotonic + this.leaseMs;
        session.leases.set(id, lease);
      }
    }
    for (const id of beats) {
      const lease = session.leases.get(id);
      if (lease === undefined || monotonic - lease.beatAt < BEAT_INTERVAL) continue;
      lease.beatAt = monotonic;
      const { execution, thread, sequence } = lease;
      loop.add(executions.eventInput(execution, { type: 'TaskHeartbeat', thread, sequence }));
    }
    for (const id of stop) session.stops.delete(id);
    return stop;
  }

  /** The worker goes: what it holds is lost at once. @returns how many attempts that were */
  async leave(caller: WorkerCaller): Promise<number> {
    const session = this.sessions.find(caller);
    if (session === undefined) return 0;
    session.isLeaving = true;
    const poll = this.#polls.get(session.owner);
    if (poll !== undefined) this.#giveUp(poll);
    this.sessions.forget(session);
    const held = [...session.leases.values()].filter(({ state }) => state === 'held');
    const cause = `The worker ${session.description.name} went away while the attempt ran.`;
    await Promise.all(held.map((lease) => this.leases.lose(lease, cause)));
    return held.length;
  }

  /** What an execution waits for; undefined: for no worker. */
  waitOf(execution: number): string | undefined {
    return waitWords(this, execution);
  }

  // When leases end.

  nextDue(): number | undefined {
    return this.leases.nextDue();
  }

  due(): void {
    const now = this.#kernel.clock.monotonic();
    this.leases.look(now);
    for (const session of this.sessions.all()) {
      if (this.#polls.has(session.owner)) session.seen = now;
      const until = session.seen + this.leaseMs;
      if (until > now) this.leases.lookBy(until);
      else this.sessions.forget(session);
    }
    this.#kernel.dueChanged(this);
  }

  begin(): void {
    this.due();
  }

  // Giving attempts to workers.

  #said(caller: WorkerCaller, description: WorkerDescription): WorkerSession {
    const { time, clock } = this.#kernel;
    const monotonic = clock.monotonic();
    const session = this.sessions.said(caller, description, { now: time.now(), monotonic });
    // What it had begun before this engine was there is its own.
    this.leases.giveBack(session);
    this.leases.lookBy(monotonic + this.leaseMs);
    this.#kernel.dueChanged(this);
    return session;
  }

  /** Gives what waits to those who wait for it, the one with the most room first. */
  #match(): void {
    if (this.#isMatching || this.#isClosed) return;
    this.#isMatching = true;
    try {
      for (let given = true; given; ) {
        given = false;
        const polls = [...this.#polls.values()].filter(({ isOver }) => !isOver);
        polls.sort((a, b) => loadOf(a.session) - loadOf(b.session));
        for (const poll of polls) {
          const { session, taken, inFlight } = poll;
          if (taken.length + inFlight >= MOST_GIVEN) continue;
          const waiting = this.lines.take(
            (line) =>
              mayTake(session, line) &&
              hasRoom(session, line.kind) &&
              this.limits.full(line.tags) === undefined,
          );
          if (waiting === undefined) continue;
          given = true;
          poll.inFlight += 1;
          session.coming.push(lineOf(waiting.line)?.kind ?? '');
          this.limits.take(waiting.id, lineOf(waiting.line)?.tags ?? []);
          this.#beginning.add(waiting.id);
          this.#kernel.submit(this.#claimInput(waiting, poll));
        }
      }
    } finally {
      this.#isMatching = false;
    }
    for (const key of this.lines.drained()) void this.#refill(key);
  }

  async #refill(key: string): Promise<void> {
    if (this.#refilling.has(key)) return;
    this.#refilling.add(key);
    try {
      const query = { status: 'scheduled', kind: key, after: 0, limit: PAGE } as const;
      const page = await this.#kernel.store.listAttempts(query);
      const fresh = page.filter(({ attempt: { id } }) => !this.#beginning.has(id));
      const attempts = fresh.map(({ attempt }) => attempt);
      // What is being begun is still in the store: then there is more when it no longer is.
      this.lines.refill(key, attempts, page.length < PAGE);
    } finally {
      this.#refilling.delete(key);
    }
    if (!this.lines.drained().includes(key)) this.#match();
  }

  /** Tells the execution that a worker has its task, then the worker. */
  #claimInput(waiting: WaitingAttempt, poll: Poll): Input {
    const { executions, attempts, time } = this.#kernel;
    const { session } = poll;
    const missed = (turn: Turn, then?: () => void): Performed => {
      turn.afterCommit(() => {
        this.#arrived(waiting, poll);
        then?.();
        this.#match();
      });
      return 'done';
    };
    const claim = (turn: Turn, active: ActiveExecution, input: Input): Performed => {
      const attempt = active.attempts.get(attemptKey(waiting.thread, waiting.sequence));
      if (attempt?.id !== waiting.id || attempt.status !== 'scheduled') return missed(turn);
      // Nobody would hear of it: it waits for the next.
      if (poll.isGone || session.isLeaving) {
        return missed(turn, () => this.lines.putBack(waiting));
      }
      const resolution = attempts.resolveUsual(active, commandOf(attempt));
      const kind = kindOf(resolution, active.creation.team);
      if (resolution.type !== 'connector' || kind !== attempt.kind) {
        // Somebody else performs it by now.
        return missed(turn, () => this.#kernel.submit(attempts.beginInput(attempt)));
      }
      const { thread, sequence } = attempt;
      const event = { type: 'TaskStarted', thread, sequence } as const;
      return executions.step(turn, active, event, input, (later) => {
        const started: AttemptRecord = {
          ...withMemory(attempt, resolution.arguments),
          ...{ status: 'started', owner: session.owner, startedAt: time.now() },
        };
        attempts.update(later, active, started);
        later.afterCommit(() => {
          // Its execution may have been stopped in the same turn: then it has closed without having begun.
          const current = active.attempts.get(attemptKey(thread, sequence));
          if (current?.id !== started.id) this.#arrived(waiting, poll);
          else void this.#prepare(waiting, poll, active, started, resolution);
        });
      });
    };
    return executions.input(waiting.execution, claim, {
      missing: missed,
      refuse: (error) => {
        this.lines.putBack(waiting);
        this.#arrived(waiting, poll);
        poll.refuse(error);
      },
    });
  }

  /** Its start is durable: it gets its data and secrets, and leaves. */
  async #prepare(
    waiting: WaitingAttempt,
    poll: Poll,
    active: ActiveExecution,
    attempt: AttemptRecord,
    connector: ConnectorCall,
  ): Promise<void> {
    const { session } = poll;
    const { id, execution, thread, sequence } = attempt;
    const lease: Lease = {
      ...{ id, execution, thread, sequence, owner: session.owner },
      ...{ kind: connector.kind, team: active.creation.team },
      ...{ until: undefined, state: 'preparing', nextLine: 0, beatAt: 0 },
      subject: subjectOf(active, attempt),
    };
    this.leases.put(lease);
    session.leases.set(id, lease);
    const handed = await this.leases.handed(active, attempt, connector);
    // Cancelled meanwhile.
    if (this.leases.get(id) !== lease) return this.#arrived(waiting, poll);
    lease.state = 'held';
    this.leases.extend(lease);
    if ('outcome' in handed) {
      await this.leases.close(lease, handed.outcome).catch(() => undefined);
      return this.#arrived(waiting, poll);
    }
    const beats = commandOf(attempt).heartbeatSeconds !== undefined;
    poll.taken.push({ id, request: handed.request, beats });
    this.#arrived(waiting, poll);
  }

  /** One of those that a poll had in flight has got somewhere. */
  #arrived(waiting: WaitingAttempt, poll: Poll): void {
    const { coming } = poll.session;
    const place = coming.indexOf(lineOf(waiting.line)?.kind ?? '');
    if (place >= 0) coming.splice(place, 1);
    this.#beginning.delete(waiting.id);
    // It has become no worker's.
    if (!this.leases.has(waiting.id)) this.limits.give(waiting.id);
    poll.inFlight -= 1;
    this.#settleIfDone(poll);
  }

  #giveUp(poll: Poll): void {
    poll.isOver = true;
    this.#settleIfDone(poll);
  }

  #settleIfDone(poll: Poll): void {
    const { session, taken } = poll;
    if (poll.inFlight > 0) return;
    if (taken.length === 0 && session.stops.size === 0 && !poll.isOver) return;
    if (this.#polls.get(session.owner) !== poll && !poll.isOver) return;
    const stop = [...session.stops];
    session.stops.clear();
    if (poll.isGone || session.isLeaving) {
      const cause = `The worker ${session.description.name} had gone before it could be told.`;
      for (const { id } of taken.splice(0)) {
        const lease = this.leases.get(id);
        if (lease?.state === 'held') void this.leases.lose(lease, cause);
      }
    }
    poll.settle({ attempts: taken.splice(0), stop });
  }
}
