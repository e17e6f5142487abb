import { expect, it } from 'vitest';
import { StoreError, type StoreErrorCode } from '../../store/errors.js';
import { refusalOf } from './store-refusal.js';

it.each<[StoreErrorCode, string, number]>([
  ['reads-full', 'MILL3025', 429],
  ['read-late', 'MILL3026', 503],
  ['reader-lost', 'MILL3027', 503],
  ['closing', 'MILL3017', 503],
  ['full', 'MILL3016', 503],
  ['corrupt', 'MILL3022', 503],
  ['io', 'MILL3018', 503],
])('tells a caller of %s as %s', (code, told, status) => {
  const refusal = refusalOf(new StoreError(code, 'what happened'));
  expect([refusal.code, refusal.status]).toEqual([told, status]);
  expect(refusal.message).not.toContain('{');
});
