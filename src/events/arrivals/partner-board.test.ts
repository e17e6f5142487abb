import { describe, expect, it } from 'vitest';
import { dayOrHour, intervalsUntil, partnerCell, type SeenInterval } from './partner-board.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 20);
const interval = { id: '2026-11-20', start: START, end: START + DAY };
const NINE = START + 9 * HOUR;
const file = (modifiedAt: number) => ({ key: '2026-11-20/north.csv', size: 25, modifiedAt });
const with_ = (partner: string, modifiedAt = START): SeenInterval['arrived'] =>
  new Map([[partner, file(modifiedAt)]]);
const none: SeenInterval['arrived'] = new Map();

describe('a partner and an interval', () => {
  it.each<[string, Omit<SeenInterval, 'interval' | 'isLooked'>, number, string]>([
    ['a file, no deadline', { arrived: with_('north'), deadline: undefined }, NINE, 'arrived'],
    ['a file at the deadline', { arrived: with_('north', NINE), deadline: NINE }, NINE, 'arrived'],
    [
      'a file after it',
      { arrived: with_('north', NINE + 1), deadline: NINE },
      NINE,
      'arrived late',
    ],
    ['none before the deadline', { arrived: none, deadline: NINE }, NINE - 1, 'expected'],
    ['none at the deadline', { arrived: none, deadline: NINE }, NINE, 'missing'],
    ['none while the day goes on', { arrived: none, deadline: undefined }, NINE, 'expected'],
    ['none, and nobody has', { arrived: none, deadline: undefined }, START + DAY, 'nothing'],
    ['none, others have', { arrived: with_('south'), deadline: undefined }, START + DAY, 'missing'],
    [
      'missing when it was started',
      { arrived: none, deadline: NINE, started: { missing: ['north'], isCut: false } },
      NINE,
      'missing',
    ],
    [
      'moved away after the start',
      { arrived: none, deadline: NINE, started: { missing: ['south'], isCut: false } },
      NINE,
      'arrived',
    ],
    [
      'not among so many that were missing',
      { arrived: none, deadline: NINE, started: { missing: ['south'], isCut: true } },
      NINE,
      'unknown',
    ],
    [
      'delivered after the start without it',
      {
        arrived: with_('north', NINE + 5),
        deadline: NINE,
        started: { missing: ['north'], isCut: false },
      },
      NINE + 9,
      'arrived late',
    ],
  ])('%s', (_, seen, now, state) => {
    expect(partnerCell('north', { interval, isLooked: true, ...seen }, now).state).toBe(state);
  });

  it.each([
    [START + 1, 'expected'],
    [START + DAY, 'unknown'],
  ])('nobody is missing before somebody has looked', (now, state) => {
    const seen = { interval, isLooked: false, arrived: none, deadline: START };
    expect(partnerCell('north', seen, now).state).toBe(state);
  });

  it('tells of the file that lies there', () => {
    const seen = { interval, isLooked: true, arrived: with_('north', NINE), deadline: undefined };
    expect(partnerCell('north', seen, NINE)).toEqual({
      ...{ interval: '2026-11-20', state: 'arrived' },
      ...{ file: '2026-11-20/north.csv', bytes: 25, at: NINE },
    });
  });
});

describe('intervals until one', () => {
  it.each([
    [
      'days over the end of a month',
      '2026-12-01',
      'UTC',
      ['2026-11-29', '2026-11-30', '2026-12-01'],
    ],
    ['hours', '2026-11-20T01', 'UTC', ['2026-11-19T23', '2026-11-20T00', '2026-11-20T01']],
    // https://www.timeanddate.com/time/change/usa/los-angeles?year=2026: 1 o'clock comes twice on November 1.
    [
      'an hour that a zone has twice',
      '2026-11-01T02',
      'America/Los_Angeles',
      ['2026-11-01T00', '2026-11-01T01', '2026-11-01T02'],
    ],
    // https://www.timeanddate.com/time/change/usa/los-angeles?year=2026: 2 o'clock is left out on March 8.
    [
      'an hour that a zone leaves out',
      '2026-03-08T03',
      'America/Los_Angeles',
      ['2026-03-08T00', '2026-03-08T01', '2026-03-08T03'],
    ],
    [
      'days with a change of the clock',
      '2026-03-09',
      'America/Los_Angeles',
      ['2026-03-07', '2026-03-08', '2026-03-09'],
    ],
  ])('%s', (_, last, zone, ids) => {
    expect(intervalsUntil(last, 3, zone).map(({ id }) => id)).toEqual(ids);
  });

  it.each([
    'yesterday',
    '2026-11-20T00:00:00Z/2026-11-21T00:00:00Z',
    '2026-02-30',
    '2026-11-20T24',
  ])('are none of %s, which is no day and no hour', (last) => {
    expect(dayOrHour(last, 'UTC')).toBeUndefined();
    expect(() => intervalsUntil(last, 3, 'UTC')).toThrow();
  });
});
