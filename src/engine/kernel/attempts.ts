/**
 * Attempts of tasks, in two phases so that none is ever started twice:
 *
 *     scheduled ──(a slot is free)──▶ started, with owner ──▶ outcome: closed
 *         │                               └──(waits for a token)──▶ submitted ──▶ outcome: closed
 *         └─ both in the commit of the transition when a slot is free at once; else the start has a commit of its own
 *
 * The runner hears of an attempt only after its start is durable. After a crash `scheduled` is begun, `started` under
 * another owner is closed as `Millrace.WorkerLost` (recovery.ts) and happens again only if the state's Retry says so.
 * @module
 */
import type { AttemptRecord } from '../../store/store.js';
import { type ActiveExecution, attemptKey } from './active-execution.js';
import { MOCKED, POOL, RECORDED, REMOTE } from './attempt-kinds.js';
import type { AttemptParts } from './attempt-parts.js';
import type { AttemptPerformers } from './attempt-performers.js';
import { attemptRequest, handedOver } from './attempt-request.js';
import { type Asker, askerOf, resolveFor } from './code-grants.js';
import { EngineError } from './errors.js';
import type { UndatedEvent } from './executions.js';
import { DATASET_KIND } from './hooks.js';
import { type Need, NOTHING } from './needs.js';
import { checkOutcome } from './payload-outcome.js';
import type { AttemptListener, AttemptOutcome, AttemptRequest } from './ports.js';
import {
  kindOf,
  missingActivity,
  type Resolution,
  type ScheduleTask,
  wrapOutput,
} from './resolve-task.js';
import { type AttemptAddress, REFILL, Slots } from './slots.js';
import type { Turn } from './turn.js';
import type { Input, Performed } from './turn-loop.js';
import { useWorker, withMemory } from './usage.js';
import { isOfWorker, lineOf } from './worker-line.js';

/** The error of an attempt whose worker went away with the server. Retry and Catch see it as `States.TaskFailed` too. */
export const WORKER_LOST = 'Millrace.WorkerLost';

/** Of an attempt that was stopped while its secrets, or its data, were asked for. */
const NOT_STARTED: AttemptOutcome = {
  type: 'failed',
  error: 'Connector.Aborted',
  cause: 'The attempt was stopped before it had what it needs.',
};

/** Milliseconds between heartbeats of one attempt that are taken in. */
const HEARTBEAT_INTERVAL = 1000;

interface Running extends AttemptAddress {
  id: string;
  kind: string;
  lastHeartbeat: number;
  /** Nobody waits for it any more; also while its secrets are asked for. */
  isCancelled?: boolean;
}

type ConnectorCall = Extract<Resolution, { type: 'connector' }>;

export { MOCKED, POOL, RECORDED, REMOTE };

export class Attempts {
  readonly #parts: AttemptParts;
  #performers: AttemptPerformers | undefined;
  readonly slots: Slots;
  readonly #running: Map<string, Running> = new Map();
  #settled: (() => void)[] = [];
  #isEnding = false;

  constructor(parts: AttemptParts) {
    this.#parts = parts;
    this.slots = new Slots(parts.runner.kinds);
  }

  /** To be called once, before anything is scheduled. */
  performWith(performers: AttemptPerformers): void {
    this.#performers = performers;
  }

