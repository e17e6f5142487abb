// The engine of the servers that are killed: as it is built, on a real SQLite file, with what each of them adds.
import { join } from 'node:path';
import { createConnectorRunner } from '../../dist/engine/adapters/connector-runner.js';
import { createLocalItems } from '../../dist/engine/adapters/local-items.js';
import { createEngine } from '../../dist/engine/create-engine.js';
import { openSqliteStore } from '../../dist/store/sqlite-store.js';

/**
 * @param folder where everything of it lies
 * @param file name of the database in it
 * @param config of the engine, and `connectors`, `concurrency`, `synchronous`, where they are others than usual; `through`, what the
 *     engine has its store through
 */
export function openKilledEngine(folder, file, config = {}) {
  const { connectors = [], concurrency, synchronous = 'FULL', through, ...more } = config;
  const store = openSqliteStore({ file: join(folder, file), synchronous });
  const engine = createEngine({
    store: through === undefined ? store : through(store),
    runner: createConnectorRunner(new Map(connectors.map((one) => [one.kind, one])), concurrency),
    evaluator: { evaluate: async () => [], close: async () => {} },
    itemSource: createLocalItems(),
    workFolder: join(folder, 'work'),
    ...more,
  });
  return { engine, store };
}
