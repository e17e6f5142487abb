/**
 * Versions of pipelines at hand: every current one, and those that executions in memory still use.
 *
 * A version never changes, so it is compiled once. Which one is current is known without asking the store, because the
 * engine is the only one that deploys.
 * @module
 */
import type { Machine } from '../../asl/compile.js';
import type { JsonObject } from '../../asl/json.js';
import { pipelineKey, pipelineOf } from '../../store/pipeline-ref.js';
import type { Awaitable, MachineRecord, PipelineRef, Store } from '../../store/store.js';
import type { LoadedMachine } from './active-execution.js';
import type { PipelineDeployment } from './deployment.js';
import { EngineError } from './errors.js';
import { whenKnown } from './needs.js';
import type { Reducer } from './reducer.js';
import { type Scope, sees } from './scope.js';

/** Versions kept that are not current. */
const OLD_VERSIONS = 200;

export class MachineShelf {
  readonly #store: Store;
  readonly #reducer: Reducer;
  readonly #current: Map<string, LoadedMachine> = new Map();
  /** Teams that have, or ever had, a pipeline of a name. */
  readonly #teams: Map<string, Set<string>> = new Map();
  readonly #byNumber: Map<number, LoadedMachine> = new Map();

  constructor(store: Store, reducer: Reducer) {
    this.#store = store;
    this.#reducer = reducer;
  }

  async open(): Promise<void> {
    for (const pipeline of await this.#store.listPipelineNames()) this.#note(pipeline);
    for (const record of await this.#store.currentMachines()) this.makeCurrent(record);
  }

  /** All current versions. */
  all(): LoadedMachine[] {
    return [...this.#current.values()];
  }

  current(pipeline: PipelineRef): LoadedMachine | undefined {
    return this.#current.get(pipelineKey(pipeline));
  }

  /**
   * The pipeline that somebody calls by this name.
   * @throws EngineError PipelineNotFound, also when only teams have one that the caller does not see; PipelineAmbiguous
   * @example shelf.choose(ofTeam('parcels'), 'nightly').team // 'parcels'
   */
  choose(scope: Scope, name: string): PipelineRef {
    const found = this.known(scope, name).filter((one) => this.current(one));
    const [first] = found;
    if (first === undefined) throw new EngineError('PipelineNotFound', { pipeline: shown(name) });
    if (found.length > 1) throw ambiguous(name, found);
    return first;
  }

  /** Every pipeline of the name that the caller may see, also those that are deployed no longer. */
  known(scope: Scope, name: string): PipelineRef[] {
    return [...(this.#teams.get(name) ?? [])]
      .filter((team) => sees(scope, team))
      .map((team) => ({ team, name }));
  }

  /** Every pipeline that the caller may see, also those that are deployed no longer. */
  *seen(scope: Scope): Generator<PipelineRef> {
    for (const [name, teams] of this.#teams) {
      for (const team of teams) if (sees(scope, team)) yield { team, name };
    }
  }

  #note({ team, name }: PipelineRef): void {
    this.#teams.set(name, (this.#teams.get(name) ?? new Set()).add(team));
  }

  /** A version by the number of its record; executions always name one that exists. */
  find(number: number): Awaitable<LoadedMachine> {
    const known = this.#byNumber.get(number);
    if (known) return known;
    return whenKnown(this.#store.findMachine(number), (record) => this.#keep(number, record));
  }

  /** The pipeline is deployed no longer; its executions still find their version. */
  forget(pipeline: PipelineRef): void {
    this.#current.delete(pipelineKey(pipeline));
  }

  /** A version that is durable is the current one from now on. */
  makeCurrent(record: MachineRecord): LoadedMachine {
    const machine = load(record, this.#reducer);
    this.#note(machine.ref);
    this.#current.set(machine.key, machine);
    this.#byNumber.set(record.number, machine);
    this.#trim();
    return machine;
  }

  #keep(number: number, record: MachineRecord | undefined): LoadedMachine {
    if (!record) throw new Error(`The store has no machine ${number}`);
    // Somebody else may have asked for it meanwhile: a version is compiled once.
    const known = this.#byNumber.get(number);
    if (known) return known;
    const machine = load(record, this.#reducer);
    this.#byNumber.set(number, machine);
    this.#trim();
    return machine;
  }

  #trim(): void {
    if (this.#byNumber.size <= this.#current.size + OLD_VERSIONS) return;
    for (const [number, { key }] of this.#byNumber) {
      if (this.#current.get(key)?.record.number === number) continue;
      this.#byNumber.delete(number);
      return;
    }
  }
}

/** Several teams have one of the name, and the caller sees more than one of them. */
export function ambiguous(name: string, found: readonly PipelineRef[]): EngineError {
  const teams = found.map(({ team }) => team).sort();
  return new EngineError('PipelineAmbiguous', { pipeline: shown(name), teams: teams.join(', ') });
}

function shown(name: string): string {
  return String(name).slice(0, 200);
}

function load(record: MachineRecord, reducer: Reducer): LoadedMachine {
  const deployment = record.deployment as JsonObject as unknown as PipelineDeployment;
  const compiled = new Map<string, Machine>();
  const ref = pipelineOf(record);
  return {
    ref,
    key: pipelineKey(ref),
    record,
    deployment,
    compiled(pointer) {
      const known = compiled.get(pointer);
      if (known) return known;
      const machine = reducer.compile(deployment.definition, pointer);
      compiled.set(pointer, machine);
      return machine;
    },
  };
}
