/**
 * Time that stands still while anything is done, and then jumps to the next thing that is due: a month of waits takes
 * milliseconds, and the same test does the same again.
 *
 *     work that waits for a turn ──▶ real work (an expression in its process, a file) ──▶ looks that are due
 *         ──▶ happenings that are due ──▶ jump to the next happening or timer ──▶ … ──▶ nothing left: stuck
 *
 * *Looks* are timers that the engine sets to look into its store again; they alone never make time go on, so an execution
 * that waits for nothing is found out and not watched for years. *Happenings* are part of what is tested: the answer of a
 * task after a while; later also a schedule, a file, the outcome of another pipeline.
 * @module
 */
import type { Clock } from '../engine/kernel/ports.js';

interface Planned {
  /** Milliseconds since the beginning. */
  at: number;
  run: () => void;
}

/** How a run through virtual time ended. */
export type Course =
  /** What was waited for has come. */
  | 'done'
  /** Nothing is left that could happen. */
  | 'stuck'
  /** Virtual time has reached its limit. */
  | 'too-long'
  /** Real time has reached its limit. */
  | 'too-slow';

export interface CourseOptions {
  /** True when what is waited for has come. */
  done(): boolean;
  /** When the earliest durable timer is due, in milliseconds since the epoch. */
  nextTimer(): number | undefined;
  /** Virtual milliseconds that may pass. */
  limit: number;
  /** Aborted when too much real time has passed. */
  signal: AbortSignal;
}

export class VirtualTime {
  readonly #start: number;
  #elapsed = 0;
  #turns: (() => void)[] = [];
  readonly #looks: Planned[] = [];
  readonly #happenings: Planned[] = [];
  #realWork = 0;
  #wake: (() => void) | undefined;

  /** @param start milliseconds since the epoch */
  constructor(start: number) {
    this.#start = start;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#start + this.#elapsed;
  }

  /** Milliseconds since the beginning. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** The engine's port. */
  readonly clock: Clock = {
    now: () => this.now(),
    monotonic: () => this.#elapsed,
    setTimer: (callback, ms) => plan(this.#looks, this.#elapsed + ms, callback),
    soon: (callback) => {
      this.#turns.push(callback);
      this.#stir();
    },
  };

  /** Has something happen after a while; the answer takes it back. */
  after(ms: number, run: () => void): () => void {
    return plan(this.#happenings, this.#elapsed + ms, run);
  }

  /** Lets time stand still while real work is done. */
  async during<Value>(work: Promise<Value>): Promise<Value> {
    this.begin();
    try {
      return await work;
    } finally {
      this.end();
    }
  }

  /** Time stands still from here … */
  begin(): void {
    this.#realWork += 1;
  }

  /** … to here, as often as it began. */
  end(): void {
    this.#realWork -= 1;
    this.#stir();
  }

  /** Lets everything happen until what is waited for has come, or cannot come any more. */
  async run({ done, nextTimer, limit, signal }: CourseOptions): Promise<Course> {
    const stir = (): void => this.#stir();
    signal.addEventListener('abort', stir);
    try {
      while (!done()) {
        if (signal.aborted) return 'too-slow';
        const due = this.#turns.shift() ?? this.#due();
        if (due !== undefined) {
          due();
          await settled();
          continue;
        }
        if (this.#realWork > 0) {
          await new Promise<void>((resume) => {
            this.#wake = resume;
          });
          await settled();
          continue;
        }
        // Only when nothing comes of what has been done is there nothing left to do at this time.
        await settled();
        if (done() || this.#realWork > 0 || this.#hasDue()) continue;
        const course = this.#jump(nextTimer(), limit);
        if (course !== undefined) return course;
      }
      return 'done';
    } finally {
      signal.removeEventListener('abort', stir);
    }
  }

  #hasDue(): boolean {
    const isDue = ({ at }: Planned): boolean => at <= this.#elapsed;
    return this.#turns.length > 0 || this.#looks.some(isDue) || this.#happenings.some(isDue);
  }

  #due(): (() => void) | undefined {
    for (const planned of [this.#looks, this.#happenings]) {
      const [next] = planned;
      if (next !== undefined && next.at <= this.#elapsed) return planned.shift()?.run;
    }
    return undefined;
  }

  #jump(timer: number | undefined, limit: number): Course | undefined {
    const happening = this.#happenings[0]?.at ?? Number.POSITIVE_INFINITY;
    const next = Math.min(happening, (timer ?? Number.POSITIVE_INFINITY) - this.#start);
    if (next === Number.POSITIVE_INFINITY) return 'stuck';
    if (next > limit) return 'too-long';
    // A timer that is due already waits for the engine's next look at it.
    const at = next > this.#elapsed ? next : this.#looks[0]?.at;
    if (at === undefined) return 'stuck';
    this.#elapsed = at;
    return undefined;
  }

  #stir(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

function plan(planned: Planned[], at: number, run: () => void): () => void {
  const item = { at, run };
  const before = planned.findIndex((other) => other.at > at);
  planned.splice(before < 0 ? planned.length : before, 0, item);
  return () => {
    const index = planned.indexOf(item);
    if (index >= 0) planned.splice(index, 1);
  };
}

/** A turn of the real event loop: every promise that can go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}
