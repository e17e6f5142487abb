/**
 * Planted bugs of datasets, of test runs and of challengers.
 * @module
 */
import {
  CHALLENGES,
  COMPARISONS,
} from '../../src/engine/features/challengers/challenger-tables.js';
import {
  DATASETS,
  READ_VERSIONS,
  SHADOWS,
  VERSIONS,
} from '../../src/engine/features/datasets/dataset-tables.js';
import { EFFECTS } from '../../src/engine/features/test-runs/effect-table.js';
import type { AnyTable } from '../../src/store/table.js';
import { rows } from './changed-rows.js';
import type { Mutant } from './simulate.js';
import { hasTests } from './tried.js';

const PUBLISHING: readonly Mutant[] = [
  {
    name: 'does not write which version is current',
    store: rows((write, n) => (write.table === DATASETS && n % 7 < 3 ? [] : [write])),
  },
  {
    name: 'forgets with the process that a version is being read',
    store: rows((write) =>
      write.table === READ_VERSIONS && write.row !== undefined
        ? [{ ...write, row: { ...write.row, open: 0 } }]
        : [write],
    ),
  },
  {
    name: 'loses versions that were written',
    store: rows((write, n) => (write.table === VERSIONS && n % 3 === 0 ? [] : [write])),
  },
];

const TRYING: readonly Mutant[] = [
  {
    name: 'does not know after a restart that an execution is a test run',
    store: (store) => ({
      ...store,
      loadExecution: async (number) => {
        const loaded = await store.loadExecution(number);
        if (loaded === undefined) return undefined;
        const { testRun: _forgotten, ...record } = loaded.record;
        return { ...loaded, record };
      },
    }),
  },
  {
    name: 'loses what a test run would have done now and then',
    store: rows((write, n) => (write.table === EFFECTS && n % 5 === 2 ? [] : [write])),
  },
  {
    name: 'publishes what a test run wrote',
    store: rows((write) => {
      const { state } = (write.row ?? {}) as { state?: string };
      if (write.table !== VERSIONS || state !== 'shadow') return [write];
      return [{ ...write, row: { ...write.row, state: 'published' } }];
    }),
  },
  {
    name: 'takes what test runs wrote for old',
    store: (store) => ({
      ...store,
      listRows: async (table, query) => {
        const found = await store.listRows(table, query);
        if ((table as AnyTable) !== SHADOWS) return found;
        return found.map((row) => ({ ...row, at: 0 }));
      },
    }),
  },
  {
    name: 'does not find what a test run has written',
    store: (store) => ({
      ...store,
      listRows: (table, query) => {
        const { root } = (query?.where ?? {}) as { root?: number };
        const isAsked = (table as AnyTable) === SHADOWS && root !== undefined;
        return isAsked ? [] : store.listRows(table, query);
      },
    }),
  },
  {
    name: 'forgets the files of test runs',
    store: rows((write) => (write.table === SHADOWS && write.row !== undefined ? [] : [write])),
  },
  {
    name: 'loses what a challenger is compared with now and then',
    store: rows((write, n) => (write.table === COMPARISONS && n % 3 === 0 ? [] : [write])),
  },
  {
    name: 'counts a comparison twice',
    store: rows((write) => {
      const { won = 0 } = (write.row ?? {}) as { won?: number };
      if (write.table !== CHALLENGES || won === 0) return [write];
      return [{ ...write, row: { ...write.row, won: won + 1 } }];
    }),
  },
];

export const DATA_MUTANTS: readonly Mutant[] = [
  ...PUBLISHING,
  ...TRYING.map((mutant) => ({ ...mutant, shows: hasTests })),
];