  get #perform(): AttemptPerformers {
    if (!this.#performers) throw new Error('Nobody performs attempts yet');
    return this.#performers;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Resolves when no attempt runs. */
  whenSettled(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** From now on what ends was ended by the shutdown. */
  expectShutdown(): void {
    this.#isEnding = true;
  }

  schedule(turn: Turn, active: ActiveExecution, command: ScheduleTask): void {
    const { time, random, loop } = this.#parts;
    const { thread, sequence, pattern } = command;
    const resolution = this.#resolve(active, command);
    const now = time.now();
    const isMocked = this.#perform.mocked.answers(active, command, resolution);
    const isRecorded = !isMocked && this.#perform.recorded.records(active, command, resolution);
    const { team } = active.creation;
    const kind = isMocked ? MOCKED : isRecorded ? RECORDED : kindOf(resolution, team);
    // What is recorded nobody is asked for: nobody gets its token.
    const byToken =
      !isRecorded && (pattern === 'waitForTaskToken' || resolution.type === 'activity');
    const attempt: AttemptRecord = {
      execution: active.number,
      thread,
      sequence,
      id: random.id(now),
      status: 'scheduled',
      kind,
      ...(byToken ? { token: command.taskToken } : {}),
      scheduledAt: now,
      request: { ...command },
    };
    this.#put(turn, active, attempt);
    if (this.#parts.intake.isPaused && !this.slots.has(kind)) return;
    if (resolution.type === 'activity' && !isMocked && !isRecorded) {
      turn.afterCommit(
        () => void this.#parts.hooks.activities?.offer({ team, name: resolution.name }),
      );
      return;
    }
    if (isMocked || isRecorded || resolution.type !== 'connector') {
      loop.add(this.beginInput(attempt));
      return;
    }
    if (resolution.worker !== undefined) {
      turn.afterCommit(() => this.#parts.hooks.workers?.offer(attempt));
      return;
    }
    const address: AttemptAddress = { execution: active.number, thread, sequence };
    if (this.slots.take(kind)) loop.add(this.beginInput(attempt));
    else {
      turn.afterCommit(() => {
        this.slots.wait(kind, address);
        this.#startNext(kind);
      });
    }
  }

  #resolve(active: ActiveExecution, command: ScheduleTask): Resolution {
    const resolution = this.resolve(command, askerOf(active.machine.deployment));
    if (resolution.type !== 'activity') return resolution;
    const { team } = active.creation;
    const isThere = this.#parts.hooks.activities?.has({ team, name: resolution.name }) ?? false;
    return isThere ? resolution : missingActivity(command.resource);
  }

  /** Who performs a task of this machine. */
  resolve(task: Parameters<typeof resolveFor>[0], asker: Asker): Resolution {
    const resolution = resolveFor(task, asker, this.#parts.codeRules);
    if (resolution.type === 'service') return this.#perform.services.known(resolution);
    if (resolution.type !== 'connector' || this.slots.has(resolution.kind)) return resolution;
    const known = this.slots.kinds().join(', ');
    return {
      type: 'failure',
      error: 'Millrace.UnknownConnector',
      cause: `There is no connector '${resolution.kind}'. Known ones: ${known}.`,
    };
  }

  /** Who performs a task unless a test answers it. */
  resolveUsual(active: ActiveExecution, command: ScheduleTask): Resolution {
    return this.#resolve(active, command);
  }

  /** Begins a scheduled attempt. For a connector's attempt it owns a slot, which passes to the running attempt. */
  beginInput(address: AttemptAddress & { kind: string }): Input {
    const key = attemptKey(address.thread, address.sequence);
    const isConnector = this.slots.has(address.kind);
    const giveBack = (turn: Turn): Performed => {
      if (isConnector) turn.afterCommit(() => this.#free(address.kind));
      return 'done';
    };
    const begin = (turn: Turn, active: ActiveExecution, input: Input): Performed => {
      const attempt = active.attempts.get(key);
      if (attempt?.status !== 'scheduled') return giveBack(turn);
      return this.#begin(turn, active, attempt, input);
    };
    return this.#parts.executions.input(address.execution, begin, {
      missing: giveBack,
      ...(address.kind === MOCKED
        ? { needs: (_, active) => (active ? this.#perform.mocked.needs(active) : NOTHING) }
        : {}),
    });
  }

  #begin(turn: Turn, active: ActiveExecution, attempt: AttemptRecord, input: Input): Performed {
    const { executions, random } = this.#parts;
    const command = commandOf(attempt);
    const ref = { thread: attempt.thread, sequence: attempt.sequence };
    const resolution = this.#resolve(active, command);
    if (attempt.kind === MOCKED) {
      return this.#perform.mocked.begin(turn, active, attempt, command, resolution, input);
    }
    // Asked again: bindings may have changed since, and what was to be recorded is.
    if (attempt.kind === RECORDED || this.#perform.recorded.records(active, command, resolution)) {
      if (this.slots.has(attempt.kind)) turn.afterCommit(() => this.#free(attempt.kind));
      return this.#perform.recorded.begin(turn, active, attempt, command, resolution, input);
    }
    switch (resolution.type) {
      case 'connector':
        if (kindOf(resolution, active.creation.team) !== attempt.kind)
          return this.#queueAgain(turn, active, attempt, resolution);
        if (resolution.worker !== undefined) {
          turn.afterCommit(() => this.#parts.hooks.workers?.offer(attempt));
          return 'done';
        }
        return this.#beginConnector(turn, active, attempt, resolution, input);
      case 'execution':
        return this.#perform.children.begin(turn, active, attempt, resolution, input);
      case 'service':
        return this.#perform.services.begin(turn, active, attempt, resolution, input);
      case 'remote': {
        const { remote } = this.#parts.hooks;
        if (!remote) throw new Error('Nothing here has tasks performed elsewhere');
        return remote.perform(turn, active, attempt, resolution, input);
      }
      case 'pool': {
        const { pools } = this.#parts.hooks;
        if (!pools) throw new Error('Nothing here has pools of clusters');
        return pools.perform(turn, active, attempt, resolution, input);
      }
      case 'failure': {
        const { error, cause } = resolution;
        const event: UndatedEvent = { type: 'TaskFailed', error, cause, stage: 'schedule', ...ref };
        return executions.step(turn, active, event, input, (later) => {
          this.close(later, active, attempt);
          // The kind was one that this server had when the attempt was scheduled.
          if (this.slots.has(attempt.kind)) later.afterCommit(() => this.#free(attempt.kind));
        });
      }
      case 'result': {
        const at = attempt.scheduledAt;
        const answered = { requestId: random.id(at), at };
        const output = wrapOutput(resolution.output, resolution.wrapping, answered);
        const event: UndatedEvent = { type: 'TaskSucceeded', output, ...ref };
        return executions.step(turn, active, event, input, (later) =>
          this.close(later, active, attempt),
        );
      }
      case 'activity':
        void this.#parts.hooks.activities?.offer({
          team: active.creation.team,
          name: resolution.name,
        });
        return 'done';
    }
  }

  /** It was scheduled for another kind, by other bindings: its slot is one of the kind that performs it. */
  #queueAgain(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    connector: ConnectorCall,
  ): Performed {
    const kind = kindOf(connector, active.creation.team);
    this.#put(turn, active, { ...attempt, kind });
    turn.afterCommit(() => {
      if (this.slots.has(attempt.kind)) this.#free(attempt.kind);
      if (connector.worker !== undefined) this.#parts.hooks.workers?.offer({ ...attempt, kind });
      else if (this.slots.take(kind)) this.#parts.loop.add(this.beginInput({ ...attempt, kind }));
      else {
        this.slots.wait(kind, attempt);
        this.#startNext(kind);
      }
    });
    return 'done';
  }

  #beginConnector(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    connector: ConnectorCall,
    input: Input,
  ): Performed {
    const { executions, time, owner } = this.#parts;
    const { thread, sequence } = attempt;
    return executions.step(
      turn,
      active,
      { type: 'TaskStarted', thread, sequence },
      input,
      (later) => {
        const started: AttemptRecord = {
          ...withMemory(attempt, connector.arguments),
          status: 'started',
          owner,
          startedAt: time.now(),
        };
        this.#put(later, active, started);
        later.afterCommit(() => {
          // Its execution may have been stopped in the same turn: then it has closed without having begun.
          const current = active.attempts.get(attemptKey(thread, sequence));
          if (current?.id === started.id) this.#run(active, started, connector);
          else this.#free(started.kind);
        });
      },
    );
  }

  #run(active: ActiveExecution, attempt: AttemptRecord, connector: ConnectorCall): void {
    const { runner, clock, output, folders, hooks } = this.#parts;
    const { id, kind, execution, thread, sequence } = attempt;
    const running: Running = { id, kind, execution, thread, sequence, lastHeartbeat: 0 };
    this.#running.set(id, running);
    const command = commandOf(attempt);
    const beats = command.heartbeatSeconds !== undefined;
    let isSettled = false;
    const settled = (outcome: AttemptOutcome): void => {
      if (isSettled) return;
      isSettled = true;
      hooks.attemptEnded(active, attempt, outcome);
      this.#settle(running, outcome);
    };
    const listener: AttemptListener = {
      log: (record) => {
        if (!isSettled) output.add(active, command, record);
      },
      heartbeat: () => {
        const now = clock.monotonic();
        if (!beats || isSettled || now - running.lastHeartbeat < HEARTBEAT_INTERVAL) return;
        running.lastHeartbeat = now;
        this.#parts.loop.add(
          this.#parts.executions.eventInput(execution, { type: 'TaskHeartbeat', thread, sequence }),
        );
      },
      settled,
    };
    const start = (request: AttemptRequest): void => {
      try {
        runner.start(request, listener);
      } catch (error) {
        settled({ type: 'failed', error: 'Millrace.RunnerFailed', cause: String(error) });
      }
    };
    const traceparent = hooks.traceparent?.(active, attempt);
    const request = attemptRequest(active, attempt, connector, folders, traceparent);
    const handing = handedOver(active, attempt, connector, request, this.#parts);
    if (handing === undefined) {
      start(request);
      return;
    }
    void handing.then((handed) => {
      if ('outcome' in handed) settled(handed.outcome);
      else if (running.isCancelled === true || this.#isEnding) settled(NOT_STARTED);
      else start(handed.request);
    });
  }

  /** A runner's outcome: the slot is free again, the execution hears of it in its next turn. */
  #settle(running: Running, outcome: AttemptOutcome): void {
    this.#running.delete(running.id);
    const cause = 'The server was shut down while the attempt ran.';
    const told: AttemptOutcome =
      this.#isEnding && outcome.type === 'failed'
        ? { type: 'failed', error: WORKER_LOST, cause }
        : outcome;
    this.#parts.loop.add(this.outcomeInput(running, running.id, told));
    this.#free(running.kind);
    if (this.#running.size > 0) return;
    const settled = this.#settled;
    this.#settled = [];
    for (const resolve of settled) resolve();
  }

  /** Slots are given again: who has waited begins. */
  startWaiting(kind: string): void {
    this.#startNext(kind);
  }

  #free(kind: string): void {
    this.slots.free(kind);
    this.#startNext(kind);
  }

  #startNext(kind: string): void {
    for (let next = this.slots.next(kind); next; next = this.slots.next(kind)) {
      this.#parts.loop.add(this.beginInput({ ...next, kind }));
    }
    if (this.slots.needsRefill(kind)) void this.refill(kind);
  }

  /** Queues what waits for a slot in the store. */
  async refill(kind: string): Promise<void> {
    const query = { status: 'scheduled', kind, after: 0, limit: REFILL } as const;
    const found = await this.#parts.store.listAttempts(query);
    this.slots.refill(
      kind,
      found.map(({ attempt }) => attempt),
    );
    if (found.length > 0) this.#startNext(kind);
  }

  /** Delivers the outcome of an attempt, unless it has closed already. */
  outcomeInput(address: AttemptAddress, id: string, outcome: AttemptOutcome): Input {
    const key = attemptKey(address.thread, address.sequence);
    return this.#parts.executions.input(address.execution, (turn, active, input) => {
      const attempt = active.attempts.get(key);
      if (attempt?.id !== id || attempt.status !== 'started') return 'done';
      return this.deliver(turn, active, attempt, outcome, input);
    });
  }

  /**
   * Tells the execution the outcome of an attempt that has begun.
   * @param heard called once that is part of a turn
   */
  deliver(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    outcome: AttemptOutcome,
    input: Input,
    heard?: (turn: Turn) => void,
  ): Performed {
    const { executions } = this.#parts;
    const { thread, sequence } = attempt;
    const command = commandOf(attempt);
    const answered = checkOutcome(outcome);
    const data = attempt.kind === DATASET_KIND ? this.#parts.hooks.data : undefined;
    // What was written is kept whatever becomes of it, also a version that its contract refuses; and it is known before the
    // execution may end by it.
    const written = (later: Turn): void => {
      if (answered.type === 'succeeded') data?.written(later, active, attempt, answered.output);
    };
    const closed = (later: Turn): void => {
      this.close(later, active, attempt);
      heard?.(later);
    };
    const checked =
      answered.type === 'succeeded' && data ? data.judged(active, answered.output) : answered;
    if (checked.type === 'failed') {
      const { error, cause } = checked;
      const event: UndatedEvent = { type: 'TaskFailed', error, cause, thread, sequence };
      return executions.step(turn, active, event, input, closed, written);
    }
    const resolution = this.#resolve(active, command);
    const wrapping = resolution.type === 'connector' ? resolution.wrapping : 'plain';
    const at = attempt.startedAt ?? attempt.scheduledAt;
    const output = wrapOutput(checked.output, wrapping, { requestId: attempt.id, at });
    if (command.pattern === 'waitForTaskToken') {
      return executions.step(
        turn,
        active,
        { type: 'TaskSubmitted', output, thread, sequence },
        input,
        (later) => {
          // Closed already when the execution has ended by it.
          if (active.attempts.has(attemptKey(thread, sequence)))
            this.#count(later, active, attempt);
          this.#put(later, active, { ...attempt, status: 'submitted' });
          heard?.(later);
        },
        written,
      );
    }
    const event: UndatedEvent = { type: 'TaskSucceeded', output, thread, sequence };
    return executions.step(turn, active, event, input, closed, written);
  }

  /**
   * An outcome or heartbeat by task token, from outside.
   * @param teams whose tasks the caller may answer; undefined: all. A token is worth nothing to other teams.
   */
  tokenInput(
    token: string,
    teams: readonly string[] | undefined,
    event:
      | Omit<Extract<UndatedEvent, { type: 'TaskSucceeded' }>, 'thread' | 'sequence'>
      | Omit<Extract<UndatedEvent, { type: 'TaskFailed' }>, 'thread' | 'sequence'>
      | Omit<Extract<UndatedEvent, { type: 'TaskHeartbeat' }>, 'thread' | 'sequence'>,
    settle: { resolve(): void; reject(error: Error): void },
  ): Input {
    const { executions, store } = this.#parts;
    const need: Need<AttemptRecord | undefined> = {
      key: `token ${token}`,
      read: () => store.findAttemptByToken(token),
    };
    const input: Input = {
      refuse: settle.reject,
      needs(turn) {
        const found = turn.knows(need) ? turn.known(need) : undefined;
        return found ? executions.needs(found.execution) : [need];
      },
      perform(turn) {
        const found = turn.known(need);
        if (!found) throw new EngineError('TaskTokenUnknown');
        return executions.withExecution(turn, found.execution, input, (_, active) => {
          const { thread, sequence } = found;
          const attempt = active.attempts.get(attemptKey(thread, sequence));
          const isTheirs = !teams || teams.includes(active.creation.team);
          if (attempt?.token !== token || !isTheirs) throw new EngineError('TaskTokenUnknown');
          return executions.step(turn, active, { ...event, thread, sequence }, input, (later) => {
            if (event.type !== 'TaskHeartbeat') close(later, active, attempt);
            later.afterCommit(settle.resolve);
          });
        });
      },
    };
    const close = this.close.bind(this);
    return input;
  }

  #put(turn: Turn, active: ActiveExecution, attempt: AttemptRecord): void {
    const key = attemptKey(attempt.thread, attempt.sequence);
    // Cancelled in the same transition, or closed by a token while its connector still ran.
    if (
      attempt.status !== 'scheduled' &&
      attempt.startedAt !== undefined &&
      !active.attempts.has(key)
    ) {
      return;
    }
    active.attempts.set(key, attempt);
    turn.of(active).attempts.add(key);
  }

  /** Replaces the record of an open attempt. */
  update(turn: Turn, active: ActiveExecution, attempt: AttemptRecord): void {
    this.#put(turn, active, attempt);
  }

  close(turn: Turn, active: ActiveExecution, attempt: AttemptAddress): void {
    const key = attemptKey(attempt.thread, attempt.sequence);
    const closed = active.attempts.get(key);
    if (closed === undefined) return;
    this.#count(turn, active, closed);
    active.attempts.delete(key);
    turn.of(active).attempts.add(key);
  }

  /** A worker is done with an attempt that was begun here. */
  #count(turn: Turn, active: ActiveExecution, attempt: AttemptRecord): void {
    const isHere = attempt.owner === this.#parts.owner && this.slots.has(attempt.kind);
    if (!isHere && !isOfWorker(attempt)) return;
    useWorker(turn, active, attempt, this.#parts.time.now());
  }

  /** The thread waits no longer: whatever performs the attempt is ended after the commit. */
  cancel(turn: Turn, active: ActiveExecution, thread: number, sequence: number): void {
    const attempt = active.attempts.get(attemptKey(thread, sequence));
    if (!attempt) return;
    this.close(turn, active, attempt);
    const { runner } = this.#parts;
    if (attempt.status === 'started') {
      turn.afterCommit(() => {
        const running = this.#running.get(attempt.id);
        if (running !== undefined) running.isCancelled = true;
        runner.kill(attempt.id);
        this.#perform.services.cancel(attempt.id);
      });
    }
    if (attempt.child !== undefined) this.#perform.children.abandon(turn, active, attempt);
    if (lineOf(attempt.kind)) this.#parts.hooks.workers?.cancelled(turn, attempt);
    if (attempt.kind === POOL) this.#parts.hooks.pools?.cancelled(turn, attempt);
    if (attempt.kind === REMOTE) this.#parts.hooks.remote?.cancelled(turn, active, attempt);
  }

  cancelAll(turn: Turn, active: ActiveExecution): void {
    for (const { thread, sequence } of [...active.attempts.values()]) {
      this.cancel(turn, active, thread, sequence);
    }
  }
}

/** The command that an attempt was scheduled by. */
export function commandOf(attempt: AttemptRecord): ScheduleTask {
  return attempt.request as unknown as ScheduleTask;
}
