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
  if (values.length === 1) return values[0] as number;
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
 * The median, in time that grows with the number of values: they are put in order only as far as it needs.
 * Source: C. A. R. Hoare, "Algorithm 65: find", Communications of the ACM 4 (1961), 321–322.
 * @param values at least one; their order is changed
 * @example selectMedian(Float64Array.of(3, 1, 2, 10)) // 2.5
 */
export function selectMedian(values: Float64Array): number {
  const middle = values.length >> 1;
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1] as number;
    let i = left;
    let j = right;
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
    if (middle <= j) right = j;
    else if (middle >= i) left = i;
    else break;
  }
  const upper = values[middle] as number;
  if (values.length % 2 === 1) return upper;
  let lower = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < middle; i++) lower = Math.max(lower, values[i] as number);
  return (lower + upper) / 2;
}

/**
 * Puts a value into its place among values in ascending order.
 * @example insertSorted([1, 3], 2) // the array is [1, 2, 3]
 */
export function insertSorted(sorted: number[], value: number): void {
  sorted.splice(placeIn(sorted, value), 0, value);
}

/**
 * Takes a value out of values in ascending order. It must be there.
 * @example removeSorted([1, 2, 3], 2) // the array is [1, 3]
 */
export function removeSorted(sorted: number[], value: number): void {
  sorted.splice(placeIn(sorted, value), 1);
}

/** The place of the first value that is not smaller. */
function placeIn(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
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
