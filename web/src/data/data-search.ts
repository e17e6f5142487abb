/**
 * What the addresses of the list of datasets, and of one dataset, say.
 * @module
 */
import { textIn } from '../watch/watch-search.js';

export interface DataSearch {
  /** Words of name, team, description or pipeline. */
  q?: string;
  team?: string;
  /** Absent: what there is. */
  view?: 'arrivals' | 'partners';
  /** The last day or hour of those that are shown by interval. Absent: the present one. */
  until?: string;
}

export interface DatasetSearch {
  /** Needed only when several teams have one of the name. */
  team?: string;
  /** The version that is looked at. Default: what is current. */
  version?: string;
}

const LONGEST_SEARCH = 500;

/** Takes what it knows from an address and leaves out the rest. */
export function dataSearch({ q, ...search }: { [name: string]: unknown }): DataSearch {
  const team = textIn(search.team);
  return {
    ...(q === undefined || q === '' ? {} : { q: String(q).slice(0, LONGEST_SEARCH) }),
    ...(team === undefined ? {} : { team }),
    ...(search.view === 'arrivals' || search.view === 'partners' ? { view: search.view } : {}),
    ...(/^\d{4}-\d{2}-\d{2}(T\d{2})?$/.test(String(search.until))
      ? { until: String(search.until) }
      : {}),
  };
}

/** Takes what it knows from an address and leaves out the rest. */
export function datasetSearch(search: { [name: string]: unknown }): DatasetSearch {
  const team = textIn(search.team);
  const version = textIn(search.version);
  return {
    ...(team === undefined ? {} : { team }),
    ...(version === undefined ? {} : { version }),
  };
}
