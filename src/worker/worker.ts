/**
 * A worker: takes attempts of tasks from a server and performs them on this machine.
 *
 *     connecting ──▶ taking ──drain──▶ draining ──(all have ended, or the time is over)──▶ gone
 *         ▲             │
 *         └── away ◀────┘   the server does not answer: asked again, later each time
 *
 * The server decides everything. What the worker holds is its own only as long as the server has heard of it lately: when no
 * heartbeat has arrived for the time of a lease, it stops its tasks by itself, because by then somebody else may perform them.
 * @module
 */
import { PATHS } from '../api/paths.js';
import {
  type ClaimAnswer,
  LONGEST_CLAIM,
  type SpeakingWorker,
  WORKER_PROTOCOL,
} from '../api/workers.js';
import type { Connector } from '../connectors/connector.js';
import { Backoff } from './backoff.js';
import { OutcomeBatches } from './outcome-batches.js';
import { PerformedAttempt, type Performing } from './performed-attempt.js';
import { type ServerLine, ServerRefusal } from './server-line.js';

/** Seconds for which a claim waits at the server. */
const CLAIM_WAIT = 25;
/** Milliseconds that a request may take, without what it waits for. */
const PATIENCE = 15_000;
/** Of the time of a lease, the share after which it is extended. */
const BEATS_A_LEASE = 6;
/** Milliseconds between signs of life of tasks. */
const TASK_BEATS = 1_000;
/** Until the server has said it. */
const LEASE = 30_000;

export interface WorkerConfig {
  /** As people know it. */
  readonly name: string;
  /** Of Millrace. */
  readonly version: string;
  readonly kinds: { readonly [kind: string]: number };
  readonly tags: readonly string[];
  readonly slots: number;
  readonly line: ServerLine;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** Where files of attempts lie. */
  readonly places: Performing['places'];
  /** Tells people what happens, a line each. */
  say(text: string): void;
  /** It ends after so many attempts. Default: never. */
  readonly attempts?: number;
}

/** Why a worker has ended. */
export type WorkerEnd =
  | { readonly type: 'drained'; readonly performed: number }
  | { readonly type: 'refused'; readonly refusal: ServerRefusal };

export class Worker {
  readonly #config: WorkerConfig;
  readonly #held: Map<string, PerformedAttempt> = new Map();
  readonly #ended: Promise<WorkerEnd>;
  readonly #backoff: Backoff = new Backoff();
  readonly #outcomes: OutcomeBatches;
  #settle: (end: WorkerEnd) => void = () => undefined;
  #isDraining = false;
  #isGone = false;
  #taken = 0;
  #performed = 0;
  #leaseMs = LEASE;
  /** What the monotonic clock said when the last heartbeat left that has arrived. */
  #heardAt = performance.now();
  #isAway = false;
  #isBeating = false;
  #timers: NodeJS.Timeout[] = [];
  #claiming: Promise<void> | undefined;
  #idle: (() => void)[] = [];

