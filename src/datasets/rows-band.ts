/**
 * Counts of rows against fixed bounds and against the versions before.
 * @module
 */
import type { Rule } from './contract.js';
import { count, number } from './judge-contract.js';

type RowsRule = Extract<Rule, { kind: 'rows' }>;

/**
 * Whether so many rows are what the rule promises. The band lies around the median of the last versions, so that one odd version
 * does not move it; without any version there is nothing to compare with, and the band holds.
 * @param history counts of rows of earlier versions, the newest last
 * @example judgeRowCount(rule, 50, [100, 101, 99]).broken // true, within 0.2
 */
export function judgeRowCount(
  rule: RowsRule,
  rows: number,
  history: readonly number[],
): { readonly broken: boolean; readonly words: string } {
  const { min, max, within, last } = rule;
  const told = `there are ${count(rows)}`;
  if (min !== undefined && rows < min) {
    return { broken: true, words: `${told}, fewer than ${number(min)}` };
  }
  if (max !== undefined && rows > max) {
    return { broken: true, words: `${told}, more than ${number(max)}` };
  }
  if (within === undefined) return { broken: false, words: told };
  const past = history.slice(-last);
  if (past.length === 0) {
    return { broken: false, words: `${told}; there is no earlier version to compare with` };
  }
  const middle = median(past);
  const lowest = Math.ceil(middle * (1 - within));
  const highest = Math.floor(middle * (1 + within));
  const band = `${number(lowest)} to ${number(highest)} (± ${percent(within)} of ${number(middle)}, the median of the last ${past.length === 1 ? 'version' : `${past.length} versions`})`;
  const broken = rows < lowest || rows > highest;
  return {
    broken,
    words: broken ? `${told}, and expected are ${band}` : `${told}, within ${band}`,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}
