import { describe, expect, it } from 'vitest';
import { parseInstant } from './calendar.js';
import type { Dialect } from './expression.js';
import {
  nextTime,
  nextTimes,
  parseSchedule,
  type Schedule,
  type ScheduleFields,
} from './schedule.js';

function schedule(
  given: string | ScheduleFields,
  zone = 'UTC',
  dialect: Dialect = 'scheduler',
): Schedule {
  const read = parseSchedule(given, dialect, zone);
  if ('problems' in read) throw new Error(read.problems.map(({ message }) => message).join('; '));
  return read.schedule;
}

const at = (text: string): number => {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`no timestamp: ${text}`);
  return instant;
};

function times(
  given: string | ScheduleFields,
  after: string,
  count: number,
  zone = 'UTC',
  dialect: Dialect = 'scheduler',
): string[] {
  return nextTimes(schedule(given, zone, dialect), at(after), count).map((time) =>
    new Date(time).toISOString().replace(':00.000Z', 'Z'),
  );
}

describe('AWS cron', () => {
  it('counts days of the week from Sunday = 1', () => {
    expect(times('cron(0 3 ? * 2 *)', '2026-11-20T00:00Z', 1)).toEqual(['2026-11-23T03:00Z']);
  });

  it('fires strictly after the moment asked about', () => {
    expect(times('cron(0 3 * * ? *)', '2026-11-20T03:00Z', 1)).toEqual(['2026-11-21T03:00Z']);
    expect(times('cron(0 3 * * ? *)', '2026-11-20T02:59:59.999Z', 1)).toEqual([
      '2026-11-20T03:00Z',
    ]);
  });

  it.each([
    [
      'the last day of the month',
      'cron(0 0 L * ? *)',
      ['2028-01-31T00:00Z', '2028-02-29T00:00Z', '2028-03-31T00:00Z'],
    ],
    [
      'three days before the last',
      'cron(0 0 L-3 * ? *)',
      ['2028-01-28T00:00Z', '2028-02-26T00:00Z', '2028-03-28T00:00Z'],
    ],
    [
      'the last working day',
      'cron(0 0 LW * ? *)',
      ['2028-01-31T00:00Z', '2028-02-29T00:00Z', '2028-03-31T00:00Z'],
    ],
    [
      'the working day nearest to the 1st, never in the month before',
      'cron(0 0 1W * ? *)',
      ['2028-01-03T00:00Z', '2028-02-01T00:00Z', '2028-03-01T00:00Z'],
    ],
    [
      'the working day nearest to a Saturday, which is Friday',
      'cron(0 0 15W 1 ? *)',
      ['2028-01-14T00:00Z', '2029-01-15T00:00Z', '2030-01-15T00:00Z'],
    ],
    [
      'the working day nearest to a last Sunday, which is the Friday before',
      'cron(0 0 30W 4 ? *)',
      ['2028-04-28T00:00Z', '2029-04-30T00:00Z', '2030-04-30T00:00Z'],
    ],
    [
      'the third Saturday',
      'cron(0 0 ? * SAT#3 *)',
      ['2028-01-15T00:00Z', '2028-02-19T00:00Z', '2028-03-18T00:00Z'],
    ],
    [
      'the fifth Monday, in the months that have one',
      'cron(0 0 ? * 2#5 *)',
      ['2028-01-31T00:00Z', '2028-05-29T00:00Z', '2028-07-31T00:00Z'],
    ],
    [
      'the last Friday',
      'cron(0 0 ? * 6L *)',
      ['2028-01-28T00:00Z', '2028-02-25T00:00Z', '2028-03-31T00:00Z'],
    ],
    [
      'the last day of the week',
      'cron(0 0 ? * L *)',
      ['2028-01-01T00:00Z', '2028-01-08T00:00Z', '2028-01-15T00:00Z'],
    ],
    [
      '29 February, in leap years',
      'cron(0 0 29 2 ? *)',
      ['2028-02-29T00:00Z', '2032-02-29T00:00Z', '2036-02-29T00:00Z'],
    ],
    [
      'a range around the end of the week',
      'cron(0 0 ? * FRI-SUN *)',
      ['2028-01-01T00:00Z', '2028-01-02T00:00Z', '2028-01-07T00:00Z'],
    ],
    [
      'years',
      'cron(0 0 1 1 ? 2030-2034/2)',
      ['2030-01-01T00:00Z', '2032-01-01T00:00Z', '2034-01-01T00:00Z'],
    ],
  ])('knows %s', (_what, expression, expected) => {
    expect(times(expression, '2027-12-31T12:00Z', 3)).toEqual(expected);
  });

  it('leaves out the leap day of 2100', () => {
    expect(times('cron(0 0 29 2 ? *)', '2096-03-01T00:00Z', 1)).toEqual(['2104-02-29T00:00Z']);
  });

  it('ends the search for a day that never comes', () => {
    expect(times('cron(0 0 30 2 ? *)', '1970-01-01T00:00Z', 1)).toEqual([]);
    expect(times('cron(0 0 1 1 ? 2001)', '2026-01-01T00:00Z', 1)).toEqual([]);
    expect(times('cron(0 0 * * ? *)', '2199-12-31T00:00Z', 1)).toEqual([]);
  });

  it.each([
    ['0 3 * * * *', 'must be "?"'],
    ['0 3 ? * ? *', 'only one'],
    ['0 3 * * ?', 'six fields'],
    ['60 3 * * ? *', 'no value from 0 to 59'],
    ['0 3 32 * ? *', 'day of month'],
    ['0 3 ? * 0 *', 'day of week'],
    ['0 3 ? * 2#6 *', 'nth weekday'],
    ['0 3 ? * 2#1,3#2 *', 'nth weekday'],
    ['0 3 1,15W * ? *', 'one day before W'],
    ['0/0 3 * * ? *', 'the step "0"'],
    ['0 3 * * ? 1969', 'year'],
    ['0 3 * FOO ? *', 'month'],
    ['0 3 L-31 * ? *', 'at most L-30'],
  ])('refuses %s and says why', (cron, words) => {
    const read = parseSchedule(`cron(${cron})`, 'scheduler');
    expect(read).toMatchObject({
      problems: [{ field: 'expression', message: expect.stringContaining(words) }],
    });
  });
});

