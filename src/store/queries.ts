/**
 * All queries over one connection, whether it writes or only reads.
 * @module
 */
import { accessQueries } from './access.js';
import { accessKeyQueries } from './access-keys.js';
import { attemptQueries } from './attempts.js';
import type { Driver } from './driver.js';
import { executionLists } from './execution-lists.js';
import { executionQueries } from './executions.js';
import { historyQueries } from './history.js';
import { logQueries } from './logs.js';
import { machineQueries } from './machines.js';
import { mapChildQueries } from './map-children.js';
import { removalQueries } from './removal.js';
import { rowQueries } from './rows.js';
import type { SynchronousStore } from './store.js';
import { timerQueries } from './timers.js';

/** By table group: with what a commit needs of each. */
export interface QueryGroups {
  executions: ReturnType<typeof executionQueries>;
  history: ReturnType<typeof historyQueries>;
  attempts: ReturnType<typeof attemptQueries>;
  timers: ReturnType<typeof timerQueries>;
  rows: ReturnType<typeof rowQueries>;
  removal: ReturnType<typeof removalQueries>;
  logs: ReturnType<typeof logQueries>;
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
    rows: rowQueries(driver),
    removal: removalQueries(driver),
    logs: logQueries(driver),
  };
  const { executions, attempts, timers } = groups;
  return {
    groups,
    store: {
      ...machineQueries(driver),
      ...accessQueries(driver),
      ...accessKeyQueries(driver),
      ...executionLists(driver),
      ...executions,
      ...groups.history,
      ...attempts,
      ...timers,
      ...mapChildQueries(driver),
      ...groups.rows,
      ...groups.removal,
      ...groups.logs,
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
