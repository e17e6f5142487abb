/**
 * What every store must do. One suite, run by each store's own test with a factory: SQLite on a file, and PostgreSQL.
 *
 * Its parts lie in `suite/`, one a room of the store. At the end it says which methods of the interface no part has called.
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from './store.js';
import { accessSuite } from './suite/access-suite.js';
import { attemptSuite } from './suite/attempt-suite.js';
import { executionSuite } from './suite/execution-suite.js';
import { featureTableSuite } from './suite/feature-table-suite.js';
import { historySuite } from './suite/history-suite.js';
import { listSuite } from './suite/list-suite.js';
import { logSearchSuite } from './suite/log-search-suite.js';
import { mapRunSuite } from './suite/map-run-suite.js';
import { noting, STORE_METHODS } from './suite/methods.js';
import { removalSuite } from './suite/removal-suite.js';
import { SAMPLES, SHELVES, sampleSuite } from './suite/row-suite.js';
import {
  deploy,
  MACHINES,
  MAP_RUNS,
  machine,
  PIPELINES,
  type Stage,
  type StoreFactory,
} from './suite/stage.js';
import type { AnyTable } from './table.js';

export type { StoreFactory } from './suite/stage.js';

export interface StoreSuiteOptions {
  /** Makes the factory of one test. */
  makeFactory(): StoreFactory;
  /** The tables that kernel and features declare: a row of each goes in and out. */
  tables: readonly AnyTable[];
}

/** Describes a store by its behaviour. */
export function storeSuite(name: string, { makeFactory, tables }: StoreSuiteOptions): void {
  describe(name, () => {
    const called = new Set<string>();
    let factory: StoreFactory;
    let store: Store;

    const open = async (): Promise<void> => {
      store = noting(await factory.open(), called);
    };
    beforeEach(async () => {
      factory = makeFactory();
      await open();
      await store.joinTables([SAMPLES, SHELVES, MACHINES, PIPELINES, MAP_RUNS]);
      await deploy(store, machine(1, { deployment: { name: 'orders' } }));
    });
    afterEach(async () => {
      await store.close();
      await factory.remove();
    });
    const stage: Stage = {
      get store() {
        return store;
      },
      async reopen() {
        await store.close();
        await open();
      },
    };

    executionSuite(stage);
    historySuite(stage);
    logSearchSuite(stage);
    attemptSuite(stage);
    listSuite(stage);
    mapRunSuite(stage);
    removalSuite(stage);
    sampleSuite(stage);
    featureTableSuite(stage, tables);
    accessSuite(stage);

    it('has had every one of its methods called by these tests', () => {
      expect(STORE_METHODS.filter((method) => !called.has(method))).toEqual([]);
    });
  });
}
