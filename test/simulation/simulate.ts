/**
 * One seed: the real engine, a real SQLite file behind a store that fails, and four other fake ports.
 *
 *     0 ──── faults ────▶ HEAL ──── none ────▶ everything has ended, or the seed has found something
 *
 * A crash ends the engine in the middle of whatever it did: its commit does not answer any more, its timers and attempts
 * are dead. A new engine opens the same store a moment later, as after `kill -9`.
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyTransition, startExecution } from '../../src/asl/advance.js';
import { compileMachine } from '../../src/asl/compile.js';
import type { RemoteTasks } from '../../src/connectors/remote-tasks.js';
import { createLocalItems } from '../../src/engine/adapters/local-items.js';
import { uuidVersion7 } from '../../src/engine/adapters/system-ports.js';
import { createEngine } from '../../src/engine/create-engine.js';
import type { Engine } from '../../src/engine/engine.js';
import type { WorkerCalls } from '../../src/engine/features/workers/worker-calls.js';
import type { Clock, Random, Runner } from '../../src/engine/kernel/ports.js';
import type { Reducer } from '../../src/engine/kernel/reducer.js';
import { StoreError } from '../../src/store/errors.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import type { Commit, Store, SynchronousStore } from '../../src/store/store.js';
import { checkedAdvance } from './checked-advance.js';
import { Clients } from './clients.js';
import { EXPECTED, Told } from './expected.js';
import { FailingStore } from './failing-store.js';
import { createFakeRunner, type RunnerFaults } from './fake-runner.js';
import {
  AWAY,
  AWAY_MACHINE,
  AWAY_SECTIONS,
  FarWorkers,
  hasWorkers,
  WORKER_LIMITS,
} from './far-workers.js';
import { Invariants } from './invariants.js';
import { MACHINES, TEAMS } from './machines.js';
import { MonitorsTold, makeMonitors } from './monitored.js';
import { POOLED, POOLED_MACHINE, POOLED_SECTIONS, PoolWorld } from './pooled.js';
import { DataWorld, PUBLISHING } from './published.js';
import { REMOTE_ACCOUNT, REMOTE_MACHINES, RemoteWorld } from './remote-jobs.js';
import { heldRunner } from './simulated-process.js';
import { withSlowReads } from './slow-reads.js';
import {
  type ChannelFaults,
  makeChannel,
  PeopleTold,
  TOLD_SECTION,
  TOLD_TEAM,
} from './told-people.js';
import { hasTests, TRYING, TriedWorld } from './tried.js';
import { machineOf, makeSchedule, TRIGGERED, triggerViolations } from './triggers.js';
import { declareIncidents, IncidentsTold } from './troubled.js';
import { type ClusterSeed, hasCluster, TwoEngines } from './two-engines.js';
import { VirtualWorld } from './virtual-world.js';

/** A planted bug: it changes one of the ports or the reducer. */
export interface Mutant {
  name: string;
  reducer?: ((reducer: Reducer) => Reducer) | undefined;
  store?: ((store: Store, world: VirtualWorld) => Store) | undefined;
  random?: (random: Random) => Random;
  runner?: (runner: Runner) => Runner;
  /** What a server asks of the database that it shares. */
  sql?: (sql: string) => string;
  /** A server acts on a commit without a look at its lease. */
  ignoresLease?: true;
  /** What workers reach of a server. */
  workers?: (calls: WorkerCalls) => WorkerCalls;
  /** Changes the code itself, and takes that back. */
  plant?: () => () => void;
  /** Seeds in which it can show itself. Default: all. */
  shows?: (seed: number) => boolean;
  remote?: (tasks: RemoteTasks) => RemoteTasks;
}

export interface SeedResult {
  seed: number;
  violations: readonly string[];
  trace: readonly string[];
  hash: string;
  crashes: number;
  commits: number;
  executions: number;
  virtualMs: number;
}

