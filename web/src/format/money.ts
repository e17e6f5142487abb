/**
 * Money, as it is shown.
 * @module
 */

/**
 * An amount, with as many digits as it has and two at least.
 * @param millionths whole
 * @example money(1_234_500, 'USD') // '1.2345 USD'
 */
export function money(millionths: number, currency: string): string {
  const text = String(Math.round(millionths)).padStart(7, '0');
  const fraction = text.slice(-6).replace(/0{1,4}$/, '');
  return `${text.slice(0, -6)}.${fraction} ${currency}`.trim();
}
