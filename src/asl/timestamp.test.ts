import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTimestamp, parseTimestamp } from './timestamp.js';

describe('parseTimestamp', () => {
  it.each([
    '2024-02-29T12:00:00Z',
    '1969-12-31T23:59:59Z',
    '2016-08-18T17:33:00.123Z',
    '2016-08-18T17:33:00+05:30',
    '2016-08-18T17:33Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59-11:00',
  ])('%s is what the platform says', (text) => {
    expect(parseTimestamp(text)).toBe(Date.parse(text));
  });

  it.each([
    '2024-02-30T12:00:00Z',
    '2023-02-29T12:00:00Z',
    '2024-13-01T12:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T12:00:00',
    '2024-01-01 12:00:00Z',
    '2024-01-01t12:00:00z',
    '2024-01-01',
    '2024-01-01T12:00:00.Z',
    '2024-01-01T12:00:00+0100',
    '01-01-2024T12:00:00Z',
    '',
  ])('%s is no timestamp of the language', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  it('agrees with the platform on every instant', () => {
    const instants = fc.date({
      min: new Date('0001-01-01'),
      max: new Date('9999-12-31'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, (instant) => {
        expect(parseTimestamp(instant.toISOString())).toBe(instant.getTime());
        expect(formatTimestamp(instant.getTime())).toBe(instant.toISOString());
      }),
    );
  });
});
