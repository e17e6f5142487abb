/**
 * A real engine on a real SQLite file in a folder of its own: the one place where tests put an engine together. It can be
 * closed and opened again on the same file, or go on with what a kill would have left on the disk.
 * @module
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { createLocalItems } from '../../src/engine/adapters/local-items.js';
import { createEngine, type EngineConfig } from '../../src/engine/create-engine.js';
import type { Engine } from '../../src/engine/engine.js';
import { passingEncryption } from '../../src/engine/kernel/masking/encryption.js';
import type { TurnLoop } from '../../src/engine/kernel/turn-loop.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import type { Store, SynchronousStore } from '../../src/store/store.js';

export interface HomeConfig extends Partial<Omit<EngineConfig, 'store' | 'workFolder'>> {
  /** Puts something between the engine and its store. */
  wrap?: (store: SynchronousStore) => Store;
}

/** What an engine has that a test says nothing of: nothing runs, nothing is evaluated. */
const WITHOUT = {
  evaluator: { evaluate: async () => [], close: async () => {} },
};

export class EngineHome {
  engine!: Engine;
  store!: SynchronousStore;
  /** Everything of it; removed at the end. */
  readonly home: string = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  /** Where pipelines lie. */
  readonly folder: string = join(this.home, 'pipelines');
  /** Where executions get their work folders. */
  readonly work: string = join(this.home, 'work');
  /** The engine's turns. */
  loop: TurnLoop | undefined;
  readonly #config: HomeConfig;
  // Of the data folder, as a server's: it outlives the engine.
  readonly #seal = passingEncryption();
  #lives = 0;

  constructor(config: HomeConfig = {}) {
    this.#config = config;
    mkdirSync(this.folder);
    mkdirSync(this.data);
  }

  /** Where the store lies. */
  get data(): string {
    return join(this.home, `data-${this.#lives}`);
  }

  async open(): Promise<this> {
    const { wrap = (store) => store, additions = [], ...config } = this.#config;
    this.store = openSqliteStore({ file: join(this.data, 'test.db'), synchronous: 'NORMAL' });
    this.engine = createEngine({
      ...WITHOUT,
      runner: createConnectorRunner(new Map()),
      itemSource: createLocalItems(),
      seal: this.#seal,
      ...config,
      store: wrap(this.store),
      workFolder: this.work,
      additions: [
        ...additions,
        ({ loop }) => {
          this.loop = loop;
          return { name: 'test' };
        },
      ],
    });
    await this.engine.open();
    return this;
  }

  /** @param graceMs that what runs has to end. Default: the engine's */
  async stop(graceMs?: number): Promise<void> {
    await this.engine.close(graceMs);
    await this.store.close();
  }

  /** Closes the engine and opens another one on the same file: nothing but the file is left. */
  async restart(graceMs?: number): Promise<void> {
    await this.stop(graceMs);
    await this.open();
  }

  /** Goes on with what a kill would have left on the disk at this moment. */
  async crash(): Promise<void> {
    const before = this.data;
    this.#lives += 1;
    mkdirSync(this.data);
    for (const name of readdirSync(before)) {
      if (!name.startsWith('test.db') || name.includes('lock')) continue;
      cpSync(join(before, name), join(this.data, name));
    }
    await this.restart();
  }

  async close(graceMs?: number): Promise<void> {
    await this.stop(graceMs);
    this.remove();
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
