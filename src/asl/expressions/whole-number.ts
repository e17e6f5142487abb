/**
 * Whole numbers from fractions, as Java makes them: `Math.round`, `Math.floor` and the cast to a whole number.
 * @module
 */

/** The largest whole number that is not above the value. */
export function floor(value: number): number {
  const remainder = value % 1;
  if (remainder === 0) return value === 0 ? 0 : value;
  return value - remainder - (value < 0 ? 1 : 0) || 0;
}

/**
 * Halves go up, so -1.5 becomes -1.
 * @example roundHalfUp(2.5) // 3
 */
export function roundHalfUp(value: number): number {
  return floor(value + 0.5);
}

/**
 * The fraction cut off, towards zero.
 * @example truncate(-1.7) // -1
 */
export function truncate(value: number): number {
  return value - (value % 1) || 0;
}
