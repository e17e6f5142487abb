import { expect, test } from 'vitest';
import { rowsCsv } from './rows-csv.js';

test('rows are written so that they are read back as they were', () => {
  const columns = [
    { name: 'a,b', type: 'VARCHAR' },
    { name: 'c', type: 'INTEGER[]' },
  ];
  const rows = [
    [null, ''],
    ['=1+1', [1, 2]],
    ['x "y"\nz', { k: 'v' }],
    ['9007199254740993', 7.5],
  ];
  expect(rowsCsv({ columns, rows })).toBe(
    '"a,b",c\n,""\n=1+1,"[1,2]"\n"x ""y""\nz","{""k"":""v""}"\n9007199254740993,7.5\n',
  );
});
