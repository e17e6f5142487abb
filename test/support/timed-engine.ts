/**
 * A real engine on a real file with a clock that the test moves. Nothing is waited for by sleeping: `settled` resolves when
 * the engine has no turn to make and nobody reads a disk.
 * @module
 */

import type { MachineDefinition } from '../../src/asl/definition.js';
import type { Json, JsonObject } from '../../src/asl/json.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import type { ExecutionDetail, ExecutionSummary } from '../../src/engine/engine.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { EngineHome, type HomeConfig } from './engine-home.js';
import { ManualClock } from './manual-clock.js';
import { counted, DISK, UnderWay, type Work } from './under-way.js';

/** A machine that ends at once. */
export const DONE: object = { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } };

/** Milliseconds between two looks at a folder, at most. */
const LOOK = 2_000;

export interface TimedConfig extends Omit<HomeConfig, 'clock'> {
  /** When it begins. Default: 2026-11-20T00:00:00Z. */
  start?: string;
}

/** What a pipeline has that a test says nothing of. */
export interface DeployOptions {
  /** Default: `default`. */
  team?: string;
  /** Default: `DONE`. */
  definition?: object;
}

export class TimedEngine extends EngineHome {
  readonly clock: ManualClock;

  constructor({ start = '2026-11-20T00:00:00Z', ...config }: TimedConfig = {}) {
    const clock = new ManualClock(start);
    const underWay = new UnderWay();
    const { files, datasets, runner = createConnectorRunner(new Map()) } = config;
    super({
      ...config,
      clock,
      runner: counted(runner, underWay),
      ...(files === undefined ? {} : { files: counted(files, underWay) }),
      ...(datasets === undefined ? {} : { datasets: counted(datasets, underWay) }),
    });
    this.clock = clock;
    clock.awaits(underWay);
    clock.awaits(DISK);
    clock.awaits(this.#turns());
  }

  override async open(): Promise<this> {
    await super.open();
    await this.settled();
    return this;
  }

  /** Everything has gone on that needs no time. */
  settled(): Promise<void> {
    return this.clock.settled();
  }

  /** Lets so many milliseconds pass. */
  pass(ms: number): Promise<void> {
    return this.clock.pass(ms);
  }

  async deploy(
    name: string,
    sections: JsonObject = {},
    { team = 'default', definition = DONE }: DeployOptions = {},
  ): Promise<void> {
    await this.engine.pipelines.deploy({
      name,
      team,
      tags: {},
      definition: definition as MachineDefinition,
      bindings: {},
      folder: this.folder,
      sections,
    });
    await this.settled();
  }

  /** A pipeline that ends at once and is started by this. @param allow what other teams may do with it */
  trigger(name: string, trigger: JsonObject, team?: string, allow: JsonObject = {}): Promise<void> {
    return this.deploy(name, { trigger, allow }, team === undefined ? {} : { team });
  }

  /** Lets those who watch files look a few times. */
  looks(count = 3): Promise<void> {
    return this.pass(count * LOOK);
  }

  /** Executions of a pipeline, the oldest first. */
  async executions(pipeline: string): Promise<ExecutionSummary[]> {
    await this.settled();
    const { items } = await this.engine.executions.list(EVERYTHING, { pipeline, limit: 1000 });
    return items.toReversed();
  }

  /** The same with what each got and made. */
  async details(pipeline: string): Promise<ExecutionDetail[]> {
    const found = await this.executions(pipeline);
    return Promise.all(found.map(({ id }) => this.engine.executions.describe(EVERYTHING, id)));
  }

  /** What each execution of a pipeline got, the oldest first. */
  async inputs(pipeline: string): Promise<Json[]> {
    return (await this.details(pipeline)).map(({ input }) => input);
  }

  #turns(): Work {
    return {
      isUnderWay: () => this.loop?.isBusy ?? false,
      rest: () => new Promise((resume) => setImmediate(resume)),
    };
  }
}

/** @example test = await openTimedEngine({ files: new ToldFiles() }) */
export function openTimedEngine(config: TimedConfig = {}): Promise<TimedEngine> {
  return new TimedEngine(config).open();
}
