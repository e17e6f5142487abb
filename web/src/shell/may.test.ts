import { expect, test } from 'vitest';
import { roleIn } from './may.js';

test('a role in one team says nothing of another one', () => {
  expect(roleIn({ roles: { parcels: 'operator' } }, 'listings')).toBeUndefined();
});

test('a role in every team holds where none is given for the team itself', () => {
  const roles = { '*': 'viewer', parcels: 'editor' } as const;
  expect(roleIn({ roles }, 'listings')).toBe('viewer');
  expect(roleIn({ roles }, 'parcels')).toBe('editor');
});
