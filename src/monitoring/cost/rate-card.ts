/**
 * What things cost: a rate card, in versions that each hold from a moment on, so that what was priced stays priced.
 *
 * Prices are whole numbers of billionths of a thousandth of the currency (10⁻¹²), amounts of money whole millionths: nothing
 * is ever added up in floating point.
 * @module
 */

/** Prices are in 10⁻¹² of the currency. */
const DECIMALS = 12;

/** Prices from a moment on. */
export interface Rates {
  /** Milliseconds since the epoch. */
  readonly from: number;
  /** Of one state entered. */
  readonly transition?: bigint;
  /** Of a second of a worker, by its kind. */
  readonly workerSecond: { readonly [kind: string]: bigint };
  /** Of a GiB of a worker's memory for a second, by its kind. */
  readonly gigabyteSecond: { readonly [kind: string]: bigint };
  /** Of one unit that tasks report, by its name. */
  readonly units: { readonly [unit: string]: bigint };
}

export interface RateCard {
  /** ISO 4217, or whatever the money is counted in. */
  readonly currency: string;
  /** The earliest first. */
  readonly versions: readonly Rates[];
}

/**
 * The prices that hold at a moment; undefined before the first.
 * @param at milliseconds since the epoch
 * @example ratesAt(card, Date.UTC(2026, 10, 20))?.units.dpuHours
 */
export function ratesAt({ versions }: RateCard, at: number): Rates | undefined {
  return versions.findLast(({ from }) => from <= at);
}

/**
 * A price as it is written, in 10⁻¹² of the currency; undefined when it is none, negative, or finer than that.
 * @example parsePrice('0.000025') // 25_000_000n
 */
export function parsePrice(written: string | number): bigint | undefined {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^(\d{1,12})(?:\.(\d{1,30}))?(?:e([+-]\d{1,2}))?$/i.exec(String(written).trim()) ?? [];
  if (whole === '') return undefined;
  const zeros = DECIMALS - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  if (zeros >= 0) return digits * 10n ** BigInt(zeros);
  const unit = 10n ** BigInt(-zeros);
  return digits % unit === 0n ? digits / unit : undefined;
}
