/**
 * What the address of a picture of lineage says.
 * @module
 */
import { textIn } from '../watch/watch-search.js';

export interface LineageSearch {
  /** Needed only when several teams have one of the name. */
  team?: string;
  /** Default: what is current. */
  version?: string;
  /** Of data of others, as events of OpenLineage call it. */
  namespace?: string;
  /** Nodes of which more is shown: `v12.down,t5.up`. */
  open?: string;
  /** The box that is looked at. */
  at?: string;
}

const OPENED = /^[vt][0-9]{1,15}\.(up|down)$/;
/** As many as the server takes. */
export const MOST_OPENED = 50;
const LONGEST = 1_000;

/** Takes what it knows from an address and leaves out the rest. */
export function lineageSearch(search: { [name: string]: unknown }): LineageSearch {
  const open = openedIn(textIn(search.open)).join(',');
  const known: LineageSearch = {};
  for (const name of ['team', 'version', 'namespace', 'at'] as const) {
    const text = textIn(search[name]);
    if (text !== undefined && text.length <= LONGEST) known[name] = text;
  }
  return open === '' ? known : { ...known, open };
}

/** @example openedIn('v12.down,x') // ['v12.down'] */
export function openedIn(open: string | undefined): string[] {
  const all = (open ?? '').split(',').filter((one) => OPENED.test(one));
  return [...new Set(all)].slice(0, MOST_OPENED);
}
