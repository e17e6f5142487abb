/**
 * A real engine on a real SQLite file, for tests; tasks run on a connector that the test gives.
 * @module
 */
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import type { Connector, TaskOutcome, TaskRequest } from '../../src/connectors/connector.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { createEvaluationPool } from '../../src/engine/adapters/evaluation/pool.js';
import { createLocalItems } from '../../src/engine/adapters/local-items.js';
import type { Engine } from '../../src/engine/engine.js';
import type { ItemSource } from '../../src/engine/kernel/ports.js';
import type { Store } from '../../src/store/store.js';
import { EngineHome } from '../support/engine-home.js';

export type Work = (task: TaskRequest, signal: AbortSignal) => TaskOutcome | Promise<TaskOutcome>;

export interface TestEngine {
  readonly engine: Engine;
  /** Where pipelines lie. */
  readonly folder: string;
  /** Where executions get their work folders. */
  readonly work: string;
  /** Where the store lies. */
  readonly data: string;
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
  const home = new EngineHome({
    runner: createConnectorRunner(new Map(kinds.map((kind) => [kind, connector(kind)]))),
    evaluator,
    itemSource,
    wrap,
  });
  await home.open();

  const opened: TestEngine = {
    get engine() {
      return home.engine;
    },
    folder: home.folder,
    work: home.work,
    data: home.data,
    async deploy(name, definition, bindings = {}) {
      await opened.engine.pipelines.deploy({
        name,
        team: 'shop',
        tags: { county: 'alder' },
        definition: definition as MachineDefinition,
        bindings,
        folder: home.folder,
      });
    },
    restart: () => home.restart(0),
    async close() {
      await home.stop(0);
      await evaluator.close();
      home.remove();
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
