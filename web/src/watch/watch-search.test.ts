import { expect, test } from 'vitest';
import { boardSearch } from '../board/board-search.js';
import { checksSearch } from '../checks/checks-search.js';
import { keyChoices, tagChoices } from './filter-bar.js';
import { filterOf, type WatchSearch, watchSearch, withoutTag, withTag } from './watch-search.js';

test('takes from an address what it knows and leaves out the rest', () => {
  expect(watchSearch({ tag: 'county:alpine', team: 7, other: 'x' })).toEqual({
    tag: 'county:alpine',
    team: '7',
  });
  expect(watchSearch({ tag: ['a:1', 'a:1', '', 3, { b: 1 }], team: '' })).toEqual({
    tag: ['a:1', '3'],
  });
  expect(watchSearch({ tag: { a: 1 }, team: [] })).toEqual({});
  expect(checksSearch({ tab: 'other', state: 'LOST', status: 'OK', open: 5 })).toEqual({
    status: 'OK',
  });
  expect(boardSearch({ by: 'county', group: '' })).toEqual({ by: 'county', group: '' });
});

test('never takes more of an address than the API does', () => {
  const many = Array.from({ length: 100 }, (_, index) => `tag${index}:${'x'.repeat(1_000)}`);
  const { tag } = filterOf(watchSearch({ tag: many }));
  expect(tag).toHaveLength(20);
  expect(tag?.every((one) => one.length <= 300)).toBe(true);
});

test('puts a tag in the place of another value of its key, whatever the case', () => {
  const none: WatchSearch = { team: 'parcels' };
  const one = withTag(none, 'county:alpine');
  expect(one).toEqual({ team: 'parcels', tag: 'county:alpine' });
  expect(withTag(one, 'County:inyo')).toEqual({ team: 'parcels', tag: 'County:inyo' });
  const two = withTag(one, 'state:ca');
  expect(two.tag).toEqual(['county:alpine', 'state:ca']);
  expect(withoutTag(two, 'county:alpine')).toEqual({ team: 'parcels', tag: 'state:ca' });
  expect(withoutTag(one, 'county:alpine')).toEqual({ team: 'parcels' });
});

test('offers the tags of pipelines, the most frequent first, and their keys to group by', () => {
  const pipelines = [{ tags: { state: 'ca', county: 'inyo' } }, { tags: { state: 'ca' } }];
  expect(tagChoices(pipelines)).toEqual([
    { tag: 'state:ca', count: 2 },
    { tag: 'county:inyo', count: 1 },
  ]);
  expect(keyChoices(pipelines, 'zone')).toEqual(['team', 'zone', 'state', 'county']);
});
