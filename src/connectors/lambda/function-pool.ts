/**
 * Warm processes of functions, a bounded number of them.
 *
 * An invocation takes an idle process of the same code, else starts one, if need be in the place of the process that was
 * idle longest; when all are busy it waits its turn. Idle processes end after a while, and at once when their code has
 * changed.
 * @module
 */
import type { FunctionCode } from './function-code.js';
import { WarmFunction } from './warm-function.js';

export interface PoolLimits {
  /** That functions are told that they run in. */
  region: string;
  /** Processes, idle and busy. */
  maxProcesses: number;
  /** How long an idle process stays, in milliseconds. */
  idleMilliseconds: number;
  /** Between SIGTERM and SIGKILL, in milliseconds. */
  terminationGrace: number;
}

interface IdleFunction {
  warm: WarmFunction;
  timer: NodeJS.Timeout;
}

export class FunctionPool {
  private readonly limits: PoolLimits;
  /** Idle longest first. */
  private idle: IdleFunction[] = [];
  private readonly busy = new Set<WarmFunction>();
  private readonly starting = new Set<Promise<WarmFunction>>();
  private readonly ending = new Set<Promise<void>>();
  private readonly waiting: (() => void)[] = [];
  private closed = false;

  constructor(limits: PoolLimits) {
    this.limits = limits;
  }

  /** A process for this code. Give it back with `release`. Undefined when the signal came first, or the pool is closed. */
  async acquire(
    code: FunctionCode,
    signal: AbortSignal,
  ): Promise<{ warm: WarmFunction; cold: boolean } | undefined> {
    for (;;) {
      if (signal.aborted || this.closed) return undefined;
      this.retireOlderVersions(code);
      const warm = this.takeIdle(code);
      if (warm) {
        this.busy.add(warm);
        return { warm, cold: false };
      }
      if (this.makeRoom()) return { warm: await this.start(code), cold: true };
      await this.turn(signal);
    }
  }

  release(warm: WarmFunction): void {
    this.busy.delete(warm);
    if (warm.usable && !this.closed) this.keep(warm);
    else this.end(warm);
    this.waiting.shift()?.();
  }

  /** Ends every process and waits for them. */
  async close(): Promise<void> {
    this.closed = true;
    for (const { warm, timer } of this.idle.splice(0)) {
      clearTimeout(timer);
      this.end(warm);
    }
    await Promise.allSettled(this.starting);
    for (const warm of this.busy) this.end(warm);
    for (const wake of this.waiting.splice(0)) wake();
    await Promise.all(this.ending);
  }

  private takeIdle(code: FunctionCode): WarmFunction | undefined {
    const index = this.idle.findLastIndex(({ warm }) => warm.usable && warm.code.key === code.key);
    if (index < 0) return undefined;
    const [found] = this.idle.splice(index, 1) as [IdleFunction];
    clearTimeout(found.timer);
    return found.warm;
  }

  private retireOlderVersions(code: FunctionCode): void {
    this.retire(
      ({ warm }) =>
        !warm.usable || (warm.code.key === code.key && warm.code.fingerprint !== code.fingerprint),
    );
  }

  private retire(isOver: (entry: IdleFunction) => boolean): void {
    const over = this.idle.filter(isOver);
    this.idle = this.idle.filter((entry) => !over.includes(entry));
    for (const { warm, timer } of over) {
      clearTimeout(timer);
      this.end(warm);
    }
  }

  private makeRoom(): boolean {
    const count = this.idle.length + this.busy.size + this.starting.size;
    if (count < this.limits.maxProcesses) return true;
    const oldest = this.idle[0];
    if (!oldest) return false;
    this.retire((entry) => entry === oldest);
    return true;
  }

  private async start(code: FunctionCode): Promise<WarmFunction> {
    const start = WarmFunction.start(code, this.limits.terminationGrace, this.limits.region);
    this.starting.add(start);
    try {
      const warm = await start;
      this.busy.add(warm);
      return warm;
    } catch (error) {
      this.waiting.shift()?.();
      throw error;
    } finally {
      this.starting.delete(start);
    }
  }

  private keep(warm: WarmFunction): void {
    const timer = setTimeout(
      () => this.retire((entry) => entry.warm === warm),
      this.limits.idleMilliseconds,
    );
    timer.unref();
    this.idle.push({ warm, timer });
  }

  private end(warm: WarmFunction): void {
    const ended = warm.end().finally(() => this.ending.delete(ended));
    this.ending.add(ended);
  }

  /** Resolves when a process was given back, or the signal came. */
  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(wake), 1);
        resolve();
      };
      this.waiting.push(wake);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
