/**
 * Datasets, in some seeds: two pipelines publish into one storage, another reads what is current when it begins, waits, and reads
 * again, while versions come and go. Whatever happens:
 *
 *     I40 a version is there when the outcome of its task is, in one commit, and never without it
 *     I41 the pointer goes on by one with each version that is published; at the end the storage says what the store says
 *     I42 all attempts of an execution read the versions that were current when it began, and their files are there
 *     I43 files are removed of nothing that is current or that an open execution reads; what is kept has its files
 *
 * @module
 */
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import { datasetFolder, versionFolder } from '../../src/datasets/layout.js';
import type { Engine } from '../../src/engine/engine.js';
import {
  DATASETS,
  type DatasetRow,
  READ_VERSIONS,
  type ReadRow,
  VERSIONS,
  type VersionRow,
} from '../../src/engine/features/datasets/dataset-tables.js';
import type { AttemptRequest, Runner } from '../../src/engine/kernel/ports.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { Commit, SynchronousStore } from '../../src/store/store.js';
import { memoryStorage } from '../support/fake-datasets.js';
import type { VirtualWorld } from './virtual-world.js';

const TEAM = 'team';
const LAST = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/;
const BEGUN = /^Execution(Started|Redriven)$/;
const RETRY = [{ ErrorEquals: ['Soft'], IntervalSeconds: 2, MaxAttempts: 2 }];
/** Names of datasets, and of the pipelines that publish them. */
const WRITTEN = ['left', 'right'] as const;
const READER = 'reader';
/** Executions of each pipeline, begun over this time: longer than the collector leaves files alone. */
const PUBLISHED = 5;
const READ = 3;
const OVER = 1_500_000;

function publisher(dataset: string): MachineDefinition {
  const work = { Type: 'Task', Resource: 'millrace:dataset', TimeoutSeconds: 60, Retry: RETRY };
  const States = { Publish: { ...work, Parameters: { dataset }, End: true } };
  return { StartAt: 'Publish', States } as unknown as MachineDefinition;
}

const reading = { Type: 'Task', Resource: 'millrace:echo', TimeoutSeconds: 60, Retry: RETRY };
const READER_MACHINE = {
  StartAt: 'Read',
  States: {
    Read: { ...reading, Next: 'Wait' },
    Wait: { Type: 'Wait', Seconds: 1_300, Next: 'Again' },
    Again: { ...reading, End: true },
  },
} as unknown as MachineDefinition;

export const PUBLISHING: ReadonlyMap<string, [MachineDefinition, JsonObject]> = new Map([
  ...WRITTEN.map((name): [string, [MachineDefinition, JsonObject]] => [
    name,
    [publisher(name), { datasets: { [name]: { keep: { versions: 1, for: '1 minute' } } } }],
  ]),
  [READER, [READER_MACHINE, { reads: Object.fromEntries(WRITTEN.map((name) => [name, name])) }]],
]);

export class DataWorld {
  readonly violations: string[] = [];
  readonly #world: VirtualWorld;
  readonly storage: ReturnType<typeof memoryStorage>;
  readonly #current: Map<string, { current: number | undefined; revision: number }> = new Map();
  readonly #versions: Map<number, VersionRow> = new Map();
  /** Versions that executions which run have begun to read, by execution. */
  readonly #open: Map<number, Map<string, number>> = new Map();
  readonly #reads: Map<number, Map<string, number>> = new Map();

  constructor(world: VirtualWorld) {
    this.#world = world;
    this.storage = memoryStorage(() => world.wall());
  }

  /** How many versions there were, and how many are gone. */
  published = 0;
  removed = 0;

  committed(commit: Commit): void {
    const ends = new Map(commit.executions.map(({ number, history }) => [number, history]));
    for (const { table, row, key, isChange } of commit.rows) {
      if (row === undefined) continue;
      if (table === VERSIONS) {
        if (this.#versions.has(Number(key[0]))) this.#changed(Number(key[0]), row);
        else this.#written(row as VersionRow, ends);
      }
      if (table === DATASETS) this.#pointed(row as DatasetRow);
      if (table === READ_VERSIONS && isChange !== true) this.#fixed(row as ReadRow, ends);
    }
    for (const [number, history] of ends) {
      const last = history.filter(({ type }) => LAST.test(type) || BEGUN.test(type)).at(-1);
      const reads = this.#reads.get(number);
      if (last === undefined || reads === undefined) continue;
      if (LAST.test(last.type)) this.#open.delete(number);
      else this.#open.set(number, reads);
    }
  }

  #written(row: VersionRow, ends: ReadonlyMap<number, readonly { type: string }[]>): void {
    const { number, dataset, execution } = row;
    const isTold = ends.get(execution)?.some(({ type }) => type === 'TaskSucceeded');
    if (isTold !== true) this.violations.push(`I40 version ${number} without its outcome`);
    this.#versions.set(number, row);
    this.published += 1;
    if (!this.storage.folders.has(row.folder)) {
      this.violations.push(`I40 version ${number} of ${dataset} has no files`);
    }
  }

