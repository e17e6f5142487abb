/**
 * Pages of lists: `MaxResults` and `NextToken`. A token names the last item that was shown, so nothing is left out or shown
 * twice when something is made or deleted meanwhile.
 * @module
 */
import { WireError } from '../wire-error.js';

const DEFAULT_RESULTS = 100;

/** @param all in the order of their keys */
export function pageOf<Item>(
  all: readonly Item[],
  keyOf: (item: Item) => string,
  { MaxResults, NextToken }: { MaxResults?: number; NextToken?: string },
): { items: Item[]; NextToken?: string } {
  const after = NextToken === undefined ? undefined : readToken(NextToken);
  const rest = after === undefined ? all : all.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, MaxResults ?? DEFAULT_RESULTS);
  const last = items.at(-1);
  return items.length === rest.length || last === undefined
    ? { items }
    : { items, NextToken: Buffer.from(JSON.stringify([keyOf(last)])).toString('base64url') };
}

function readToken(token: string): string {
  try {
    const [key] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (typeof key === 'string') return key;
  } catch {
    // Told below, as for a token of another form.
  }
  throw new WireError('ValidationException', 'Invalid NextToken.');
}
