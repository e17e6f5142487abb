/**
 * The real Clock and Random.
 * @module
 */
import { randomFillSync, randomUUID } from 'node:crypto';
import type { Clock, Random } from '../kernel/ports.js';

/** Time of this machine. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimer(callback, ms) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    soon: (callback) => void setImmediate(callback),
  };
}

/** Randomness of the operating system. */
export function systemRandom(): Random {
  const pool = new Uint8Array(1600);
  let used = pool.length;
  return {
    id(at) {
      if (used + 10 > pool.length) {
        randomFillSync(pool);
        used = 0;
      }
      used += 10;
      return uuidVersion7(at, pool.subarray(used - 10, used));
    },
    seed: () => randomUUID(),
  };
}

/**
 * A UUID whose text order follows the time (RFC 9562, version 7), so that new rows lie together in an index.
 *
 * @param at milliseconds since the epoch
 * @param random ten random bytes
 */
export function uuidVersion7(at: number, random: Uint8Array): string {
  const time = at.toString(16).padStart(12, '0');
  const hex = (from: number, to: number): string => {
    let text = '';
    for (let index = from; index < to; index += 1) {
      text += (random[index] ?? 0).toString(16).padStart(2, '0');
    }
    return text;
  };
  const first = hex(0, 2).slice(1);
  const variant = ((random[2] ?? 0) & 0x3f) | 0x80;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${first}-${variant.toString(16)}${hex(3, 4)}-${hex(4, 10)}`;
}
