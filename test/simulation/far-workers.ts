/**
 * Workers on other machines, in some seeds: they claim, show signs of life, tell outcomes; they vanish, freeze, lie about what
 * they hold, answer twice and late, and say goodbye. Requests and answers get lost, engines crash and take over.
 *
 *     I59 an attempt leaves the server once, after it is durable that this worker has begun it
 *     I60 no worker is given what it does not perform, has no tags or no room for, or anything after its goodbye
 *     I61 what comes of an attempt is what the worker says that has begun it, once
 *     I62 the attempt of a worker that is not heard of is closed as lost, and that of one that is heard of is not
 *     I63 nobody is told that it holds what it does not
 *     I65 no more tasks with a tag are with workers than its limit
 *     I64 a line of output is written once under one server, and with an outcome all lines of its attempt are there
 *
 * Outcomes that come at about the same time travel in one request, as `src/worker/outcome-batches.ts` has it.
 * @module
 */
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { Engine } from '../../src/engine/engine.js';
import type { WorkerCalls } from '../../src/engine/features/workers/worker-calls.js';
import { LEASE } from '../../src/engine/features/workers/workers.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { lineOf } from '../../src/engine/kernel/worker-line.js';
import type { Commit } from '../../src/store/store.js';
import { type Character, FarWorker, ROOM } from './far-worker.js';
import type { VirtualWorld } from './virtual-world.js';

/** Every seventh seed has them, and of those with several servers every other one. */
export function hasWorkers(seed: number): boolean {
  return seed % 7 === 6 || seed % 14 === 5;
}

const RETRY = [
  { ErrorEquals: ['Millrace.WorkerLost'], IntervalSeconds: 1, MaxAttempts: 9 },
  { ErrorEquals: ['Soft'], IntervalSeconds: 2, MaxAttempts: 2, BackoffRate: 2 },
];
const away = (more: object): object => ({
  ...{
    Type: 'Task',
    Resource: 'millrace:echo',
    TimeoutSeconds: 240,
    ResultPath: null,
    Retry: RETRY,
  },
  ...more,
});
const branch = (name: string): object => ({
  StartAt: name,
  States: { [name]: away({ End: true }) },
});

export const AWAY = 'away';

/** Tasks with a tag at a time. */
export const WORKER_LIMITS = { large: 2 };

export const AWAY_MACHINE = {
  StartAt: 'Any',
  States: {
    Any: away({ Next: 'Large' }),
    Large: away({ HeartbeatSeconds: 100, Next: 'Both' }),
    Both: { Type: 'Parallel', Branches: [branch('Left'), branch('Right')], End: true },
  },
} as unknown as MachineDefinition;

export const AWAY_SECTIONS = {
  worker: true,
  workers: { Large: { tags: ['large'] }, Right: { tags: ['gpu', 'large'] } },
};

/** What is known of an attempt, from what is durable. */
interface Known {
  status: string;
  owner: string | undefined;
  readonly line: string;
  isOpen: boolean;
}

export class FarWorkers {
  readonly violations: string[] = [];
  readonly #world: VirtualWorld;
  readonly #engine: () => Engine | undefined;
  readonly #isFaulty: () => boolean;
  /** Whether one server alone speaks for the store: then who was heard of is known. */
  readonly #isAlone: boolean;
  readonly #known: Map<string, Known> = new Map();
  readonly #keys: Map<string, string> = new Map();
  /** Attempts that have left a server, with the worker that they were for. */
  readonly #left: Map<string, FarWorker> = new Map();
  readonly #taken: Set<string> = new Set();
  /** Of each attempt which lines were written, and what engine there was then. */
  readonly #lines: Map<string, Map<number, Engine | undefined>> = new Map();
  /** When a server heard last that a worker holds it, by the world's clock. */
  readonly #heard: Map<string, number> = new Map();
  /** When a server was seen last that had not been there at the look before, and when that look was. */
  #since = 0;
  #notBefore = 0;
  #lookedAt = 0;
  #before: Engine | undefined;
  #sessions = 0;
  outcomes = 0;
  lost = 0;

  constructor(
    world: VirtualWorld,
    parts: { engine(): Engine | undefined; isFaulty(): boolean; isAlone: boolean },
  ) {
    this.#world = world;
    this.#engine = parts.engine;
    this.#isFaulty = parts.isFaulty;
    this.#isAlone = parts.isAlone;
  }

  begin(): void {
    const characters: readonly Character[] = [
      ...(['honest', 'vanishing', 'lying', 'freezing', 'leaving'] as const),
      'honest',
    ];
    for (const [index, character] of characters.entries()) this.#come(character, index);
    for (let i = 0; i < 4; i += 1) this.#client(i);
    this.#watch();
  }

