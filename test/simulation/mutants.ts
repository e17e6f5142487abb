/**
 * Planted bugs. The simulation must find each of them, or it proves nothing.
 * @module
 */

import type { Transition } from '../../src/asl/transition.js';
import { BATCHES } from '../../src/engine/features/bus/batches.js';
import { EVENTS } from '../../src/engine/features/bus/event-table.js';
import { CHECK_RESULTS, CHECK_SERIES } from '../../src/engine/features/checks/check-tables.js';
import { POOL_CLUSTERS, POOL_LEASES } from '../../src/engine/features/cluster-pools/pool-tables.js';
import {
  EXPECTATION_CHANGES,
  STANDINGS,
} from '../../src/engine/features/expectations/expectation-tables.js';
import {
  INCIDENT_CHANGES,
  INCIDENTS,
  SILENCES,
} from '../../src/engine/features/incidents/incident-tables.js';
import { MAP_RUNS } from '../../src/engine/features/map-runs/map-run-table.js';
import {
  ALERT_CHANGES,
  MONITOR_GROUPS,
} from '../../src/engine/features/monitors/monitor-tables.js';
import { NOTIFICATIONS } from '../../src/engine/features/notifications/notification-tables.js';
import { REMOTE_JOBS } from '../../src/engine/features/remote-tasks/remote-job-table.js';
import { PIPELINE_SCHEDULES } from '../../src/engine/features/schedules/pipeline-schedules.js';
import type { Reducer } from '../../src/engine/kernel/reducer.js';
import { StoreError } from '../../src/store/errors.js';
import type { AttemptRecord, Commit, ExecutionWrite, Store } from '../../src/store/store.js';
import type { AnyTable, RowWrite } from '../../src/store/table.js';
import { rows } from './changed-rows.js';
import { CLUSTER_MUTANTS } from './cluster-mutants.js';
import { DATA_MUTANTS } from './data-mutants.js';
import type { Mutant } from './simulate.js';
import { WORKER_MUTANTS } from './worker-mutants.js';

/** Changes what the reducer answers. */
function transitions(
  change: (transition: Transition, type: string) => Transition,
): Mutant['reducer'] {
  return (reducer) => ({
    ...reducer,
    advance: (machine, state, event, evaluate) => {
      const result = reducer.advance(machine, state, event, evaluate);
      return result instanceof Promise
        ? result.then((transition) => change(transition, event.type))
        : change(result, event.type);
    },
  });
}

/** Changes what is written, while the engine believes that it wrote all of it. */
function writes(change: (write: ExecutionWrite, n: number) => ExecutionWrite): Mutant['store'] {
  let n = 0;
  return (store) => ({
    ...store,
    commit: (commit) =>
      store.commit({ ...commit, executions: commit.executions.map((write) => change(write, n++)) }),
  });
}

