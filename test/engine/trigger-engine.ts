/**
 * A real engine on a real file for tests of triggers: a clock that the test moves, pipelines of one state, and a crash.
 * @module
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../src/asl/json.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { createLocalItems } from '../../src/engine/adapters/local-items.js';
import { createEngine } from '../../src/engine/create-engine.js';
import type { Engine, ExecutionDetail } from '../../src/engine/engine.js';
import type { FileSource } from '../../src/engine/features/files/file-source.js';
import { createFileSource } from '../../src/engine/features/files/file-source.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import type { Store } from '../../src/store/store.js';
import { ManualClock, settled } from './manual-clock.js';

export interface TriggerEngine {
  engine: Engine;
  store: Store;
  readonly clock: ManualClock;
  /** Where pipelines lie. */
  readonly folder: string;
  /** @param allow what other teams may do with it */
  deploy(name: string, trigger: JsonObject, team?: string, allow?: JsonObject): Promise<void>;
  /** Of a pipeline, the oldest first. */
  executions(pipeline: string): Promise<ExecutionDetail[]>;
  inputs(pipeline: string): Promise<Json[]>;
  /** Closes the engine and opens another one on the same file. */
  restart(): Promise<void>;
  /** Goes on with what a kill would have left on the disk at this moment. */
  crash(): Promise<void>;
  /** Lets the watcher look a few times; each look reads the disk, which takes real time. */
  looks(count?: number): Promise<void>;
  close(): Promise<void>;
}

/** @param files what triggers see; the local disk by default */
export async function openTriggerEngine(
  start = '2026-11-20T00:00:00Z',
  files: FileSource = createFileSource(),
  wrap: (store: Store) => Store = (store) => store,
): Promise<TriggerEngine> {
  const home = mkdtempSync(join(tmpdir(), 'millrace-triggers-'));
  const folder = join(home, 'pipelines');
  mkdirSync(folder);
  const clock = new ManualClock(start);
  let lives = 0;
  let data = join(home, `data-${lives}`);
  mkdirSync(data);

  async function open(): Promise<void> {
    test.store = openSqliteStore({ file: join(data, 'test.db') });
    test.engine = createEngine({
      store: wrap(test.store),
      runner: createConnectorRunner(new Map()),
      evaluator: { evaluate: async () => [], close: async () => {} },
      itemSource: createLocalItems(),
      workFolder: join(home, 'work'),
      files,
      clock,
    });
    await test.engine.open();
    await settled();
  }

  async function stop(): Promise<void> {
    await test.engine.close();
    await test.store.close();
  }

  const test: TriggerEngine = {
    engine: undefined as unknown as Engine,
    store: undefined as unknown as Store,
    clock,
    folder,
    async deploy(name, trigger, team = 'default', allow = {}) {
      await test.engine.deployPipeline({
        name,
        team,
        tags: {},
        definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
        bindings: {},
        folder,
        sections: { trigger, allow },
      });
      await settled();
    },
    async executions(pipeline) {
      await settled();
      const { items } = await test.engine.listExecutions({ pipeline, limit: 100 });
      return Promise.all(items.toReversed().map(({ id }) => test.engine.describeExecution(id)));
    },
    inputs: async (pipeline) => (await test.executions(pipeline)).map(({ input }) => input),
    async restart() {
      await stop();
      await open();
    },
    async crash() {
      const before = data;
      lives += 1;
      data = join(home, `data-${lives}`);
      mkdirSync(data);
      for (const name of readdirSync(before)) {
        if (name.startsWith('test.db') && !name.includes('lock')) {
          cpSync(join(before, name), join(data, name));
        }
      }
      await stop();
      await open();
    },
    async looks(count = 3) {
      for (let look = 0; look < count; look += 1) {
        const armed = clock.timers;
        await clock.until(new Date(clock.now() + 2_000).toISOString());
        for (let left = 500; clock.timers < armed && left > 0; left -= 1) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        await settled();
      }
    },
    async close() {
      await stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
  await open();
  return test;
}
