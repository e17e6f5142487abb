/**
 * So many a minute, by a key: an address, a name.
 * @module
 */

export interface RateLimit {
  /** Counts one more; false: it is too many. */
  take(key: string): boolean;
}

const WINDOW_MS = 60_000;
/** Keys that are remembered: more begin anew, so memory is bounded whoever calls. */
const MAX_KEYS = 10_000;

/**
 * @param most in a minute
 * @param now milliseconds since the epoch
 * @example createRateLimit(60, Date.now).take('127.0.0.1') // true
 */
export function createRateLimit(most: number, now: () => number): RateLimit {
  const windows = new Map<string, { since: number; count: number }>();
  return {
    take(key) {
      const at = now();
      const known = windows.get(key);
      if (known === undefined || Math.abs(at - known.since) >= WINDOW_MS) {
        if (windows.size >= MAX_KEYS) windows.clear();
        windows.set(key, { since: at, count: 1 });
        return true;
      }
      known.count += 1;
      return known.count <= most;
    },
  };
}
