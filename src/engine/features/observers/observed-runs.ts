/**
 * Runs that were seen, each once: whatever tells of one, and however often, in whichever order.
 *
 *     event ─┐                    ┌─ runs, or more is to be known ─▶ open: in memory and in the store
 *     look ──┴─▶ merged with what ┤
 *                is known of it   └─ over, and all is known ──▶ a check result at the time of its end, once
 *
 * An event may tell an end without its begin or what it used. Then a look is asked for at once, and the result waits for it, but
 * no longer than half a minute: a failure is told by what is known.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import { consoleLink } from '../../../monitoring/observed/console-links.js';
import { judgeRun } from '../../../monitoring/observed/judge-run.js';
import { isOver, merged, type SeenRun } from '../../../monitoring/observed/observed-run.js';
import { DueRounds } from '../../kernel/due-rounds.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import type { RunPrice, UsedByRun } from '../../kernel/observed-run.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import { type FoundThings, subjectOfRow } from './found-things.js';
import {
  type FoundRow,
  type HeardBy,
  OBSERVED_RUNS,
  type ObservedRow,
  seenOf,
} from './observer-tables.js';
import type { ReportedRun } from './peers.js';

/** Milliseconds that a result waits for what a look adds. */
export const PATIENCE = 30_000;
/** Characters of an id, as the store keeps it. */
const MOST_ID = 1_024;
/** Looks that should have listed a run and did not, until it is taken for gone. */
const MISSED_LOOKS = 3;

/** Something that was heard of a thing. */
export interface Heard {
  readonly thing: number;
  readonly run: SeenRun;
  readonly by: HeardBy;
}

export interface ObservedRunsPeers {
  readonly things: FoundThings;
  /** Takes the result of a run into the turn. */
  report(turn: Turn, run: ReportedRun): void;
  /** What a run cost; counted once. Undefined: nobody can say. */
  spend(turn: Turn, run: UsedByRun): RunPrice | undefined;
  /** What is said of a thing by whoever watches it. */
  tagsOf(thing: FoundRow): { readonly [tag: string]: string };
  /** Somebody should look at a thing now. @returns whether that can be */
  lookNow(thing: FoundRow): boolean;
  changed(): void;
}

export class ObservedRuns {
  readonly #kernel: Kernel;
  readonly #peers: ObservedRunsPeers;
  /** Those that are open, by `keyOf`. */
  readonly #open: TurnMap<string, ObservedRow>;
  readonly #openOf: Map<number, Set<string>> = new Map();
  /** Rows that the turn which runs now has written. */
  readonly #fresh: TurnMap<string, ObservedRow> = new TurnMap();
  readonly #missed: Map<string, number> = new Map();
  readonly #rounds: DueRounds<string>;
  #last = 0;

