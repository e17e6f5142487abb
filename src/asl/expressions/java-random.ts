/**
 * `java.util.Random`, as far as `$random(seed)` of Step Functions needs it: the first double of a seed.
 *
 * The generator is specified, so the same seed gives the same number there and here. It is a linear congruential
 * generator of 48 bits, of which a double takes 53 in two draws. Source: Java SE API, `java.util.Random`.
 * @module
 */

const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;
const MASK = (1n << 48n) - 1n;
const LONG_MAX = (1n << 63n) - 1n;
const LONG_MIN = -(1n << 63n);

/**
 * `new Random(seed).nextDouble()`.
 * @param seed a fraction is cut off and what does not fit a `long` is the nearest that does, as Java's cast does it
 * @example javaRandomDouble(42) // 0.7275636800328681
 */
export function javaRandomDouble(seed: number): number {
  const first = next((toLong(seed) ^ MULTIPLIER) & MASK);
  const second = next(first);
  const bits = ((first >> 22n) << 27n) + (second >> 21n);
  return Number(bits) / 2 ** 53;
}

function next(state: bigint): bigint {
  return (state * MULTIPLIER + INCREMENT) & MASK;
}

function toLong(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return LONG_MAX;
  if (value <= -(2 ** 63)) return LONG_MIN;
  return BigInt(value - (value % 1));
}
