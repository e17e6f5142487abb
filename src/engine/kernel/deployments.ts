/**
 * Deploys pipelines: a new immutable version becomes the current one, in one commit, and every feature hears of it.
 *
 * What is deployed as it is already makes no version. Of one pipeline one deployment follows the other; different ones
 * share commits, so that a folder of hundreds is there in a few.
 * @module
 */
import { pipelineKey } from '../../store/pipeline-ref.js';
import type { PipelineRef, Store } from '../../store/store.js';
import type { LoadedMachine } from './active-execution.js';
import { checkDeployment, digestOf } from './check-deployment.js';
import type { PipelineDeployment } from './deployment.js';
import type { EngineTime } from './engine-time.js';
import type { Executions } from './executions.js';
import type { Feature } from './feature.js';
import type { Feed } from './feed.js';
import type { MachineShelf } from './machine-shelf.js';
import { ALIASES, MACHINES, PIPELINES, PUBLISHED_VERSIONS } from './machine-tables.js';
import type { Reducer } from './reducer.js';
import { sameJson } from './same-json.js';
import type { TurnLoop } from './turn-loop.js';

interface Parts {
  readonly store: Pick<Store, 'lastNumber' | 'lastVersion' | 'listRows' | 'listExecutions'>;
  readonly loop: TurnLoop;
  readonly time: EngineTime;
  readonly reducer: Reducer;
  readonly machines: MachineShelf;
  readonly executions: Executions;
  readonly feed: Feed;
}

/** Who hears of what is deployed. */
type Listener = Pick<Feature, 'deployed' | 'withdrawn'>;

/** Executions that are looked up together. */
const PAGE = 1000;

export class Deployments {
  readonly #parts: Parts;
  #listeners: readonly Listener[] = [];
  #lastNumber = 0;
  /** For each pipeline the end of what is being done to it. */
  readonly #busy: Map<string, Promise<unknown>> = new Map();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Tells the listeners of all that is deployed, and from now on of what changes. */
  async open(listeners: readonly Listener[]): Promise<void> {
    const { store, machines } = this.#parts;
    this.#lastNumber = await store.lastNumber(MACHINES);
    this.#listeners = listeners;
    for (const machine of machines.all()) {
      for (const listener of listeners) await listener.deployed?.(machine);
    }
  }

  /**
   * Makes a version of a pipeline the current one; durable when it resolves.
   * @throws EngineError InvalidDefinition, PayloadText …, StorageFull
   */
  deploy(deployment: PipelineDeployment): Promise<LoadedMachine> {
    return this.#exclusive(deployment, () => this.#deploy(deployment));
  }

  async #deploy(deployment: PipelineDeployment): Promise<LoadedMachine> {
    const { reducer, machines, store, time, feed } = this.#parts;
    const { team, name, tags } = deployment;
    const kept = checkDeployment(reducer, deployment);
    const current = machines.current({ team, name });
    if (current && sameJson(current.record.deployment, kept)) return current;
    const last = current?.record.version ?? (await store.lastVersion({ team, name }));
    const record = {
      number: 0,
      pipeline: name,
      version: last + 1,
      team,
      tags,
      digest: digestOf(deployment),
      deployedAt: time.now(),
      deployment: kept,
    };
    await this.#parts.loop.write((turn) => {
      // Given in the turn: numbers grow in the order of commits.
      this.#lastNumber += 1;
      record.number = this.#lastNumber;
      turn.put(MACHINES, record);
      turn.put(PIPELINES, { team, name, machine: record.number });
    });
    const machine = machines.makeCurrent(record);
    for (const listener of this.#listeners) await listener.deployed?.(machine);
    feed.publish([{ type: 'pipeline', pipeline: name, team, version: record.version }]);
    return machine;
  }

  /** Nobody deploys it any longer: its published versions and aliases go too. What runs goes on. Executions stay. */
  withdraw(pipeline: PipelineRef): Promise<void> {
    return this.#exclusive(pipeline, async () => {
      const { machines, store } = this.#parts;
      const current = machines.current(pipeline);
      if (!current) return;
      const where = { team: pipeline.team, pipeline: pipeline.name };
      const versions = await store.listRows(PUBLISHED_VERSIONS, { where });
      const aliases = await store.listRows(ALIASES, { where });
      await this.#parts.loop.write((turn) => {
        turn.remove(PIPELINES, [pipeline.team, pipeline.name]);
        for (const { team, pipeline: name, version } of versions) {
          turn.remove(PUBLISHED_VERSIONS, [team, name, version]);
        }
        for (const { team, pipeline: name, name: alias } of aliases) {
          turn.remove(ALIASES, [team, name, alias]);
        }
      });
      machines.forget(pipeline);
      for (const listener of this.#listeners) listener.withdrawn?.(current.key);
    });
  }

  /** Ends the executions of a pipeline that was deleted. */
  async stopAll(pipeline: PipelineRef): Promise<void> {
    const { store, loop, executions } = this.#parts;
    const cause = 'The state machine was deleted.';
    for (let below: number | undefined; ; ) {
      const page = await store.listExecutions({
        pipeline,
        status: 'RUNNING',
        ...(below === undefined ? {} : { below }),
        limit: PAGE,
      });
      for (const { number } of page) {
        loop.add(executions.eventInput(number, { type: 'Stop', cause }));
      }
      if (page.length < PAGE) return;
      below = page.at(-1)?.number;
    }
  }

  #exclusive<Value>(pipeline: PipelineRef, act: () => Promise<Value>): Promise<Value> {
    const key = pipelineKey({ team: pipeline.team, name: pipeline.name });
    const before = this.#busy.get(key) ?? Promise.resolve();
    const result = before.then(act, act);
    const settled = result
      .catch(() => undefined)
      .then(() => {
        if (this.#busy.get(key) === settled) this.#busy.delete(key);
      });
    this.#busy.set(key, settled);
    return result;
  }
}
