import { expect, test } from 'vitest';
import { lineageSearch, openedIn } from './lineage-search.js';

test('an address keeps what it knows, and nodes are opened once each', () => {
  expect(
    lineageSearch({ team: 'a', version: 'v', open: 'v1.up,v1.up,t2.down,<b>', at: 'v1', x: 1 }),
  ).toEqual({ team: 'a', version: 'v', open: 'v1.up,t2.down', at: 'v1' });
  expect(lineageSearch({ open: 'v1', namespace: '' })).toEqual({});
});

test('no more nodes are opened than the server takes', () => {
  const many = Array.from({ length: 80 }, (_, at) => `v${at}.up`).join(',');
  expect(openedIn(many)).toHaveLength(50);
});
