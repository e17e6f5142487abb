/**
 * The wall clock of this process, for tests of a whole server that a time of day must reach: it is set ahead, as people and
 * time servers do, and nobody waits until the time has come. Timers go on as ever.
 * @module
 */

import { vi } from 'vitest';
import type { Engine } from '../../src/engine/engine.js';
import type { ScheduleSettings } from '../../src/engine/features/schedules/api-schedule.js';
import { ofTeam } from '../../src/engine/kernel/scope.js';

/** Sets it; until it is set again or `releaseWallClock`, it stands still. @param moment milliseconds since the epoch */
export function setWallClock(moment: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: moment });
}

/** It shows this machine's time again. */
export function releaseWallClock(): void {
  vi.useRealTimers();
}

/** A whole second, this many minutes from now. Milliseconds since the epoch. */
export function minutesAhead(minutes: number): number {
  return Math.ceil(Date.now() / 1000) * 1000 + minutes * 60_000;
}

/** A schedule expression for one moment. */
export function onceAt(moment: number): string {
  return `at(${new Date(moment).toISOString().slice(0, 19)})`;
}

/**
 * Sets the wall clock to a moment and has the engine notice. It looks at the clock once a minute by itself, and at once
 * when what is due first is another one: a schedule for seconds from now, before all others, which is taken back.
 */
export async function reach(engine: Engine, moment: number): Promise<void> {
  const nudge = { group: 'default', name: 'nudge' };
  const settings: ScheduleSettings = {
    expression: onceAt(Math.min(minutesAhead(0) + 20_000, moment - 1_000)),
    timezone: 'UTC',
    state: 'ENABLED',
    afterCompletion: 'NONE',
    target: {
      Arn: engine.arns.stateMachine('none'),
      RoleArn: 'arn:aws:iam::000000000000:role/any',
    },
  };
  await engine.scheduler.create(ofTeam('nudge'), { ...nudge, settings });
  setWallClock(moment);
  await engine.scheduler.delete(ofTeam('nudge'), nudge);
}
