/**
 * How an engine ends: what runs may finish, what does not is killed, and all of it is written.
 * @module
 */
import { EngineError } from './errors.js';
import type { Kernel } from './kernel.js';
import type { Clock, Evaluator } from './ports.js';

/** Milliseconds that running attempts have to end when the engine closes. */
export const GRACE = 25_000;

/** Lets running attempts end, then kills them, and waits until all of it is written. */
export async function shutDown(
  parts: Kernel,
  closeFeatures: () => Promise<void>,
  evaluator: Evaluator,
  graceMs: number,
): Promise<void> {
  const { attempts, timers, loop, clock, executions } = parts;
  attempts.slots.close();
  timers.close();
  parts.dueTimes.close();
  await closeFeatures();
  await settledWithin(attempts.whenSettled(), clock, graceMs);
  attempts.expectShutdown();
  parts.services.close();
  await parts.runner.close();
  await loop.whenIdle();
  // Expressions have a deadline of their own, so this ends soon.
  for (let turns = 0; executions.busy > 0 && turns < 100; turns += 1) {
    await settledWithin(new Promise(() => {}), clock, 20);
    await loop.whenIdle();
  }
  await evaluator.close();
  loop.end(new EngineError('ShuttingDown'));
}

/** Resolves when the promise does or the time is over, and leaves no timer behind. */
export async function settledWithin(
  promise: Promise<void>,
  clock: Clock,
  ms: number,
): Promise<void> {
  let cancel: (() => void) | undefined;
  const over = new Promise<void>((resolveOver) => {
    cancel = clock.setTimer(resolveOver, Math.min(ms, 60_000));
  });
  await Promise.race([promise, over]);
  cancel?.();
}
