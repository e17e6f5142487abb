/**
 * The life of an engine, and the door through which requests come to its turn loop.
 *
 *     starting ──open──▶ ready ──close──▶ closing ──▶ closed
 *         └──open('held')──▶ held ──goOn──▶ ready
 *
 * A ready engine may be draining: nothing new begins (`draining.ts`).
 * @module
 */
import type { Features } from './compose.js';
import { pauseIntake, resumeIntake, whenDrained } from './draining.js';
import type { DurableRequest } from './kernel/durable-request.js';
import { EngineError } from './kernel/errors.js';
import type { Kernel } from './kernel/kernel.js';
import type { Evaluator } from './kernel/ports.js';
import { GRACE, shutDown } from './kernel/shut-down.js';
import { closeFeatures, openRecords, openWork } from './opening.js';

export interface EngineHealth {
  /**
   * `held`: opened on a backup, and does nothing until `goOn`; reading works.
   * `corrupt`: damage was found, nothing is accepted any more; reading goes on as far as it can.
   */
  status:
    | 'starting'
    | 'held'
    | 'ready'
    | 'draining'
    | 'storage-full'
    | 'corrupt'
    | 'closing'
    | 'closed'
    | 'failed';
  /** What is damaged. */
  problem?: string;
  /** Requests and events that wait for a turn. */
  queued: number;
  /** Executions held in memory. */
  loaded: number;
  /** Attempts that run now, by connector kind. */
  running: { [kind: string]: number };
  commits: number;
  transitions: number;
}

export interface Lifecycle {
  /**
   * Takes over the store: closes what a crash left open, queues what was scheduled, arms the timers. `held` (on a backup): only
   * reads, until `goOn`. Default: `working`.
   */
  open(as?: 'working' | 'held'): Promise<void>;
  /**
   * Begins to work after it was opened `held`: attempts that were open in the backup are closed as after a crash, also those
   * that had not begun in it. Does nothing otherwise.
   */
  goOn(): Promise<void>;
  /** Refuses new work, lets running attempts end for at most `graceMs` (default 25,000), then kills them. */
  close(graceMs?: number): Promise<void>;
  health(): EngineHealth;
  /**
   * Nothing new begins from now on. Resolves when no attempt runs any more, or when `takeWork` was called; the engine goes on to answer
   * until it is closed. Throws Held or ShuttingDown.
   */
  drain(): Promise<void>;
  /** Lets work begin again after `drain`. Throws Held or ShuttingDown. */
  takeWork(): Promise<void>;
  /** Throws Held or ShuttingDown while nothing is accepted. */
  expectReady(): void;
  /** Throws Draining while nothing new may begin. */
  expectIntake(): void;
}

/** What calls are made with. */
export interface Door {
  readonly request: DurableRequest;
  /** Throws Held or ShuttingDown while nothing is accepted. */
  expectReady(): void;
}

type Status = 'starting' | 'held' | 'ready' | 'closing' | 'closed';

/** @param maxQueued requests that may wait for a turn before more are refused */
export function createLifecycle(
  kernel: Kernel,
  features: Features,
  evaluator: Evaluator,
  maxQueued: number,
): { lifecycle: Lifecycle; door: Door } {
  const { loop, store } = kernel;
  let status: Status = 'starting';
  let goingOn: Promise<void> | undefined;
  const unready = (): EngineError => new EngineError(status === 'held' ? 'Held' : 'ShuttingDown');

  return {
    door: {
      expectReady() {
        if (status !== 'ready') throw unready();
      },
      request: (toInput) =>
        new Promise((resolve, reject) => {
          if (status !== 'ready') return reject(unready());
          if (loop.queued >= maxQueued) {
            return reject(new EngineError('TooManyQueued', { queued: loop.queued }));
          }
          loop.add(toInput({ resolve, reject }));
        }),
    },
    lifecycle: {
      async open(as = 'working') {
        await openRecords(kernel, features);
        if (as === 'working') await openWork(kernel, features);
        status = as === 'working' ? 'ready' : 'held';
      },
      goOn() {
        if (status !== 'held') return goingOn ?? Promise.resolve();
        status = 'starting';
        goingOn = (async () => {
          await store.leaveBackup();
          await openWork(kernel, features);
          status = 'ready';
        })();
        return goingOn;
      },
      async close(graceMs = GRACE) {
        if (status === 'closing' || status === 'closed') return;
        status = 'closing';
        await shutDown(kernel, () => closeFeatures(features), evaluator, graceMs);
        status = 'closed';
      },
      health: () => healthOf(kernel, status),
      async drain() {
        if (status !== 'ready') throw unready();
        pauseIntake(kernel);
        await whenDrained(kernel);
      },
      async takeWork() {
        if (status !== 'ready') throw unready();
        if (kernel.intake.isPaused) await resumeIntake(kernel);
      },
      expectReady() {
        if (status !== 'ready') throw unready();
      },
      expectIntake() {
        if (kernel.intake.isPaused) throw new EngineError('Draining');
      },
    },
  };
}

function healthOf(
  { loop, actives, attempts, store, intake }: Kernel,
  status: Status,
): EngineHealth {
  const { damage } = store.information();
  const isFailed = loop.state === 'ended' && status === 'ready';
  const isFull = loop.isFull && status === 'ready';
  const working = status === 'ready' && intake.isPaused ? 'draining' : status;
  return {
    status: damage ? 'corrupt' : isFailed ? 'failed' : isFull ? 'storage-full' : working,
    ...(damage === undefined ? {} : { problem: damage }),
    queued: loop.queued,
    loaded: actives.size,
    running: attempts.slots.taken(),
    commits: loop.commits,
    transitions: loop.transitions,
  };
}
