/**
 * Randomness that follows from a seed: the same event always gives the same jitter, whoever replays it.
 *
 * Not for secrets. The mixing function is MurmurHash3's 32-bit finaliser.
 * @module
 */

/**
 * A number in [0, 1) that depends on the seed alone.
 * @example randomFraction('a') === randomFraction('a') // true
 */
export function randomFraction(seed: string): number {
  let hash = 0x9747b28c ^ seed.length;
  for (let i = 0; i < seed.length; i++) {
    hash = Math.imul(hash ^ seed.charCodeAt(i), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) / 2 ** 32;
}
