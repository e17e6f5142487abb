/**
 * One alarm for all features: wakes those that are due.
 * @module
 */
import { Alarm } from './alarm.js';
import type { EngineTime } from './engine-time.js';
import type { Feature } from './feature.js';
import type { Clock } from './ports.js';

/** A feature with the moments at which something is due in it. */
export type Due = Pick<Feature, 'nextDue' | 'due'>;

export class DueTimes {
  readonly #time: EngineTime;
  readonly #alarm: Alarm;
  /** When each is due next, as it said last: asking all of them at each change would cost what is stored. */
  readonly #due: Map<Due, number | undefined> = new Map();
  /** When each was woken last. */
  readonly #woken: Map<Due, number> = new Map();
  #isOpen = false;

  constructor(parts: { readonly clock: Clock; readonly time: EngineTime }) {
    this.#time = parts.time;
    this.#alarm = new Alarm(parts, () => this.#wake());
  }

  /** From now on they are woken. */
  begin(all: readonly Due[]): void {
    for (const one of all) if (one.nextDue) this.#due.set(one, one.nextDue());
    this.#isOpen = true;
    this.#watch();
  }

  close(): void {
    this.#isOpen = false;
    this.#alarm.set(undefined);
  }

  /** When anything is due next, in milliseconds since the epoch. */
  next(): number | undefined {
    let soonest: number | undefined;
    for (const at of this.#due.values()) {
      if (at !== undefined && (soonest === undefined || at < soonest)) soonest = at;
    }
    return soonest;
  }

  /** When one was woken last and is due next, in milliseconds since the epoch, for who watches it. */
  stateOf(one: Due): { readonly wokenAt: number | undefined; readonly nextAt: number | undefined } {
    return { wokenAt: this.#woken.get(one), nextAt: this.#due.get(one) };
  }

  /** Something is due in it at another time than before. */
  changed(one: Due): void {
    if (!this.#isOpen || !this.#due.has(one)) return;
    const at = one.nextDue?.();
    if (at === this.#due.get(one)) return;
    this.#due.set(one, at);
    this.#watch();
  }

  #watch(): void {
    this.#alarm.set(this.next());
  }

  #wake(): void {
    if (!this.#isOpen) return;
    const now = this.#time.now();
    for (const [one, at] of this.#due) {
      if (at === undefined || at > now) continue;
      this.#woken.set(one, now);
      one.due?.();
      this.#due.set(one, one.nextDue?.());
    }
    this.#watch();
  }
}
