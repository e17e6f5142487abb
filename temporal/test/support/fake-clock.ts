/**
 * Lets timers of workflows pass a thousand times as fast, and none takes longer than half a second: for recorded executions that
 * wait, whose order of timers is all that matters.
 * @module
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';

const SPEED = 1_000;
const LONGEST = 500;

export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      startTimer: (input, next) =>
        next({ ...input, durationMs: Math.max(1, Math.min(input.durationMs / SPEED, LONGEST)) }),
    },
  ],
});
