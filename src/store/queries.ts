/**
 * All queries over one connection, whether it writes or only reads.
 * @module
 */
import { accessQueries } from './access.js';
import { attemptQueries } from './attempts.js';
import { backfillQueries } from './backfills.js';
import { declarationQueries } from './declarations.js';
import { deliveryQueries } from './deliveries.js';
import type { Driver } from './driver.js';
import { eventQueries } from './events.js';
import { executionLists } from './execution-lists.js';
import { executionQueries } from './executions.js';
import { historyQueries } from './history.js';
import { logQueries } from './logs.js';
import { machineQueries } from './machines.js';
import { mapRunQueries } from './map-runs.js';
import { resourceQueries } from './resources.js';
import type { SynchronousStore } from './store.js';
import { timerQueries } from './timers.js';

/** By table group: with what a commit needs of each. */
export interface QueryGroups {
  executions: ReturnType<typeof executionQueries>;
  history: ReturnType<typeof historyQueries>;
  attempts: ReturnType<typeof attemptQueries>;
  timers: ReturnType<typeof timerQueries>;
  mapRuns: ReturnType<typeof mapRunQueries>;
  logs: ReturnType<typeof logQueries>;
  events: ReturnType<typeof eventQueries>;
  backfills: ReturnType<typeof backfillQueries>;
  declarations: ReturnType<typeof declarationQueries>;
  deliveries: ReturnType<typeof deliveryQueries>;
}

export interface Queries {
  groups: QueryGroups;
  /** What a store answers, but for what is more than a query. */
  store: Omit<SynchronousStore, 'commit' | 'leaveBackup' | 'information' | 'close'>;
}

export function queriesOf(driver: Driver): Queries {
  const groups: QueryGroups = {
    executions: executionQueries(driver),
    history: historyQueries(driver),
    attempts: attemptQueries(driver),
    timers: timerQueries(driver),
    mapRuns: mapRunQueries(driver),
    logs: logQueries(driver),
    events: eventQueries(driver),
    backfills: backfillQueries(driver),
    declarations: declarationQueries(driver),
    deliveries: deliveryQueries(driver),
  };
  const { executions, attempts, timers } = groups;
  return {
    groups,
    store: {
      ...machineQueries(driver),
      ...accessQueries(driver),
      ...resourceQueries(driver),
      ...executionLists(driver),
      ...executions,
      ...groups.history,
      ...attempts,
      ...timers,
      ...groups.mapRuns,
      ...groups.logs,
      ...groups.events,
      ...groups.backfills,
      ...groups.declarations,
      ...groups.deliveries,
      loadExecution(number) {
        const record = executions.findExecution(number);
        if (!record) return undefined;
        return {
          record,
          threads: executions.listThreads(number),
          attempts: attempts.attemptsOf(number),
          timers: timers.timersOf(number),
        };
      },
    },
  };
}
