import { describe, expect, it } from 'vitest';
import { wallTime } from '../../events/schedules/time-zone.js';
import { type Forecast, forecast, type Limit } from './forecast.js';
import type { MetricName } from './metric.js';
import { DAY, type Sample, type Zone } from './sample.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-08-24T02:00:00Z');
const zone: Zone = {
  name: 'America/Los_Angeles',
  wall: (at) => wallTime('America/Los_Angeles', at),
};

const wobble = (place: number): number => (((place * 7919) % 101) - 50) / 50;
const daily = (count: number, value: (day: number) => number): Sample[] =>
  Array.from({ length: count }, (_, day) => ({
    at: START + day * DAY,
    value: value(day) * (1 + 0.08 * wobble(day)),
  }));
const NOW = START + 90 * DAY + HOUR;
const seen = (
  samples: Sample[],
  limit?: Limit,
  metric: MetricName = 'duration',
  now: number = NOW,
): Forecast => forecast(samples, { metric, zone, now, ...(limit && { limit }) });
/** Steady, then growing by a part each week. */
const growing = (weekly: number, onset: number) => (day: number) =>
  90 * MINUTE * (1 + weekly) ** (Math.max(0, day - onset) / 7);

describe('a forecast', () => {
  it('says growth a week, since when, and when the SLA is crossed, with a range', () => {
    const found = seen(daily(91, growing(0.11, 55)), { most: 3 * HOUR, name: 'SLA' });
    expect(found.words).toMatch(
      /^1[01] % slower a week for 5 weeks; crosses its 3 h SLA about \d+ (November|December) \(.+ to .+\)$/,
    );
    if (found.kind !== 'trend' || found.crossing?.state !== 'foreseen') throw new Error('no trend');
    const truth = START + (55 + (7 * Math.log(2)) / Math.log(1.11)) * DAY;
    expect(found.crossing.earliest).toBeLessThan(truth);
    expect(found.crossing.latest).toBeGreaterThan(truth);
    expect(Math.abs(found.crossing.at - truth)).toBeLessThan(7 * DAY);
  });

  it('says so of falling rows, and of the limit below them', () => {
    const found = seen(
      daily(91, (day) => 50_000 * 0.93 ** (Math.max(0, day - 50) / 7)),
      { least: 25_000 },
      'rows',
    );
    expect(found.words).toMatch(
      /^[678](\.\d)? % fewer rows a week for \d weeks; falls below its 25,000 rows limit about /,
    );
  });

  it('finds no trend in a steady series, with weekdays or outliers or without', () => {
    const steady = daily(91, () => 20 * MINUTE);
    const weekdays = daily(91, (day) => (day % 7 < 2 ? 60 : 20) * MINUTE);
    const outliers = daily(91, (day) => (day % 19 === 4 ? 200 : 20) * MINUTE);
    for (const samples of [steady, weekdays, outliers])
      expect(seen(samples, { most: 30 * MINUTE })).toMatchObject({ kind: 'steady' });
    expect(seen(steady).words).toBe('no trend; about 20 min');
  });

  it('calls a step a step, on each day after it, and never a trend', () => {
    const stepped = daily(91, (day) => (day < 45 ? 20 : 30) * MINUTE);
    for (let day = 46; day <= 90; day++) {
      const found = seen(stepped, { most: HOUR }, 'duration', START + day * DAY + HOUR);
      expect(found.kind, `day ${day}`).toBe('steady');
    }
    expect(seen(stepped).words).toMatch(
      /^no trend, but a step about \d October: from (19|20|21) min to (29|30|31) min$/,
    );
  });

  it('sees growth through a pattern of weekdays, and through missing weeks', () => {
    const grow = growing(0.11, 48);
    const weekdays = daily(91, (day) => grow(day) * (day % 7 < 2 ? 1.5 : 1));
    const missing = daily(91, grow).filter(
      (_, day) => day < 20 || (day > 33 && day < 60) || day > 66,
    );
    for (const samples of [weekdays, missing])
      expect(seen(samples)).toMatchObject({ kind: 'trend', direction: 'up' });
  });

  it('says that it is over already when it is', () => {
    const found = seen(daily(91, growing(0.11, 50)), { most: 100 * MINUTE, name: 'SLA' });
    expect(found.words).toMatch(/; is above its 1 h 40 min SLA already$/);
  });

  it('foretells no crossing of a limit from which it moves away, nor one that is years ahead', () => {
    const samples = daily(91, growing(0.11, 50));
    for (const limit of [{ least: 10 * MINUTE }, { most: 1000 * HOUR }]) {
      const found = seen(samples, limit);
      expect(found.kind).toBe('trend');
      expect(found).not.toHaveProperty('crossing');
      expect(found.words).not.toContain(';');
    }
  });

  it('says the year of a date in another one', () => {
    const found = seen(daily(91, growing(0.05, 20)), { most: 210 * MINUTE });
    expect(found.words).toMatch(/about \d+ (January|February) 2027/);
  });

  it('knows nothing from one point, from none, and from a week', () => {
    const limit = { most: HOUR };
    expect(seen([], limit).words).toBe(
      'not known yet: executions on 0 days, of 10 over two weeks needed',
    );
    expect(
      seen(
        daily(1, () => MINUTE),
        limit,
      ).words,
    ).toMatch(/^not known yet: executions on 1 day,/);
    expect(seen(daily(7, growing(0.5, 0)), limit).kind).toBe('unknown');
  });

  it('counts what is no number, and goes on without it', () => {
    const samples = daily(91, growing(0.11, 50));
    const broken = samples.flatMap((one) => [one, { ...one, value: Number.NaN }]);
    expect(seen(broken).counts).toMatchObject({ used: 91, notNumbers: 91 });
    expect({ ...seen(broken), counts: 0 }).toEqual({ ...seen(samples), counts: 0 });
  });

  it('finds no trend in zeros, in one value, or in two that alternate', () => {
    for (const value of [() => 0, () => 1000, (day: number) => (day % 2) + 1]) {
      const samples = Array.from({ length: 91 }, (_, day) => ({
        at: START + day * DAY,
        value: value(day),
      }));
      expect(seen(samples, { most: 5000 }, 'rows').kind).toBe('steady');
    }
  });

  it('follows growth without any noise to the day', () => {
    const samples = Array.from({ length: 91 }, (_, day) => ({
      at: START + day * DAY,
      value: 60 * MINUTE + day * MINUTE,
    }));
    const found = seen(samples, { most: 200 * MINUTE });
    expect(found).toMatchObject({ kind: 'trend', shape: 'linear' });
    if (found.kind !== 'trend' || found.crossing?.state !== 'foreseen') throw new Error('no trend');
    expect((found.crossing.at - START) / DAY).toBeCloseTo(140, 0);
  });

  it('of a series with values below zero says amounts', () => {
    const samples = daily(91, (day) => 100 * MINUTE * (Math.max(0, day - 40) / 7 - 9));
    expect(seen(samples, undefined, 'startLag').words).toMatch(
      /^1 h \d+ min more a week for \d weeks$/,
    );
  });
});
