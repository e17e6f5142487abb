/**
 * Filters that the pages about watched things share, as an address says them: tags and a team.
 * @module
 */
import type { WatchFilter } from '../api/queries.js';

export interface WatchSearch {
  /** `county:alpine`; several of them as a list. */
  tag?: string | string[];
  team?: string;
}

const MOST_TAGS = 20;
const LONGEST = 300;

/** Takes what it knows from an address and leaves out the rest. */
export function watchSearch(search: { [name: string]: unknown }): WatchSearch {
  const tags = tagsIn(search.tag);
  const team = textIn(search.team);
  const [first] = tags;
  return {
    ...(first === undefined ? {} : { tag: tags.length === 1 ? first : tags }),
    ...(team === undefined ? {} : { team }),
  };
}

/** A text of an address; undefined when there is none. An address may hold a name that looks like a number. */
export function textIn(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    return undefined;
  }
  const text = String(value).slice(0, LONGEST);
  return text === '' ? undefined : text;
}

/**
 * The tags that an address wants.
 * @example tagsIn('county:alpine') // ['county:alpine']
 */
export function tagsIn(value: unknown): string[] {
  const all = (Array.isArray(value) ? value : [value]).map(textIn);
  const tags = all.filter((tag) => tag !== undefined);
  return [...new Set(tags)].slice(0, MOST_TAGS);
}

/** What is asked of the API. */
export function filterOf(search: WatchSearch): WatchFilter {
  const tag = tagsIn(search.tag);
  return { ...(tag.length === 0 ? {} : { tag }), team: search.team };
}

/**
 * The same address with one more tag; several values of one key can never both be there, so the new one takes its place.
 * @example withTag({ tag: 'county:alpine' }, 'County:inyo') // { tag: 'County:inyo' }
 */
export function withTag<Search extends WatchSearch>(search: Search, tag: string): Search {
  const key = keyOf(tag);
  const kept = tagsIn(search.tag).filter((other) => keyOf(other) !== key);
  return { ...search, ...watchSearch({ tag: [...kept, tag] }) };
}

/** The same address without that tag. */
export function withoutTag<Search extends WatchSearch>(search: Search, tag: string): Search {
  const { tag: all, ...rest } = search;
  return { ...rest, ...watchSearch({ tag: tagsIn(all).filter((one) => one !== tag) }) } as Search;
}

function keyOf(tag: string): string {
  return (tag.split(/[:=]/)[0] ?? '').trim().toLowerCase();
}
