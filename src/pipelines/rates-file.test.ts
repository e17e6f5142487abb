import { describe, expect, it } from 'vitest';
import { loadRates, openRatesFile } from './rates-file.js';

function problems(text: string): string[] {
  return loadRates('rates.yaml', text).problems.map(
    ({ line, column, code, message }) => `${line}:${column} ${code} ${message}`,
  );
}

describe('a file of rates', () => {
  it('is a currency and prices from a day on', () => {
    const text = `currency: USD
rates:
  - { from: 2026-01-01, transition: 0.000025, workerSecond: { shell: "0.01" } }
  - { from: 2026-07-01T12:00:00Z, units: { dpuHours: 0.44 } }`;
    expect(loadRates('rates.yaml', text)).toEqual({
      problems: [],
      card: {
        currency: 'USD',
        versions: [
          {
            from: Date.UTC(2026, 0, 1),
            transition: 25_000_000n,
            workerSecond: { shell: 10_000_000_000n },
            gigabyteSecond: {},
            units: {},
          },
          {
            from: Date.UTC(2026, 6, 1, 12),
            workerSecond: {},
            gigabyteSecond: {},
            units: { dpuHours: 440_000_000_000n },
          },
        ],
      },
    });
  });

  it('says everything that is wrong, each at its place', () => {
    const text = `currency: 3
rates:
  - from: 2026-02-30
    transition: -1
    workerSecnd: { shell: 1 }`;
    expect(problems(text)).toEqual([
      expect.stringMatching(/^1:11 MILL1103 /),
      expect.stringMatching(/^3:11 MILL1103 .*expected a day or a time/),
      expect.stringMatching(/^4:17 MILL1103 .*expected a price from 0 on/),
      expect.stringMatching(/^5:5 MILL1101 .*workerSecnd/),
    ]);
  });

  it('has prices in the order in which they begin', () => {
    const text = 'currency: USD\nrates: [{ from: 2026-02-01 }, { from: 2026-01-01 }]';
    expect(problems(text).join()).toContain('must begin later');
  });

  it.each(['', '[]', 'currency: USD', 'currency: USD\nrates: []'])('is not empty: %j', (text) => {
    expect(loadRates('rates.yaml', text).card).toBeUndefined();
    expect(problems(text)).not.toEqual([]);
  });

  it('that is not there is told', () => {
    expect(() => openRatesFile('/nowhere/rates.yaml')).toThrow('The rates cannot be read');
  });
});
