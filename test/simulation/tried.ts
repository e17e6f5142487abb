/**
 * Test runs, in some seeds: a pipeline that publishes, tells others, starts a distributed Map and another pipeline is run for real and
 * as a test run, side by side with test runs of all other pipelines. Whatever happens:
 *
 *     I44 because of a test run no table changes but those of what it is itself: nothing of it becomes current, is told, expected,
 *         watched or followed by another pipeline
 *     I45 each outward task of a test run is recorded once, in the commit of its answer, and no runner is asked for it
 *     I46 what test runs wrote is there for a week, with its rows and its files, and then goes; nothing else goes with it
 *     I47 what a test run starts reads what the test run has written, and nobody else does
 *
 * That real executions are told and expected as if there were no test runs is what I13 and I19 to I27 say: they know none.
 * @module
 */
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import type { HistoryEvent } from '../../src/asl/transition.js';
import { shadowRoot, versionFolder } from '../../src/datasets/layout.js';
import type { Engine } from '../../src/engine/engine.js';
import { COMPARISONS } from '../../src/engine/features/challengers/challenger-tables.js';
import {
  DATASETS,
  type DatasetRow,
  READ_VERSIONS,
  type ReadRow,
  SHADOWS,
  type ShadowRow,
  VERSIONS,
  type VersionRow,
} from '../../src/engine/features/datasets/dataset-tables.js';
import { MAP_RUNS } from '../../src/engine/features/map-runs/map-run-table.js';
import { EFFECTS, type EffectRow } from '../../src/engine/features/test-runs/effect-table.js';
import type { AttemptRequest, Runner } from '../../src/engine/kernel/ports.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { Commit, ExecutionWrite, SynchronousStore } from '../../src/store/store.js';
import type { AnyTable, RowWrite } from '../../src/store/table.js';
import { memoryStorage } from '../support/fake-datasets.js';
import { ChallengedWorld } from './challenged.js';
import { INPUT, MACHINES } from './machines.js';
import type { VirtualWorld } from './virtual-world.js';

const TEAM = 'team';
const TRIED = 'tried';
const PART = 'tried-part';
const FOLLOWER = 'after-tried';
/** States whose tasks tell somebody, of both pipelines. */
const OUTWARD: ReadonlySet<string> = new Set(['Tell', 'Charge', 'Each tells', 'Note']);
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const WEEK = 7 * DAY;
/** Of what a test run is itself, and of what only its report reads. */
const ITS_OWN: ReadonlySet<AnyTable> = new Set<AnyTable>([
  ...[VERSIONS, SHADOWS, READ_VERSIONS, EFFECTS, MAP_RUNS, COMPARISONS],
]);

const RETRY = [
  { ErrorEquals: ['Soft'], IntervalSeconds: 2, MaxAttempts: 2 },
  { ErrorEquals: ['Millrace.WorkerLost'], IntervalSeconds: 1, MaxAttempts: 2 },
];
const task = (resource: string, more: object): object => ({
  ...{ Type: 'Task', Resource: `millrace:${resource}`, TimeoutSeconds: 60, ResultPath: null },
  ...{ Retry: RETRY, ...more },
});

const TRIED_MACHINE = {
  StartAt: 'Publish',
  States: {
    Publish: task('dataset', { Parameters: { dataset: 'tried' }, Next: 'Tell' }),
    Tell: task('echo', { Next: 'Charge' }),
    Charge: task('echo', { ResultPath: '$.charged', Next: 'Each' }),
    Each: {
      Type: 'Map',
      ItemsPath: '$.items',
      MaxConcurrency: 2,
      ToleratedFailurePercentage: 100,
      ResultPath: null,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Each tells',
        States: { 'Each tells': task('echo', { End: true }) },
      },
      Next: 'Part',
    },
    Part: task('executions:start.sync:2', { Parameters: { pipeline: PART }, Next: 'Work' }),
    Work: task('echo', { End: true }),
  },
} as unknown as MachineDefinition;

const PART_MACHINE = {
  StartAt: 'Read',
  States: {
    Read: task('echo', { Next: 'Note' }),
    Note: task('echo', { Next: 'Publish' }),
    Publish: task('dataset', { Parameters: { dataset: 'part' }, End: true }),
  },
} as unknown as MachineDefinition;

const NOTHING = { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } };

/** By the names of pipelines; those that follow first. */
/** Every other fourteenth seed has test runs and challengers; those have no triggers. */
export function hasTests(seed: number): boolean {
  return seed % 14 === 9;
}

