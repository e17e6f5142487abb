/**
 * The queries that were run last in this browser, the newest first. They leave it only when they are run.
 * @module
 */
import { recall, remember } from '../shell/remembered.js';

const NAME = 'sql.last';
const MOST = 20;
const LONGEST = 10_000;

export function lastQueries(): string[] {
  try {
    const known: unknown = JSON.parse(recall(NAME) ?? '[]');
    return Array.isArray(known)
      ? known.filter((one): one is string => typeof one === 'string').slice(0, MOST)
      : [];
  } catch {
    return [];
  }
}

/** Keeps it as the newest; answers all. */
export function keepQuery(text: string): string[] {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > LONGEST) return lastQueries();
  const all = [trimmed, ...lastQueries().filter((one) => one !== trimmed)].slice(0, MOST);
  remember(NAME, JSON.stringify(all));
  return all;
}

export function forgetQueries(): void {
  remember(NAME, undefined);
}
