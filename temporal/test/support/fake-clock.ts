/**
 * Lets timers of workflows pass a thousand times as fast, half a second at least and a second and a half at most: for recorded
 * executions that wait, whose order of timers is all that matters.
 * @module
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';

const SPEED = 1_000;
const SHORTEST = 500;
const LONGEST = 1_500;

export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      startTimer: (input, next) =>
        next({ ...input, durationMs: Math.min(SHORTEST + input.durationMs / SPEED, LONGEST) }),
    },
  ],
});
