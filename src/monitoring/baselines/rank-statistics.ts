/**
 * Medians, and spreads made of medians: up to half of the values may be anything without moving them far.
 * @module
 */

/**
 * Makes a MAD comparable with a standard deviation: 1 / Φ⁻¹(3/4).
 * Source: F. R. Hampel, "The influence curve and its role in robust estimation", JASA 69 (1974), 383–393.
 */
export const MAD_SCALE = 1.4826;

/**
 * The median. NaN of nothing.
 * @example median([3, 1, 2, 10]) // 2.5
 */
export function median(values: ArrayLike<number>): number {
  return sortedMedian(Float64Array.from(values).sort());
}

/**
 * The median of values in ascending order. NaN of nothing.
 * @example sortedMedian([1, 2, 3]) // 2
 */
export function sortedMedian(sorted: ArrayLike<number>): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * The median of all values but the one of rank `rank`.
 * @param sorted ascending, at least two
 * @example medianWithout([1, 2, 30], 2) // 1.5
 */
export function medianWithout(sorted: ArrayLike<number>, rank: number): number {
  const left = sorted.length - 1;
  const nth = (n: number): number => sorted[n < rank ? n : n + 1] ?? Number.NaN;
  const middle = left >> 1;
  return left % 2 === 1 ? nth(middle) : (nth(middle - 1) + nth(middle)) / 2;
}

/**
 * The value below and above which lies half of the weight. Between two values when the half falls exactly between them.
 * @param values in any order, at least one
 * @param weights as many, above 0
 * @example weightedMedian([1, 2, 3], [1, 1, 5]) // 3
 */
export function weightedMedian(values: readonly number[], weights: readonly number[]): number {
  const order = values.map((_, index) => index);
  order.sort((a, b) => (values[a] as number) - (values[b] as number));
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2;
  let below = 0;
  for (const [place, index] of order.entries()) {
    below += weights[index] as number;
    // Sums of weights are compared up to their rounding, or the order of equal weights would show.
    if (Math.abs(below - half) <= half * 1e-9 && place + 1 < order.length)
      return ((values[index] as number) + (values[order[place + 1] as number] as number)) / 2;
    if (below > half) return values[index] as number;
  }
  return values[order.at(-1) as number] as number;
}

/**
 * How many equally weighted values say as much: (Σw)² / Σw².
 * Source: L. Kish, "Survey Sampling" (1965).
 * @example effectiveCount([1, 1, 1]) // 3
 */
export function effectiveCount(weights: readonly number[]): number {
  let sum = 0;
  let squares = 0;
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  return squares === 0 ? 0 : (sum * sum) / squares;
}

/**
 * By what a MAD of few values must be divided, because a median lies nearer to its own values than the true one does.
 * Source: C. Park, H. Kim, M. Wang, "Investigation of finite-sample properties of robust location and scale estimators",
 * Communications in Statistics: Simulation and Computation 51 (2022), 2619–2645.
 * @param count how many values, at least 2
 * @example madBias(10) // 0.915
 */
export function madBias(count: number): number {
  return Math.max(0.3, 1 - 0.76213 / count - 0.86413 / (count * count));
}
