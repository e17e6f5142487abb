/**
 * Several servers on one database, in some seeds: one is active by the lease of src/store/postgres/leadership.ts, the others stand
 * by, each of them may be paused, cut off or killed at any moment, and comes back.
 *
 *     stands by ──▶ active ──paused, cut off──▶ (another takes over) ──▶ writes nothing, ends ──▶ stands by
 *
 * What must be so of the database is said in simulated-database.ts; beside it:
 *
 *     I56 who was replaced ends when it runs again, before the time of a lease is over
 *     I57 somebody is active at the end
 *     I58 who was replaced begins no attempt, and asks no other system for anything
 *
 * @module
 */
import type { Engine } from '../../src/engine/engine.js';
import { keepLease, LEASE, underLease, whenFree } from '../../src/store/postgres/leadership.js';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.js';
import type { Commit, Store } from '../../src/store/store.js';
import { type CommitFate, type Sending, SimulatedDatabase } from './simulated-database.js';
import { SimulatedProcess } from './simulated-process.js';
import type { VirtualWorld } from './virtual-world.js';

/** Every seventh seed has two servers, or three. */
export function hasCluster(seed: number): boolean {
  return seed % 7 === 5;
}

/** How often a commit meets what, in this seed. */
export interface ClusterRates {
  readonly busy: number;
  readonly full: number;
  readonly before: number;
  readonly after: number;
  readonly ambiguous: number;
  readonly paused: number;
}

export interface ClusterSeed {
  /** Servers. */
  readonly servers: number;
  /** Pauses at any moment, cuts of a line, while anything goes wrong. */
  readonly troubles: number;
  readonly rates: ClusterRates;
}

export interface ClusterParts {
  /** The database, as the store for SQLite has made it. */
  readonly file: string;
  readonly hasPooler: boolean;
  isFaulty(): boolean;
  /** What a server asks in other words: a planted bug. */
  text(sql: string): string;
  /** It acts on a commit without a look at its lease: a planted bug. */
  readonly ignoresLease: boolean;
  /** An engine on the store, that ends with its process. */
  make(process: SimulatedProcess, store: Store): Engine;
  /** What a server does once its engine is open. */
  ready(engine: Engine): Promise<void>;
  /** A commit is durable. */
  committed(commit: Commit): void;
  note(line: string): void;
}

interface Server {
  readonly name: string;
  sending: Sending | undefined;
  engine: Engine | undefined;
  /** Since when it runs on although it was replaced, by the world's clock. */
  staleSince: number | undefined;
}

export class TwoEngines {
  readonly violations: string[] = [];
  readonly #world: VirtualWorld;
  readonly #seed: ClusterSeed;
  readonly #database: SimulatedDatabase;
  readonly #parts: ClusterParts;
  readonly #servers: Server[];
  #isFull = false;
  crashes = 0;
  pauses = 0;

