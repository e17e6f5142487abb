/**
 * A real engine on a real SQLite file, for tests; tasks run on a connector that the test gives.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import type { Connector, TaskOutcome, TaskRequest } from '../../src/connectors/connector.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { createEvaluationPool } from '../../src/engine/adapters/evaluation/pool.js';
import { createLocalItems } from '../../src/engine/adapters/local-items.js';
import { createEngine } from '../../src/engine/create-engine.js';
import type { Engine } from '../../src/engine/engine.js';
import { passingEncryption } from '../../src/engine/kernel/masking/encryption.js';
import type { ItemSource } from '../../src/engine/kernel/ports.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import type { Store } from '../../src/store/store.js';

export type Work = (task: TaskRequest, signal: AbortSignal) => TaskOutcome | Promise<TaskOutcome>;

export interface TestEngine {
  engine: Engine;
  folder: string;
  deploy(
    name: string,
    definition: object,
    bindings?: { [resource: string]: JsonObject },
  ): Promise<void>;
  /** Closes the engine and opens another one on the same file. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const succeeded = (output: unknown): TaskOutcome => ({
  type: 'succeeded',
  output: output as never,
});
export const failed = (error: string, cause = 'because'): TaskOutcome => ({
  type: 'failed',
  error,
  cause,
});

/**
 * @param wrap puts something between the engine and its store
 * @param itemSource reads the items of distributed Maps
 */
export async function openTestEngine(
  work: Work = (task) => succeeded(task.arguments),
  wrap: (store: Store) => Store = (store) => store,
  itemSource: ItemSource = createLocalItems(),
): Promise<TestEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-engine-'));
  const connector = (kind: string): Connector => ({
    kind,
    runsCode: kind !== 'echo',
    validate: () => [],
    run: async (task, context) => {
      context.log({
        at: Date.now(),
        stream: 'stdout',
        level: 'info',
        message: `${task.state} at work`,
      });
      return await work(task, context.signal);
    },
  });
  const kinds = ['echo', 'lambda'];
  const evaluator = createEvaluationPool();
  // Of the data folder, as a server's: it outlives the engine.
  const seal = passingEncryption();
  let store = openSqliteStore({ file: join(folder, 'test.db') });

  async function open(): Promise<Engine> {
    const engine = createEngine({
      store: wrap(store),
      runner: createConnectorRunner(new Map(kinds.map((kind) => [kind, connector(kind)]))),
      evaluator,
      itemSource,
      workFolder: join(folder, 'work'),
      seal,
    });
    await engine.open();
    return engine;
  }

  const opened: TestEngine = {
    engine: await open(),
    folder,
    async deploy(name, definition, bindings = {}) {
      await opened.engine.deployPipeline({
        name,
        team: 'shop',
        tags: { county: 'alder' },
        definition: definition as MachineDefinition,
        bindings,
        folder,
      });
    },
    async restart() {
      await opened.engine.close(0);
      store.close();
      store = openSqliteStore({ file: join(folder, 'test.db') });
      opened.engine = await open();
    },
    async close() {
      await opened.engine.close(0);
      await evaluator.close();
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return opened;
}

/** A machine of one task. */
export function oneTask(more: object = {}): object {
  return {
    StartAt: 'Work',
    States: { Work: { Type: 'Task', Resource: 'millrace:echo', End: true, ...more } },
  };
}
