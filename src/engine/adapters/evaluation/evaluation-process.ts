/**
 * One child process of the pool: orders in, answers out, ended by `SIGKILL` when it must.
 *
 *     starting ──spawned──▶ working ──killed or gone──▶ ended
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { EvaluationRequest, EvaluationResult } from '../../../asl/transition.js';
import { type Answer, lineReader, type Order } from './messages.js';

/** A request with the one who waits for it. */
export interface Pending {
  id: number;
  request: EvaluationRequest;
  answer(result: EvaluationResult): void;
}

export interface EvaluationProcessOptions {
  /** Path of the compiled child program. */
  entry: string;
  /** MiB of heap. */
  memory: number;
  answered(process: EvaluationProcess): void;
  /** The process is gone; `lost` are the orders it has not answered, oldest first. */
  ended(process: EvaluationProcess, lost: Pending[]): void;
}

export class EvaluationProcess {
  readonly #options: EvaluationProcessOptions;
  readonly #child: ChildProcess;
  /** In the order in which the child works on them. */
  readonly #pending: Map<number, Pending> = new Map();
  #isEnded = false;
  /** Reading of `performance.now()` when it last answered, or was given work while it had none. */
  lastProgress = 0;
  /** It has answered at least once, so it is not just being loaded. */
  isWarm = false;

  constructor(options: EvaluationProcessOptions) {
    this.#options = options;
    this.#child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${options.memory}`,
        '--disallow-code-generation-from-strings',
        options.entry,
      ],
      { env: {}, stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true },
    );
    const read = lineReader((line) => this.#answer(JSON.parse(line) as Answer));
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      read(chunk);
      options.answered(this);
    });
    // A broken pipe is told by `exit` as well.
    this.#child.stdin?.on('error', () => {});
    this.#child.on('error', () => this.#end());
    this.#child.on('exit', () => this.#end());
  }

  get load(): number {
    return this.#pending.size;
  }

  send(orders: readonly Pending[]): void {
    if (this.#pending.size === 0) this.lastProgress = performance.now();
    const message: Order[] = [];
    for (const order of orders) {
      this.#pending.set(order.id, order);
      message.push({ id: order.id, request: order.request });
    }
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #answer({ id, result }: Answer): void {
    this.isWarm = true;
    this.lastProgress = performance.now();
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.answer(result);
  }

  /** Takes back everything but the order it is working on. */
  takeBack(): Pending[] {
    const [, ...others] = this.#pending.values();
    for (const { id } of others) this.#pending.delete(id);
    return others;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Ends it and resolves when it is gone. */
  async close(): Promise<void> {
    if (this.#isEnded) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.kill();
    await gone;
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    this.#options.ended(this, lost);
  }
}
