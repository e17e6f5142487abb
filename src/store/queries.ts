/**
 * All queries, whatever database answers them: plans of what is read, plans of what is written by itself, and what a turn
 * writes.
 * @module
 */
import { accessReads, accessWrites } from './access.js';
import { accessKeyReads, accessKeyWrites } from './access-keys.js';
import { attemptReads, attemptsOf } from './attempts.js';
import { openWorkReads } from './backups/open-work.js';
import type { Driver } from './driver.js';
import { executionLists } from './execution-lists.js';
import { executionReads } from './executions.js';
import { historyReads } from './history.js';
import { logSearches } from './log-search.js';
import { logReads } from './logs.js';
import { machineReads } from './machines.js';
import { mapChildReads } from './map-children.js';
import { ownSealings } from './own-sealings.js';
import { type Plan, type Plans, runNow } from './plan.js';
import { removalReads } from './removal.js';
import { type RowPlans, rowReads } from './rows.js';
import type { Store, SynchronousStore } from './store.js';
import type { RowReads } from './table.js';
import { timerReads, timersOf } from './timers.js';

/** Written by themselves, each in a transaction of its own. */
export type WriteMethod =
  | 'insertToken'
  | 'deleteToken'
  | 'deleteExpiredTokens'
  | 'writeSetting'
  | 'insertAccessKey'
  | 'deleteAccessKey';

/** What is more than a query, and each store does in its own way. */
export type OwnMethod =
  | 'commit'
  | 'leaveBackup'
  | 'joinTables'
  | 'giveBack'
  | 'information'
  | 'close';

export type ReadMethod = Exclude<keyof Store, keyof RowReads | WriteMethod | OwnMethod>;

export const readPlans: Plans<ReadMethod> & RowPlans = {
  ...machineReads,
  ...accessReads,
  ...accessKeyReads,
  ...executionLists,
  ...executionReads,
  ...historyReads,
  ...attemptReads,
  ...timerReads,
  ...mapChildReads,
  ...rowReads,
  ...removalReads,
  ...logReads,
  ...logSearches,
  listOwnSealings: ownSealings,
  ...openWorkReads,
  *loadExecution(number) {
    const record = yield* executionReads.findExecution(number);
    if (!record) return undefined;
    return {
      record,
      threads: yield* executionReads.listThreads(number),
      attempts: yield* attemptsOf(number),
      timers: yield* timersOf(number),
    };
  },
};

export const writePlans: Plans<WriteMethod> = { ...accessWrites, ...accessKeyWrites };

type AnyPlan = (...values: unknown[]) => Plan<unknown>;

/** The same methods, each of which runs its plan. */
export function running<Methods>(plans: object, run: (plan: Plan<unknown>) => unknown): Methods {
  const made = Object.entries(plans as { [name: string]: AnyPlan }).map(
    ([name, plan]) => [name, (...values: unknown[]) => run(plan(...values))] as const,
  );
  return Object.fromEntries(made) as Methods;
}

/** What a driver of SQLite answers at once, whether it writes or only reads. */
export function queriesOf(driver: Driver): Omit<SynchronousStore, OwnMethod> {
  return running({ ...readPlans, ...writePlans }, (plan) => runNow(driver, plan));
}
