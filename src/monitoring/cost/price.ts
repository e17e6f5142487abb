/**
 * Prices what an execution has used: whole millionths of the currency, rounded once, at the end.
 * @module
 */
import type { Rates } from './rate-card.js';

/** Counts of what was used; see `Usage` of an execution's state. */
export interface UsedCounts {
  readonly transitions?: number;
  /** Milliseconds, by kind of worker. */
  readonly work?: { readonly [kind: string]: number };
  /** MiB × milliseconds, by kind of worker. */
  readonly memory?: { readonly [kind: string]: number };
  /** Millionths, by name. */
  readonly units?: { readonly [unit: string]: number };
}

export interface Price {
  /** Millionths of the currency. */
  readonly cost: number;
  /** What was used and has no price, in words: `unit dpuHours`. */
  readonly unpriced: readonly string[];
}

/** Sums are counted in this part of 10⁻¹²: of it a millisecond, a MiB for one, and a millionth of a unit are whole. */
const PARTS = 1_024_000_000n;
/** How many of one thing make what its price is of. */
const OF = { transition: 1n, workerSecond: 1_000n, gigabyteSecond: 1_024_000n, units: 1_000_000n };
const MILLIONTH = 1_000_000n * PARTS;
const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * What something costs at these rates. Half a millionth is rounded up; what cannot be counted exactly any more stays the
 * greatest number that can.
 * @example priceOf({ transitions: 4, work: { shell: 1500 } }, rates).cost // 115
 */
export function priceOf(used: UsedCounts, rates: Rates): Price {
  let sum = BigInt(used.transitions ?? 0) * (rates.transition ?? 0n) * PARTS;
  const unpriced: string[] = [];
  for (const [kind, ms] of Object.entries(used.work ?? {})) {
    const price = own(rates.workerSecond, kind);
    if (price !== undefined) sum += (BigInt(ms) * price * PARTS) / OF.workerSecond;
    else if (own(rates.gigabyteSecond, kind) === undefined) unpriced.push(`${kind} seconds`);
  }
  for (const [kind, amount] of Object.entries(used.memory ?? {})) {
    const price = own(rates.gigabyteSecond, kind) ?? 0n;
    sum += (BigInt(amount) * price * PARTS) / OF.gigabyteSecond;
  }
  for (const [unit, amount] of Object.entries(used.units ?? {})) {
    const price = own(rates.units, unit);
    if (price === undefined) unpriced.push(`unit ${unit}`);
    else sum += (BigInt(amount) * price * PARTS) / OF.units;
  }
  const cost = (sum + MILLIONTH / 2n) / MILLIONTH;
  return { cost: Number(cost > MOST ? MOST : cost), unpriced };
}

function own(prices: { readonly [name: string]: bigint }, name: string): bigint | undefined {
  return Object.hasOwn(prices, name) ? prices[name] : undefined;
}

/**
 * Amounts of units as they are counted and priced: in millionths. What is no amount from 0 on counts nothing.
 *
 * The one way for what a task used that another system performed, and for a run elsewhere that is only watched.
 * @param used what was used, by the name of the unit
 * @example countedUnits({ dpuSeconds: 90.5 }) // { dpuSeconds: 90_500_000 }
 */
export function countedUnits(used: { readonly [unit: string]: number }): {
  [unit: string]: number;
} {
  const amounts = Object.entries(used)
    .map(([unit, amount]) => [unit, Math.round(amount * 1_000_000)] as const)
    .filter(([, amount]) => Number.isSafeInteger(amount) && amount >= 0);
  return Object.fromEntries(amounts);
}

/** Units that one task reports, at most. */
const MOST_UNITS = 20;
const UNIT = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

/**
 * The units that the output of a task reports, `cost: { units: { dpuHours: 0.25 } }`, in millionths. What is no name, or no
 * number from 0 on, is left out, and what is beyond twenty. Undefined: none.
 * @example reportedUnits({ cost: { units: { dpuHours: 0.25 } } }) // { dpuHours: 250000 }
 */
export function reportedUnits(output: unknown): { [unit: string]: number } | undefined {
  if (!isObject(output)) return undefined;
  // What `lambda:invoke` wraps.
  if (isObject(output.Payload)) return reportedUnits(output.Payload);
  if (!isObject(output.cost) || !isObject(output.cost.units)) return undefined;
  const found: { [unit: string]: number } = {};
  for (const [unit, told] of Object.entries(output.cost.units).slice(0, MOST_UNITS)) {
    const amount = typeof told === 'number' ? Math.round(told * 1_000_000) : -1;
    if (UNIT.test(unit) && Number.isSafeInteger(amount) && amount >= 0) found[unit] = amount;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * An amount of money, with as many digits as it has and two at least.
 * @param millionths whole
 * @example money(1_234_500, 'USD') // '1.2345 USD'
 */
export function money(millionths: number, currency: string): string {
  const text = String(Math.abs(millionths)).padStart(7, '0');
  const fraction = text.slice(-6).replace(/0{1,4}$/, '');
  return `${millionths < 0 ? '-' : ''}${text.slice(0, -6)}.${fraction} ${currency}`;
}
