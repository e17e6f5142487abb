import { expect, test } from 'vitest';
import { keyWords, rowWords, schemaWords } from './diff-words.js';

const rows = { from: 2_000, to: 3, added: 1, removed: 0, changed: 1, same: 1 };

test('rows that changed are told only where something tells rows apart', () => {
  const by = (one: 'said' | 'none') => ({ rows, key: { columns: ['id'], by: one } });
  expect(rowWords(by('said'))).toBe('2,000 → 3 rows: 1 added, 0 removed, 1 changed, 1 the same');
  expect(rowWords(by('none'))).toBe('2,000 → 3 rows: 1 added, 0 removed, 1 the same');
  expect(keyWords({ columns: ['id'], by: 'contract' })).toContain('by id, unique');
});

test('columns are told by what became of them, and how many are not named', () => {
  const none = { added: [], removed: [], retyped: [], reordered: false };
  const counts = { added: 0, removed: 0, retyped: 0 };
  expect(schemaWords({ ...none, counts })).toEqual(['The same columns.']);
  expect(
    schemaWords({
      ...none,
      ...{ added: [{ name: 'a', type: 'BIGINT' }], reordered: true },
      retyped: [{ name: 'z', from: 'DATE', to: 'VARCHAR' }],
      counts: { added: 3, removed: 0, retyped: 1 },
    }),
  ).toEqual(['New: a BIGINT and 2 more', 'Of another type: z DATE → VARCHAR', 'In another order']);
});
