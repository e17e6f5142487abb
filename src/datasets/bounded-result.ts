/**
 * Keeps the result of a contract small, whatever it says: it travels in messages and is stored with the version.
 * @module
 */
import type { ContractResult, RuleResult } from './contract.js';

/** Most JSON of a result, in UTF-16 units of which each takes at most three bytes in UTF-8: 256 KiB of what people write. */
export const RESULT_LIMIT = 262_144;

/** Longest words, names of a rule. */
const LONGEST_WORDS = 400;
const LONGEST_NAME = 120;

/**
 * The result, with offending rows left off from its end first, then whole rules: those that hold before those that do not.
 * What was left off is counted.
 * @param bytes how many bytes a text takes
 * @param limit most bytes of it
 * @example boundedResult(result, (text) => Buffer.byteLength(text))
 */
export function boundedResult(
  result: ContractResult,
  bytes: (text: string) => number,
  limit: number = RESULT_LIMIT,
): ContractResult {
  const sized = (value: unknown): number => bytes(JSON.stringify(value));
  const rules = result.rules.map(shortened);
  let size = sized({ ...result, rules }) + 60;
  let rows = 0;
  for (let at = rules.length - 1; at >= 0 && size > limit; at -= 1) {
    const rule = rules[at] as RuleResult;
    if (rule.rows.length === 0) continue;
    const kept: RuleResult = { ...rule, rows: [] };
    size -= sized(rule) - sized(kept);
    rows += rule.rows.length;
    rules[at] = kept;
  }
  let left = rules;
  if (size > limit) {
    left = rules.toSorted((a, b) => Number(a.status === 'OK') - Number(b.status === 'OK'));
    while (size > limit && left.length > 0) size -= sized(left.pop()) + 1;
  }
  const gone = rules.length - left.length;
  if (rows === 0 && gone === 0) return { ...result, rules };
  return { ...result, rules: left, leftOff: { rules: gone, rows } };
}

function shortened(rule: RuleResult): RuleResult {
  return {
    ...rule,
    rule: cut(rule.rule, LONGEST_NAME),
    columns: rule.columns.slice(0, 16).map((name) => cut(name, LONGEST_NAME)),
    words: cut(rule.words, LONGEST_WORDS),
    ...(rule.fix === undefined ? {} : { fix: cut(rule.fix, LONGEST_WORDS) }),
  };
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
