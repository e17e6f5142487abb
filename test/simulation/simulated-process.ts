/**
 * A process of which there are several: it runs, is stopped for a while as by SIGSTOP, and ends.
 *
 *     running ──pause──▶ paused ──(its time is over)──▶ running
 *        └──────end───────┴──▶ dead: nothing that was on its way arrives
 *
 * Everything that happens to a process passes `run`: what comes while it is paused waits and then happens in its order. Its
 * clocks are its own: the one for people is off by a little, the one that measures goes a little faster or slower than others.
 * @module
 */
import type { Clock, Runner } from '../../src/engine/kernel/ports.js';
import type { VirtualWorld } from './virtual-world.js';

export class SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly #world: VirtualWorld;
  #state: 'running' | 'paused' | 'dead' = 'running';
  #waiting: (() => void)[] = [];

  /**
   * @param rate milliseconds that its measuring clock goes on in one of the world
   * @param skew milliseconds by which its clock for people is off now
   */
  constructor(world: VirtualWorld, name: string, rate: number, skew: () => number) {
    this.#world = world;
    this.name = name;
    const after = (callback: () => void, ms: number): (() => void) =>
      world.after(ms / rate, () => this.run(callback));
    this.clock = {
      now: () => world.wall() + skew(),
      monotonic: () => world.elapsed * rate,
      setTimer: after,
      soon: (callback) => void after(callback, 0),
    };
  }

  get isAlive(): boolean {
    return this.#state !== 'dead';
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
  }

  /** Now, when it runs again, or never. */
  run(act: () => void): void {
    if (this.#state === 'running') act();
    else if (this.#state === 'paused') this.#waiting.push(act);
  }

  /** Resolves when it runs. */
  running(): Promise<void> {
    return new Promise((resolve) => this.run(resolve));
  }

  /** An answer, heard when it runs. */
  hears<Answer>(answer: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      answer.then(
        (value) => this.run(() => resolve(value)),
        (error: unknown) => this.run(() => reject(error as Error)),
      );
    });
  }

  /** The same port; its answers are heard when the process runs. */
  holds<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        return (...values: unknown[]) => {
          const answer = member.apply(target, values) as unknown;
          return answer instanceof Promise ? this.hears(answer) : answer;
        };
      },
    });
  }

  pause(ms: number): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#world.after(ms, () => {
      if (this.#state !== 'paused') return;
      this.#state = 'running';
      while (this.#waiting.length > 0 && this.#state === 'running') this.#waiting.shift()?.();
    });
  }

  end(): void {
    this.#state = 'dead';
    this.#waiting = [];
  }
}

/**
 * The same runner; the process hears of its attempts when it runs. They go on while it does not.
 * @param begins told of each attempt that begins
 */
export function heldRunner(
  process: SimulatedProcess,
  runner: Runner,
  begins: (attempt: string) => void,
): Runner {
  return {
    ...runner,
    start(request, listener) {
      begins(request.attemptId);
      runner.start(request, {
        log: (record) => process.run(() => listener.log(record)),
        heartbeat: () => process.run(() => listener.heartbeat()),
        settled: (outcome) => process.run(() => listener.settled(outcome)),
      });
    },
  };
}
