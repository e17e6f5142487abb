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
  sorted: Entry<T>[] | undefined;
  highest: number[];
}

/** A set without ranges. */
export function newRangeSet<T>(): RangeSet<T> {
  return { entries: new Map(), sorted: undefined, highest: [] };
}

/** Adds a range for a value. */
export function addRange<T>(set: RangeSet<T>, range: NumericRange, value: T): void {
  const known = set.entries.get(value);
  if (known === undefined) set.entries.set(value, new Set([range]));
  else known.add(range);
  set.sorted = undefined;
}

/** Removes a range of a value: the same object that was added. */
export function removeRange<T>(set: RangeSet<T>, range: NumericRange, value: T): void {
  const known = set.entries.get(value);
  known?.delete(range);
  if (known?.size === 0) set.entries.delete(value);
  set.sorted = undefined;
}

/** Calls `visit` with the value of every range that holds the number. */
export function visitRanges<T>(set: RangeSet<T>, number: number, visit: (value: T) => void): void {
  const sorted = set.sorted ?? sortRanges(set);
  search(set, sorted, 0, sorted.length, number, visit);
}

function sortRanges<T>(set: RangeSet<T>): Entry<T>[] {
  const sorted: Entry<T>[] = [];
  for (const [value, ranges] of set.entries) {
    for (const range of ranges) sorted.push({ range, value });
  }
  sorted.sort((a, b) => a.range.low - b.range.low);
  set.highest = Array<number>(sorted.length).fill(Number.NEGATIVE_INFINITY);
  measure(set.highest, sorted, 0, sorted.length);
  set.sorted = sorted;
  return sorted;
}

function measure<T>(highest: number[], sorted: Entry<T>[], from: number, to: number): number {
  if (from >= to) return Number.NEGATIVE_INFINITY;
  const middle = (from + to) >> 1;
  let high = sorted[middle]?.range.high ?? Number.NEGATIVE_INFINITY;
  for (const part of [
    measure(highest, sorted, from, middle),
    measure(highest, sorted, middle + 1, to),
  ]) {
    if (part > high) high = part;
  }
  highest[middle] = high;
  return high;
}

function search<T>(
  set: RangeSet<T>,
  sorted: Entry<T>[],
  from: number,
  to: number,
  number: number,
  visit: (value: T) => void,
): void {
  if (from >= to) return;
  const middle = (from + to) >> 1;
  const entry = sorted[middle];
  if (entry === undefined || (set.highest[middle] ?? number) < number) return;
  search(set, sorted, from, middle, number, visit);
  const { low, isLowOpen, high, isHighOpen } = entry.range;
  if (low > number) return;
  if ((isLowOpen ? number > low : true) && (isHighOpen ? number < high : number <= high)) {
    visit(entry.value);
  }
  search(set, sorted, middle + 1, to, number, visit);
}
