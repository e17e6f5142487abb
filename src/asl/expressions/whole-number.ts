/**
 * Rounding as Java's `Math.round` does it: halves go up, so -1.5 becomes -1.
 * @module
 */

/** The largest whole number that is not above the value. */
export function floor(value: number): number {
  const remainder = value % 1;
  if (remainder === 0) return value === 0 ? 0 : value;
  return value - remainder - (value < 0 ? 1 : 0) || 0;
}

/** @example roundHalfUp(2.5) // 3 */
export function roundHalfUp(value: number): number {
  return floor(value + 0.5);
}
