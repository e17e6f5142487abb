/**
 * Evaluates JSONata where it can be stopped: in child processes, because a pattern like `/^(a+)+$/` cannot be
 * interrupted, and an expression that eats all memory aborts its process.
 *
 * - Expressions that cannot take long (cheap.ts) are evaluated here; most are of that kind.
 * - Requests of one turn of the event loop go out together.
 * - A process that has been silent for `STALLED` ms while it had work loses the work behind the expression it hangs at to
 *   another process; after `deadline` ms it is killed and that expression gets an error. So one bad expression costs the
 *   others about a tenth of a second.
 * @module
 */
import { availableParallelism } from 'node:os';
import { evaluateJsonata } from '../../../asl/expressions/jsonata.js';
import type { EvaluationRequest, EvaluationResult } from '../../../asl/transition.js';
import type { Evaluator } from '../../kernel/ports.js';
import { isCheap } from './cheap.js';
import { compiledEntry } from './compiled-entry.js';
import { EvaluationProcess, type Pending } from './evaluation-process.js';

export interface EvaluationPoolOptions {
  /** Processes that work at a time. Default: half the processors, at least one. A hanging one does not count. */
  processes?: number;
  /** Milliseconds that one expression may take. Default: 1,000. */
  deadline?: number;
  /** MiB of heap of each process. Default: 128. */
  memory?: number;
}

/** Milliseconds of silence after which others no longer wait behind an expression. */
const STALLED = 50;
/** The same while a process is being started. */
const STARTING = 3000;
/** Milliseconds between looks at the processes while they have work. */
const LOOK = 20;
/** Hanging and working processes together, at most. */
const MOST = 8;
/** Times that a request is sent again because its process died. */
const TRIES = 3;

type Waiting = Pending & { tries: number };

/**
 * Creates a pool; processes start with the first request that needs one.
 *
 * @example
 * const pool = createEvaluationPool();
 * await pool.evaluate([{ expression: '$sum([1, 2])', bindings: {}, at: 0, seed: 's' }]); // [{ type: 'value', value: 3 }]
 * await pool.close();
 */
export function createEvaluationPool(options: EvaluationPoolOptions = {}): Evaluator {
  const pool = new EvaluationPool(options);
  return {
    evaluate: (requests) => pool.evaluate(requests),
    close: () => pool.close(),
  };
}

class EvaluationPool {
  readonly #wanted: number;
  readonly #deadline: number;
  readonly #memory: number;
  readonly #processes: Set<EvaluationProcess> = new Set();
  readonly #entry: string = compiledEntry(import.meta.url, './child.js');
  #queue: Waiting[] = [];
  #lastId = 0;
  #isFlushing = false;
  #isClosed = false;
  #look: NodeJS.Timeout | undefined;

  constructor(options: EvaluationPoolOptions) {
    this.#wanted = options.processes ?? Math.max(1, availableParallelism() >> 1);
    this.#deadline = options.deadline ?? 1000;
    this.#memory = options.memory ?? 128;
  }

  async evaluate(requests: EvaluationRequest[]): Promise<EvaluationResult[]> {
    const [only] = requests;
    if (only && requests.length === 1) return [await this.#evaluateOne(only)];
    return Promise.all(requests.map((request) => this.#evaluateOne(request)));
  }

  #evaluateOne(request: EvaluationRequest): Promise<EvaluationResult> {
    if (isCheap(request)) return evaluateJsonata(request);
    return new Promise((answer) => {
      this.#lastId += 1;
      this.#add({ id: this.#lastId, request, answer, tries: 0 });
    });
  }

  #add(waiting: Waiting): void {
    this.#queue.push(waiting);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    if (queue.length === 0) return;
    if (this.#isClosed) {
      for (const { answer } of queue) answer(failure('The server is shutting down.'));
      return;
    }
    const target = this.#target();
    if (target) target.send(queue);
    // Every process hangs and no more may be started: the next look will have killed one.
    else this.#queue = queue;
    this.#watch();
  }

  /** The process with the least work that answers, or a new one. */
  #target(): EvaluationProcess | undefined {
    let best: EvaluationProcess | undefined;
    let working = 0;
    for (const process of this.#processes) {
      if (isStalled(process)) continue;
      working += 1;
      if (!best || process.load < best.load) best = process;
    }
    if (best && (best.load === 0 || working >= this.#wanted)) return best;
    return this.#processes.size < MOST ? this.#start() : best;
  }

  #start(): EvaluationProcess {
    const process = new EvaluationProcess({
      entry: this.#entry,
      memory: this.#memory,
      answered: () => this.#unwatch(),
      ended: (ended, lost) => this.#ended(ended, lost),
    });
    this.#processes.add(process);
    return process;
  }

  /** Looks at the processes for as long as one has work. */
  #watch(): void {
    this.#look ??= setInterval(() => this.#check(), LOOK);
  }

  #unwatch(): void {
    if (this.#queue.length > 0) return;
    for (const process of this.#processes) if (process.load > 0) return;
    clearInterval(this.#look);
    this.#look = undefined;
  }

  #check(): void {
    for (const process of this.#processes) {
      if (process.load === 0) continue;
      const silent = performance.now() - process.lastProgress;
      const allowance = process.isWarm ? 0 : STARTING;
      if (silent > this.#deadline + allowance) process.kill();
      else if (isStalled(process)) this.#queue.push(...(process.takeBack() as Waiting[]));
    }
    this.#flush();
    this.#unwatch();
  }

  /** The first of the lost orders is the one it was working on; the others are innocent. */
  #ended(process: EvaluationProcess, lost: Pending[]): void {
    this.#processes.delete(process);
    const [culprit, ...innocent] = lost as Waiting[];
    if (culprit && process.isWarm) culprit.answer(failure(TOO_MUCH));
    else if (culprit) innocent.unshift(culprit);
    for (const waiting of innocent) {
      waiting.tries += 1;
      if (waiting.tries < TRIES) this.#queue.push(waiting);
      else waiting.answer(failure('The process that evaluates expressions could not be started.'));
    }
    this.#flush();
    this.#unwatch();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#flush();
    await Promise.all([...this.#processes].map((process) => process.close()));
    clearInterval(this.#look);
  }
}

/** As the library words a deadline it can keep itself. */
const TOO_MUCH = 'Expression evaluation timeout: Check for infinite loop';

function failure(message: string): EvaluationResult {
  return { type: 'error', message };
}

function isStalled(process: EvaluationProcess): boolean {
  if (process.load === 0) return false;
  const limit = process.isWarm ? STALLED : STARTING;
  return performance.now() - process.lastProgress > limit;
}
