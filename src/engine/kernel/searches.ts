/**
 * Searches of callers, in the one grammar (src/search).
 * @module
 */
import { parseQuery, problemText } from '../../search/parse-query.js';
import type { SearchKind, SearchQuery } from '../../search/query.js';
import { EngineError } from './errors.js';

/**
 * What a search means.
 * @throws EngineError InvalidSearch, with each problem, its column and its fix
 * @example understood('status:critical', 'checks', now)
 */
export function understood(text: string, kind: SearchKind, now: number): SearchQuery {
  const parsed = parseQuery(text, kind, now);
  if (parsed.problems === undefined) return parsed.query;
  throw new EngineError('InvalidSearch', { problem: parsed.problems.map(problemText).join('; ') });
}
