import { describe, expect, it } from 'vitest';
import { calendarDate, dayNumber, formatInstant, parseInstant } from './calendar.js';

describe('days', () => {
  it('are numbered as Date numbers them, from the year 1 to 9999', () => {
    for (let number = -719_162; number < 2_932_896; number += 97) {
      const date = new Date(number * 86_400_000);
      const expected = {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
      };
      expect(calendarDate(number)).toEqual(expected);
      expect(dayNumber(expected)).toBe(number);
    }
  });
});

describe('timestamps', () => {
  it('are written and read as UTC', () => {
    for (const text of ['1969-12-31T23:59:59Z', '2000-02-29T00:00:00Z', '2199-12-31T12:34:56Z']) {
      expect(parseInstant(text)).toBe(Date.parse(text));
      expect(formatInstant(Date.parse(text))).toBe(text);
    }
  });

  it('are read with fractions and offsets', () => {
    expect(parseInstant('2026-11-20T03:00:00.5+02:00')).toBe(
      Date.parse('2026-11-20T01:00:00.500Z'),
    );
    expect(parseInstant('2026-11-20T03:00-03:30')).toBe(Date.parse('2026-11-20T06:30:00Z'));
  });

  it.each([
    '2026-11-20',
    '2026-02-29T00:00Z',
    '2026-13-01T00:00Z',
    '2026-11-20T24:00Z',
    '2026-11-20T00:00',
    '',
  ])('are not %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});
