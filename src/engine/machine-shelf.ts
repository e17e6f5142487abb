/**
 * Versions of pipelines at hand: every current one, and those that executions in memory still use.
 *
 * A version never changes, so it is compiled once. Which one is current is known without asking the store, because the
 * engine is the only one that deploys.
 * @module
 */
import type { Machine } from '../asl/compile.js';
import type { JsonObject } from '../asl/json.js';
import type { MachineRecord, Store } from '../store/store.js';
import type { LoadedMachine } from './active-execution.js';
import type { PipelineDeployment } from './engine.js';
import type { Reducer } from './machinery.js';

/** Versions kept that are not current. */
const OLD_VERSIONS = 200;

export class MachineShelf {
  readonly #store: Store;
  readonly #reducer: Reducer;
  readonly #current: Map<string, LoadedMachine> = new Map();
  readonly #byNumber: Map<number, LoadedMachine> = new Map();

  constructor(store: Store, reducer: Reducer) {
    this.#store = store;
    this.#reducer = reducer;
  }

  async open(): Promise<void> {
    for (const record of await this.#store.currentMachines()) this.#makeCurrent(record);
  }

  /** All current versions, by name of the pipeline. */
  all(): LoadedMachine[] {
    return [...this.#current.values()];
  }

  current(pipeline: string): LoadedMachine | undefined {
    return this.#current.get(pipeline);
  }

  /** A version by the number of its record; executions always name one that exists. */
  find(number: number): LoadedMachine | Promise<LoadedMachine> {
    const known = this.#byNumber.get(number);
    if (known) return known;
    const found = this.#store.findMachine(number);
    return found instanceof Promise
      ? found.then((record) => this.#keep(number, record))
      : this.#keep(number, found);
  }

  async deploy(record: Omit<MachineRecord, 'number'>): Promise<LoadedMachine> {
    return this.#makeCurrent(await this.#store.insertMachine(record));
  }

  /** The pipeline is deployed no longer; its executions still find their version. */
  forget(pipeline: string): void {
    this.#current.delete(pipeline);
  }

  #makeCurrent(record: MachineRecord): LoadedMachine {
    const machine = load(record, this.#reducer);
    this.#current.set(record.pipeline, machine);
    this.#byNumber.set(record.number, machine);
    this.#trim();
    return machine;
  }

  #keep(number: number, record: MachineRecord | undefined): LoadedMachine {
    if (!record) throw new Error(`The store has no machine ${number}`);
    const machine = load(record, this.#reducer);
    this.#byNumber.set(number, machine);
    this.#trim();
    return machine;
  }

  #trim(): void {
    if (this.#byNumber.size <= this.#current.size + OLD_VERSIONS) return;
    for (const [number, { record }] of this.#byNumber) {
      if (this.#current.get(record.pipeline)?.record.number === number) continue;
      this.#byNumber.delete(number);
      return;
    }
  }
}

function load(record: MachineRecord, reducer: Reducer): LoadedMachine {
  const deployment = record.deployment as JsonObject as unknown as PipelineDeployment;
  const compiled = new Map<string, Machine>();
  return {
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
