/**
 * Numbers of things in paths.
 * @module
 */

/**
 * The number that a text is; what is no number is 0, which names none.
 * @example numberIn('42') // 42
 */
export function numberIn(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
