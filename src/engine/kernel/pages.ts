/**
 * Cursors of paged answers: opaque texts that carry a position.
 * @module
 */
import { EngineError } from './errors.js';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

/** Checks a page's limit. Throws InvalidPage. */
export function limitOf(limit: number | undefined): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new EngineError('InvalidPage', { problem: `a limit of ${limit}` });
  }
  return limit;
}

/** @example toCursor('log', [12, 3]) // 'log.12.3' */
export function toCursor(what: string, numbers: readonly number[]): string {
  return [what, ...numbers].join('.');
}

/** The numbers of a cursor that `toCursor` made for the same thing. Throws InvalidPage. */
export function fromCursor(what: string, cursor: string, count: number): number[] {
  const [kind, ...parts] = cursor.split('.');
  const numbers = parts.map(Number);
  const isSound = numbers.every((number) => Number.isSafeInteger(number) && number >= 0);
  if (kind !== what || numbers.length !== count || !isSound) {
    throw new EngineError('InvalidPage', { problem: 'a cursor that is not of this list' });
  }
  return numbers;
}

/** One page, newest first where not said otherwise. */
export interface Page<Item> {
  items: Item[];
  /** Absent on the last page. */
  next?: string;
}
