/**
 * Planted bugs of servers that share a database: epochs, leases, take-overs.
 * @module
 */
import { StoreError } from '../../src/store/errors.js';
import type { AttemptRecord, LoadedExecution } from '../../src/store/store.js';
import type { Mutant } from './simulate.js';
import { hasCluster } from './two-engines.js';
import type { VirtualWorld } from './virtual-world.js';

const PLANTED: readonly Mutant[] = [
  {
    name: 'does not look at the epoch when it commits',
    sql: (sql) => (/^SELECT 1 \/ \(/.test(sql) ? 'SELECT 1 AS ours WHERE $1 <> $2' : sql),
  },
  {
    name: 'renews a lease that another server has',
    sql: (sql) =>
      sql.startsWith('UPDATE settings SET value')
        ? sql.replace(/AND EXISTS \(.*\) RETURNING/s, "AND $2 <> '' RETURNING")
        : sql,
  },
  {
    name: 'takes over without a new epoch',
    sql: (sql) =>
      sql.replace('CAST(settings.value AS BIGINT) + 1', 'CAST(settings.value AS BIGINT)'),
  },
  {
    name: 'begins what it has committed after it was replaced',
    ignoresLease: true,
  },
  {
    name: 'goes on after a commit that was refused to a server that was replaced',
    store: (store) => ({
      ...store,
      commit: async (commit) => {
        try {
          await store.commit(commit);
        } catch (error) {
          if (!(error instanceof StoreError) || (error.code !== 'fenced' && error.code !== 'io'))
            throw error;
        }
      },
    }),
  },
  {
    name: 'closes at a take-over attempts that have ended since it read them',
    store: (() => {
      /** Executions as they stood before the last commits of whoever was active, of each seed. */
      const worlds = new WeakMap<VirtualWorld, Map<number, LoadedExecution>>();
      return (store, world) => {
        const before = worlds.get(world) ?? new Map<number, LoadedExecution>();
        worlds.set(world, before);
        // What a server has read while it stood by.
        const known = new Map(before);
        const open = (): AttemptRecord[] =>
          [...known.values()].flatMap(({ attempts }) =>
            attempts.filter(({ status }) => status === 'started'),
          );
        return {
          ...store,
          commit: async (commit) => {
            for (const { number } of commit.executions) {
              const loaded = await store.loadExecution(number);
              if (loaded !== undefined) before.set(number, loaded);
              known.delete(number);
            }
            await store.commit(commit);
          },
          loadExecution: async (number) => known.get(number) ?? (await store.loadExecution(number)),
          listAttempts: async (query) => {
            if (query.status !== 'started' || query.after !== 0) return store.listAttempts(query);
            return open().map((attempt, position) => ({ attempt, position: position + 1 }));
          },
        };
      };
    })(),
  },
];

export const CLUSTER_MUTANTS: readonly Mutant[] = PLANTED.map((mutant) => ({
  ...mutant,
  shows: hasCluster,
}));