  #pointed({ name, current, revision }: DatasetRow): void {
    const before = this.#current.get(name) ?? { current: undefined, revision: 0 };
    const isMoved = current !== before.current;
    if (revision !== before.revision + (isMoved ? 1 : 0)) {
      this.violations.push(`I41 ${name} goes from ${before.revision} to ${revision}`);
    }
    if (isMoved && current !== undefined && !this.#versions.has(current)) {
      this.violations.push(`I41 ${name} says ${current}, which nobody wrote`);
    }
    this.#current.set(name, { current, revision });
  }

  #fixed(row: ReadRow, ends: ReadonlyMap<number, readonly { type: string }[]>): void {
    const { execution, dataset, version } = row;
    if (ends.get(execution)?.some(({ type }) => type === 'ExecutionStarted') !== true) {
      this.violations.push(`I42 ${execution} is told what it reads after it has begun`);
    }
    if (this.#current.get(dataset)?.current !== version) {
      this.violations.push(`I42 ${execution} reads ${version} of ${dataset}, which is not current`);
    }
    const reads = this.#reads.get(execution) ?? new Map<string, number>();
    this.#reads.set(execution, reads.set(dataset, version));
    this.#open.set(execution, reads);
  }

  #changed(number: number, row: object): void {
    if ((row as Partial<VersionRow>).removedAt === undefined) {
      this.violations.push(`I40 version ${number} becomes another`);
      return;
    }
    this.removed += 1;
    const version = this.#versions.get(number);
    if (version !== undefined) this.#versions.set(number, { ...version, ...row });
    if ([...this.#current.values()].some(({ current }) => current === number)) {
      this.violations.push(`I43 ${number} is removed while it is current`);
    }
    for (const [execution, reads] of this.#open) {
      if (![...reads.values()].includes(number)) continue;
      this.violations.push(`I43 ${number} is removed while ${execution} reads it`);
    }
  }

  /** Performs tasks that publish, and looks at what others are handed. */
  runner(inner: Runner, faulty: () => boolean, isAlive: () => boolean): Runner {
    const world = this.#world;
    return {
      ...inner,
      kinds: new Map([...inner.kinds, ['dataset', 2]]),
      start: (request, listener) => {
        this.#checkRead(request);
        if (request.kind !== 'dataset') {
          inner.start(request, listener);
          return;
        }
        if (faulty() && world.chance(0.1)) return;
        const isSoft = faulty() && world.chance(0.2);
        world.after(world.between(10, 2_000), () => {
          // A process that is killed may have written everything, and told nobody.
          if (isSoft) {
            if (isAlive()) listener.settled({ type: 'failed', error: 'Soft', cause: 'simulated' });
            return;
          }
          const output = this.#write(request);
          world.after(world.between(1, 500), () => {
            if (isAlive()) listener.settled({ type: 'succeeded', output });
          });
        });
      },
    };
  }

  #write({ version: target }: AttemptRequest): JsonObject {
    if (target === undefined) throw new Error('A task that publishes is not told which version.');
    const { team, name, version, stage } = target;
    const folder = versionFolder(stage, target, version);
    if (this.storage.folders.has(folder)) this.violations.push(`I40 ${folder} is written twice`);
    this.storage.folders.set(folder, { at: this.#world.wall() });
    const counts = { rows: 1, bytes: 10, files: 1 };
    return {
      ...{ dataset: name, team, version, stage, ...counts, columns: 1, digest: 'd'.repeat(64) },
      ...{ location: `${this.storage.root}/${folder}`, produced: counts },
    };
  }

  #checkRead({ datasets, execution }: AttemptRequest): void {
    if (datasets === undefined) return;
    const reads = this.#reads.get(execution.number);
    for (const [alias, { folders, versions }] of Object.entries(datasets)) {
      const version = this.#versions.get(reads?.get(alias) ?? -1);
      if (version?.version !== versions[0]) {
        this.violations.push(`I42 ${execution.number} is handed ${versions} of ${alias}`);
      }
      for (const folder of folders) {
        if (this.storage.folders.has(folder.slice(this.storage.root.length + 1))) continue;
        this.violations.push(`I42 ${execution.number} is handed ${folder}, which is gone`);
      }
    }
  }

  /** Starts executions by name until that is acknowledged; some are redriven. */
  clients(engine: () => Engine | undefined): void {
    const of = (pipeline: string, most: number): void => {
      for (let i = 0; i < most; i += 1) this.#client(pipeline, i, (i * OVER) / most, engine);
    };
    for (const name of WRITTEN) of(name, PUBLISHED);
    of(READER, READ);
  }

  #client(pipeline: string, i: number, from: number, engine: () => Engine | undefined): void {
    const world = this.#world;
    const ignore = (): void => {};
    let isDone = false;
    const attempt = (): void => {
      if (isDone) return;
      world.after(4_000, attempt);
      engine()
        ?.executions.start(EVERYTHING, { pipeline, team: TEAM, name: `${pipeline}-${i}` })
        .then(({ id }) => {
          if (isDone) return;
          isDone = true;
          world.after(world.between(20_000, 90_000), () => {
            engine()?.executions.redrive(EVERYTHING, id).catch(ignore);
          });
        }, ignore);
    };
    world.after(from + world.between(0, 40_000), attempt);
  }

  /** Virtual milliseconds: somebody reads then, and goes on after it. */
  readonly restart: number = 560_000;

  /** Until then not everything has begun. */
  readonly until: number = OVER;

  atEnd(store: SynchronousStore): string[] {
    for (const row of store.listRows(DATASETS)) {
      const { team, name, stage, current, revision } = row;
      const newest = [...this.#versions.values()]
        .filter(({ dataset, state }) => dataset === name && state === 'published')
        .at(-1);
      if (newest?.number !== current) {
        this.violations.push(`I41 ${name} stands at ${current} instead of ${newest?.number}`);
      }
      const pointer = this.storage.pointers.get(datasetFolder(stage, { team, name }));
      if (pointer?.revision !== revision || pointer.versions[0]?.version !== newest?.version) {
        this.violations.push(`I41 the storage says ${JSON.stringify(pointer)} of ${name}`);
      }
    }
    for (const { folder, removedAt } of this.#versions.values()) {
      if (removedAt === undefined && !this.storage.folders.has(folder)) {
        this.violations.push(`I43 ${folder} is kept, and its files are gone`);
      }
    }
    return this.violations;
  }
}
