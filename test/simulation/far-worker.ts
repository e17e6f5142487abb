/**
 * One worker on another machine of the simulation: what it holds, says and tells, by its character.
 * @module
 */
import { PROTOCOLS, type WorkerCalls } from '../../src/engine/features/workers/worker-calls.js';
import { ownerOf, type WorkerCaller } from '../../src/engine/features/workers/worker-sessions.js';
import { LEASE } from '../../src/engine/features/workers/workers.js';
import type { AttemptLogRecord, AttemptOutcome } from '../../src/engine/kernel/ports.js';
import { ofTeam } from '../../src/engine/kernel/scope.js';
import type { VirtualWorld } from './virtual-world.js';

/** Attempts that it performs at a time. */
export const ROOM = 3;

export type Character = 'honest' | 'vanishing' | 'lying' | 'freezing' | 'leaving';

interface Held {
  readonly id: string;
  /** Its outcome was taken, or refused. */
  isTold: boolean;
  /** Lines of output that it has said, and how many of them are known to have arrived. */
  said: number;
  arrived: number;
  /** Once it has one. */
  outcome?: AttemptOutcome;
}

/** What became of one outcome of many. */
type Told = 'taken' | 'over' | 'away';

function linesOf({ id, said }: Pick<Held, 'id' | 'said'>, first: number): AttemptLogRecord[] {
  return Array.from({ length: said - first }, (_, index) => ({
    ...({ at: 0, stream: 'stdout', level: 'info' } as const),
    message: `${id} says ${first + index}`,
  }));
}

interface FarWorkerParts {
  readonly character: Character;
  readonly name: string;
  readonly tags: readonly string[];
  /** Whether it performs what there is to do. */
  readonly performs: boolean;
  isFaulty(): boolean;
  ask<Answer>(
    act: (calls: WorkerCalls) => Promise<Answer> | Answer,
    heard: (answer: Answer | Error | undefined) => void,
  ): void;
  /** A server has answered its claim with these; whether it hears of them or not. */
  told(worker: FarWorker, ids: readonly string[]): void;
  /** A server has taken its sign of life for an attempt. */
  heard(worker: FarWorker, id: string): void;
  /** Attempts that have left a server for others. */
  others(worker: FarWorker): readonly string[];
  wrong(what: string): void;
}

export class FarWorker {
  readonly name: string;
  readonly owner: string;
  readonly tags: readonly string[];
  readonly performs: boolean;
  /** It has said goodbye, and that was heard. */
  isGone = false;
  readonly #world: VirtualWorld;
  readonly #parts: FarWorkerParts;
  readonly #caller: WorkerCaller;
  readonly #held: Map<string, Held> = new Map();
  readonly #toTell: Set<Held> = new Set();
  #isTelling = false;
  #isEnded = false;
  /** Ends its claim. */
  #line: AbortController | undefined;
  #frozenUntil = 0;
  #heardAt: number;

  constructor(world: VirtualWorld, parts: FarWorkerParts) {
    this.#world = world;
    this.#parts = parts;
    this.name = parts.name;
    this.tags = parts.tags;
    this.performs = parts.performs;
    this.#caller = { token: `token of ${this.name}`, scope: ofTeam('team'), session: this.name };
    this.owner = ownerOf(this.#caller);
    this.#heardAt = world.elapsed;
  }

  begin(): void {
    this.#claim();
    this.#beat();
    if (this.#parts.character === 'lying') this.#lie();
    if (this.#parts.character === 'freezing') {
      this.#after(this.#world.between(2_000, 20_000), () => {
        this.#frozenUntil = this.#world.elapsed + this.#world.between(5_000, 2 * LEASE);
      });
    }
  }

  /** It is killed, or goes in good order. */
  ends(): void {
    if (this.#parts.character !== 'leaving') {
      this.#isEnded = true;
      // Its machine may be gone without a word.
      if (this.#world.chance(0.5)) this.#line?.abort();
      return;
    }
    this.#parts.ask(
      async (calls) => {
        const lost = await calls.leave(this.#caller);
        this.isGone = true;
        return lost;
      },
      () => undefined,
    );
    this.#isEnded = true;
  }

  get #description() {
    const kinds: { [kind: string]: number } = this.performs ? { echo: ROOM } : { shell: ROOM };
    const { name, tags } = this;
    return { protocol: PROTOCOLS[0] ?? 0, name, version: '1', kinds, tags, slots: ROOM };
  }

