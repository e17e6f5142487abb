/**
 * The turn loop: group commit.
 *
 *     inputs wait ──turn──▶ one read of what they need ──▶ executions advance in memory ──one commit──▶ answers, attempts,
 *                                                                                         timers, feed ──▶ next turn
 *
 * Everything that happens (a request, a result, a timer) is an `Input`. A turn takes the waiting inputs up to a cap, reads
 * what they say they need, lets each change executions in memory, writes all of it in one transaction, and only then
 * answers and acts. One turn runs at a time; what arrives meanwhile waits for the next.
 *
 * When a commit fails:
 * - nothing was written and it may work later (`full`, `busy`, `readonly`): the changed executions are thrown away,
 *   inputs with somebody waiting are refused on a full disk, all others are tried again after a pause;
 * - the store is damaged (`corrupt`): the loop ends for good and refuses everything, but the process goes on, because what
 *   can still be read is worth reading;
 * - anything else: nobody knows what is durable. The loop ends for good and `onFatal` ends the process, because a failed
 *   fsync must never be tried again (https://lwn.net/Articles/752063/).
 *
 * What a turn needs and cannot read, because a database is out of reach or has no room for one more who asks, says nothing of
 * the execution that it is about: the whole turn is tried again after a pause. When nothing can be read for `UNREAD_MOST`,
 * the process ends.
 * @module
 */
import { isRetriable, StoreError } from '../../store/errors.js';
import type { Commit } from '../../store/store.js';
import { EngineError } from './errors.js';
import type { Clock } from './ports.js';
import { refusalOf } from './store-refusal.js';
import { type Input, type Performed, Turn } from './turn.js';

export type { Input, Performed } from './turn.js';

export interface TurnLoopOptions {
  clock: Clock;
  /** Called before each commit: the last look at what it writes. */
  prepare(turn: Turn): void;
  commit(commit: Commit): void | Promise<void>;
  now(): number;
  /** Transitions in one commit, at most. */
  cap: number;
  /** Milliseconds before a failed commit is tried again. */
  pauseMs: number;
  /** Called after each commit, with what was written. */
  committed(turn: Turn): void;
  /** An input that threw: a defect or a damaged record. The input is not tried again. */
  broken(input: Input, error: unknown): void;
  onFatal(error: unknown): void;
}

/** Milliseconds for which turns are tried again whose needs cannot be read. */
const UNREAD_MOST = 10_000;

/** What a turn could not read. */
interface Unread {
  readonly error: StoreError;
  readonly inputs: Set<Input>;
}

export type LoopState = 'running' | 'paused' | 'ended';

export class TurnLoop {
  readonly #options: TurnLoopOptions;
  #inbox: Input[] = [];
  #taken = 0;
  #armed = false;
  #turning = false;
  #turningSince = 0;
  #state: LoopState = 'running';
  #isFull = false;
  #idle: (() => void)[] = [];
  #unread: Unread | undefined;
  /** Since when no turn could read what it needs, by the monotonic clock. */
  #unreadSince: number | undefined;
  /** Why it has ended. */
  #end: Error = new EngineError('EngineFailed', { problem: 'it has ended' });
  commits = 0;
  /** Milliseconds that commits took, together. */
  commitMs = 0;
  transitions = 0;

  constructor(options: TurnLoopOptions) {
    this.#options = options;
  }

  /** When the turn that runs now began, by the monotonic clock; undefined: none does. */
  get turningSince(): number | undefined {
    return this.#turning ? this.#turningSince : undefined;
  }

  get state(): LoopState {
    return this.#state;
  }

  /** The last commit failed for want of space. */
  get isFull(): boolean {
    return this.#isFull;
  }

  get queued(): number {
    return this.#inbox.length - this.#taken;
  }

  /** A turn is under way or comes next; false while what waits is held back by a commit that failed. */
  get isBusy(): boolean {
    return this.#turning || (this.queued > 0 && this.#state === 'running');
  }

