/**
 * Things that are due at times of their own, judged some at a time: what a feature with many clocks has one of.
 *
 *     schedule(item) ──▶ heap ──the one alarm──▶ due() ──▶ a turn that judges up to 500 ──▶ the next turn, until none is left
 *
 * When a thing is due is asked of its owner each time, so what changed meanwhile, or was undone with a failed turn, counts as it
 * is. A round costs what is due, not what there is.
 * @module
 */
import { Heap } from './heap.js';
import type { Kernel } from './kernel.js';
import type { Turn } from './turn.js';
import type { Input } from './turn-loop.js';

/** Due things that one turn judges: others wait no longer than that. */
const AT_A_TIME = 500;

export interface DueRoundsOf<Item> {
  /** When a thing is due, as the turn that runs now leaves it; undefined: it is not. */
  nextOf(item: Item): number | undefined;
  /** Judges one that is due; what comes of it goes into the turn. */
  judge(turn: Turn, item: Item, now: number): void;
  /** It is due at another time than before: the alarm is to be set anew. */
  changed(): void;
}

export class DueRounds<Item> {
  readonly #kernel: Kernel;
  readonly #of: DueRoundsOf<Item>;
  readonly #heap: Heap<{ readonly at: number; readonly item: Item }> = new Heap();
  /** The time at which each stands in the heap; older places of it count for nothing. */
  readonly #places: Map<Item, number> = new Map();
  #isJudging = false;
  #isOpen = false;

  constructor(kernel: Kernel, of: DueRoundsOf<Item>) {
    this.#kernel = kernel;
    this.#of = of;
  }

  begin(): void {
    this.#isOpen = true;
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Something has become of a thing: it takes its place again. Call whenever what `nextOf` answers may be another. */
  schedule(item: Item): void {
    const at = this.#of.nextOf(item);
    if (at === undefined || this.#places.get(item) === at) return;
    this.#places.set(item, at);
    this.#heap.push({ at, item });
    // The alarm is set to the soonest of all.
    if (this.#isOpen && !this.#isJudging && this.#heap.first?.at === at) this.#of.changed();
  }

  nextDue(): number | undefined {
    if (!this.#isOpen || this.#isJudging) return undefined;
    for (;;) {
      const { first } = this.#heap;
      if (first === undefined) return undefined;
      const { at, item } = first;
      const stands = this.#places.get(item) === at;
      const next = stands ? this.#of.nextOf(item) : undefined;
      if (stands && next === at) return at;
      // It is taken out before it takes its place again, which may be the first.
      this.#heap.pop();
      if (!stands) continue;
      this.#places.delete(item);
      if (next === undefined) continue;
      this.#places.set(item, next);
      this.#heap.push({ at: next, item });
    }
  }

  due(): void {
    if (this.#isJudging || !this.#isOpen) return;
    this.#isJudging = true;
    this.#kernel.submit(this.#round());
  }

  #round(): Input {
    const round: Input = {
      perform: (turn) => {
        const now = this.#kernel.time.now();
        const taken: Item[] = [];
        while (taken.length < AT_A_TIME) {
          const { first } = this.#heap;
          if (first === undefined || first.at > now) break;
          this.#heap.pop();
          if (this.#places.get(first.item) !== first.at) continue;
          this.#places.delete(first.item);
          const next = this.#of.nextOf(first.item);
          if (next !== undefined && next <= now) taken.push(first.item);
          else this.schedule(first.item);
        }
        turn.afterFailure(() => {
          for (const item of taken) this.schedule(item);
        });
        for (const item of taken) {
          this.#of.judge(turn, item, now);
          this.schedule(item);
        }
        const isMore = taken.length === AT_A_TIME;
        turn.afterCommit(() => {
          if (isMore) return this.#kernel.submit(round);
          this.#isJudging = false;
          this.#of.changed();
        });
        return 'done';
      },
    };
    return round;
  }
}
