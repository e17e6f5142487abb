/**
 * Draining: nothing new begins, what has begun may end. What triggers, schedules and tasks create meanwhile exists and waits; it begins
 * when the engine takes work again, or at its next start.
 *
 *     pauseIntake ──▶ whenDrained: no attempt runs ──▶ whoever asked ends the engine
 *          └──resumeIntake──▶ all that waits begins
 *
 * Timers go on: those of running attempts must be able to fire. What they lead to waits like all else.
 * @module
 */
import type { Kernel } from './kernel/kernel.js';
import { settledWithin } from './kernel/shut-down.js';

/** Milliseconds between two looks at requests of tasks to this server itself, which are short. */
const LOOK = 20;
const PAGE = 1000;

/** From now on nothing begins. */
export function pauseIntake({ intake, attempts }: Kernel): void {
  intake.pause();
  attempts.slots.close();
}

/** Begins all that has waited, as a start does. */
export async function resumeIntake(kernel: Kernel): Promise<void> {
  const { intake, attempts, executions, store, loop } = kernel;
  intake.resume();
  attempts.slots.open();
  for (const kind of attempts.slots.kinds()) attempts.startWaiting(kind);
  for (const number of await store.listUnstarted()) loop.add(executions.beginInput(number));
  for (let after = 0; ; ) {
    const page = await store.listAttempts({ status: 'scheduled', after, limit: PAGE });
    for (const { attempt } of page) {
      if (!attempts.slots.has(attempt.kind)) loop.add(attempts.beginInput(attempt));
    }
    if (page.length < PAGE) return;
    after = page.at(-1)?.position ?? after;
  }
}

/** Resolves when no attempt runs any more; also when the intake has been resumed meanwhile. */
export async function whenDrained(kernel: Kernel): Promise<void> {
  const { intake, attempts, services, clock } = kernel;
  while (intake.isPaused) {
    // What was on its way into the loop has begun when this is durable.
    await kernel.write(() => undefined);
    if (attempts.running + services.running === 0) return;
    await (attempts.running > 0
      ? attempts.whenSettled()
      : settledWithin(new Promise(() => {}), clock, LOOK));
  }
}