export const TRYING: ReadonlyMap<string, [MachineDefinition, JsonObject]> = new Map([
  [FOLLOWER, [NOTHING as MachineDefinition, followerSections()]],
  [
    PART,
    [PART_MACHINE, { datasets: { part: {} }, reads: { tried: TRIED }, effects: { Note: true } }],
  ],
  [
    TRIED,
    [
      TRIED_MACHINE,
      {
        datasets: { tried: {} },
        effects: { Tell: true, Charge: { output: { id: 'test' } }, 'Each tells': true },
      },
    ],
  ],
]);

function followerSections(): JsonObject {
  const published = { source: ['millrace.datasets'], detail: { dataset: [TRIED, 'part'] } };
  return {
    trigger: {
      executions: { anyOf: [{ name: TRIED }, { name: PART }] },
      events: [{ pattern: published }],
    },
  };
}

/** An execution that is a test run, or belongs to one. */
interface Tried {
  readonly id: string;
  readonly root: number;
}

/** What the invariants need of what is durable. */
interface Histories {
  historyOf(number: number): readonly HistoryEvent[];
}

export class TriedWorld {
  readonly violations: string[] = [];
  readonly #world: VirtualWorld;
  readonly #histories: Histories;
  readonly storage: ReturnType<typeof memoryStorage>;
  /** By number. */
  readonly #tests: Map<number, Tried> = new Map();
  readonly #ids: Set<string> = new Set();
  readonly #versions: Map<number, VersionRow> = new Map();
  readonly #shadows: Map<number, ShadowRow> = new Map();
  readonly #effects: Map<string, EffectRow> = new Map();
  readonly #challenged: ChallengedWorld;
  /** Called when the first files of a test run are to be removed. */
  atRemoval: (() => void) | undefined;

  constructor(world: VirtualWorld, histories: Histories) {
    this.#world = world;
    this.#histories = histories;
    this.#challenged = new ChallengedWorld(world);
    const storage = memoryStorage(() => world.wall());
    this.storage = {
      ...storage,
      remove: async (folder) => {
        const first = this.atRemoval;
        this.atRemoval = undefined;
        first?.();
        await storage.remove(folder);
      },
    };
  }

  committed(commit: Commit): void {
    this.#challenged.committed(commit);
    for (const { number, create } of commit.executions) {
      if (create?.testRun === undefined) continue;
      this.#tests.set(number, { id: create.id, root: create.testRun.root });
      this.#ids.add(create.id);
    }
    for (const write of commit.rows) {
      if (write.row === undefined) {
        if (write.table === SHADOWS) this.#removed(Number(write.key[0]));
        continue;
      }
      if (!ITS_OWN.has(write.table)) this.#mustBeReal(write);
      if (write.table === VERSIONS) this.#version(write, commit);
      if (write.table === DATASETS) this.#pointed(write.row as DatasetRow);
    }
    for (const { table, row, isChange } of commit.rows) {
      if (table === READ_VERSIONS && isChange !== true && row !== undefined) {
        this.#read(row as ReadRow);
      }
    }
    for (const write of commit.executions) this.#recorded(write, commit.rows);
  }

