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

/** The same for lists that are in the order of texts. @example toTextCursor('datasets', ['parcels', 'default']) */
export function toTextCursor(what: string, texts: readonly string[]): string {
  return `${what}.${Buffer.from(JSON.stringify(texts)).toString('base64url')}`;
}

/** The texts of a cursor that `toTextCursor` made for the same thing. Throws InvalidPage. */
export function fromTextCursor(what: string, cursor: string, count: number): string[] {
  const [kind, encoded = '', ...rest] = cursor.split('.');
  let texts: unknown;
  try {
    texts = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
  } catch {
    texts = undefined;
  }
  const isSound =
    Array.isArray(texts) &&
    texts.length === count &&
    texts.every((text) => typeof text === 'string');
  if (kind !== what || rest.length > 0 || !isSound) {
    throw new EngineError('InvalidPage', { problem: 'a cursor that is not of this list' });
  }
  return texts as string[];
}

/** One page, newest first where not said otherwise. */
export interface Page<Item> {
  items: Item[];
  /** Absent on the last page. */
  next?: string;
}
