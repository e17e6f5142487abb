/**
 * Pages of lists: `Limit` and `NextToken`.
 * @module
 */
import { invalid } from './names.js';

const DEFAULT_LIMIT = 100;

/**
 * A page of what a list holds, told apart by names that stay the same while other things come and go.
 * @param list what is listed, so that a token of another list is refused
 */
export function pageOf<Item>(
  list: string,
  all: readonly Item[],
  nameOf: (item: Item) => string,
  request: { Limit?: number | null; NextToken?: string | null },
): { items: Item[]; rest: { NextToken?: string } } {
  const after = readToken(list, request.NextToken);
  const first = after === undefined ? 0 : all.findIndex((item) => nameOf(item) > after);
  const limit = request.Limit ?? DEFAULT_LIMIT;
  const items = first < 0 ? [] : all.slice(first, first + limit);
  const last = items.at(-1);
  const isEnd = last === undefined || first + limit >= all.length;
  return { items, rest: isEnd ? {} : { NextToken: toToken(list, nameOf(last)) } };
}

function toToken(list: string, name: string): string {
  return Buffer.from(JSON.stringify([list, name])).toString('base64url');
}

function readToken(list: string, token: string | null | undefined): string | undefined {
  if (token === undefined || token === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(parsed) && parsed[0] === list && typeof parsed[1] === 'string') {
      return parsed[1];
    }
  } catch {
    // Refused below.
  }
  throw invalid('Parameter nextToken is not valid.');
}