  constructor(config: WorkerConfig) {
    this.#config = config;
    this.#outcomes = new OutcomeBatches(config.line);
    this.#ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Begins. Resolves when the worker has ended. */
  run(): Promise<WorkerEnd> {
    this.#claiming = this.#takeAttempts();
    return this.#ended;
  }

  /** Takes nothing more, lets what runs end for so long, stops the rest and says goodbye. */
  async drain(graceMs: number): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    const { say } = this.#config;
    const running = this.#held.size;
    say(running === 0 ? 'stopping' : `stopping: ${counted(running)} may end`);
    this.#backoff.cancel();
    // The claim that waits is answered with what is on its way to this worker: none of it is lost.
    await this.#ask<ClaimAnswer>(`${PATHS.workerClaim}?wait=0`, {
      worker: this.#description(),
    }).catch(() => undefined);
    await Promise.race([this.#claiming, later(PATIENCE)]);
    await Promise.race([this.#whenIdle(), later(graceMs)]);
    await this.#leave();
    this.#end({ type: 'drained', performed: this.#performed });
  }

  async #leave(): Promise<void> {
    const left = this.#held.size;
    if (left > 0) this.#config.say(`stopping ${counted(left)} that did not end in time`);
    await this.#ask(PATHS.workerGoodbye, {}).catch(() => undefined);
    const stopped = [...this.#held.values()];
    for (const attempt of stopped) attempt.stop();
    await Promise.all(stopped.map(({ ended }) => ended));
  }

  #end(end: WorkerEnd): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#settle(end);
  }

  /** The server refuses whatever this worker asks: what it holds cannot be told any more. */
  async #giveUp(refusal: ServerRefusal): Promise<void> {
    if (this.#isGone) return;
    this.#isDraining = true;
    const stopped = [...this.#held.values()];
    for (const attempt of stopped) attempt.stop();
    await Promise.all(stopped.map(({ ended }) => ended));
    this.#end({ type: 'refused', refusal });
  }

  // Taking attempts.

  async #takeAttempts(): Promise<void> {
    while (!this.#isDraining) {
      try {
        if (this.#timers.length === 0) await this.#connect();
        const asked = performance.now();
        const path = `${PATHS.workerClaim}?wait=${Math.min(CLAIM_WAIT, LONGEST_CLAIM)}`;
        const answer = await this.#ask<ClaimAnswer>(
          path,
          { worker: this.#description() },
          CLAIM_WAIT * 1000 + PATIENCE,
        );
        this.#back();
        for (const id of answer.stop) this.#stop(id, 'nobody waits for it any more');
        for (const claimed of answer.attempts) this.#perform(claimed);
        const isEmpty = answer.attempts.length + answer.stop.length === 0;
        // A server that ends answers at once.
        if (isEmpty && performance.now() - asked < 1_000) await this.#backoff.wait();
        else this.#backoff.reset();
      } catch (error) {
        if (error instanceof ServerRefusal && error.isFinal) return void this.#giveUp(error);
        if (error instanceof ServerRefusal && !error.isLeaseOver) return void this.#giveUp(error);
        this.#away(error);
        await this.#backoff.wait();
      }
    }
  }

  async #connect(): Promise<void> {
    await this.#beat();
    const every = Math.max(50, Math.floor(this.#leaseMs / BEATS_A_LEASE));
    this.#timers = [
      setInterval(() => void this.#beat().catch((error) => this.#beatFailed(error)), every),
      setInterval(() => this.#tellBeats(), TASK_BEATS),
    ];
  }

  #away(error: unknown): void {
    if (this.#isAway) return;
    this.#isAway = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#config.say(`the server does not answer (${reason}); trying again`);
  }

  #back(): void {
    if (this.#isAway) this.#config.say('the server answers again');
    this.#isAway = false;
  }

  #description(): SpeakingWorker {
    const { name, version, kinds, tags, slots } = this.#config;
    const protocol = WORKER_PROTOCOL;
    // Who goes takes nothing more, whatever it is asked by.
    const takes = this.#isDraining ? {} : { ...kinds };
    return { protocol, name, version, kinds: takes, tags: [...tags], slots };
  }

  #ask<Answer>(path: string, body: unknown, ms: number = PATIENCE): Promise<Answer> {
    return this.#config.line.ask<Answer>('POST', path, body, { ms });
  }

  // What it holds.

  #perform(claimed: ClaimAnswer['attempts'][number]): void {
    const { line, connectors, places, say, attempts = Number.POSITIVE_INFINITY } = this.#config;
    const attempt = new PerformedAttempt(claimed, {
      ...{ line, connectors, places, say },
      outcomes: this.#outcomes,
    });
    this.#held.set(claimed.id, attempt);
    this.#taken += 1;
    void attempt.ended.then((how) => {
      this.#held.delete(claimed.id);
      if (how === 'told') this.#performed += 1;
      if (this.#held.size > 0) return;
      for (const resolve of this.#idle.splice(0)) resolve();
    });
    if (this.#taken >= attempts) void this.drain(Number.MAX_SAFE_INTEGER);
  }

  #stop(id: string, why: string): void {
    const attempt = this.#held.get(id);
    if (attempt === undefined || attempt.isStopped) return;
    this.#config.say(`${attempt.label}: stopped, ${why}`);
    attempt.stop();
  }

  #whenIdle(): Promise<void> {
    if (this.#held.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  // Signs of life.

  async #beat(beats: readonly string[] = []): Promise<void> {
    const left = performance.now();
    const attempts = [...this.#held.keys()];
    const answer = await this.#ask<{ stop: string[]; leaseMs: number }>(
      PATHS.workerHeartbeat,
      { worker: this.#description(), attempts, beats },
      Math.min(PATIENCE, this.#leaseMs / 2),
    );
    this.#leaseMs = answer.leaseMs;
    this.#heardAt = left;
    this.#back();
    for (const id of answer.stop) this.#stop(id, "it is no longer this worker's");
  }

  #beatFailed(error: unknown): void {
    if (error instanceof ServerRefusal && error.isFinal) return void this.#giveUp(error);
    this.#away(error);
    if (performance.now() - this.#heardAt < this.#leaseMs) return;
    for (const id of this.#held.keys()) {
      this.#stop(id, `the server was not reached for ${this.#leaseMs / 1000} seconds`);
    }
  }

  #tellBeats(): void {
    const beats = [...this.#held.values()].filter((one) => one.takeBeat()).map(({ id }) => id);
    if (beats.length === 0 || this.#isBeating) return;
    this.#isBeating = true;
    this.#beat(beats)
      .catch((error) => this.#beatFailed(error))
      .finally(() => {
        this.#isBeating = false;
      });
  }
}

function counted(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`;
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.min(ms, 2 ** 31 - 1)).unref();
  });
}
