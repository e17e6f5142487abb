import { describe, expect, test } from 'vitest';
import { countWords, datasetWords, resultOf } from './challenge-words.js';
import { challengersSearch } from './challengers-search.js';

const rows = { from: 1200, to: 1199, added: 0, removed: 1, changed: 2, same: 1197 };
const named = { team: 'parcels', dataset: 'parcels/clean' };

describe('a compared dataset in words', () => {
  test.each([
    [
      { ...named, diff: { rows, changed: [{ name: 'area', changed: 2 }], changedColumns: 1 } },
      '1,200 → 1,199 rows: 0 added, 1 removed, 2 changed (area 2), 1,197 the same',
    ],
    [
      { ...named, diff: { rows, changed: [], changedColumns: 3 } },
      '1,200 → 1,199 rows: 0 added, 1 removed, 2 changed (and 3 more columns), 1,197 the same',
    ],
    [{ ...named, sameFiles: true }, 'the same files'],
    [{ ...named, sameFiles: false }, 'other files'],
    [{ ...named, champion: { version: 'v1' } }, 'v1 → not written'],
    [
      {
        ...named,
        champion: { version: 'v1' },
        challenger: { version: 'v2' },
        problem: 'too large',
      },
      'v1 → v2: too large',
    ],
  ])('%j', (dataset, words) => {
    expect(datasetWords(dataset)).toBe(words);
  });
});

test('counts name only what there is', () => {
  expect(countWords({ won: 2, lost: 0, undecided: 1 })).toBe('2 won, 1 undecided');
  expect(countWords({ won: 0, lost: 0, undecided: 0 })).toBe('');
});

test('a comparison that was not made has no rules and no datasets', () => {
  expect(resultOf({})).toEqual({ rules: [], datasets: [] });
});

test('takes from an address what it knows and leaves out the rest', () => {
  expect(challengersSearch({ pipeline: 42, team: '', other: 'x' })).toEqual({ pipeline: '42' });
});