/** The process that an engine runs in. */
interface Host {
  readonly clock: Clock;
  readonly store: Store;
  /** Once it has ended nothing is heard any more. */
  isAlive(): boolean;
  /** It ends. */
  died(why: string): void;
  /** The same port; its answers are heard when the process runs. */
  holds<Port extends object>(port: Port): Port;
  /** The same runner; what it tells is heard when the process runs. */
  runner(runner: Runner): Runner;
}

/** Virtual milliseconds with faults. */
const HEAL = 90_000;
/** Virtual milliseconds after which everything must have ended. */
const HORIZON = 3_600_000;
/** Happenings after which a seed is over: a usual one has some thousands, the longest known 27,000. */
const MOST_HAPPENS = 50_000;

const calmChannel: ChannelFaults = { lost: 0, denied: 0, slow: 0 };
const calm: RunnerFaults = { silent: 0, twice: 0, soft: 0, hard: 0, slow: 0 };

/** Runs a seed to its end. */
export async function simulate(seed: number, mutant?: Mutant): Promise<SeedResult> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-simulation-'));
  // The faults of the disk are made here; SQLite's own durability is tested with real kills in test/crash.
  const store = openSqliteStore({ file: join(folder, 'k.db'), synchronous: 'NORMAL' });
  const takeBack = mutant?.plant?.();
  try {
    return await new Simulation(seed, store, folder, mutant).run();
  } finally {
    takeBack?.();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Simulation {
  readonly #world: VirtualWorld;
  readonly #invariants = new Invariants();
  readonly #expected = new Told();
  readonly #monitored = new MonitorsTold();
  readonly #troubled = new IncidentsTold();
  readonly #people: PeopleTold;
  readonly #remote: RemoteWorld;
  readonly #pools: PoolWorld;
  readonly #data: DataWorld;
  readonly #tried: TriedWorld;
  /** Undefined: nobody performs anything elsewhere. */
  readonly #workers: FarWorkers | undefined;
  readonly #store: SynchronousStore;
  readonly #folder: string;
  readonly #mutant: Mutant | undefined;
  readonly #seed: number;
  /** Which faults this seed has, and how often: each seed draws its own mixture. */
  readonly #rates: {
    busy: number;
    full: number;
    before: number;
    after: number;
    ambiguous: number;
    slow: number;
    jump: number;
  };
  readonly #runnerFaults: RunnerFaults;
  /** Counts engines; what belongs to an older one is dead. */
  #generation = 0;
  #engine: Engine | undefined;
  #crashes = 0;
  #ids = 0;
  readonly #failing: FailingStore;
  /** Several servers on one database; undefined: one on a file. */
  readonly #cluster: TwoEngines | undefined;
  /** Virtual milliseconds: from then on nothing fails. */
  #faultyUntil = HEAL;
  readonly #clients: Clients;

  constructor(seed: number, store: SynchronousStore, folder: string, mutant: Mutant | undefined) {
    this.#seed = seed;
    this.#store = store;
    this.#folder = folder;
    this.#mutant = mutant;
    const world = new VirtualWorld(seed);
    this.#world = world;
    this.#people = new PeopleTold(world);
    this.#remote = new RemoteWorld(world);
    this.#pools = new PoolWorld(world);
    this.#data = new DataWorld(world);
    this.#tried = new TriedWorld(world, this.#invariants);
    const rate = (most: number): number => (world.chance(0.5) ? world.random() * most : 0);
    this.#rates = {
      busy: rate(0.05),
      full: rate(0.03),
      before: rate(0.08),
      after: rate(0.08),
      ambiguous: rate(0.08),
      slow: rate(0.1),
      jump: rate(0.3),
    };
    this.#runnerFaults = {
      silent: rate(0.1),
      twice: rate(0.2),
      soft: rate(0.4),
      hard: rate(0.15),
      slow: rate(0.4),
    };
    const reached = (): Engine | undefined => this.#reached();
    this.#clients = new Clients({ world, seed, store, invariants: this.#invariants, reached });
    const isFaulty = (): boolean => this.#faulty;
    const committed = (commit: Commit): void => this.#committed(commit);
    this.#failing = new FailingStore(world, store, this.#rates, isFaulty, committed);
    if (hasWorkers(seed)) {
      const isAlone = !hasCluster(seed);
      this.#workers = new FarWorkers(world, { engine: reached, isFaulty, isAlone });
    }
    if (hasCluster(seed)) this.#cluster = this.#makeCluster(committed);
  }

  #makeCluster(committed: (commit: Commit) => void): TwoEngines {
    const world = this.#world;
    const seed: ClusterSeed = {
      servers: 2 + (this.#seed % 3 === 0 ? 1 : 0),
      troubles: world.between(1, 6),
      rates: { ...this.#rates, paused: world.random() * 0.1 },
    };
    const note = (line: string): void => this.#invariants.note(line);
    const cluster: TwoEngines = new TwoEngines(world, seed, {
      file: join(this.#folder, 'k.db'),
      hasPooler: world.chance(0.5),
      isFaulty: () => this.#faulty,
      text: this.#mutant?.sql ?? ((sql) => sql),
      ignoresLease: this.#mutant?.ignoresLease === true,
      make: (process, store) =>
        this.#make({
          ...{ clock: process.clock, isAlive: () => process.isAlive },
          store: this.#readsTakeTime
            ? process.holds(withSlowReads(store, world, () => this.#slowReads))
            : store,
          died: (why) => cluster.died(process, why),
          holds: (port) => process.holds(port),
          runner: (runner) => {
            const begins = (id: string): void => cluster.acts(process, `begins ${id}`);
            return heldRunner(process, runner, begins);
          },
        }),
      ready: async (engine) => {
        await this.#deploy(engine);
        this.#declare(engine);
      },
      ...{ committed, note },
    });
    return cluster;
  }

  /** The engine that whoever asks finds; undefined: nobody answers. */
  #reached(): Engine | undefined {
    const engine = this.#cluster === undefined ? this.#engine : this.#cluster.reached();
    const changed = this.#mutant?.workers;
    if (engine === undefined || changed === undefined) return engine;
    return { ...engine, workers: changed(engine.workers) };
  }

  /** Every other seed: what triggers do takes commits, and so faults, away from the machines. */
  get #hasTriggers(): boolean {
    return this.#seed % 2 === 0;
  }

  /** Every fifth seed has tasks that another system performs. */
  get #hasRemote(): boolean {
    return this.#seed % 5 === 2;
  }

  /** Every other fifth seed has pools of clusters. */
  get #hasPools(): boolean {
    return this.#seed % 5 === 4;
  }

  /** Every fourteenth seed publishes and reads datasets; none of those has triggers, whose schedules would fire all the while. */
  get #hasData(): boolean {
    return this.#seed % 14 === 3;
  }

  get #hasTests(): boolean {
    return hasTests(this.#seed);
  }

  /** Every third seed: the others are as SQLite is, where every answer comes at once. */
  get #readsTakeTime(): boolean {
    return this.#seed % 3 === 0;
  }

  /** Every third seed tells people. */
  get #tells(): boolean {
    return this.#seed % 3 === 1;
  }

  /** By arithmetic, as below. */
  get #channelFaults(): ChannelFaults {
    if (!this.#faulty) return calmChannel;
    const part = (of: number): number => [0, 0.1, 0.4][Math.floor(this.#seed / of) % 3] ?? 0;
    return { lost: part(3), denied: part(9), slow: part(27) };
  }

  /** By arithmetic: what is drawn at random stays with the executions. */
  get #slowReads(): number {
    return [0.05, 0.3, 1][Math.floor(this.#seed / 3) % 3] ?? 0;
  }

  get #faulty(): boolean {
    return this.#world.elapsed < this.#faultyUntil;
  }

  async run(): Promise<SeedResult> {
    const world = this.#world;
    if (this.#cluster === undefined) this.#boot();
    else this.#cluster.begin(HEAL);
    const clients = world.between(3, 7);
    for (let i = 0; i < clients; i++) this.#clients.start(i);
    if (this.#hasTriggers) for (let i = 0; i < 1 + (this.#seed % 3); i++) this.#clients.tell(i);
    if (this.#hasRemote) for (let i = 0; i < 6; i++) this.#remote.client(i, () => this.#reached());
    if (this.#hasPools) this.#pools.clients(() => this.#reached());
    if (this.#hasData) {
      this.#data.clients(() => this.#reached());
      // While something is read, and before what it reads is replaced.
      world.after(this.#data.restart, () => this.#crash('a restart'));
    }
    if (this.#hasTests) this.#tried.clients(() => this.#reached());
    this.#workers?.begin();
    if (world.chance(this.#rates.jump)) this.#jump();
    await world.run(HEAL, () => this.#isOver());
    this.#failing.isFull = false;
    world.wallError = 0;
    this.#cluster?.heal();
    // Somebody who asks for ever asks for nothing new: I2 says that there is no answer.
    const rest = (): boolean =>
      this.#isOver() ||
      (this.#clients.open === 0 &&
        (!this.#hasData || world.elapsed > this.#data.until + 120_000) &&
        this.#allEnded());
    await world.run(HORIZON, rest);
    // What follows the last end (a parent that hears of its child) needs another moment.
    const most = Math.max(MOST_HAPPENS, world.happened + MOST_HAPPENS / 2);
    await world.run(world.elapsed + 120_000, () => world.happened > most || this.#isFound());
    if (this.#clients.open > 0)
      this.#invariants.fail(`I2 ${this.#clients.open} clients never got their answer`);
    this.#invariants.atEnd(this.#store);
    for (const violation of [
      ...this.#expected.violations(this.#store),
      ...this.#monitored.violations(this.#store),
      ...this.#remote.atEnd(this.#store),
      ...this.#pools.atEnd(this.#store),
      ...(this.#hasData ? this.#data.atEnd(this.#store) : []),
      ...(this.#hasTests ? this.#tried.atEnd(this.#store) : []),
      ...(this.#cluster?.atEnd() ?? []),
      ...(this.#workers?.atEnd() ?? []),
      ...this.#troubled.atEnd(this.#store, world.wall()),
      ...(this.#tells ? this.#people.violations(this.#store, this.#died) : []),
    ]) {
      this.#invariants.fail(violation);
    }
    if (this.#hasTriggers) {
      for (const violation of triggerViolations(this.#store, this.#clients.told, world.wall())) {
        this.#invariants.fail(violation);
      }
    }
    if (this.#hasTests) await this.#growOld();
    this.#generation += 1;
    this.#cluster?.close();
    return {
      seed: this.#seed,
      violations: this.#invariants.violations,
      trace: this.#invariants.trace,
      hash: this.#invariants.hash(),
      crashes: this.#died,
      commits: this.#invariants.commits,
      executions: this.#store.lastExecutionNumber(),
      virtualMs: world.elapsed,
    };
  }

  /** What test runs wrote becomes a week old, and goes: while everything fails again, and once by a crash half-way. */
  async #growOld(): Promise<void> {
    const world = this.#world;
    const grow = async (hours: number, minutes: number): Promise<void> => {
      world.wallError += hours * 3_600_000;
      const most = world.happened + MOST_HAPPENS;
      await world.run(world.elapsed + minutes * 60_000, () => world.happened > most);
    };
    await grow(6 * 24, 12);
    for (const violation of this.#tried.kept(this.#store)) this.#invariants.fail(violation);
    this.#tried.atRemoval = () => this.#crash('a shadow is to be removed');
    this.#faultyUntil = world.elapsed + 12 * 60_000;
    await grow(26, 36);
    this.#failing.isFull = false;
    await grow(25, 12);
    for (const violation of this.#tried.gone(this.#store)) this.#invariants.fail(violation);
  }

  /** How often a process ended before its time. */
  get #died(): number {
    return this.#cluster?.crashes ?? this.#crashes;
  }

  /** A planted bug has shown itself: what else it does is of no interest. */
  #isFound(): boolean {
    return this.#mutant !== undefined && this.#invariants.violations.length > 0;
  }

  #isOver(): boolean {
    return this.#world.happened > MOST_HAPPENS || this.#isFound();
  }

  #allEnded(): boolean {
    return this.#store.listExecutions({ status: 'RUNNING', limit: 1 }).length === 0;
  }

  /** The wall clock jumps by up to an hour either way, and later comes right again. */
  #jump(): void {
    const world = this.#world;
    world.after(world.between(0, HEAL), () => {
      world.wallError = world.between(-3_600_000, 3_600_000);
      this.#invariants.note(`wall clock off by ${world.wallError}`);
    });
  }

  // ---- engines ----------------------------------------------------------------------------------

  #boot(): void {
    const generation = ++this.#generation;
    const isAlive = (): boolean => generation === this.#generation;
    const world = this.#world;
    const died = (why: string): void => {
      if (isAlive()) this.#crash(why);
    };
    const failing = this.#failing.open(isAlive, died);
    const engine = this.#make({
      clock: {
        now: () => world.wall(),
        monotonic: () => world.elapsed,
        setTimer: (callback, ms) => world.after(ms, () => isAlive() && callback()),
        soon: (callback) => void world.after(0, () => isAlive() && callback()),
      },
      store: this.#readsTakeTime ? withSlowReads(failing, world, () => this.#slowReads) : failing,
      ...{ isAlive, died, holds: (port) => port, runner: (runner) => runner },
    });
    this.#invariants.note(`boot ${generation}`);
    engine
      .open()
      .then(() => this.#deploy(engine))
      .then(
        () => {
          if (!isAlive()) return;
          this.#engine = engine;
          this.#declare(engine);
        },
        (error: unknown) => {
          // The store failed while it opened: the process ends and the next one tries again.
          if (!(error instanceof StoreError) && isAlive()) this.#invariants.note(String(error));
          died('opening failed');
        },
      );
  }

  /** An engine in a process of the simulation. */
  #make({ clock, store, isAlive, died, holds, runner: held }: Host): Engine {
    const world = this.#world;
    const mutant = this.#mutant;
    const plain: Random = {
      id: (at) => uuidVersion7(at, this.#bytes()),
      seed: () => `seed-${this.#ids++}`,
    };
    const performing = createFakeRunner(
      world,
      this.#invariants,
      () => (this.#faulty ? this.#runnerFaults : calm),
      isAlive,
    );
    const own = this.#hasData ? this.#data : this.#hasTests ? this.#tried : undefined;
    const runner = held(own?.runner(performing, () => this.#faulty, isAlive) ?? performing);
    const reducer: Reducer = {
      compile: compileMachine,
      start: startExecution,
      advance: checkedAdvance(this.#invariants),
      apply: applyTransition,
    };
    const isFaulty = (): boolean => this.#faulty;
    const served = this.#hasPools
      ? this.#pools.tasks(isFaulty, isAlive)
      : this.#remote.tasks(isFaulty, isAlive, () => this.#reached());
    const tasks = holds(mutant?.remote?.(served) ?? served);
    return createEngine({
      ...(this.#hasRemote || this.#hasPools
        ? { remoteTasks: tasks, remote: { tasks, accounts: [REMOTE_ACCOUNT] } }
        : {}),
      store: mutant?.store?.(store, world) ?? store,
      clock,
      random: mutant?.random?.(plain) ?? plain,
      runner: mutant?.runner?.(runner) ?? runner,
      reducer: mutant?.reducer?.(reducer) ?? reducer,
      evaluator: { evaluate: async () => [], close: async () => {} },
      itemSource: createLocalItems(),
      ...(own === undefined ? {} : { datasets: own.storage }),
      workFolder: join(this.#folder, 'work'),
      loadedExecutions: 3,
      workerLimits: WORKER_LIMITS,
      ...(this.#tells
        ? {
            notifications: {
              ports: holds(this.#people.ports(() => this.#channelFaults, isAlive)),
            },
          }
        : {}),
      onFatal: () => died('the engine ended itself'),
      onProblem: (error, execution) => {
        if (isAlive())
          this.#invariants.fail(`the engine gave up on ${execution}: ${String(error)}`);
      },
    });
  }

  /** What a server is told as soon as it works. */
  #declare(engine: Engine): void {
    void makeMonitors(engine);
    void declareIncidents(engine, this.#world.wall());
    if (this.#tells) void makeChannel(engine);
    if (this.#hasPools) void this.#pools.declare(engine);
    if (this.#hasTriggers) void makeSchedule(engine);
  }

  async #deploy(engine: Engine): Promise<void> {
    for (const team of TEAMS) {
      for (const [name, definition] of MACHINES) {
        await engine.pipelines.deploy({
          name,
          team,
          tags: {},
          definition,
          bindings: {},
          folder: this.#folder,
          sections: {
            expect: [...(EXPECTED.get(name) ?? [])],
            ...(this.#tells && team === TOLD_TEAM ? { notifications: TOLD_SECTION } : {}),
          },
        });
      }
    }
    for (const [name, definition] of this.#hasRemote ? REMOTE_MACHINES : []) {
      const where = { folder: this.#folder, sections: {}, bindings: {} };
      await engine.pipelines.deploy({ name, team: 'team', tags: {}, definition, ...where });
    }
    if (this.#hasPools) {
      const where = { folder: this.#folder, sections: POOLED_SECTIONS, bindings: {} };
      const whose = { name: POOLED, team: 'team', tags: {}, definition: POOLED_MACHINE };
      await engine.pipelines.deploy({ ...whose, ...where });
    }
    if (this.#workers !== undefined) {
      const where = { folder: this.#folder, sections: AWAY_SECTIONS, bindings: {} };
      const whose = { name: AWAY, team: 'team', tags: {}, definition: AWAY_MACHINE };
      await engine.pipelines.deploy({ ...whose, ...where });
    }
    const more = this.#hasData ? PUBLISHING : this.#hasTests ? TRYING : [];
    for (const [name, [definition, sections]] of more) {
      const where = { folder: this.#folder, sections, bindings: {} };
      await engine.pipelines.deploy({ name, team: 'team', tags: {}, definition, ...where });
    }
    // Those that follow first: a schedule starts its pipeline from the moment at which it is deployed.
    for (const [name, sections] of this.#hasTriggers ? [...TRIGGERED].toReversed() : []) {
      await engine.pipelines.deploy({
        name,
        team: 'team',
        tags: {},
        definition: machineOf(name),
        bindings: {},
        folder: this.#folder,
        sections,
      });
    }
  }

  #bytes(): Uint8Array {
    const bytes = new Uint8Array(16);
    const id = ++this.#ids;
    for (let i = 0; i < bytes.length; i++) bytes[i] = (id >>> (8 * (i % 4))) & 0xff;
    return bytes;
  }

  #committed(commit: Commit): void {
    this.#invariants.committed(commit);
    this.#expected.committed(commit);
    this.#monitored.committed(commit);
    this.#troubled.committed(commit);
    this.#remote.committed(commit);
    this.#pools.committed(commit);
    if (this.#hasData) this.#data.committed(commit);
    if (this.#hasTests) this.#tried.committed(commit);
    this.#workers?.committed(commit);
  }

  #crash(why: string): void {
    this.#generation += 1;
    this.#engine = undefined;
    this.#crashes += 1;
    this.#invariants.note(`crash: ${why}`);
    this.#world.after(this.#world.between(0, 8000), () => this.#boot());
  }
}