  committed(commit: Commit): void {
    for (const { lines } of commit.logs) for (const { message } of lines) this.#written(message);
    for (const { number, closedAttempts, attempts, history } of commit.executions) {
      const closed = new Set<string>();
      for (const { thread, sequence } of closedAttempts) {
        const id = this.#keys.get(`${number}:${thread}:${sequence}`);
        const known = id === undefined ? undefined : this.#known.get(id);
        if (id === undefined || known === undefined) continue;
        known.isOpen = false;
        closed.add(id);
      }
      for (const { id, thread, sequence, kind, status, owner } of attempts) {
        if (lineOf(kind) === undefined) continue;
        this.#known.set(id, { status, owner, line: kind, isOpen: true });
        this.#keys.set(`${number}:${thread}:${sequence}`, id);
      }
      for (const { type, details } of history) {
        const { output, error } = details as { output?: Said; error?: string };
        if (type === 'TaskSucceeded' && output?.by !== undefined) this.#succeeded(output, closed);
        if (type === 'TaskFailed' && error === 'Millrace.WorkerLost') this.lost += 1;
      }
      if (history.some(({ type, details }) => type === 'TaskFailed' && isSilence(details))) {
        this.#lostOne(closed);
      }
      if (history.some(({ type, details }) => type === 'TaskFailed' && isRestart(details))) {
        for (const id of closed)
          this.violations.push(`I62 ${id} is lost by a restart of the server`);
      }
    }
    this.#counted();
  }

