import { describe, expect, it } from 'vitest';
import { percent, quantity, range } from './quantity.js';
import { dateRange, dateText, hourText, weekdayName } from './when.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('quantities', () => {
  it('of time have at most two units, and none that nobody reads', () => {
    const said = [0, 850, 1000, 12_300, 59_960, 90_000, 25 * MINUTE + 10_000, 3 * HOUR, 3.1 * HOUR];
    expect(said.map((ms) => quantity(ms, 'ms'))).toEqual([
      '0 ms',
      '850 ms',
      '1 s',
      '12 s',
      '1 min',
      '1 min 30 s',
      '25 min',
      '3 h',
      '3 h 6 min',
    ]);
    expect(quantity(24 * HOUR, 'ms')).toBe('1 day');
    expect(quantity(51 * HOUR, 'ms')).toBe('2 days 3 h');
    expect(quantity(-90_000, 'ms')).toBe('-1 min 30 s');
  });

  it('never say 60 of a unit', () => {
    for (let ms = 900; ms < 3 * 86_400_000; ms = Math.ceil(ms * 1.003))
      expect(quantity(ms, 'ms')).not.toMatch(/\b(60 s|60 min|1000 ms|24 h)\b/);
  });

  it('of other things have groups of digits, three that count, and one thing in the singular', () => {
    expect(quantity(1, 'rows')).toBe('1 row');
    expect(quantity(1_234_567, 'rows')).toBe('1,234,567 rows');
    expect(quantity(10.456, 'rows')).toBe('10.5 rows');
    expect(quantity(999, 'bytes')).toBe('999 bytes');
    expect(quantity(1_500_000_000, 'bytes')).toBe('1.5 GB');
    expect(quantity(999_999, 'bytes')).toBe('1 MB');
    expect(quantity(0.0312, 'cost units')).toBe('0.0312 cost units');
  });

  it('say the unit of a range once where it is the same', () => {
    expect(range(18 * MINUTE, 25 * MINUTE, 'ms')).toBe('18 to 25 min');
    expect(range(50_000, 25 * MINUTE, 'ms')).toBe('50 s to 25 min');
    expect(range(HOUR, 90 * MINUTE, 'ms')).toBe('1 h to 1 h 30 min');
    expect(range(9000, 11_000, 'rows')).toBe('9,000 to 11,000 rows');
    expect(range(5e6, 7e9, 'bytes')).toBe('5 MB to 7 GB');
    expect(range(1, 2.5, 'cost units')).toBe('1 to 2.5 cost units');
    expect(range(MINUTE, MINUTE, 'ms')).toBe('1 min');
  });

  it('say parts as per cent', () => {
    expect([0.113, -0.074, 0.0123, 1.5].map(percent)).toEqual(['11 %', '7.4 %', '1.2 %', '150 %']);
  });
});

describe('dates', () => {
  const wall = (year: number, month: number, day: number): number =>
    Date.UTC(year, month - 1, day, 3);
  const now = wall(2026, 11, 20);

  it('say a month by its name and the year when it is another one', () => {
    expect(dateText(wall(2026, 12, 12), now)).toBe('12 December');
    expect(dateText(wall(2027, 1, 2), now)).toBe('2 January 2027');
    expect([weekdayName(wall(2026, 11, 30)), hourText(wall(2026, 11, 30))]).toEqual([
      'Monday',
      '03:00',
    ]);
  });

  it('say days alone when a range lies in the month that was said', () => {
    const about = wall(2026, 12, 12);
    expect(dateRange(wall(2026, 12, 5), wall(2026, 12, 20), about, now)).toBe('5 to 20');
    expect(dateRange(wall(2026, 11, 28), wall(2027, 1, 3), about, now)).toBe(
      '28 November to 3 January 2027',
    );
  });
});
