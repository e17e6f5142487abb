/**
 * Deploys pipelines: a new immutable version becomes the current one, in one commit, and every feature hears of it.
 *
 * A candidate is stored as a version too, and becomes nothing: nobody hears of it, and only test runs that name it run it.
 *
 * What is deployed as it is already makes no version. Of one pipeline one deployment follows the other; different ones
 * share commits, so that a folder of hundreds is there in a few.
 * @module
 */
import type { JsonObject } from '../../asl/json.js';
import { pipelineKey } from '../../store/pipeline-ref.js';
import type { MachineRecord, PipelineRef, Store } from '../../store/store.js';
import type { LoadedMachine } from './active-execution.js';
import { checkDeployment, digestOf } from './check-deployment.js';
import type { PipelineDeployment } from './deployment.js';
import type { EngineTime } from './engine-time.js';
import { EngineError } from './errors.js';
import type { Executions } from './executions.js';
import type { Feature } from './feature.js';
import type { Feed } from './feed.js';
import type { MachineShelf } from './machine-shelf.js';
import { ALIASES, MACHINES, PIPELINES, PUBLISHED_VERSIONS } from './machine-tables.js';
import type { Reducer } from './reducer.js';
import { sameJson } from './same-json.js';
import type { Turn } from './turn.js';
import type { TurnLoop } from './turn-loop.js';

interface Parts {
  readonly store: Pick<
    Store,
    'lastNumber' | 'lastVersion' | 'findVersion' | 'listRows' | 'listExecutions'
  >;
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
    // Numbers below it are another host's.
    this.#lastNumber = Math.max(0, await store.lastNumber(MACHINES));
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
    const { reducer, machines, feed } = this.#parts;
    const { team, name } = deployment;
    const kept = checkDeployment(reducer, deployment);
    const current = machines.current({ team, name });
    if (current && sameJson(current.record.deployment, kept)) return current;
    const record = await this.#recordOf(deployment, kept);
    await this.#parts.loop.write((turn) => {
      this.#store(turn, record);
      turn.put(PIPELINES, { team, name, machine: record.number });
    });
    const machine = machines.makeCurrent(record);
    for (const listener of this.#listeners) await listener.deployed?.(machine);
    feed.publish([{ type: 'pipeline', pipeline: name, team, version: record.version }]);
    return machine;
  }

  /**
   * Stores what may become a version of a pipeline, to be tried by test runs: it is not current, and nothing of it acts.
   * What is the current version, or the last candidate, is answered as it is.
   * @throws EngineError PipelineNotFound, InvalidDefinition, PayloadText …, StorageFull
   * @example (await deployments.keepCandidate(changed)).record.number // what a start names as `candidate`
   */
  keepCandidate(deployment: PipelineDeployment): Promise<LoadedMachine> {
    return this.#exclusive(deployment, async () => {
      const { reducer, machines, store } = this.#parts;
      const ref = { team: deployment.team, name: deployment.name };
      const current = machines.current(ref);
      if (!current) throw new EngineError('PipelineNotFound', { pipeline: ref.name });
      const kept = checkDeployment(reducer, deployment);
      if (sameJson(current.record.deployment, kept)) return current;
      const candidate = { ...kept, candidate: true };
      const last = await store.findVersion(ref, await store.lastVersion(ref));
      if (last !== undefined && sameJson(last.deployment, candidate)) {
        return await machines.find(last.number);
      }
      const record = await this.#recordOf(deployment, candidate);
      await this.#parts.loop.write((turn) => this.#store(turn, record));
      return await machines.find(record.number);
    });
  }

  async #recordOf(deployment: PipelineDeployment, kept: JsonObject): Promise<MachineRecord> {
    const { team, name, tags } = deployment;
    return {
      number: 0,
      pipeline: name,
      // After candidates, too: of a pipeline no version comes twice.
      version: (await this.#parts.store.lastVersion({ team, name })) + 1,
      team,
      tags,
      digest: digestOf(deployment),
      deployedAt: this.#parts.time.now(),
      deployment: kept,
    };
  }

  /** Numbers are given in the turn: they grow in the order of commits. */
  #store(turn: Turn, record: MachineRecord): void {
    this.#lastNumber += 1;
    record.number = this.#lastNumber;
    turn.put(MACHINES, record);
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
        testRuns: 'with',
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