describe('Unix cron', () => {
  it('counts days of the week from Sunday = 0, which is also 7', () => {
    expect(times('0 3 * * 2', '2026-11-20T00:00Z', 1, 'UTC', 'unix')).toEqual([
      '2026-11-24T03:00Z',
    ]);
    expect(times('0 3 * * 7', '2026-11-20T00:00Z', 1, 'UTC', 'unix')).toEqual([
      '2026-11-22T03:00Z',
    ]);
  });

  it('fires on either day when both day fields are given', () => {
    expect(times('0 0 13 * 5', '2026-11-01T00:00Z', 3, 'UTC', 'unix')).toEqual([
      '2026-11-06T00:00Z',
      '2026-11-13T00:00Z',
      '2026-11-20T00:00Z',
    ]);
    expect(times('0 0 1 * 1', '2026-11-29T00:00Z', 3, 'UTC', 'unix')).toEqual([
      '2026-11-30T00:00Z',
      '2026-12-01T00:00Z',
      '2026-12-07T00:00Z',
    ]);
  });

  it('narrows one day field by the other when it begins with a star', () => {
    expect(times('0 0 */2 * 1', '2026-11-01T00:00Z', 2, 'UTC', 'unix')).toEqual([
      '2026-11-09T00:00Z',
      '2026-11-23T00:00Z',
    ]);
  });

  it('knows the shorthands', () => {
    expect(times('@weekly', '2026-11-20T00:00Z', 1, 'UTC', 'unix')).toEqual(['2026-11-22T00:00Z']);
  });

  it.each(['0 3 * * ? *', '0 3 ? * 2', '0/15 * * * *', '0 3 * * 5-1', '@reboot', ''])(
    'refuses %j',
    (text) => {
      expect(parseSchedule(text, 'unix')).toHaveProperty('problems');
    },
  );
});

