import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextTime,
  parseSchedule,
  type Schedule,
  type ScheduleFields,
} from '../schedules/schedule.js';
import { calendarInterval, grainOf, intervalOf, parseInterval } from './interval.js';
import { alignedIntervals, slots } from './slots.js';

function schedule(given: string | ScheduleFields, zone = 'UTC'): Schedule {
  const read = parseSchedule(given, 'scheduler', zone);
  if ('problems' in read) throw new Error(JSON.stringify(given));
  return read.schedule;
}
const at = (text: string): number => Date.parse(text);
const firstInterval = (given: Schedule, after: string): string => {
  const fireTime = nextTime(given, at(after));
  if (fireTime === undefined) throw new Error('never fires');
  return intervalOf(given, fireTime).id;
};

describe('the interval of a fire time', () => {
  it('is the same day for a pipeline at 3:00 and one at 5:00', () => {
    expect(firstInterval(schedule({ hour: 3 }), '2026-11-20T00:00Z')).toBe('2026-11-20');
    expect(firstInterval(schedule({ hour: 5 }), '2026-11-20T00:00Z')).toBe('2026-11-20');
  });

  it('is the day on the clock of the zone', () => {
    const late = schedule({ hour: 22 }, 'America/New_York');
    const fireTime = at('2026-11-21T03:00Z');
    expect(intervalOf(late, fireTime)).toEqual({
      id: '2026-11-20',
      start: at('2026-11-20T05:00Z'),
      end: at('2026-11-21T05:00Z'),
    });
  });

  it.each([
    ['cron(0 3,15 * * ? *)', '2026-11-20T03'],
    ['cron(30 * * * ? *)', '2026-11-20T00'],
    ['cron(0 3 ? * MON *)', '2026-11-23'],
    ['rate(2 hours)', '2026-11-20T02'],
    ['rate(7 days)', '2026-11-26'],
    ['rate(15 minutes)', '2026-11-20T00:15:00Z/2026-11-20T00:30:00Z'],
    ['cron(0/20 8 * * ? *)', '2026-11-20T08:00:00Z/2026-11-20T08:20:00Z'],
    ['at(2026-11-22T05:00:00)', '2026-11-22'],
  ])('of %s is %s', (expression, id) => {
    expect(firstInterval(schedule(expression), '2026-11-20T00:00Z')).toBe(id);
  });

  it('has 23 and 25 hours on the days when clocks change, and two in the repeated hour', () => {
    const length = (grain: 'day' | 'hour', text: string): number => {
      const { start, end } = calendarInterval(grain, 'Europe/Berlin', at(text));
      return (end - start) / 3_600_000;
    };
    expect(length('day', '2026-03-29T12:00Z')).toBe(23);
    expect(length('day', '2026-10-25T12:00Z')).toBe(25);
    expect(length('hour', '2026-10-25T01:10Z')).toBe(2);
  });

  it('covers time without gap or overlap in every zone', () => {
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
    );
    const instant = fc.integer({ min: 0, max: 2_000_000_000_000 });
    const grain = fc.constantFrom('day' as const, 'hour' as const);
    fc.assert(
      fc.property(zone, instant, grain, (name, moment, length) => {
        const interval = calendarInterval(length, name, moment);
        expect(interval.start).toBeLessThanOrEqual(moment);
        expect(interval.end).toBeGreaterThan(moment);
        expect(calendarInterval(length, name, interval.end).start).toBe(interval.end);
        expect(parseInterval(interval.id, name)).toEqual(interval);
      }),
      { numRuns: 1000 },
    );
  });

  it('is never shared by two fire times of a schedule', () => {
    for (const given of [
      schedule('rate(1 day)', 'Europe/Berlin'),
      schedule('rate(1 hour)', 'Europe/Berlin'),
      schedule('cron(0 * * * ? *)', 'Australia/Lord_Howe'),
      schedule('cron(15 1,2,3 * * ? *)', 'Europe/Berlin'),
    ]) {
      const ids = slots(given, at('2026-03-01T00:00Z'), at('2026-11-30T00:00Z')).slots.map(
        ({ interval }) => interval.id,
      );
      expect(new Set(ids).size).toBe(ids.length);
      expect(grainOf(given)).not.toBe('fires');
    }
  });

  it.each([
    '2026-02-30',
    '2026-11-20T24',
    '2026-11',
    '',
    '2026-11-20T00:00:00Z/2026-11-19T00:00:00Z',
    'a/b',
    '2026-03-29T02',
  ])('refuses the id %j', (id) => {
    expect(parseInterval(id, 'Europe/Berlin')).toBeUndefined();
  });
});

describe('the slots of a backfill', () => {
  it('are every fire time from the first day up to, and without, the last', () => {
    const found = slots(schedule({ hour: 3 }), at('2026-11-01T00:00Z'), at('2026-11-04T00:00Z'));
    expect(found.slots.map(({ interval }) => interval.id)).toEqual([
      '2026-11-01',
      '2026-11-02',
      '2026-11-03',
    ]);
    expect(found.hasMore).toBe(false);
  });

  it('reach before the start of the schedule and keep the phase of a rate', () => {
    const rate = schedule({ rate: '5 hours', start: '2026-11-20T02:00:00Z' });
    const found = slots(rate, at('2026-11-19T20:00Z'), at('2026-11-20T03:00Z')).slots;
    expect(found.map(({ fireTime }) => new Date(fireTime).toISOString())).toEqual([
      '2026-11-19T21:00:00.000Z',
      '2026-11-20T02:00:00.000Z',
    ]);
  });

  it('say when there are more than were asked for', () => {
    expect(slots(schedule('rate(1 minute)'), 0, 600_000, 3)).toMatchObject({
      slots: { length: 3 },
      hasMore: true,
    });
  });
});

describe('the intervals of an upstream that a dependent needs', () => {
  const ids = (upstream: Schedule, id: string, zone = 'UTC'): string[] => {
    const interval = parseInterval(id, zone);
    if (interval === undefined) throw new Error(id);
    return alignedIntervals(upstream, interval).map((found) => found.id);
  };

  it('are the same day of a daily upstream, also in another zone', () => {
    expect(ids(schedule({ hour: 3 }), '2026-11-20')).toEqual(['2026-11-20']);
    expect(ids(schedule({ hour: 3 }, 'Asia/Tokyo'), '2026-11-20', 'America/New_York')).toEqual([
      '2026-11-20',
    ]);
  });

  it('are all hours of the day of an hourly upstream', () => {
    expect(ids(schedule('cron(0 * * * ? *)'), '2026-11-20')).toHaveLength(24);
  });

  it('are the day around the hour of an hourly dependent', () => {
    expect(ids(schedule({ hour: 3 }), '2026-11-20T05')).toEqual(['2026-11-20']);
  });

  it('are none on a day on which the upstream does not fire', () => {
    expect(ids(schedule('cron(0 3 ? * MON-FRI *)'), '2026-11-22')).toEqual([]);
  });

  it('are those that fire within it for upstreams of minutes', () => {
    expect(ids(schedule('rate(20 minutes)'), '2026-11-20T05')).toHaveLength(3);
  });
});
