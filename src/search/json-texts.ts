/**
 * The texts in a JSON value, for free text.
 * @module
 */

/**
 * Keys and values, at any depth, in order.
 *
 * @example textsIn({ file: { name: 'a.csv' }, rows: 2 }) // ['file', 'name', 'a.csv', 'rows', '2']
 */
export function textsIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [String(value)];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}