  /** Adds an input and sees to it that a turn comes. */
  add(input: Input): void {
    if (this.#state === 'ended') {
      input.refuse?.(this.#end);
      return;
    }
    if (this.#state === 'paused' && this.#isFull && input.refuse) {
      input.refuse(new EngineError('StorageFull'));
      return;
    }
    this.#inbox.push(input);
    this.#arm();
  }

  /** Writes in a turn; resolves when that is durable, and rejects when it was refused. @param needs see `Input` */
  write(act: (turn: Turn) => void, needs?: Input['needs']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.add({
        refuse: reject,
        ...(needs ? { needs } : {}),
        perform(turn) {
          act(turn);
          turn.afterCommit(resolve);
          return 'done';
        },
      });
    });
  }

  /** Resolves when no input waits and no turn runs. */
  whenIdle(): Promise<void> {
    if (this.queued === 0 && !this.#turning) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Ends for good; what waits is refused. */
  end(error: Error): void {
    this.#state = 'ended';
    this.#end = error;
    const waiting = this.#inbox.slice(this.#taken);
    this.#inbox = [];
    this.#taken = 0;
    for (const input of waiting) input.refuse?.(error);
    this.#tellIdle();
  }

  #arm(): void {
    if (this.#armed || this.#turning || this.#state !== 'running' || this.queued === 0) return;
    this.#armed = true;
    this.#options.clock.soon(() => {
      this.#armed = false;
      if (this.#state === 'running') void this.#turn();
    });
  }

  async #turn(): Promise<void> {
    this.#turning = true;
    this.#turningSince = this.#options.clock.monotonic();
    const turn = new Turn();
    const performed: Input[] = [];
    // Reading and committing answer at once on SQLite: then the whole turn runs in one go.
    while (turn.transitions < this.#options.cap) {
      const next = this.#inbox.slice(
        this.#taken,
        this.#taken + this.#options.cap - turn.transitions,
      );
      if (next.length === 0) break;
      const reading = turn.read(next);
      if (reading) await reading;
      // The loop may have ended meanwhile, and its inbox with it.
      for (let left = next.length; left > 0 && turn.transitions < this.#options.cap; left -= 1) {
        const input = this.#take();
        if (!input) break;
        const how = this.#perform(input, turn);
        if (how === 'done' || this.#unread?.inputs.has(input)) performed.push(input);
      }
      const adding = this.#performAdded(turn);
      if (adding) await adding;
    }
    if (this.#unread !== undefined) this.#comeBack(this.#unread.error, turn, performed);
    else if (turn.isEmpty || (await this.#commit(turn, performed))) this.#complete(turn);
    this.#turning = false;
    this.#arm();
    if (this.queued === 0) this.#tellIdle();
  }

  /** What the inputs of a turn have added to it, and what that adds. */
  #performAdded(turn: Turn): Promise<void> | undefined {
    for (;;) {
      const added = turn.takeAdded();
      if (added.length === 0) return undefined;
      const reading = turn.read(added);
      if (reading) {
        return reading.then(() => {
          for (const input of added) this.#perform(input, turn);
          return this.#performAdded(turn);
        });
      }
      for (const input of added) this.#perform(input, turn);
    }
  }

  /** Nothing of a turn stands whose needs could not be read. */
  #comeBack(error: StoreError, turn: Turn, performed: readonly Input[]): void {
    this.#unread = undefined;
    const now = this.#options.clock.monotonic();
    this.#unreadSince ??= now;
    turn.fail();
    if (this.#state !== 'running') return;
    if (now - this.#unreadSince < UNREAD_MOST) this.#pause(false, performed);
    else this.#fail(error, performed);
  }

  #complete(turn: Turn): void {
    this.#unreadSince = undefined;
    this.transitions += turn.transitions;
    turn.succeed();
    this.#options.committed(turn);
  }

  #take(): Input | undefined {
    const input = this.#inbox[this.#taken];
    this.#taken += 1;
    if (this.#taken >= this.#inbox.length) {
      this.#inbox = [];
      this.#taken = 0;
    }
    return input;
  }

  #perform(input: Input, turn: Turn): Performed {
    try {
      return turn.perform(input);
    } catch (error) {
      return this.#break(input, error);
    }
  }

  #break(input: Input, error: unknown): Performed {
    if (error instanceof EngineError && input.refuse) input.refuse(error);
    // The next commit ends the loop. It is no fault of this execution, and nothing must be written about it.
    else if (isDamage(error)) input.refuse?.(refusalOf(error));
    else if (error instanceof StoreError) {
      this.#unread ??= { error, inputs: new Set() };
      this.#unread.inputs.add(input);
    } else this.#options.broken(input, error);
    return 'deferred';
  }

  /** True when the turn is durable. */
  async #commit(turn: Turn, performed: readonly Input[]): Promise<boolean> {
    try {
      this.#options.prepare(turn);
      const begin = this.#options.clock.monotonic();
      const written = this.#options.commit(turn.toCommit(this.#options.now()));
      if (written instanceof Promise) await written;
      this.commitMs += this.#options.clock.monotonic() - begin;
      this.commits += 1;
      this.#isFull = false;
      return this.#state === 'running';
    } catch (error) {
      turn.fail();
      if (isRetriable(error)) this.#pause(error.code !== 'busy', performed);
      else if (isDamage(error)) this.#close(refusalOf(error), performed);
      else this.#fail(error, performed);
      return false;
    }
  }

  #pause(isFull: boolean, performed: readonly Input[]): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#isFull = isFull;
    const waiting = [...performed.map((input) => input.again ?? input)].concat(
      this.#inbox.slice(this.#taken),
    );
    this.#taken = 0;
    this.#inbox = [];
    for (const input of waiting) {
      if (isFull && input.refuse) input.refuse(new EngineError('StorageFull'));
      else this.#inbox.push(input);
    }
    this.#options.clock.setTimer(() => {
      if (this.#state !== 'paused') return;
      this.#state = 'running';
      this.#arm();
    }, this.#options.pauseMs);
  }

  #fail(error: unknown, performed: readonly Input[]): void {
    const refusal = new EngineError('EngineFailed', {
      problem: error instanceof Error ? error.message : String(error),
    });
    this.#close(refusal, performed);
    this.#options.onFatal(error);
  }

  #close(refusal: EngineError, performed: readonly Input[]): void {
    for (const input of performed) (input.again ?? input).refuse?.(refusal);
    this.end(refusal);
  }

  #tellIdle(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}

function isDamage(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'corrupt';
}
