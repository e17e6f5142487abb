import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { money, priceOf, reportedUnits } from './price.js';
import { parsePrice, type Rates, ratesAt } from './rate-card.js';

const NOTHING: Rates = { from: 0, workerSecond: {}, gigabyteSecond: {}, units: {} };

describe('a price', () => {
  it.each([
    ['0.000025', 25_000_000n],
    [0.0000166667, 16_666_700n],
    [1e-7, 100_000n],
    ['12', 12_000_000_000_000n],
    [0, 0n],
    ['1e-12', 1n],
  ])('is read exactly as it is written: %s', (written, price) => {
    expect(parsePrice(written)).toBe(price);
  });

  it.each(['-1', '1e-13', '0.0000000000001', 'free', '', '.5', '1,5', Number.NaN, Infinity])(
    'is none when it is negative, too fine or no number: %s',
    (written) => {
      expect(parsePrice(written)).toBeUndefined();
    },
  );

  it('is of the last version that has begun', () => {
    const card = {
      currency: 'USD',
      versions: [
        { ...NOTHING, from: 10 },
        { ...NOTHING, from: 20 },
      ],
    };
    expect([9, 10, 19, 20, 99].map((at) => ratesAt(card, at)?.from)).toEqual([
      ...[undefined, 10, 10, 20, 20],
    ]);
  });
});

describe('what was used', () => {
  it('costs the same however it is cut into pieces, but for the rounding of each', () => {
    const count = fc.nat({ max: 1_000_000_000 });
    const price = fc.bigInt({ min: 0n, max: 10n ** 13n });
    fc.assert(
      fc.property(fc.array(count, { minLength: 1, maxLength: 30 }), price, (pieces, shell) => {
        const rates = { ...NOTHING, workerSecond: { shell } };
        const of = (ms: number): number => priceOf({ work: { shell: ms } }, rates).cost;
        const together = of(pieces.reduce((sum, ms) => sum + ms, 0));
        const apart = pieces.reduce((sum, ms) => sum + of(ms), 0);
        expect(Math.abs(together - apart)).toBeLessThanOrEqual(pieces.length);
      }),
    );
  });

  it('is rounded once: half a millionth is a whole one', () => {
    const rates = { ...NOTHING, transition: 500_000n };
    expect([1, 2, 3].map((transitions) => priceOf({ transitions }, rates).cost)).toEqual([1, 1, 2]);
  });

  it('stays a whole number that can be counted, whatever it is', () => {
    const used = { units: { rows: Number.MAX_SAFE_INTEGER } };
    const rates = { ...NOTHING, units: { rows: 10n ** 24n } };
    expect(priceOf(used, rates).cost).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('says what has no price; a worker whose memory is priced has one', () => {
    const used = {
      work: { shell: 1, lambda: 1 },
      memory: { lambda: 1 },
      units: { constructor: 1 },
    };
    const rates = { ...NOTHING, gigabyteSecond: { lambda: 1n } };
    expect(priceOf(used, rates).unpriced).toEqual(['shell seconds', 'unit constructor']);
  });
});

describe('units that a task reports', () => {
  it.each([
    [{ cost: { units: { dpuHours: 0.25 } } }, { dpuHours: 250_000 }],
    [{ Payload: { cost: { units: { rows: 3 } } } }, { rows: 3_000_000 }],
    [{ cost: { units: { a: -1, b: '2', c: 1e300, 'no name': 1, __proto__: 1, d: 0 } } }, { d: 0 }],
    [{ cost: { units: [] } }, undefined],
    [{ cost: 3 }, undefined],
    [null, undefined],
  ])('are numbers from 0 on with a name: %j', (output, units) => {
    expect(reportedUnits(output)).toEqual(units);
  });

  it('are twenty at most', () => {
    const units = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`u${n}`, 1]));
    expect(Object.keys(reportedUnits({ cost: { units } }) ?? {})).toHaveLength(20);
  });
});

it('money has as many digits as it has, and two at least', () => {
  expect([0, 5, 1_234_500, 12_000_000].map((one) => money(one, 'EUR'))).toEqual([
    ...['0.00 EUR', '0.000005 EUR', '1.2345 EUR', '12.00 EUR'],
  ]);
});
