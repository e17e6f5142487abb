/**
 * What the address of the page about alerts and monitors says.
 * @module
 */
import { textIn, type WatchSearch, watchSearch } from '../watch/watch-search.js';

export interface AlertsSearch extends WatchSearch {
  /** Absent: alerts. */
  tab?: 'monitors';
  /** Only alerts of this monitor. */
  monitor?: string;
  /** Number of the alert, or `TEAM/NAME` of the monitor, that is open. */
  open?: string | number;
}

/** Takes what it knows from an address and leaves out the rest. */
export function alertsSearch(search: { [name: string]: unknown }): AlertsSearch {
  const monitor = textIn(search.monitor);
  const open = textIn(search.open);
  return {
    ...(search.tab === 'monitors' ? { tab: 'monitors' as const } : {}),
    ...watchSearch(search),
    ...(monitor === undefined ? {} : { monitor }),
    // A text that looks like a number would stand in quotes.
    ...(open === undefined ? {} : { open: /^\d{1,15}$/.test(open) ? Number(open) : open }),
  };
}
