/**
 * Money in a terminal. What it is called is foreign text.
 * @module
 */
import { money as written } from '../monitoring/cost/price.js';
import { printable } from './text.js';

/**
 * An amount of money.
 * @param millionths whole
 * @example money(1_234_500, 'USD') // '1.2345 USD'
 */
export function money(millionths: number, currency: string): string {
  return printable(written(millionths, currency));
}
