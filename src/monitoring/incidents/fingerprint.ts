/**
 * What makes two failures the same: the error, the state in which it was, and its words without what differs each time.
 * @module
 */
import type { Signal } from './signal.js';

/** Characters that are compared. */
const MOST = 200;

/**
 * @example fingerprintOf(signal) // 'failed|Load|DeadlineExceeded|timed out after # s'
 */
export function fingerprintOf({
  kind,
  state = '',
  error = '',
  problem,
  words,
}: Pick<Signal, 'kind' | 'state' | 'error' | 'problem' | 'words'>): string {
  // What expectations and monitors say is full of their numbers: their own name is what makes them the same.
  const what = kind === 'failed' && problem === 'run' ? withoutData(words) : problem;
  return [kind, state, error, what].join('|').slice(0, MOST);
}

/**
 * Words without ids, numbers and what is quoted. Each step is linear in the text.
 * @example withoutData("no file 'a-17.csv' after 30 s") // "no file '' after # s"
 */
export function withoutData(words: string): string {
  return words
    .slice(0, 4 * MOST)
    .replace(/'[^']*'/g, "''")
    .replace(/"[^"]*"/g, '""')
    .replace(/\b[0-9a-fA-F-]{16,}\b/g, '#')
    .replace(/\d+/g, '#')
    .trim();
}
