/**
 * What the address of the board says: by which tag, and which group is open.
 * @module
 */
import { textIn, type WatchSearch, watchSearch } from '../watch/watch-search.js';

export interface BoardSearch extends WatchSearch {
  /** A tag; absent: the team. */
  by?: string;
  /** Value of the tag; empty: those without it. */
  group?: string;
}

/** Takes what it knows from an address and leaves out the rest. */
export function boardSearch(search: { [name: string]: unknown }): BoardSearch {
  const by = textIn(search.by);
  const group = search.group === '' ? '' : textIn(search.group);
  return {
    ...watchSearch(search),
    ...(by === undefined ? {} : { by }),
    ...(group === undefined ? {} : { group }),
  };
}
