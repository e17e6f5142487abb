import { expect, test } from 'vitest';
import { bars, rowsCsv, rowsTable } from './rows-text.js';

const ROWS = {
  columns: [
    { name: 'id', type: 'BIGINT' },
    { name: 'said, "so"', type: 'VARCHAR' },
  ],
  rows: [
    [7, 'a\n"b"'],
    ['9007199254740993', ''],
    [null, null],
  ],
};

test('rows as CSV can be read again: no value is nothing, and a text without characters two quotes', () => {
  expect(rowsCsv(ROWS)).toBe('id,"said, ""so"""\n7,"a\n""b"""\n9007199254740993,""\n,\n');
});

test('rows on a terminal keep to their lines, and move no cursor', () => {
  const text = rowsTable({ ...ROWS, rows: [...ROWS.rows, [1, '\u001b[2Jx'.repeat(100)]] });
  expect(text.split('\n')).toHaveLength(5);
  expect(text).not.toContain('\u001b[2J');
  expect(text).toContain('NULL');
  expect(text).toContain('""');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(100);
});

test('counts are a picture: what is there at all can be seen', () => {
  expect(bars([0, 1, 500, 1000])).toBe(' ▁▄█');
  expect(bars([])).toBe('');
});
