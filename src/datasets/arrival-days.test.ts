import { describe, expect, test } from 'vitest';
import { arrivalDays, type DatedVersion, type DueThen } from './arrival-days.js';

const DAY = '2026-11-30';
const version = (more: Partial<DatedVersion> = {}): DatedVersion => ({
  ...{ day: DAY, version: 'v1', state: 'published', ...more },
});
const due = (state: DueThen['state']): DueThen => ({ day: DAY, state, words: state });

describe('what arrived on a day', () => {
  test.each([
    ['a good version', [version()], [], 'arrived'],
    ['a version kept beside a newer one', [version({ state: 'kept' })], [], 'arrived'],
    ['one that came late', [version()], [due('ARRIVED LATE')], 'arrived late'],
    ['one that came after it was missing', [version()], [due('MISSING')], 'arrived late'],
    ['rows that were held back', [version({ quarantined: 3 })], [], 'quarantined'],
    ['a rejected one', [version({ state: 'rejected' })], [], 'rejected'],
    ['a good one after a rejected one', [version(), version({ state: 'rejected' })], [], 'arrived'],
    [
      'a rejected one after a good one',
      [version({ state: 'rejected' }), version()],
      [],
      'rejected',
    ],
    ['one of a test run', [version({ state: 'shadow' })], [], 'nothing'],
    ['one of another day', [version({ day: '2026-11-29' })], [], 'nothing'],
    ['nothing yet, and late', [], [due('LATE')], 'late'],
    ['nothing, and two expectations', [], [due('LATE'), due('MISSING')], 'missing'],
    ['nothing, and nothing expected', [], [], 'nothing'],
  ] as const)('%s', (_, versions, dues, state) => {
    expect(arrivalDays([DAY], versions, dues, undefined)).toMatchObject([{ day: DAY, state }]);
  });

  test('days before the first of which all is known are not called empty', () => {
    const days = ['2026-11-28', '2026-11-29', DAY];
    const cells = arrivalDays(days, [version()], [], '2026-11-29');
    expect(cells.map(({ state }) => state)).toEqual(['unknown', 'nothing', 'arrived']);
  });

  test('the newest version is told, and how many there are', () => {
    const versions = [version({ version: 'b', rows: 2 }), version({ version: 'a', rows: 1 })];
    expect(arrivalDays([DAY], versions, [], undefined)).toEqual([
      { day: DAY, state: 'arrived', version: 'b', rows: 2, versions: 2 },
    ]);
  });
});