  #read({ execution, version }: ReadRow): void {
    const root = this.#tests.get(execution)?.root;
    const own = [...this.#shadows.values()].filter(
      (shadow) => shadow.root === root && shadow.dataset === TRIED,
    );
    const wanted = own.at(-1)?.number;
    const isRight = root === undefined ? !this.#shadows.has(version) : version === wanted;
    if (isRight) return;
    this.violations.push(`I47 ${execution} of ${root} reads ${version}, and not ${wanted}`);
  }

  /** I44: a row of another table says nothing of a test run. */
  #mustBeReal({ table, row = {}, key }: RowWrite): void {
    const text = JSON.stringify([key, row]);
    const named = [...this.#ids].find((id) => text.includes(id));
    const { execution } = row as { execution?: unknown };
    const isNumbered = typeof execution === 'number' && this.#tests.has(execution);
    if (named === undefined && !isNumbered) return;
    this.violations.push(`I44 ${table.name} tells of the test run ${named ?? String(execution)}`);
  }

  #pointed({ name, current, last }: DatasetRow): void {
    for (const number of [current, last]) {
      const version = number === undefined ? undefined : this.#versions.get(number);
      if (version === undefined || version.state !== 'shadow') continue;
      this.violations.push(`I44 ${name} stands at ${version.version}, which a test run wrote`);
    }
  }

  #version({ key, row, isChange }: RowWrite, { rows, executions }: Commit): void {
    const number = Number(key[0]);
    const known = this.#versions.get(number);
    if (isChange === true || known !== undefined) {
      if (known === undefined) return;
      const next = { ...known, ...(row as Partial<VersionRow>) };
      this.#versions.set(number, next);
      if (next.state !== 'shadow')
        this.violations.push(`I46 ${next.folder} changes, and is no shadow`);
      return;
    }
    const version = row as VersionRow;
    this.#versions.set(number, version);
    const isTried = this.#tests.has(version.execution);
    if (isTried !== (version.state === 'shadow')) {
      this.violations.push(`I44 version ${number} of ${version.dataset} is ${version.state}`);
    }
    if (!this.storage.folders.has(version.folder)) {
      this.violations.push(`I46 version ${number} of ${version.dataset} has no files`);
    }
    if (!isTried) return;
    const { history = [] } = executions.find((one) => one.number === version.execution) ?? {};
    if (!history.some(({ type }) => type === 'TaskSucceeded')) {
      this.violations.push(`I46 version ${number} without its outcome`);
    }
    const shadow = rows.find((one) => one.table === SHADOWS && one.key[0] === number)?.row;
    if (shadow === undefined) this.violations.push(`I46 nobody knows of the shadow ${number}`);
    else this.#shadows.set(number, shadow as ShadowRow);
  }

  #removed(number: number): void {
    const shadow = this.#shadows.get(number);
    if (shadow === undefined) return;
    this.#shadows.delete(number);
    const age = this.#world.wall() - shadow.at;
    if (age <= WEEK) this.violations.push(`I46 the shadow ${number} goes after ${age} ms`);
  }

  /** I45: as many effects as outward tasks are answered in this commit, of the same states. */
  #recorded({ number, history }: ExecutionWrite, rows: readonly RowWrite[]): void {
    if (!this.#tests.has(number)) return;
    const answered = history
      .filter(({ type }) => type === 'TaskSucceeded')
      .map((event) => this.#stateOf(number, event))
      .filter((state) => OUTWARD.has(state));
    const effects = rows
      .filter(({ table, row }) => table === EFFECTS && row !== undefined)
      .map(({ row }) => row as EffectRow)
      .filter(({ execution }) => execution === number);
    const recorded = effects.map(({ state }) => state);
    if (answered.sort().join() !== recorded.sort().join()) {
      this.violations.push(
        `I45 ${number} answers ${answered.join()} and records ${recorded.join()}`,
      );
    }
    for (const effect of effects) {
      if (this.#effects.has(effect.attempt)) {
        this.violations.push(`I45 ${effect.state} of ${number} is recorded twice`);
      }
      if (effect.root !== this.#tests.get(number)?.root) {
        this.violations.push(`I45 ${effect.state} of ${number} is recorded with ${effect.root}`);
      }
      this.#effects.set(effect.attempt, effect);
    }
  }

  /** The state in which something happens. */
  #stateOf(number: number, event: HistoryEvent): string {
    const history = this.#histories.historyOf(number);
    for (let at: HistoryEvent | undefined = event; at !== undefined; at = history[at.prev - 1]) {
      if (at.type === 'TaskStateEntered') return String(at.details.name);
    }
    return '';
  }

  /** Performs tasks that publish, and looks at what test runs ask for. */
  runner(inner: Runner, faulty: () => boolean, isAlive: () => boolean): Runner {
    const world = this.#world;
    return {
      ...inner,
      kinds: new Map([...inner.kinds, ['dataset', 2]]),
      start: (request, listener) => {
        this.#asked(request);
        if (request.kind !== 'dataset') {
          inner.start(request, listener);
          return;
        }
        if (faulty() && world.chance(0.1)) return;
        world.after(world.between(10, 2_000), () => {
          if (faulty() && world.chance(0.2)) {
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

  #asked({ execution: { number, id }, state, isTestRun, version }: AttemptRequest): void {
    const tried = this.#tests.get(number);
    if ((isTestRun === true) !== (tried !== undefined)) {
      this.violations.push(`I45 ${state} of ${id} is told ${String(isTestRun)} of test runs`);
    }
    if (tried !== undefined && OUTWARD.has(state)) {
      this.violations.push(`I45 ${state} of the test run ${id} is done`);
    }
    const under = tried === undefined ? '' : shadowRoot(tried.id);
    if (version !== undefined && version.under !== under) {
      this.violations.push(`I44 ${state} of ${id} writes under "${version.under}"`);
    }
  }

  #write({ version: target }: AttemptRequest): JsonObject {
    if (target === undefined) throw new Error('A task that publishes is not told which version.');
    const { team, name, version, stage, under } = target;
    const place = versionFolder(stage, target, version);
    const folder = under === '' ? place : `${under}/${place}`;
    this.storage.folders.set(folder, { at: this.#world.wall() });
    const counts = { rows: 1, bytes: 10, files: 1 };
    return {
      ...{ dataset: name, team, version, stage, ...counts, columns: 1, digest: 'd'.repeat(64) },
      ...{ location: `${this.storage.root}/${folder}`, produced: counts },
    };
  }

  /** Starts executions by name until that is acknowledged; some are redriven, some stopped. */
  clients(engine: () => Engine | undefined): void {
    this.#challenged.clients(engine);
    for (let i = 0; i < 4; i += 1) this.#client(TRIED, `test-${i}`, engine);
    for (let i = 0; i < 2; i += 1) this.#client(TRIED, `real-${i}`, engine);
    for (const pipeline of MACHINES.keys()) this.#client(pipeline, 'test-of-all', engine);
  }

  #client(pipeline: string, name: string, engine: () => Engine | undefined): void {
    const world = this.#world;
    const ignore = (): void => {};
    const testRun = name.startsWith('test-') ? { testRun: {} } : {};
    let isDone = false;
    const attempt = (): void => {
      if (isDone) return;
      world.after(4_000, attempt);
      engine()
        ?.executions.start(EVERYTHING, { pipeline, team: TEAM, name, input: INPUT, ...testRun })
        .then(({ id }) => {
          if (isDone) return;
          isDone = true;
          if (world.chance(0.1)) {
            world.after(world.between(0, 30_000), () => {
              engine()?.executions.stop(EVERYTHING, id, { error: 'Stopped' }).catch(ignore);
            });
          }
          world.after(world.between(20_000, 90_000), () => {
            engine()?.executions.redrive(EVERYTHING, id).catch(ignore);
          });
        }, ignore);
    };
    world.after(world.between(0, 40_000), attempt);
  }

  /** Everything is at rest. */
  atEnd(store: SynchronousStore): string[] {
    const stored = store.listRows(EFFECTS).map(({ attempt }) => attempt);
    if (stored.sort().join() !== [...this.#effects.keys()].sort().join()) {
      this.violations.push('I45 the effects of the store are not those that were committed');
    }
    for (let number = 1; number <= store.lastExecutionNumber(); number += 1) {
      const { triggeredBy } = store.findExecution(number) ?? {};
      const because = JSON.stringify(triggeredBy ?? {});
      const tried = [...this.#ids].find((id) => because.includes(id));
      if (tried !== undefined) this.violations.push(`I44 ${tried} has started ${number}`);
    }
    for (const { name } of store.listRows(DATASETS)) {
      const versions = [...this.#versions.values()].filter(({ dataset }) => dataset === name);
      if (versions.some(({ state }) => state !== 'shadow')) continue;
      this.violations.push(`I44 there is a dataset ${name}, which only test runs wrote`);
    }
    return [...this.violations, ...this.kept(store)];
  }

  /** Nothing that test runs wrote is a week old: all of it is there. */
  kept(store: SynchronousStore): string[] {
    const rows = store.listRows(SHADOWS).map(({ number }) => number);
    return [
      ...(rows.length === this.#shadows.size
        ? []
        : [`I46 the store has ${rows.length} shadows, ${this.#shadows.size} were written`]),
      ...[...this.#shadows.values()]
        .filter(({ folder }) => !this.storage.folders.has(folder))
        .map(({ folder }) => `I46 the files of ${folder} are gone`),
    ];
  }

  /** All that test runs wrote is old: none of it is there, and everything else is. */
  gone(store: SynchronousStore): string[] {
    const rows = store.listRows(SHADOWS).length;
    const files = [...this.storage.folders.keys()].filter((one) => one.startsWith('shadow/'));
    const versions = [...this.#versions.values()];
    return [
      ...this.violations,
      ...this.#challenged.atEnd(store),
      ...(rows === 0 ? [] : [`I46 ${rows} shadows are left`]),
      ...files.map((folder) => `I46 the files of ${folder} are left`),
      ...versions
        .filter(({ state, removedAt }) => state === 'shadow' && removedAt === undefined)
        .map(({ number }) => `I46 version ${number} has gone, and does not say so`),
      ...versions
        .filter(({ state, folder }) => state !== 'shadow' && !this.storage.folders.has(folder))
        .map(({ folder }) => `I46 ${folder} is published, and its files are gone`),
    ];
  }
}
