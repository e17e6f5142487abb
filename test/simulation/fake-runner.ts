/**
 * The Runner port: attempts that succeed, fail, take long, never answer, answer twice, or answer after they were killed.
 * @module
 */
import type {
  AttemptListener,
  AttemptOutcome,
  AttemptRequest,
  Runner,
} from '../../src/engine/kernel/ports.js';
import type { Invariants } from './invariants.js';
import type { VirtualWorld } from './virtual-world.js';

export interface RunnerFaults {
  /** Share of attempts without an answer: their timeout must end them. */
  silent: number;
  /** Share of answers that come twice. */
  twice: number;
  soft: number;
  hard: number;
  slow: number;
}

/** @param isAlive false once the engine that owns this runner has crashed: nothing is heard any more */
export function createFakeRunner(
  world: VirtualWorld,
  invariants: Invariants,
  faults: () => RunnerFaults,
  isAlive: () => boolean,
): Runner {
  const running = new Map<string, AttemptListener>();

  function settle(id: string, outcome: AttemptOutcome): void {
    const listener = running.get(id);
    if (listener === undefined || !isAlive()) return;
    if (!world.chance(faults().twice)) running.delete(id);
    else world.after(world.between(0, 2000), () => settle(id, outcome));
    listener.settled(outcome);
  }

  return {
    kinds: new Map([['echo', 3]]),
    code: new Map(),
    start(request: AttemptRequest, listener) {
      invariants.attemptBegins(request);
      running.set(request.attemptId, listener);
      const now = faults();
      if (world.chance(now.silent)) return;
      const delay = world.chance(now.slow) ? world.between(1000, 50_000) : world.between(0, 400);
      if (world.chance(0.5)) {
        world.after(delay / 2, () => {
          if (!isAlive() || !running.has(request.attemptId)) return;
          listener.log({ at: world.wall(), stream: 'stdout', level: 'info', message: 'half way' });
          listener.heartbeat();
        });
      }
      const outcome: AttemptOutcome = world.chance(now.hard)
        ? { type: 'failed', error: 'Hard', cause: 'simulated' }
        : world.chance(now.soft)
          ? { type: 'failed', error: 'Soft', cause: 'simulated' }
          : { type: 'succeeded', output: request.arguments };
      world.after(delay, () => settle(request.attemptId, outcome));
    },
    kill(attemptId) {
      if (!running.has(attemptId)) return;
      world.after(world.between(0, 500), () =>
        settle(attemptId, { type: 'failed', error: 'Killed', cause: 'killed' }),
      );
    },
    async forget() {},
    async close() {
      running.clear();
    },
  };
}
