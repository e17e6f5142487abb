import { expect, test } from 'vitest';
import { inputTable, namesWithout, outputTable } from './column-fates.js';

test('columns that were added and removed are told apart, whatever their case', () => {
  const before = { columns: [{ name: 'Id' }, { name: 'town' }] };
  const after = { columns: [{ name: 'id' }, { name: 'total' }] };
  expect([...namesWithout(after, [before])]).toEqual(['total']);
  expect([...namesWithout(before, [after])]).toEqual(['town']);
});

test('rows that a step made have a value for each column that any of them has', () => {
  const result = [{ a: 1 }, { b: null, a: 2 }];
  expect(outputTable({ rows: 5, truncated: false, result })).toEqual({
    columns: [{ name: 'a' }, { name: 'b' }],
    rows: [
      [1, undefined],
      [2, null],
    ],
    truncated: true,
  });
  expect(outputTable({ rows: 0, truncated: false, result: [] }).columns).toEqual([]);
});

test('what is not shown says why', () => {
  expect(inputTable({ name: 'raw', problem: 'it is gone' })).toBe('it is gone');
  expect(inputTable({ name: 'raw' })).toBe('it was not looked at');
});