describe('when clocks change', () => {
  it.each([
    [
      'America/New_York',
      'cron(30 2 * * ? *)',
      '2026-03-06T12:00Z',
      ['2026-03-07T07:30Z', '2026-03-09T06:30Z'],
    ],
    [
      'Europe/Berlin',
      'cron(30 2 * * ? *)',
      '2026-03-27T12:00Z',
      ['2026-03-28T01:30Z', '2026-03-30T00:30Z'],
    ],
    [
      'Australia/Lord_Howe',
      'cron(15 2 * * ? *)',
      '2026-10-02T20:00Z',
      ['2026-10-04T15:15Z', '2026-10-05T15:15Z'],
    ],
    [
      'America/St_Johns',
      'cron(30 2 * * ? *)',
      '2026-03-06T12:00Z',
      ['2026-03-07T06:00Z', '2026-03-09T05:00Z'],
    ],
  ])('skips a time that %s does not have that day', (zone, expression, after, expected) => {
    expect(times(expression, after, 2, zone)).toEqual(expected);
  });

  it.each([
    [
      'America/New_York',
      'cron(30 1 * * ? *)',
      '2026-10-31T12:00Z',
      ['2026-11-01T05:30Z', '2026-11-02T06:30Z'],
    ],
    [
      'Europe/Berlin',
      'cron(30 2 * * ? *)',
      '2026-10-24T12:00Z',
      ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ],
    [
      'Australia/Lord_Howe',
      'cron(45 1 * * ? *)',
      '2026-04-04T00:00Z',
      ['2026-04-04T14:45Z', '2026-04-05T15:15Z'],
    ],
    [
      'America/St_Johns',
      'cron(30 1 * * ? *)',
      '2026-10-31T12:00Z',
      ['2026-11-01T04:00Z', '2026-11-02T05:00Z'],
    ],
  ])(
    'fires once, the first time, when %s has a time twice',
    (zone, expression, after, expected) => {
      expect(times(expression, after, 2, zone)).toEqual(expected);
    },
  );

  it('pauses a minutely cron for the repeated hour', () => {
    expect(times('cron(* * * * ? *)', '2026-11-01T05:58Z', 2, 'America/New_York')).toEqual([
      '2026-11-01T05:59Z',
      '2026-11-01T07:00Z',
    ]);
  });

  it('keeps rates at their distance: a day of a rate is 24 hours', () => {
    const daily = { rate: '1 day', start: '2026-10-24T12:00:00' };
    expect(times(daily, '2026-10-24T00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-10-24T10:00Z',
      '2026-10-25T10:00Z',
    ]);
  });

  it('fires a single time that is skipped at the first instant after the gap', () => {
    expect(times('at(2026-03-29T02:30:00)', '2026-01-01T00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-03-29T01:00Z',
    ]);
  });

  it('skips the day that Samoa left out', () => {
    expect(times('cron(0 12 * * ? *)', '2011-12-29T12:00Z', 2, 'Pacific/Apia')).toEqual([
      '2011-12-29T22:00Z',
      '2011-12-30T22:00Z',
    ]);
  });
});

describe('start, end and fields', () => {
  it('aligns a rate on its start and fires at the start itself', () => {
    const rate = { rate: '7 minutes', start: '2026-11-20T00:03:00Z', end: '2026-11-20T00:17:00Z' };
    expect(times(rate, '2020-01-01T00:00Z', 9)).toEqual(['2026-11-20T00:03Z', '2026-11-20T00:10Z']);
  });

  it('reads the hour of a pipeline file in its zone', () => {
    expect(
      times({ hour: 3, minute: 30, timezone: 'Asia/Kolkata' }, '2026-11-20T00:00Z', 1),
    ).toEqual(['2026-11-20T22:00Z']);
  });

  it('reads a moment with an offset whatever the zone is', () => {
    expect(
      times({ at: '2026-11-20T03:00:00+02:00' }, '2026-01-01T00:00Z', 2, 'Asia/Tokyo'),
    ).toEqual(['2026-11-20T01:00Z']);
  });

  it('tells every problem with its field', () => {
    const given = { cron: '1 2 3', timezone: 'Mars/Olympus', start: 'soon' };
    const read = parseSchedule(given, 'scheduler');
    expect('problems' in read && read.problems.map(({ field }) => field)).toEqual([
      'timezone',
      'start',
      'cron',
    ]);
  });

  it.each([
    {},
    { hour: 3, cron: '0 3 * * ? *' },
    { rate: '5 minutes', minute: 3 },
    { hour: 24 },
    { hour: 3, start: '2026-01-02', end: '2026-01-01' },
  ])('refuses %j', (given) => {
    expect(parseSchedule(given, 'scheduler')).toHaveProperty('problems');
  });

  it('tells the singular from the plural for rules, and not for schedules', () => {
    expect(parseSchedule('rate(1 minutes)', 'events')).toHaveProperty('problems');
    expect(parseSchedule('rate(1 minutes)', 'scheduler')).toHaveProperty('schedule');
    expect(parseSchedule('at(2026-11-20T00:00:00)', 'events')).toHaveProperty('problems');
  });

  it('gives no time after one that is no number', () => {
    expect(nextTime(schedule('rate(1 minute)'), Number.NaN)).toBeUndefined();
  });
});
