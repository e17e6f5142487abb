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
  now(): number;
}

/** `notBefore`: milliseconds since the epoch of the last committed event, 0 when there is none. */
export function createEngineTime(clock: Clock, notBefore: number): EngineTime {
  let time = Math.max(clock.now(), notBefore);
  let measured = clock.monotonic();
  return {
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
