/**
 * The engine's own time: milliseconds since the epoch that never go backwards.
 *
 * The wall clock may jump. Backwards, the engine goes on at its own pace until the wall has caught up, so that histories
 * stay in order and no wait becomes longer; forwards (a laptop that slept), it follows at once. After a restart it begins
 * no earlier than the last committed event.
 * @module
 */
import type { Clock } from './ports.js';

export interface EngineTime {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The same for whoever opens it. */
export interface OpenableTime extends EngineTime {
  /** Never again before this moment: milliseconds since the epoch of the last committed event. */
  goOnFrom(moment: number): void;
}

/** Begins with what the clock says. */
export function createEngineTime(clock: Clock): OpenableTime {
  let time = clock.now();
  let measured = clock.monotonic();
  return {
    goOnFrom(moment) {
      time = Math.max(clock.now(), moment);
      measured = clock.monotonic();
    },
    now() {
      const monotonic = clock.monotonic();
      const paced = time + Math.floor(monotonic - measured);
      const wall = clock.now();
      if (wall < paced) {
        // Whole milliseconds only, or the fractions lost at each call would slow the pace.
        measured += paced - time;
        time = paced;
      } else {
        measured = monotonic;
        time = wall;
      }
      return time;
    },
  };
}