  /** Later, when it is not frozen, and never when it has ended. */
  #after(ms: number, act: () => void): void {
    this.#world.after(ms, () => {
      if (this.#isEnded) return;
      const frozen = this.#frozenUntil - this.#world.elapsed;
      if (frozen > 0) this.#after(frozen, act);
      else act();
    });
  }

  #claim(): void {
    const gone = new AbortController();
    const never = new AbortController().signal;
    const waitMs = this.#world.between(1_000, 20_000);
    this.#parts.ask(
      async (calls) => {
        const answer = await calls.claim(this.#caller, this.#description, {
          ...{ waitMs, gone: gone.signal, over: never },
        });
        this.#parts.told(
          this,
          answer.attempts.map(({ id }) => id),
        );
        return answer;
      },
      (answer) => {
        this.#after(this.#world.between(0, 200), () => {
          if (answer !== undefined && !(answer instanceof Error)) {
            for (const id of answer.stop) this.#held.delete(id);
            for (const { id } of answer.attempts) this.#perform(id);
          }
          this.#claim();
        });
      },
    );
    this.#line = gone;
  }

  #perform(id: string): void {
    const world = this.#world;
    this.#held.set(id, { id, isTold: false, said: 0, arrived: 0 });
    const isSlow = this.#parts.isFaulty() && world.chance(0.2);
    const ms = isSlow ? world.between(5_000, 45_000) : world.between(10, 2_000);
    this.#after(ms, () => this.#end(id));
    // Often so late that the outcome does not know whether they have arrived.
    if (world.chance(0.7)) {
      this.#after(Math.max(0, ms - world.between(0, 400)), () => this.#say(id));
    }
  }

  /** Lines that are sent before the outcome is there; another worker than the liar tells nothing else meanwhile. */
  #say(id: string): void {
    const held = this.#held.get(id);
    if (held === undefined || held.outcome !== undefined) return;
    const first = held.arrived;
    held.said += this.#world.between(1, 3);
    const records = linesOf(held, first);
    this.#parts.ask(
      (calls) => calls.log(this.#caller, id, first, records),
      (answer) => {
        if (typeof answer === 'number') held.arrived = Math.max(held.arrived, answer);
      },
    );
  }

  #end(id: string): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    held.said += this.#world.between(0, 2);
    const isSoft = this.#parts.isFaulty() && this.#world.chance(0.1);
    held.outcome = isSoft
      ? ({ type: 'failed', error: 'Soft', cause: 'simulated' } as const)
      : {
          type: 'succeeded',
          output: { by: this.owner, attempt: id, lines: held.said },
        };
    this.#toTell.add(held);
    this.#arm();
  }

  #arm(): void {
    if (this.#isTelling || this.#toTell.size === 0) return;
    this.#isTelling = true;
    this.#after(this.#world.between(0, 1_500), () => this.#tellAll());
  }

  /** What waits goes in one request; what comes while it is under way goes with the next. */
  #tellAll(): void {
    const batch = [...this.#toTell].filter((held) => this.#held.get(held.id) === held);
    this.#toTell.clear();
    const settle = (calls: WorkerCalls): Promise<Told[]> =>
      Promise.all(
        batch.map(({ id, outcome, arrived, said }) => {
          if (outcome === undefined) return 'over';
          const lines = { first: arrived, records: linesOf({ id, said }, arrived) };
          return calls.settle(this.#caller, id, outcome, undefined, lines).then(
            () => 'taken' as const,
            (error) => (error.kind === 'WorkerLeaseOver' ? 'over' : 'away'),
          );
        }),
      );
    this.#parts.ask(settle, (answer) => {
      for (const [index, held] of batch.entries()) {
        // What was lost on its way, or could not be written, is told again.
        const told = answer === undefined || answer instanceof Error ? 'away' : answer[index];
        if (told === 'away' && !held.isTold) this.#after(1_000, () => this.#again(held));
        else {
          held.isTold = true;
          this.#held.delete(held.id);
        }
      }
      this.#isTelling = false;
      this.#arm();
    });
    // Twice, as if the first had not arrived.
    if (this.#parts.isFaulty() && this.#world.chance(0.2)) this.#parts.ask(settle, () => undefined);
  }

  #again(held: Held): void {
    if (this.#held.get(held.id) !== held) return;
    this.#toTell.add(held);
    this.#arm();
  }

  #beat(): void {
    const attempts = [...this.#held.keys()];
    const left = this.#world.elapsed;
    this.#parts.ask(
      (calls) => {
        const stop = calls.beat(this.#caller, this.#description, { attempts, beats: attempts });
        // A process that was paused answers later.
        return Promise.resolve(stop).then((ids) => {
          for (const id of attempts) if (!ids.includes(id)) this.#parts.heard(this, id);
          return ids;
        });
      },
      (answer) => {
        if (answer === undefined || answer instanceof Error) return;
        this.#heardAt = left;
        for (const id of answer) this.#held.delete(id);
      },
    );
    // One that reaches nobody stops what it performs; the liar does not.
    if (this.#world.elapsed - this.#heardAt > LEASE && this.#parts.character !== 'lying') {
      this.#held.clear();
    }
    this.#after(5_000, () => this.#beat());
  }

  /** Says of attempts of others that it holds them, and what came of them. */
  #lie(): void {
    const others = this.#parts.others(this);
    const id = others[this.#world.between(0, Math.max(0, others.length - 1))];
    if (id !== undefined) {
      const output = { by: this.owner, attempt: id, lines: 0 };
      this.#parts.ask(
        (calls) => calls.settle(this.#caller, id, { type: 'succeeded', output }, undefined),
        () => undefined,
      );
      this.#parts.ask(
        async (calls) => {
          const claim = { attempts: [id], beats: [id] };
          const stop = await calls.beat(this.#caller, this.#description, claim);
          if (!stop.includes(id))
            this.#parts.wrong(`I63 ${this.name} lies about ${id}, and is believed`);
        },
        () => undefined,
      );
    }
    this.#after(this.#world.between(500, 6_000), () => this.#lie());
  }
}
