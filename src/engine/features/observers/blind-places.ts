/**
 * Kinds of things in regions that cannot be seen, durably: who watches there is told when that lasts, and when it is over.
 *
 *     refused ──again, for two minutes (denied) or five (what passes by itself)──▶ told: an incident of each team that watches there
 *     answered ──▶ over: said once; what happened meanwhile is seen by the next looks
 *
 * @module
 */
import type { WatcherChange } from '../../kernel/facts.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import type { Refusal } from './collectors/collector.js';
import { BLIND_PLACES, type BlindRow } from './observer-tables.js';

const MINUTE = 60_000;
/** Milliseconds for which it must last. */
const LASTS = 2 * MINUTE;
const PASSES = 5 * MINUTE;
const PASSING: readonly Refusal['kind'][] = ['throttled', 'server', 'unreachable', 'aborted'];

export interface BlindPlace {
  readonly place: string;
  readonly region: string;
  readonly kind: string;
}

export class BlindPlaces {
  readonly #kernel: Kernel;
  readonly #rows: RowMap<BlindRow> = new RowMap(BLIND_PLACES);
  readonly #teamsAt: (at: BlindPlace) => readonly string[];
  /** Since when each list and thing of a place is refused: a role may let see one of them and not another. */
  readonly #failing: Map<string, Map<string, number>> = new Map();
  #openedAt = 0;

  /** @param teamsAt who watches there */
  constructor(kernel: Kernel, teamsAt: (at: BlindPlace) => readonly string[]) {
    this.#kernel = kernel;
    this.#teamsAt = teamsAt;
  }

  open(): Promise<void> {
    this.#openedAt = this.#kernel.time.now();
    return this.#rows.open(this.#kernel.store);
  }

  /** As the store has them. */
  all(): BlindRow[] {
    return this.#rows.durableValues();
  }

  /**
   * What a place has answered.
   * @param asked of what: the list, or one thing of it
   */
  answered(at: BlindPlace, asked: string, refusal: Refusal | undefined): void {
    const key = `${at.place}\n${at.region}\n${at.kind}`;
    const failing = this.#failing.get(key) ?? new Map<string, number>();
    const isTold = this.#rows.get(at.place, at.region, at.kind) !== undefined;
    const now = this.#kernel.time.now();
    if (refusal === undefined) {
      failing.delete(asked);
      if (failing.size > 0) return;
      this.#failing.delete(key);
      // After a start those that are refused have not all been asked yet.
      if (isTold && now - this.#openedAt >= LASTS) this.#over(at);
      return;
    }
    const since = failing.get(asked) ?? now;
    this.#failing.set(key, failing.set(asked, since));
    if (isTold) return;
    const lasts = PASSING.includes(refusal.kind) ? PASSES : LASTS;
    if (now - since >= lasts) this.#tell(at, since, refusal);
  }

  #tell(at: BlindPlace, since: number, { name, message }: Refusal): void {
    const teams = [...this.#teamsAt(at)];
    const words = `cannot be seen: ${name}: ${message}`.slice(0, 400);
    this.#write((turn) => {
      const toldAt = this.#kernel.time.now();
      const told = this.#kernel.secrets.text(words);
      this.#rows.put(turn, { ...at, since, words: told, toldAt, teams });
      for (const team of teams) this.#change(turn, at, { team, state: 'broken', words: told });
    });
  }

  #over(at: BlindPlace): void {
    this.#write((turn) => {
      const row = this.#rows.get(at.place, at.region, at.kind);
      if (row === undefined) return;
      this.#rows.delete(turn, at.place, at.region, at.kind);
      const minutes = Math.max(1, Math.round((this.#kernel.time.now() - row.since) / MINUTE));
      const words = `it is seen again after ${minutes} min; what happened meanwhile is filled in`;
      for (const team of row.teams as string[]) {
        this.#change(turn, at, { team, state: 'working', words });
      }
    });
  }

  #change(turn: Turn, at: BlindPlace, change: Omit<WatcherChange, 'part'>): void {
    const part = `watching ${at.kind} in ${at.place} ${at.region}`;
    this.#kernel.hooks.tell(turn, { type: 'WatcherChanged', change: { ...change, part } });
  }

  #write(act: (turn: Turn) => void): void {
    // What cannot be written now is found again by the next look.
    this.#kernel.write(act).catch(() => undefined);
  }
}
