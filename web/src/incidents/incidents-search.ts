/**
 * What the address of the list of incidents says.
 * @module
 */
import type { IncidentFilter } from '../api/incident-queries.js';
import { filterOf, textIn, type WatchSearch, watchSearch } from '../watch/watch-search.js';

export interface IncidentsSearch extends WatchSearch {
  /** Absent: those that are open. */
  status?: 'OPEN' | 'ACKNOWLEDGED' | 'RESOLVED' | 'all';
  /** `-`: those that nobody owns. */
  owner?: string;
  level?: 'critical' | 'warning';
  pipeline?: string;
}

export const STATUSES = ['OPEN', 'ACKNOWLEDGED', 'RESOLVED', 'all'] as const;
export const LEVELS = ['critical', 'warning'] as const;
/** How the address says that nobody owns it. */
export const NOBODY = '-';

/** Takes what it knows from an address and leaves out the rest. */
export function incidentsSearch(search: { [name: string]: unknown }): IncidentsSearch {
  const status = STATUSES.find((one) => one === search.status);
  const level = LEVELS.find((one) => one === search.level);
  const owner = textIn(search.owner);
  const pipeline = textIn(search.pipeline);
  return {
    ...(status === undefined ? {} : { status }),
    ...watchSearch(search),
    ...(owner === undefined ? {} : { owner }),
    ...(level === undefined ? {} : { level }),
    ...(pipeline === undefined ? {} : { pipeline }),
  };
}

/** What is asked of the API. */
export function incidentFilter(search: IncidentsSearch): IncidentFilter {
  const { status, owner, level, pipeline } = search;
  return { ...filterOf(search), status, owner, level, pipeline };
}