  constructor(world: VirtualWorld, seed: ClusterSeed, parts: ClusterParts) {
    this.#world = world;
    this.#seed = seed;
    const { file, hasPooler, text, note, committed } = parts;
    this.#database = new SimulatedDatabase(
      world,
      { file, hasPooler },
      {
        text,
        fateOfCommit: () => this.#fateOfCommit(),
        delay: () => (world.chance(0.1) ? world.between(1, 60) : 0),
        pause: () => this.#pauseMs(),
      },
      { note, committed, died: (process, why) => this.died(process, why) },
    );
    this.#parts = parts;
    this.#servers = Array.from({ length: seed.servers }, (_, index) => ({
      ...{ name: 'abc'[index] ?? '', sending: undefined, engine: undefined, staleSince: undefined },
    }));
  }

  begin(until: number): void {
    const world = this.#world;
    for (const server of this.#servers)
      world.after(world.between(0, 300), () => this.#boot(server));
    for (let i = 0; i < this.#seed.troubles; i += 1) {
      world.after(world.between(2_000, until), () => this.#trouble());
    }
    this.#watch();
  }

  /** The server that whoever asks is led to: the one that is active, now and then one that believes it. */
  reached(): Engine | undefined {
    const active = this.#servers.filter(({ engine }) => engine !== undefined);
    active.sort((a, b) => (b.sending?.epoch ?? 0) - (a.sending?.epoch ?? 0));
    const [newest, other] = active;
    const server = other !== undefined && this.#world.chance(0.3) ? other : newest;
    const { engine, sending } = server ?? {};
    return engine && sending && reaching(engine, sending.process);
  }

  /** What becomes of a commit that is sent now. */
  #fateOfCommit(): CommitFate {
    if (!this.#parts.isFaulty()) return 'written';
    const { busy, full, before, after, ambiguous, paused } = this.#seed.rates;
    const world = this.#world;
    if (this.#isFull) return 'full';
    if (world.chance(full)) {
      this.#isFull = true;
      world.after(world.between(1_000, 20_000), () => {
        this.#isFull = false;
      });
      return 'full';
    }
    if (world.chance(busy)) return 'busy';
    if (world.chance(before)) return 'dies before';
    if (world.chance(after)) return 'dies after';
    if (world.chance(ambiguous)) return world.chance(0.5) ? 'lost before' : 'lost after';
    if (!world.chance(paused)) return 'written';
    this.pauses += 1;
    return world.chance(0.5) ? 'paused before' : 'paused after';
  }

  /** Some are over before anybody notices, most are not. */
  #pauseMs(): number {
    return this.#world.between(500, 4 * LEASE);
  }

  /** A process acts on the world. @param what in words */
  acts(process: SimulatedProcess, what: string): void {
    const epoch = this.#servers.find(({ sending }) => sending?.process === process)?.sending?.epoch;
    const current = this.#database.epoch;
    if (epoch === current) return;
    this.violations.push(`I58 ${process.name} ${what} under epoch ${epoch}, it is ${current}`);
  }

  died(process: SimulatedProcess, why: string): void {
    const server = this.#servers.find(({ sending }) => sending?.process === process);
    if (server === undefined || !process.isAlive) return;
    this.#parts.note(`${process.name} ends: ${why}`);
    this.crashes += 1;
    process.end();
    if (server.sending !== undefined) this.#database.forget(server.sending);
    server.sending = undefined;
    server.engine = undefined;
    server.staleSince = undefined;
    this.#world.after(this.#world.between(0, 8_000), () => this.#boot(server));
  }

  /** What fails during a commit is over; paused processes have run again by then, or will. */
  heal(): void {
    this.#isFull = false;
    this.#database.clockError = 0;
  }

  atEnd(): string[] {
    const active = this.#servers.filter(({ engine }) => engine !== undefined);
    return [
      ...this.violations,
      ...this.#database.violations,
      ...(active.length === 0 ? ['I57 nobody is active'] : []),
    ];
  }

  /** Nothing of it goes on. */
  close(): void {
    for (const { sending } of this.#servers) sending?.process.end();
    this.#database.close();
  }

  #boot(server: Server): void {
    const world = this.#world;
    const rate = 0.95 + world.random() * 0.1;
    const skew = world.between(-2_000, 2_000);
    const process = new SimulatedProcess(world, `${server.name}${world.happened}`, rate, () =>
      this.#parts.isFaulty() ? skew : 0,
    );
    const sending: Sending = { process, commits: [], epoch: undefined };
    server.sending = sending;
    const pool = this.#database.pool(sending);
    const standing = { signal: new AbortController().signal, onWaiting: () => undefined };
    const name = { name: process.name, url: `http://${process.name}` };
    const end = (error: unknown): void => this.died(process, String(error));
    whenFree(pool, () => openPostgresStore({ pool, server: name }), standing, process.clock).then(
      (store) => {
        this.#parts.note(`${process.name} is active, epoch ${store.epoch}`);
        this.#database.opened(sending, store.epoch);
        const lease = keepLease(pool, store.epoch, end, process.clock);
        const own = this.#parts.ignoresLease ? store : underLease(store, lease);
        const engine = this.#parts.make(process, telling(own, sending));
        const ready = async (): Promise<void> => {
          await engine.open();
          await this.#parts.ready(engine);
        };
        ready().then(() => {
          if (process.isAlive) server.engine = engine;
        }, end);
      },
      end,
    );
  }

  /** Somebody is paused, or cut off, or the database's clock is set. */
  #trouble(): void {
    const world = this.#world;
    if (!this.#parts.isFaulty()) return;
    const running = this.#servers.filter(({ sending }) => sending?.process.isAlive);
    const active = running.filter(({ sending }) => sending?.epoch !== undefined);
    const among = world.chance(0.8) && active.length > 0 ? active : running;
    const sending = among[world.between(0, among.length - 1)]?.sending;
    const what = world.random();
    if (what < 0.1) this.#database.clockError = world.between(-3_000, 3_000);
    else if (sending === undefined) return;
    else if (what < 0.3) {
      const ms = this.#pauseMs();
      this.#parts.note(`${sending.process.name} is cut off for ${ms}`);
      this.#database.cutOff(sending, ms);
    } else if (what < 0.4) this.died(sending.process, 'killed');
    else {
      const ms = this.#pauseMs();
      this.#parts.note(`${sending.process.name} is paused for ${ms}`);
      this.pauses += 1;
      sending.process.pause(ms);
    }
  }

  /** Looks once a second who runs on although another has taken over. */
  #watch(): void {
    const now = this.#world.elapsed;
    const current = this.#database.epoch;
    for (const server of this.#servers) {
      const { sending } = server;
      const isStale =
        sending?.epoch !== undefined &&
        sending.epoch < current &&
        !sending.process.isPaused &&
        !this.#database.isCut(sending);
      if (!isStale) server.staleSince = undefined;
      else if (server.staleSince === undefined) server.staleSince = now;
      else if (now - server.staleSince > 2 * LEASE + this.#database.linePatience) {
        this.violations.push(
          `I56 ${sending.process.name} runs on with epoch ${sending.epoch}, it is ${current}`,
        );
        server.staleSince = Number.POSITIVE_INFINITY;
      }
    }
    this.#world.after(1_000, () => this.#watch());
  }
}

/** The same store; each commit is noted before it is sent, so that whoever sees its statements knows what they are. */
function telling(store: Store, { process, commits }: Sending): Store {
  return process.holds({
    ...store,
    commit: async (commit) => {
      commits.push(commit);
      try {
        await store.commit(commit);
      } finally {
        // One that was refused has not been taken.
        const left = commits.indexOf(commit);
        if (left >= 0) commits.splice(left, 1);
      }
    },
  } satisfies Store);
}

/** An engine, as one who asks it reaches it: a process that is paused hears of it when it runs again. */
function reaching(engine: Engine, process: SimulatedProcess): Engine {
  const calls = (capability: object): object =>
    new Proxy(capability, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== 'function') return member;
        return (...values: unknown[]) => {
          if (!process.isPaused) return member.apply(target, values) as unknown;
          return process.running().then(() => member.apply(target, values) as unknown);
        };
      },
    });
  return new Proxy(engine, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as unknown;
      return typeof member === 'object' && member !== null ? calls(member) : member;
    },
  });
}
