import { describe, expect, it } from 'vitest';
import { boundedResult, RESULT_LIMIT } from './bounded-result.js';
import type { RuleResult } from './contract.js';
import { concluded } from './judge-contract.js';

const bytes = (text: string): number => new TextEncoder().encode(text).length;

function rule(
  name: string,
  status: RuleResult['status'],
  rows: RuleResult['rows'] = [],
): RuleResult {
  return {
    rule: name,
    kind: 'enum',
    columns: ['a'],
    severity: 'block',
    status,
    checked: 9,
    failing: rows.length,
    rows,
    words: name,
  };
}

describe('the result of a contract', () => {
  it('is as it is where it is small', () => {
    const result = concluded('a', 9, 0, [rule('r', 'CRITICAL', [{ a: 1 }])]);
    expect(boundedResult(result, bytes)).toEqual(result);
  });

  it('leaves rows off before rules, and says how many', () => {
    const rows = Array.from({ length: 10 }, () => ({ a: 'x'.repeat(4_000) }));
    const result = concluded(
      'a',
      9,
      0,
      Array.from({ length: 20 }, (_, n) => rule(`r${n}`, 'CRITICAL', rows)),
    );
    const small = boundedResult(result, bytes);
    expect(bytes(JSON.stringify(small))).toBeLessThanOrEqual(RESULT_LIMIT);
    expect(small.rules).toHaveLength(20);
    expect(small.rules[0]?.rows).toHaveLength(10);
    expect(small.rules.at(-1)).toMatchObject({ rows: [], failing: 10 });
    expect(small.leftOff?.rows).toBe(
      10 * small.rules.filter((one) => one.rows.length === 0).length,
    );
  });

  it('leaves off rules that hold before those that do not, whatever the letters', () => {
    const name = '🏔'.repeat(500);
    const rules = Array.from({ length: 1_000 }, (_, n) =>
      rule(`${n}${name}`, n % 4 === 0 ? 'CRITICAL' : 'OK'),
    );
    const small = boundedResult(concluded('a', 9, 0, rules), bytes);
    expect(bytes(JSON.stringify(small))).toBeLessThanOrEqual(RESULT_LIMIT);
    expect(small.rules.length + (small.leftOff?.rules ?? 0)).toBe(1_000);
    expect(small.rules.length).toBeGreaterThan(100);
    expect(small.rules.every(({ status }) => status === 'CRITICAL')).toBe(true);
    expect(small).toMatchObject({ status: 'CRITICAL', verdict: 'block' });
  });
});
