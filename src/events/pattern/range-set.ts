/**
 * Numeric ranges; finds all that hold a number without looking at the others.
 *
 * An interval tree laid over an array sorted by lower end: the middle of a section is its root and knows the highest upper
 * end inside. It is laid anew at the first question after a change.
 * @module
 */
import type { NumericRange } from './matcher-types.js';

interface Entry<T> {
  readonly range: NumericRange;
  readonly value: T;
}

/** Ranges and what they stand for. */
export interface RangeSet<T> {
  readonly entries: Map<T, Set<NumericRange>>;
  tree: RangeTree<T> | undefined;
}

/** Lower ends and highest upper ends stand apart from the entries: they are read the most. */
interface RangeTree<T> {
  readonly sorted: readonly Entry<T>[];
  readonly low: Float64Array;
  readonly highest: Float64Array;
}

/** A set without ranges. */
export function newRangeSet<T>(): RangeSet<T> {
  return { entries: new Map(), tree: undefined };
}

/** Adds a range for a value. */
export function addRange<T>(set: RangeSet<T>, range: NumericRange, value: T): void {
  const known = set.entries.get(value);
  if (known === undefined) set.entries.set(value, new Set([range]));
  else known.add(range);
  set.tree = undefined;
}

/** Removes a range of a value: the same object that was added. */
export function removeRange<T>(set: RangeSet<T>, range: NumericRange, value: T): void {
  const known = set.entries.get(value);
  known?.delete(range);
  if (known?.size === 0) set.entries.delete(value);
  set.tree = undefined;
}

/** Calls `visit` with the value of every range that holds the number. */
export function visitRanges<T>(set: RangeSet<T>, number: number, visit: (value: T) => void): void {
  set.tree ??= layOut(set);
  search(set.tree, 0, set.tree.sorted.length, number, visit);
}

function layOut<T>(set: RangeSet<T>): RangeTree<T> {
  const sorted: Entry<T>[] = [];
  for (const [value, ranges] of set.entries) {
    for (const range of ranges) sorted.push({ range, value });
  }
  sorted.sort((a, b) => a.range.low - b.range.low);
  const tree = {
    sorted,
    low: Float64Array.from(sorted, ({ range }) => range.low),
    highest: new Float64Array(sorted.length),
  };
  measure(tree, 0, sorted.length);
  return tree;
}

function measure<T>(tree: RangeTree<T>, from: number, to: number): number {
  const middle = (from + to) >> 1;
  const entry = tree.sorted[middle];
  if (from >= to || entry === undefined) return Number.NEGATIVE_INFINITY;
  const before = measure(tree, from, middle);
  const behind = measure(tree, middle + 1, to);
  const { high } = entry.range;
  const highest =
    high > before ? (high > behind ? high : behind) : before > behind ? before : behind;
  tree.highest[middle] = highest;
  return highest;
}

function search<T>(
  tree: RangeTree<T>,
  from: number,
  to: number,
  number: number,
  visit: (value: T) => void,
): void {
  let start = from;
  let end = to;
  while (start < end) {
    const middle = (start + end) >> 1;
    if ((tree.highest[middle] ?? number) < number) return;
    if ((tree.low[middle] ?? number) > number) {
      end = middle;
      continue;
    }
    const before = (start + middle) >> 1;
    if (start < middle && (tree.highest[before] ?? number) >= number) {
      search(tree, start, middle, number, visit);
    }
    const entry = tree.sorted[middle];
    if (entry !== undefined && holds(entry.range, number)) visit(entry.value);
    start = middle + 1;
  }
}

function holds({ low, isLowOpen, high, isHighOpen }: NumericRange, number: number): boolean {
  return (
    (isLowOpen ? number > low : number >= low) && (isHighOpen ? number < high : number <= high)
  );
}
