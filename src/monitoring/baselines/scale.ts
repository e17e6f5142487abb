/**
 * The scale on which values are compared. Durations, rows, bytes and costs vary by factors: twice as long is as far from
 * usual as half as long, and growth is so many per cent a week. So they are compared by their logarithms, where their
 * long upper tail becomes even. Series that are often zero, or negative, have no logarithms and are compared as they are.
 *
 * A zero among values that vary by factors is put below the smallest of them. How far below does not matter: everything
 * here counts ranks (medians), not distances.
 * @module
 */

export type Scale = { kind: 'ratio'; floor: number } | { kind: 'difference' };

/** With more zeros than this, zero is a usual value and no accident. */
const MOST_ZEROS = 0.25;

/**
 * The scale for a series.
 * @param values finite
 * @example scaleOf([5, 10, 20]) // { kind: 'ratio', floor: 0.5 }
 */
export function scaleOf(values: readonly number[]): Scale {
  let smallest = Number.POSITIVE_INFINITY;
  let zeros = 0;
  for (const value of values) {
    if (value < 0) return { kind: 'difference' };
    if (value === 0) zeros++;
    else smallest = Math.min(smallest, value);
  }
  if (zeros > MOST_ZEROS * values.length || smallest === Number.POSITIVE_INFINITY)
    return { kind: 'difference' };
  return { kind: 'ratio', floor: smallest / 10 };
}

/** @example toScale({ kind: 'ratio', floor: 0.1 }, 1) // 0 */
export function toScale(scale: Scale, value: number): number {
  return scale.kind === 'difference' ? value : Math.log(Math.max(value, scale.floor));
}

/** @example fromScale({ kind: 'ratio', floor: 0.1 }, 0) // 1 */
export function fromScale(scale: Scale, value: number): number {
  // Twelve digits: what the logarithm's rounding adds is not shown to anybody as a threshold.
  return scale.kind === 'difference' ? value : Number(Math.exp(value).toPrecision(12));
}