  /** What is durable holds no more than there may be. */
  #counted(): void {
    for (const [tag, limit] of Object.entries(WORKER_LIMITS)) {
      const begun = [...this.#known.values()].filter(
        ({ isOpen, status, line }) =>
          isOpen && status === 'started' && lineOf(line)?.tags.includes(tag),
      );
      if (begun.length > limit) {
        this.violations.push(`I65 ${begun.length} tasks with the tag ${tag} are with workers`);
      }
    }
  }

  atEnd(): string[] {
    const open = [...this.#known].filter(([, { isOpen }]) => isOpen).map(([id]) => id);
    return [...this.violations, ...open.map((id) => `I62 ${id} is open at the end`)];
  }

  #succeeded({ by, attempt, lines }: Said, closed: ReadonlySet<string>): void {
    this.outcomes += 1;
    const known = this.#known.get(attempt);
    if (known?.owner !== by) {
      this.violations.push(`I61 ${attempt} of ${known?.owner} has the outcome of ${by}`);
    }
    if (!closed.has(attempt))
      this.violations.push(`I61 an outcome of ${attempt} closes another one`);
    if (this.#taken.has(attempt)) this.violations.push(`I61 ${attempt} has two outcomes`);
    this.#taken.add(attempt);
    const written = this.#lines.get(attempt)?.size ?? 0;
    if (written !== lines) {
      this.violations.push(`I64 ${attempt} has ended with ${written} of its ${lines} lines`);
    }
  }

  #written(message: string): void {
    const [, attempt, number] = /^(\S+) says (\d+)$/.exec(message) ?? [];
    if (attempt === undefined) return;
    const engine = this.#engine();
    const written = this.#lines.get(attempt) ?? new Map<number, Engine | undefined>();
    const isAgain = written.has(Number(number));
    // After a restart nobody knows what was written: there a line may come twice.
    if (isAgain && this.#isAlone && written.get(Number(number)) === engine) {
      this.violations.push(`I64 line ${number} of ${attempt} is written twice`);
    }
    this.#lines.set(attempt, written.set(Number(number), engine));
  }

  /** Somebody was not heard of for a lease. */
  #lostOne(closed: ReadonlySet<string>): void {
    if (!this.#isAlone || closed.size !== 1) return;
    const [id = ''] = closed;
    const heard = Math.max(this.#heard.get(id) ?? 0, this.#notBefore);
    const silent = this.#world.elapsed - heard;
    // It was extended a moment before its worker was told.
    if (silent < LEASE - 1_000)
      this.violations.push(`I62 ${id} is lost, heard of ${silent} ms ago`);
  }

  /** Looks every five seconds who is not heard of, and kept all the same. */
  #watch(): void {
    const now = this.#world.elapsed;
    const engine = this.#engine();
    if (engine !== this.#before) {
      this.#since = now;
      this.#notBefore = this.#lookedAt;
    }
    this.#lookedAt = now;
    this.#before = engine;
    // A while for the look itself, and for commits that fail.
    const most = 2 * LEASE + (this.#isFaulty() ? 60_000 : 0);
    for (const [id, { isOpen, status }] of this.#known) {
      if (!isOpen || status !== 'started' || !this.#isAlone) continue;
      const heard = Math.max(this.#heard.get(id) ?? 0, this.#since);
      if (now - heard <= most) continue;
      this.violations.push(`I62 ${id} is kept for a worker that is silent for ${now - heard} ms`);
      this.#heard.set(id, Number.POSITIVE_INFINITY);
    }
    this.#world.after(5_000, () => this.#watch());
  }

  // Workers.

  #come(character: Character, index: number): void {
    const world = this.#world;
    this.#sessions += 1;
    const worker = new FarWorker(world, {
      ...{ character, name: `${character}-${this.#sessions}`, isFaulty: this.#isFaulty },
      tags: [[], ['large'], ['gpu', 'large']][(index + this.#sessions) % 3] ?? [],
      performs: character !== 'honest' || index === 0 || this.#sessions % 4 !== 0,
      ask: (act, heard) => this.#ask(act, heard),
      told: (own, ids) => this.#leave(own, ids),
      heard: (own, id) => this.#hear(own, id),
      others: (own) => [...this.#left].flatMap(([id, whose]) => (whose === own ? [] : [id])),
      wrong: (what) => void this.violations.push(what),
    });
    worker.begin();
    if (character === 'honest') return;
    // Once nothing fails, those that are left are well.
    const ms = world.between(5_000, 60_000);
    const isLast = world.elapsed + ms > 80_000;
    world.after(ms, () => {
      worker.ends();
      world.after(world.between(0, 20_000), () => this.#come(isLast ? 'honest' : character, 0));
    });
  }

  /** A request of a worker: it may not arrive, its answer may not, and an engine that ends answers nothing. */
  #ask<Answer>(
    act: (calls: WorkerCalls) => Promise<Answer> | Answer,
    heard: (answer: Answer | Error | undefined) => void,
  ): void {
    const world = this.#world;
    const lost = this.#isFaulty() ? 0.05 : 0;
    let isOver = false;
    const tell = (answer: Answer | Error | undefined): void => {
      if (isOver) return;
      isOver = true;
      heard(answer);
    };
    const later = (answer: Answer | Error): void => {
      if (!world.chance(lost)) world.after(world.between(1, 150), () => tell(answer));
    };
    world.after(world.between(1, 150), () => {
      const engine = this.#engine();
      if (engine === undefined || world.chance(lost)) return;
      try {
        Promise.resolve(act(engine.workers)).then(later, later);
      } catch (error) {
        later(error as Error);
      }
    });
    world.after(30_000, () => tell(undefined));
  }

  /** Attempts have left a server. */
  #leave(worker: FarWorker, ids: readonly string[]): void {
    for (const id of ids) {
      const before = this.#left.get(id);
      if (before !== undefined) {
        this.violations.push(`I59 ${id} leaves for ${worker.name}, and was that of ${before.name}`);
      }
      this.#left.set(id, worker);
      this.#heard.set(id, this.#world.elapsed);
      const known = this.#known.get(id);
      if (known?.status !== 'started' || known.owner !== worker.owner) {
        this.violations.push(`I59 ${id} leaves for ${worker.name} before that is durable`);
      }
      const line = lineOf(known?.line ?? '');
      const fits = line?.tags.every((tag) => worker.tags.includes(tag)) && worker.performs;
      if (!fits) this.violations.push(`I60 ${id} (${known?.line}) leaves for ${worker.name}`);
      if (worker.isGone)
        this.violations.push(`I60 ${id} leaves for ${worker.name} after its goodbye`);
    }
    const holds = [...this.#known.values()].filter(
      ({ isOpen, owner }) => isOpen && owner === worker.owner,
    );
    if (holds.length > ROOM) this.violations.push(`I60 ${worker.name} holds ${holds.length}`);
  }

  /** A server has said that a worker holds an attempt. */
  #hear(worker: FarWorker, id: string): void {
    if (this.#left.get(id) !== worker) {
      this.violations.push(`I63 ${worker.name} is told that it holds ${id}`);
    } else this.#heard.set(id, this.#world.elapsed);
  }

  #client(i: number): void {
    const world = this.#world;
    let isDone = false;
    const attempt = (): void => {
      if (isDone) return;
      world.after(4_000, attempt);
      const start = { pipeline: AWAY, team: 'team', name: `away-${i}`, input: {} };
      this.#engine()
        ?.executions.start(EVERYTHING, start)
        .then(
          ({ id }) => {
            if (isDone) return;
            isDone = true;
            if (i !== 3) return;
            world.after(world.between(0, 40_000), () => {
              this.#engine()
                ?.executions.stop(EVERYTHING, id, { error: 'Stopped' })
                .catch(() => {});
            });
          },
          () => {},
        );
    };
    world.after(world.between(0, 15_000), attempt);
  }
}

interface Said {
  /** Owner of the attempt, as its worker knows itself. */
  readonly by: string;
  readonly attempt: string;
  /** How many it has said in all. */
  readonly lines: number;
}

function isSilence(details: object): boolean {
  const { error, cause = '' } = details as { error?: string; cause?: string };
  return error === 'Millrace.WorkerLost' && cause.includes('showed no sign of life');
}

function isRestart(details: object): boolean {
  const { error, cause = '' } = details as { error?: string; cause?: string };
  return error === 'Millrace.WorkerLost' && cause.startsWith('The server ended');
}
