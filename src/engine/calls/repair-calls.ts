/**
 * `engine.repairs`: what must run again after an execution was repaired.
 * @module
 */
import { planRepair, type RepairPlan } from '../features/upstreams/repair-plan.js';
import type { Upstreams } from '../features/upstreams/upstreams.js';
import type { DurableRequest } from '../kernel/durable-request.js';
import type { Kernel } from '../kernel/kernel.js';
import { type Scope, sees } from '../kernel/scope.js';
import type { Reading } from './reading.js';

export interface RepairCalls {
  /**
   * What was made from an older outcome of an execution's pipeline and interval, and must run again, upstreams first.
   * Pipelines that the scope does not see are left out. Throws ExecutionNotFound.
   */
  plan(scope: Scope, execution: string): Promise<RepairPlan>;
}

export function repairCalls(
  kernel: Kernel,
  upstreams: Upstreams,
  reading: Reading,
  request: DurableRequest,
): RepairCalls {
  return {
    async plan(scope, execution) {
      const record = await reading.find(scope, execution);
      // Pipelines that follow by themselves are started in turns that wait already: look after those.
      await request<void>((settle) => ({
        refuse: settle.reject,
        perform: (turn) => {
          turn.afterCommit(() => settle.resolve());
          return 'done';
        },
      }));
      const plan = await planRepair(kernel, upstreams, record);
      return { ...plan, items: plan.items.filter(({ team }) => sees(scope, team)) };
    },
  };
}