const spread =
  (overrides: (reducer: Reducer) => Partial<Reducer>): Mutant['reducer'] =>
  (reducer) => ({ ...reducer, ...overrides(reducer) });

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'answers before the commit is durable',
    store: (store, world) => ({
      ...store,
      commit: (commit: Commit) => {
        world.after(world.between(1, 2000), () => {
          try {
            void store.commit(commit);
          } catch {
            // Lost, and nobody hears of it: that is the bug.
          }
        });
      },
    }),
  },
  {
    name: 'forgets an event of the history',
    reducer: transitions((transition) => ({
      ...transition,
      history: transition.history.filter((event) => event.type !== 'TaskStarted'),
    })),
  },
  {
    name: 'writes the last event twice',
    reducer: transitions((transition) => {
      const last = transition.history.at(-1);
      if (last?.type !== 'ExecutionSucceeded') return transition;
      return { ...transition, history: [...transition.history, { ...last, id: last.id + 1 }] };
    }),
  },
  {
    name: 'retries at once instead of after the interval',
    reducer: transitions((transition) => ({
      ...transition,
      commands: transition.commands.map((command) =>
        command.type === 'SetTimer' && command.timer === 'retry' ? { ...command, at: 0 } : command,
      ),
    })),
  },
  {
    name: 'counts retries one too few',
    reducer: spread((reducer) => ({
      compile: (definition, pointer) =>
        reducer.compile(
          JSON.parse(JSON.stringify(definition).replaceAll('"MaxAttempts":2', '"MaxAttempts":9')),
          pointer,
        ),
    })),
  },
  {
    name: 'loses the timers of a transition',
    reducer: transitions((transition) => ({
      ...transition,
      commands: transition.commands.filter((command) => command.type !== 'SetTimer'),
    })),
  },
  {
    name: 'does not write timers',
    store: writes((write) => ({ ...write, timers: [] })),
  },
  {
    name: 'never clears timers',
    store: writes((write) => ({ ...write, clearedTimers: [] })),
  },
  {
    name: 'does not write attempts',
    store: writes((write) => ({ ...write, attempts: [] })),
  },
  {
    name: 'does not close attempts',
    store: writes((write) => ({ ...write, closedAttempts: [] })),
  },
  {
    name: 'loses the history of a commit now and then',
    store: writes((write, n) => (n % 7 === 3 && !write.create ? { ...write, history: [] } : write)),
  },
  {
    name: 'does not write the progress of an execution now and then',
    store: writes((write, n) => {
      if (n % 5 !== 2 || write.create) return write;
      const { progress: _lost, ...rest } = write;
      return rest;
    }),
  },
  {
    name: 'leaves removed threads behind',
    store: writes((write) => ({ ...write, removedThreads: [] })),
  },
  {
    name: 'begins started attempts again after a crash',
    store: (store: Store) => {
      const again = (attempt: AttemptRecord): AttemptRecord =>
        attempt.status === 'started' ? { ...attempt, status: 'scheduled' } : attempt;
      return {
        ...store,
        loadExecution: async (number) => {
          const loaded = await store.loadExecution(number);
          return loaded && { ...loaded, attempts: loaded.attempts.map(again) };
        },
        listAttempts: async (query) => {
          if (query.status === 'started') return [];
          const found = await store.listAttempts(query);
          if (query.status !== 'scheduled') return found;
          const started = await store.listAttempts({ ...query, status: 'started' });
          return [...found, ...started].map((row) => ({ ...row, attempt: again(row.attempt) }));
        },
      };
    },
  },
  {
    name: 'forgets scheduled attempts at a restart',
    store: (store) => ({
      ...store,
      listAttempts: (query) => (query.status === 'scheduled' ? [] : store.listAttempts(query)),
    }),
  },
  {
    name: 'does not look for timers in the store',
    store: (store) => ({ ...store, listTimers: () => [] }),
  },
  {
    name: 'does not find an execution by its name',
    store: (store) => ({ ...store, findExecutionByName: () => undefined }),
  },
  {
    name: 'reads an execution as it was before the last commit',
    store: (store) => {
      const before = new Map<number, ReturnType<Store['loadExecution']>>();
      return {
        ...store,
        loadExecution: (number) => {
          const now = store.loadExecution(number);
          const answer = before.get(number) ?? now;
          before.set(number, now);
          return answer;
        },
      };
    },
  },
  {
    name: 'gives two attempts one id',
    random: (random) => {
      let n = 0;
      let last = '';
      return {
        ...random,
        id: (at) => {
          if (n++ % 6 !== 5) last = random.id(at);
          return last;
        },
      };
    },
  },
  {
    name: 'begins an attempt before its start is durable',
    store: (store, world) => ({
      ...store,
      commit: (commit) => {
        const later = commit.executions.filter((write) => write.attempts.length > 0);
        if (later.length === 0) return store.commit(commit);
        // The attempts of this commit are made durable a moment after everybody was told.
        const first = store.commit({
          ...commit,
          executions: commit.executions.map((write) => ({ ...write, attempts: [] })),
        });
        world.after(50, () => {
          try {
            void store.commit({
              ...commit,
              rows: [],
              logs: [],
              executions: later.map(onlyAttempts),
            });
          } catch {
            // A crash in between has lost them.
          }
        });
        return first;
      },
    }),
  },
  {
    name: 'forgets a count of a map run',
    store: (store) => {
      let counts = 0;
      const isKept = ({ table, isChange }: RowWrite): boolean =>
        table !== MAP_RUNS || isChange !== true || ++counts % 7 !== 0;
      return {
        ...store,
        commit: (commit) => store.commit({ ...commit, rows: commit.rows.filter(isKept) }),
      };
    },
  },
  {
    // One that only forgets is hardly one: what it serves again has its name already.
    name: 'believes that it has served a minute of a schedule that is to come',
    store: rows((write) => {
      const { table, row } = write;
      if (table !== PIPELINE_SCHEDULES || row === undefined) return [write];
      const { served } = row as { served: number };
      return [{ ...write, row: { ...row, served: served + 60_000 } }];
    }),
  },
  {
    name: 'forgets which events wait in a batch',
    store: (store) => ({
      ...store,
      commit: (commit) => store.commit(without(commit, BATCHES)),
    }),
  },
  {
    name: 'forgets an event that it answered for',
    store: (store) => ({
      ...store,
      commit: (commit) => store.commit(without(commit, EVENTS)),
    }),
  },
  {
    name: 'does not know after a restart what runs',
    store: (store) => ({
      ...store,
      listExecutions: (query) =>
        query.pipeline?.name === 'limited' ? [] : store.listExecutions(query),
    }),
  },
  {
    name: 'answers with the execution of that name of another team',
    store: (store) => ({
      ...store,
      findExecutionByName: ({ name: pipeline }, name) =>
        store.findExecutionByName({ team: 'team', name: pipeline }, name) ??
        store.findExecutionByName({ team: 'twin', name: pipeline }, name),
    }),
  },
  {
    name: 'forgets after a restart what waits',
    store: (store) => ({ ...store, listUnstarted: () => [] }),
  },
  {
    name: 'writes no check result now and then',
    store: rows((write, n) => (write.table === CHECK_RESULTS && n % 5 === 2 ? [] : [write])),
  },
  {
    name: 'loses a change of an expectation now and then',
    store: rows((write, n) => (write.table === EXPECTATION_CHANGES && n % 5 === 2 ? [] : [write])),
  },
  {
    name: 'tells a change of an expectation twice',
    store: rows((write) => {
      const { table, row } = write;
      if (table !== EXPECTATION_CHANGES || row === undefined) return [write];
      const number = Number(write.key[0]) + 1_000_000;
      return [write, { ...write, key: [number], row: { ...row, number } }];
    }),
  },
  {
    name: 'forgets where an expectation stands',
    store: (store) => ({
      ...store,
      commit: (commit) => {
        const isKept = ({ table, row }: RowWrite): boolean =>
          table !== STANDINGS || (row as { state?: string } | undefined)?.state === 'EXPECTED';
        return store.commit({ ...commit, rows: commit.rows.filter(isKept) });
      },
    }),
  },
  {
    name: 'does not know after a restart when a pipeline ran last',
    store: (store) => ({
      ...store,
      listExecutions: (query) =>
        query.pipeline === undefined || query.status !== undefined
          ? store.listExecutions(query)
          : [],
      listRows: (table, query) =>
        (table as AnyTable) === CHECK_RESULTS ? [] : store.listRows(table, query),
    }),
  },
  {
    name: 'forgets where a group of a monitor stands',
    store: (store) => ({
      ...store,
      commit: (commit) => store.commit(without(commit, MONITOR_GROUPS)),
    }),
  },
  {
    name: 'loses a change of an alert now and then',
    store: rows((write, n) => (write.table === ALERT_CHANGES && n % 3 === 1 ? [] : [write])),
  },
  {
    name: 'tells a change of an alert twice',
    store: rows((write) => {
      const { table, row } = write;
      if (table !== ALERT_CHANGES || row === undefined) return [write];
      const number = Number(write.key[0]) + 1_000_000;
      return [write, { ...write, key: [number], row: { ...row, number } }];
    }),
  },
  {
    name: 'fires without the result that made it so',
    store: rows((write) => {
      const { row } = write;
      if (write.table !== ALERT_CHANGES || row === undefined) return [write];
      const { because } = row as { because: number[] };
      return [{ ...write, row: { ...row, because: because.map((number) => number + 1_000) } }];
    }),
  },
  {
    name: 'forgets at a restart which incidents are open',
    store: (store) => ({
      ...store,
      listRows: (table, query) =>
        (table as AnyTable) === INCIDENTS ? [] : store.listRows(table, query),
    }),
  },
  {
    name: 'loses what becomes of an incident now and then',
    store: rows((write, n) => (write.table === INCIDENT_CHANGES && n % 3 === 1 ? [] : [write])),
  },
  {
    name: 'does not write down how an incident stands',
    store: rows((write, n) => (write.table === INCIDENTS && n % 5 === 1 ? [] : [write])),
  },
  {
    name: 'loses a message about an incident now and then',
    store: rows((write, n) => {
      const isOfIncident = (write.row as { incident?: number } | undefined)?.incident !== undefined;
      return write.table === NOTIFICATIONS && isOfIncident && n % 3 === 1 ? [] : [write];
    }),
  },
  {
    name: 'tells people although it was to be silent',
    store: rows((write) => {
      const { table, row } = write;
      if (table !== SILENCES || row === undefined) return [write];
      return [{ ...write, row: { ...row, ends: (row as { ends: number }).ends + 3_600_000 } }];
    }),
  },
  {
    name: 'tells what becomes of an incident twice',
    store: rows((write) => {
      const { table, row } = write;
      if (table !== INCIDENT_CHANGES || row === undefined) return [write];
      const number = Number(write.key[0]) + 1_000_000;
      return [write, { ...write, key: [number], row: { ...row, number } }];
    }),
  },
  {
    name: 'does not know after a restart when a series was heard of last',
    store: (store) => ({
      ...store,
      listRows: async (table, query) => {
        const found = await store.listRows(table, query);
        if ((table as AnyTable) !== CHECK_SERIES) return found;
        return found.map((row) => ({ ...row, lastAt: (row as { createdAt?: number }).createdAt }));
      },
    }),
  },
  {
    name: 'tells the client of success when the commit failed',
    store: (store) => ({
      ...store,
      commit: (commit) => {
        try {
          return store.commit(commit);
        } catch (error) {
          if (error instanceof StoreError && (error.code === 'busy' || error.code === 'full'))
            return undefined;
          throw error;
        }
      },
    }),
  },
  {
    name: 'notes that a message has arrived before it was sent',
    store: rows((write) => {
      if (write.table !== NOTIFICATIONS || write.isChange || write.row === undefined)
        return [write];
      return [{ ...write, row: { ...write.row, status: 'DELIVERED' } }];
    }),
  },
  {
    name: 'forgets to note that a message has arrived',
    store: rows((write, n) =>
      write.table === NOTIFICATIONS && write.isChange && n % 3 === 0 ? [] : [write],
    ),
  },
  {
    name: 'asks again as if it had never asked',
    remote: (tasks) => ({
      ...tasks,
      submit: (request) => tasks.submit({ ...request, isAgain: false }),
    }),
  },
  {
    name: 'never asks a job to end',
    remote: (tasks) => ({ ...tasks, stop: async () => true }),
  },
  {
    name: 'takes the state of one job for that of another',
    remote: (tasks) => ({
      ...tasks,
      look: async (jobs, signal) => (await tasks.look(jobs, signal)).toReversed(),
    }),
  },
  {
    name: 'does not write down that it submits',
    store: rows((write) => (phaseOf(write) === 'submitting' ? [] : [write])),
  },
  {
    name: 'does not write down which job it waits for',
    store: rows((write) => (phaseOf(write) === 'waiting' ? [] : [write])),
  },
  {
    name: 'does not write down that a job is to be ended',
    store: rows((write) => (phaseOf(write) === 'stopping' ? [] : [write])),
  },
  {
    name: 'forgets a job before it was asked to end',
    store: rows((write) => {
      if (phaseOf(write) !== 'stopping') return [write];
      return [{ ...write, row: { ...write.row, phase: 'ended' } }];
    }),
  },
  {
    name: 'does not write down who has a cluster',
    store: rows((write) => {
      const { phase } = (write.row ?? {}) as { phase?: string };
      const isTaken = write.table === POOL_LEASES && (phase === 'given' || phase === 'holding');
      return isTaken ? [] : [write];
    }),
  },
  {
    name: 'does not write down that a cluster is given back',
    store: rows((write) => (write.table === POOL_LEASES && write.row === undefined ? [] : [write])),
  },
  {
    name: 'does not write down that it asks for a cluster',
    store: rows((write) => {
      const { phase } = (write.row ?? {}) as { phase?: string };
      return write.table === POOL_CLUSTERS && phase === 'asked' ? [] : [write];
    }),
  },
  {
    name: 'ends an execution without the message of its end',
    store: rows((write) => {
      const { message } = (write.row ?? {}) as { message?: { key: string } };
      const isEnd = write.table === NOTIFICATIONS && message?.key.includes('-ended-');
      return isEnd && !write.isChange ? [] : [write];
    }),
  },
  ...DATA_MUTANTS,
  ...CLUSTER_MUTANTS,
  ...WORKER_MUTANTS,
];

function onlyAttempts(write: ExecutionWrite): ExecutionWrite {
  const { number, attempts } = write;
  return {
    number,
    attempts,
    threads: [],
    removedThreads: [],
    history: [],
    closedAttempts: [],
    timers: [],
    clearedTimers: [],
  };
}

/** The phase into which a job comes; undefined: it is no job. */
function phaseOf({ table, row }: RowWrite): string | undefined {
  return table === REMOTE_JOBS ? (row as { phase?: string } | undefined)?.phase : undefined;
}

/** A commit that forgets the rows of a table. */
function without(commit: Commit, table: AnyTable): Commit {
  return { ...commit, rows: commit.rows.filter((write) => write.table !== table) };
}
