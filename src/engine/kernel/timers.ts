/**
 * Timers. All of them are in the store; memory holds those of the next minute, soonest first.
 *
 * A timer of the operating system is never set further than that minute (JavaScript's own fire at once beyond 24.8
 * days, and a clock that jumps must be noticed). When one is due, the execution's own record of it decides: a timer that
 * was replaced or cleared since is not fired.
 * @module
 */
import type { Store, TimerRecord } from '../../store/store.js';
import type { ActiveExecution } from './active-execution.js';
import { timerKey } from './active-execution.js';
import type { EngineTime } from './engine-time.js';
import type { Executions, UndatedEvent } from './executions.js';
import { Heap } from './heap.js';
import type { Clock } from './ports.js';
import type { Turn } from './turn.js';
import type { Input, TurnLoop } from './turn-loop.js';

/** Milliseconds that memory looks ahead. */
const AHEAD = 60_000;
/** Milliseconds to wait for a loop that is behind. */
const CATCH_UP = 50;
/** Timers loaded at a time, at most. */
const LOADED = 20_000;

interface Parts {
  readonly clock: Clock;
  readonly time: EngineTime;
  readonly store: Pick<Store, 'listTimers'>;
  readonly loop: TurnLoop;
  readonly executions: Executions;
}

export class Timers {
  readonly #parts: Parts;
  readonly #heap: Heap<TimerRecord> = new Heap();
  /** Every timer of the store before this moment is in the heap (or on its way through the loop). */
  #horizon = 0;
  #wakeAt = Number.POSITIVE_INFINITY;
  #cancelWake: (() => void) | undefined;
  #isClosed = false;
  #isLoading = false;
  /** Those that were set while the store was read. */
  #setMeanwhile: TimerRecord[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Loads the first minute and begins to watch. */
  async open(): Promise<void> {
    await this.#refill();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelWake?.();
  }

  set(turn: Turn, active: ActiveExecution, timer: Omit<TimerRecord, 'execution'>): void {
    const record: TimerRecord = { execution: active.number, ...timer };
    const key = timerKey(timer.thread, timer.kind);
    active.timers.set(key, record);
    turn.of(active).timers.add(key);
    turn.afterCommit(() => {
      if (record.at < this.#horizon || this.#isLoading) this.#remember(record);
      this.#watch();
    });
  }

  #remember(record: TimerRecord): void {
    this.#heap.push(record);
    // What is being read from the store may have been read before this one was written.
    if (this.#isLoading) this.#setMeanwhile.push(record);
  }

  /** All timers of a thread; not the execution's own. */
  clearThread(turn: Turn, active: ActiveExecution, thread: number): void {
    if (active.timers.size === 0) return;
    for (const kind of ['wait', 'retry', 'timeout', 'heartbeat'] as const) {
      this.#clear(turn, active, timerKey(thread, kind));
    }
  }

  clearAll(turn: Turn, active: ActiveExecution): void {
    for (const key of [...active.timers.keys()]) this.#clear(turn, active, key);
  }

  #clear(turn: Turn, active: ActiveExecution, key: string): void {
    if (active.timers.delete(key)) turn.of(active).timers.add(key);
  }

  #watch(): void {
    if (this.#isClosed) return;
    const { clock, time } = this.#parts;
    const now = time.now();
    const refillAt = this.#horizon - AHEAD / 4;
    const next = Math.min(this.#heap.first?.at ?? Number.POSITIVE_INFINITY, refillAt);
    // The clock was set ahead, and the operating system's timer does not know of it.
    const isOverdue = this.#wakeAt + CATCH_UP < now;
    if (next >= this.#wakeAt && !isOverdue) return;
    this.#cancelWake?.();
    this.#wakeAt = next;
    this.#cancelWake = clock.setTimer(() => this.#wake(), Math.max(0, Math.min(next - now, AHEAD)));
  }

  #wake(): void {
    this.#wakeAt = Number.POSITIVE_INFINITY;
    if (this.#isClosed) return;
    const now = this.#parts.time.now();
    for (;;) {
      const due = this.#heap.first;
      if (!due || due.at > now) break;
      this.#heap.pop();
      this.#parts.loop.add(this.#input(due));
    }
    if (now < this.#horizon - AHEAD / 4) this.#watch();
    else if (this.#parts.loop.queued < LOADED / 20) void this.#refill();
    else this.#refillLater();
  }

  /** Timers that are due and not yet through the loop are still in the store: let it catch up, or they come twice. */
  #refillLater(): void {
    const { clock, time } = this.#parts;
    this.#wakeAt = time.now() + CATCH_UP;
    this.#cancelWake = clock.setTimer(() => this.#wake(), CATCH_UP);
  }

  async #refill(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    try {
      const horizon = this.#parts.time.now() + AHEAD;
      const timers = await this.#parts.store.listTimers(horizon, LOADED);
      const last = timers.at(-1);
      this.#horizon = timers.length === LOADED && last ? last.at : horizon;
      // What was in memory is in the store as well, or has been cleared; doubles are sorted out when they are due.
      this.#heap.clear();
      for (const timer of timers) this.#heap.push(timer);
      for (const timer of this.#setMeanwhile) this.#heap.push(timer);
    } finally {
      this.#isLoading = false;
      this.#setMeanwhile = [];
    }
    this.#watch();
  }

  #input(timer: TimerRecord): Input {
    const { executions, time } = this.#parts;
    const key = timerKey(timer.thread, timer.kind);
    return executions.input(timer.execution, (turn, active, input) => {
      const current = active.timers.get(key);
      if (!current || current.sequence !== timer.sequence || current.at > time.now()) return 'done';
      return executions.step(turn, active, eventOf(current), input, (later) => {
        if (active.timers.get(key) === current) this.#clear(later, active, key);
      });
    });
  }
}

function eventOf(timer: TimerRecord): UndatedEvent {
  if (timer.kind === 'execution') return { type: 'ExecutionTimeout' };
  if (timer.kind === 'continue') return { type: 'Continue' };
  const { thread, sequence, kind } = timer;
  return { type: 'TimerFired', timer: kind, thread, sequence };
}
