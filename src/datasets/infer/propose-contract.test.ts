import { describe, expect, it } from 'vitest';
import { type ColumnProfile, FORMS, proposeContract } from './propose-contract.js';

function proposed(column: Partial<ColumnProfile>, rows = 1_000) {
  const { columns, proposals } = proposeContract({
    rows,
    columns: [{ name: 'a', type: 'VARCHAR', nulls: 0, ...column }],
  });
  return {
    column: columns.a,
    sure: proposals.map(({ promise, sure }) => `${promise}: ${sure}`),
    proposals,
  };
}

const matching = (name: string): number[] => FORMS.map((form) => (form.name === name ? 1_000 : 0));

describe('a proposal of a contract', () => {
  it('promises what no row contradicts, and says how sure that is', () => {
    const { column, proposals } = proposed({
      type: 'BIGINT',
      isUnique: true,
      lowest: 1,
      highest: 9,
    });
    expect(column).toEqual({ type: 'bigint', nullable: false, unique: true });
    expect(proposals[0]?.words).toBe(
      'never NULL in 1000 rows: at 95 %, fewer than 0.3 % of such rows break it',
    );
  });

  it('rounds ranges outwards, and calls them a guess', () => {
    const range = (lowest: number, highest: number) => {
      const { column, sure } = proposed({ type: 'DOUBLE', nulls: 1, lowest, highest });
      expect(sure).toEqual(['range: guess']);
      return [column?.min, column?.max];
    };
    expect(range(0.5, 4_993)).toEqual([0, 10_000]);
    expect(range(-20, 100)).toEqual([-100, 100]);
    expect(range(0, 0)).toEqual([0, 0]);
    expect(range(-5, -1)).toEqual([-10, 0]);
  });

  it('takes few values that occur often for all there are', () => {
    expect(proposed({ values: ['CA', 'NV'] }).column?.enum).toEqual(['CA', 'NV']);
    expect(proposed({ values: ['a', 'b', 'c', 'd', 'e'] }, 24).column?.enum).toBeUndefined();
  });

  it('takes a form that every value has, and a length that all have', () => {
    const form = (name: string, shortest: number, longest: number) =>
      proposed({ matching: matching(name), shortest, longest }).column?.pattern;
    expect(form('digits', 5, 5)).toBe('^[0-9]{5}$');
    expect(form('digits', 4, 5)).toBe('^[0-9]+$');
    expect(form('web address', 9, 9)).toBe('^https?://[^\\s]+$');
    expect(proposed({ matching: FORMS.map(() => 999) }).column?.pattern).toBeUndefined();
  });

  it('promises types alone where there are few rows, or no values', () => {
    expect(proposed({ type: 'DATE' }, 19)).toMatchObject({
      column: { type: 'date' },
      sure: ['type: guess'],
    });
    expect(proposed({ nulls: 1_000 })).toMatchObject({
      column: { type: 'varchar' },
      sure: ['type: guess'],
    });
  });
});
