/**
 * What the address of the first page says: filters, and by what the timeline is grouped.
 * @module
 */
import { textIn, type WatchSearch, watchSearch } from '../watch/watch-search.js';

export interface NowSearch extends WatchSearch {
  /** A tag, or `team`. */
  by?: string;
}

/** Takes what it knows from an address and leaves out the rest. */
export function nowSearch(search: { [name: string]: unknown }): NowSearch {
  const by = textIn(search.by);
  return { ...watchSearch(search), ...(by === undefined ? {} : { by }) };
}
