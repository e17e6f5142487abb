import { describe, expect, it } from 'vitest';
import type { TableDifference } from '../../connectors/dataset/fixtures/fixture-protocol.js';
import { differenceSummary, differenceTable } from './difference-table.js';

const difference = (more: Partial<TableDifference>): TableDifference => ({
  columns: [],
  rows: { expected: 3, actual: 2 },
  ...{ missing: 0, unexpected: 0, changed: 0, shown: [], hidden: 0, keys: 0, examples: [] },
  ...more,
});

describe('the table of differences', () => {
  it('has a line for each row: what changed from what to what, what is missing, what nobody expected', () => {
    const table = differenceTable(
      difference({
        ...{ missing: 1, unexpected: 1, changed: 1, keys: 1, hidden: 4 },
        shown: ['id', 'area', 'owner'],
        examples: [
          { type: 'changed', expected: ['7', '12.50', 'Ann'], actual: ['7', '13.00', 'Ann'] },
          { type: 'missing', cells: ['9', null, 'NULL'] },
          { type: 'unexpected', cells: ['11', '1.0', ''] },
        ],
      }),
    );
    expect(table).toEqual([
      '  id │ area          │ owner   … and 4 columns more',
      '~ 7  │ 12.50 → 13.00 │',
      '- 9  │ NULL          │ "NULL"  missing',
      '+ 11 │ 1.0           │ ""      not expected',
    ]);
  });

  it('stays small: values are cut, and what is left out is counted', () => {
    const table = differenceTable(
      difference({
        ...{ missing: 1_000, shown: ['a'] },
        columns: Array.from({ length: 25 }, (_, at) => `the column "c${at}" is missing`),
        examples: [{ type: 'missing', cells: ['x'.repeat(5_000)] }],
      }),
    );
    expect(table).toHaveLength(14);
    expect(table[10]).toBe('… and 15 more');
    expect(table.at(-1)).toBe('… and 999 rows more');
    expect(Math.max(...table.map((line) => line.length))).toBeLessThan(80);
  });

  it('shows signs that would move the cursor, and blanks at the ends, in quotes', () => {
    const cells = ['\u001b[2J', ' x', 'a\nb'];
    const shown = ['a', 'b', 'c'];
    const [, line] = differenceTable(
      difference({ missing: 1, shown, examples: [{ type: 'missing', cells }] }),
    );
    expect(line).toBe('- "\\u001b[2J" │ " x" │ "a\\nb"  missing');
  });

  it('is summed up in one line', () => {
    expect(differenceSummary(difference({ changed: 2, missing: 1, columns: ['x'] }))).toBe(
      '2 rows changed, 1 missing, 1 difference of columns (expected 3 rows, there are 2)',
    );
    expect(differenceSummary(difference({ misplaced: 3 }))).toContain('from row 3 on');
  });
});
