/**
 * Wakes its owner at a time of the wall clock.
 * @module
 */
import type { EngineTime } from './engine-time.js';
import type { Clock } from './ports.js';

/** Milliseconds that a timer of the operating system is set ahead, at most: the wall clock may be set meanwhile. */
const AHEAD = 60_000;

export class Alarm {
  readonly #parts: { readonly clock: Clock; readonly time: EngineTime };
  readonly #wake: () => void;
  #cancel: (() => void) | undefined;

  /** @param wake called at the time that is set, or sooner: its owner looks what is due and sets it again */
  constructor(parts: { readonly clock: Clock; readonly time: EngineTime }, wake: () => void) {
    this.#parts = parts;
    this.#wake = wake;
  }

  /**
   * Sets it anew; undefined: for never, and no timer runs.
   * @param at milliseconds since the epoch
   * @example alarm.set(schedules.nextDue())
   */
  set(at: number | undefined): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (at === undefined) return;
    const { clock, time } = this.#parts;
    const wait = Math.max(0, Math.min(at - time.now(), AHEAD));
    this.#cancel = clock.setTimer(this.#wake, wait);
  }
}
