/**
 * How a column looks that was sealed before it came here: an object with one member, or a text that begins so. What they
 * stand for is the business of whoever seals (engine/masking/sealed-store.ts); the store must only not cut them.
 * @module
 */
import type { Json } from '../asl/json.js';

/** The member that stands for everything that was there. No record of ours has one of this name. */
export const SEALED = 'millrace:sealed';
/** Where a text stands for a text. */
export const SEALED_TEXT = 'millrace:sealed:';

/** @example isSealed({ 'millrace:sealed': 'AbC…' }) // true */
export function isSealed(value: unknown): boolean {
  if (typeof value === 'string') return value.startsWith(SEALED_TEXT);
  return typeof (value as { [SEALED]?: Json } | null | undefined)?.[SEALED] === 'string';
}
