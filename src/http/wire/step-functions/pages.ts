/**
 * Pages of lists: `maxResults` and `nextToken`.
 * @module
 */
import { WireError } from '../wire-error.js';

const DEFAULT_RESULTS = 100;

/** 0 and absence mean the default. */
export function resultsOf(maxResults: number | undefined | null): number {
  return maxResults ? maxResults : DEFAULT_RESULTS;
}

/** Makes a token that `readToken` of the same list gives back. */
export function toToken(list: string, position: string): string {
  return Buffer.from(JSON.stringify([list, position])).toString('base64url');
}

/** The position in a token of this list; undefined without a token. Throws InvalidToken. */
export function readToken(list: string, token: string | undefined | null): string | undefined {
  if (token === undefined || token === null) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    parsed = undefined;
  }
  if (Array.isArray(parsed) && parsed[0] === list && typeof parsed[1] === 'string') {
    return parsed[1];
  }
  throw invalidToken();
}

export function invalidToken(): WireError {
  return new WireError('InvalidToken', "Invalid Token: 'Invalid token'");
}

/** A page of a list that is in memory. */
export function pageOf<Item>(
  list: string,
  all: readonly Item[],
  request: { maxResults?: number; nextToken?: string },
): { items: Item[]; nextToken?: string } {
  const from = Number(readToken(list, request.nextToken) ?? 0);
  if (!Number.isSafeInteger(from) || from < 0) throw invalidToken();
  const to = from + resultsOf(request.maxResults);
  return {
    items: all.slice(from, to),
    ...(to < all.length ? { nextToken: toToken(list, String(to)) } : {}),
  };
}