  constructor(kernel: Kernel, peers: ObservedRunsPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
    this.#open = new TurnMap((key, row) => this.#indexOpen(key, row));
    this.#rounds = new DueRounds(kernel, {
      nextOf: (key) => {
        const row = this.#open.get(key);
        return row?.closesAt;
      },
      judge: (turn, key) => {
        const row = this.#open.get(key);
        if (row !== undefined) this.#close(turn, row);
      },
      changed: () => peers.changed(),
    });
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    this.#last =
      (await store.listRows(OBSERVED_RUNS, { order: { by: ['number'], down: true }, limit: 1 }))[0]
        ?.number ?? 0;
    const order = { by: ['number'] } as const;
    for (const row of await store.listRows(OBSERVED_RUNS, { where: { open: 'yes' }, order })) {
      this.#open.remember(keyOf(row), row);
    }
  }

  begin(): void {
    this.#rounds.begin();
    for (const key of this.#openKeys()) this.#rounds.schedule(key);
  }

  close(): void {
    this.#rounds.close();
  }

  nextDue(): number | undefined {
    return this.#rounds.nextDue();
  }

  due(): void {
    this.#rounds.due();
  }

  /** Runs of a thing that are not over, the earliest first. */
  running(thing: number): ObservedRow[] {
    return [...(this.#openOf.get(thing) ?? [])]
      .flatMap((key) => this.#open.get(key) ?? [])
      .filter((row) => row.status === 'RUNNING')
      .sort((a, b) => (a.startedAt ?? a.seenAt) - (b.startedAt ?? b.seenAt));
  }

  get openCount(): number {
    return this.#open.size;
  }

  /**
   * What was heard, as an input of the loop: looks up what is known of each run, and takes what is new.
   * @param then performed in the same turn, after that
   */
  input(heard: readonly Heard[], then?: (turn: Turn) => void): Input {
    const needs = heard
      .filter(({ run }) => run.id.length <= MOST_ID)
      .map((one) => this.#needOf(one));
    return {
      needs: () => needs,
      perform: (turn) => {
        for (const one of heard) if (one.run.id.length <= MOST_ID) this.#take(turn, one);
        then?.(turn);
        return 'done';
      },
    };
  }

  /**
   * A look should have listed these, and did not: after some looks they are over, and nobody can say how.
   * @param listed keys of runs that it has listed
   */
  missing(turn: Turn, thing: number, since: number, listed: readonly SeenRun[]): void {
    const told = new Set(listed.map(({ id, attempt }) => keyOf({ thing, run: id, attempt })));
    for (const row of this.running(thing)) {
      const key = keyOf(row);
      if (told.has(key) || (row.startedAt ?? row.seenAt) < since) {
        this.#missed.delete(key);
        continue;
      }
      const count = (this.#missed.get(key) ?? 0) + 1;
      this.#missed.set(key, count);
      if (count < MISSED_LOOKS) continue;
      this.#missed.delete(key);
      const run: SeenRun = {
        ...seenOf(row),
        status: 'UNKNOWN',
        endedAt: this.#kernel.time.now(),
        cause: 'it is not listed any more',
      };
      this.#take(turn, { thing, run, by: 'look' });
    }
  }

  /** Runs that grow old. */
  oldest(limit: number): Need<ObservedRow[]> {
    return {
      key: `oldest ${limit} observed runs`,
      read: () =>
        this.#kernel.store.listRows(OBSERVED_RUNS, {
          where: { open: 'no' },
          order: { by: ['number'] },
          limit,
        }),
    };
  }

  removeOld(turn: Turn, before: number, limit: number): boolean {
    const old = turn
      .known(this.oldest(limit))
      .filter(({ seenAt, endedAt = seenAt }) => Math.max(seenAt, endedAt) < before);
    for (const { thing, run, attempt } of old) turn.remove(OBSERVED_RUNS, [thing, run, attempt]);
    return old.length === limit;
  }

  /** Nobody watches a thing any longer: what runs of it is forgotten, and what is over is told by what is known. */
  forget(turn: Turn, thing: number): void {
    for (const key of [...(this.#openOf.get(thing) ?? [])]) {
      const row = this.#open.get(key);
      if (row === undefined) continue;
      if (row.status !== 'RUNNING') {
        this.#close(turn, row);
        continue;
      }
      turn.remove(OBSERVED_RUNS, [row.thing, row.run, row.attempt]);
      this.#open.set(turn, key, undefined);
    }
  }

  /** A thing is not there any more: how what runs of it will end nobody can say. */
  gone(turn: Turn, thing: number): void {
    for (const row of this.running(thing)) {
      const cause = 'what it is a run of is not there any more';
      const endedAt = this.#kernel.time.now();
      const run: SeenRun = { ...seenOf(row), status: 'UNKNOWN', endedAt, cause };
      this.#take(turn, { thing, run, by: 'look' });
    }
  }

  #needOf({ thing, run }: Heard): Need<ObservedRow | undefined> {
    return {
      key: `observed run ${thing} ${run.id} ${run.attempt}`,
      read: () => this.#kernel.store.findRow(OBSERVED_RUNS, [thing, run.id, run.attempt]),
    };
  }

  #take(turn: Turn, heard: Heard): void {
    const { thing, run, by } = heard;
    const of = this.#peers.things.get(thing);
    if (of === undefined) return;
    const key = keyOf({ thing, run: run.id, attempt: run.attempt });
    const known = this.#fresh.get(key) ?? this.#open.get(key) ?? turn.known(this.#needOf(heard));
    const seen = this.#masked(known === undefined ? run : merged(seenOf(known), run));
    if (known !== undefined && JSON.stringify(seen) === JSON.stringify(known.seen)) return;
    const now = this.#kernel.time.now();
    if (known === undefined) this.#last += 1;
    const wasOver = known !== undefined && known.status !== 'RUNNING';
    const isTold = known?.open === 'no';
    let row: ObservedRow = {
      thing,
      run: run.id,
      attempt: run.attempt,
      number: known?.number ?? this.#last,
      open: isTold ? 'no' : 'yes',
      status: seen.status,
      seenAt: known?.seenAt ?? now,
      by: known?.by ?? by,
      ...(seen.startedAt === undefined ? {} : { startedAt: seen.startedAt }),
      ...(seen.endedAt === undefined ? {} : { endedAt: seen.endedAt }),
      ...(known?.cost === undefined ? {} : { cost: known.cost }),
      ...(known?.currency === undefined ? {} : { currency: known.currency }),
      ...(isOver(seen) && !isTold ? { closesAt: known?.closesAt ?? now + PATIENCE } : {}),
      seen: seen as unknown as Json,
    };
    // What it used was not known when it was told: its result stays, and what was spent is counted now.
    if (isTold && known !== undefined && seenOf(known).units === undefined) {
      row = this.#priced(turn, of, row);
    }
    this.#put(turn, key, row);
    const at = seen.endedAt ?? seen.startedAt ?? now;
    if (at >= (of.lastRunAt ?? 0)) {
      this.#peers.things.change(turn, thing, {
        ...{ lastRunAt: at, lastBy: by, lastStatus: seen.status },
      });
    }
    if (known === undefined || !wasOver) {
      const { team } = of;
      const told = { number: row.number, team, subject: subjectOfRow(of), seen };
      this.#kernel.hooks.tell(turn, { type: 'RunObserved', run: told });
    }
    if (isTold || !isOver(seen)) return;
    const isAsked = seen.isPartial === true && (wasOver || this.#peers.lookNow(of));
    if (!isAsked) this.#close(turn, row);
    else turn.afterCommit(() => this.#rounds.schedule(key));
  }

  /** What is over is told, once. */
  #close(turn: Turn, row: ObservedRow): void {
    const thing = this.#peers.things.get(row.thing);
    const { closesAt: _, ...rest } = row;
    const over: ObservedRow = { ...rest, open: 'no' };
    const told = thing === undefined ? over : this.#priced(turn, thing, over);
    this.#put(turn, keyOf(row), told);
    if (thing === undefined) return;
    const seen = seenOf(row);
    const subject = subjectOfRow(thing);
    const { startedAt, endedAt, units, counts = {}, retries } = seen;
    const link = seen.link ?? consoleLink(subject, seen);
    this.#peers.report(turn, {
      team: thing.team,
      subject,
      tags: this.#peers.tagsOf(thing),
      ...judgeRun(seen),
      ...counts,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(units === undefined ? {} : { units }),
      ...(retries === undefined ? {} : { retries }),
      ...(link === undefined ? {} : { link }),
      ...(told.cost === undefined ? {} : { cost: told.cost }),
    });
  }

  #priced(turn: Turn, { team, subject }: FoundRow, row: ObservedRow): ObservedRow {
    const { units, endedAt, retries } = seenOf(row);
    const at = endedAt ?? row.seenAt;
    const price = this.#peers.spend(turn, { team, subject, units, at, retries });
    return price === undefined ? row : { ...row, cost: price.cost, currency: price.currency };
  }

  #put(turn: Turn, key: string, row: ObservedRow): void {
    turn.put(OBSERVED_RUNS, row);
    this.#fresh.setForTurn(turn, key, row);
    this.#open.set(turn, key, row.open === 'yes' ? row : undefined);
  }

  /** What others say may hold a secret of ours. */
  #masked(run: SeenRun): SeenRun {
    const { secrets } = this.#kernel;
    const { cause, warning } = run;
    return {
      ...run,
      ...(cause === undefined ? {} : { cause: secrets.text(cause.slice(0, 4_000)) }),
      ...(warning === undefined ? {} : { warning: secrets.text(warning.slice(0, 4_000)) }),
    };
  }

  #openKeys(): string[] {
    return [...this.#open.entries()].map(([key]) => key);
  }

  #indexOpen(key: string, row: ObservedRow | undefined): void {
    const thing = row?.thing ?? Number(key.slice(0, key.indexOf(' ')));
    const keys = this.#openOf.get(thing) ?? new Set<string>();
    if (row === undefined) keys.delete(key);
    else keys.add(key);
    if (keys.size === 0) this.#openOf.delete(thing);
    else this.#openOf.set(thing, keys);
  }
}

function keyOf({ thing, run, attempt }: Pick<ObservedRow, 'thing' | 'run' | 'attempt'>): string {
  return `${thing} ${attempt} ${run}`;
}
