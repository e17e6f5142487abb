import { expect, test } from 'vitest';
import { both, grantsOf, highestOf, mayGive, reaches, roleIn, scopeWith } from './roles.js';
import { EVERYTHING, ofTeams } from './scope.js';

test('each role may what those before it may', () => {
  expect(reaches('admin', 'viewer')).toBe(true);
  expect(reaches('operator', 'operator')).toBe(true);
  expect(reaches('operator', 'editor')).toBe(false);
  expect(reaches(undefined, 'viewer')).toBe(false);
});

test('a role in all teams counts in each, and the higher one counts', () => {
  const grants = { '*': 'viewer', parcels: 'editor' } as const;
  expect(roleIn(grants, 'parcels')).toBe('editor');
  expect(roleIn(grants, 'claims')).toBe('viewer');
  expect(roleIn(grants, '*')).toBe('viewer');
  expect(roleIn({}, 'toString')).toBeUndefined();
  expect(highestOf(grants)).toBe('editor');
});

test('a scope holds the teams in which the role suffices', () => {
  const grants = { '*': 'viewer', parcels: 'editor', claims: 'operator' } as const;
  expect(scopeWith(grants, 'viewer')).toBe(EVERYTHING);
  expect(scopeWith(grants, 'operator')).toEqual(ofTeams(['parcels', 'claims']));
  expect(scopeWith(grants, 'editor')).toEqual(ofTeams(['parcels']));
  expect(scopeWith(grants, 'admin')).toEqual(ofTeams([]));
});

test('a token of a person may no more than both', () => {
  expect(both({ '*': 'admin' }, { parcels: 'viewer' })).toEqual({ parcels: 'viewer' });
  expect(both(grantsOf('operator', ['parcels', 'claims']), { parcels: 'admin' })).toEqual({
    parcels: 'operator',
  });
  expect(both({ '*': 'viewer' }, { '*': 'operator', parcels: 'admin' })).toEqual({
    '*': 'viewer',
    parcels: 'viewer',
  });
});

test('only an admin of each team gives roles in it', () => {
  expect(mayGive({ parcels: 'admin' }, { parcels: 'admin' })).toBe(true);
  expect(mayGive({ parcels: 'admin' }, { parcels: 'viewer', claims: 'viewer' })).toBe(false);
  expect(mayGive({ parcels: 'admin' }, { '*': 'viewer' })).toBe(false);
  expect(mayGive({ parcels: 'editor' }, { parcels: 'viewer' })).toBe(false);
  expect(mayGive({ '*': 'admin' }, { '*': 'admin', parcels: 'viewer' })).toBe(true);
});
