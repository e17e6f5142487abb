/**
 * What the address of the admin page says.
 * @module
 */
import { textIn } from '../watch/watch-search.js';

/** Users, secrets and the audit log get their tabs here. */
export const TABS = ['channels', 'deliveries', 'silences', 'workers', 'tokens', 'health'] as const;
export type AdminTab = (typeof TABS)[number];
export const DELIVERY_STATUSES = ['PENDING', 'DELIVERED', 'FOLDED', 'DEAD'] as const;

export interface AdminSearch {
  /** Absent: channels. */
  tab?: AdminTab;
  /** Of deliveries: name of the channel, its team, and how they went. */
  channel?: string;
  team?: string;
  status?: (typeof DELIVERY_STATUSES)[number];
  /** Number of the delivery that is open. */
  open?: number;
}

/** Takes what it knows from an address and leaves out the rest. */
export function adminSearch(search: { [name: string]: unknown }): AdminSearch {
  const tab = TABS.find((one) => one === search.tab && one !== 'channels');
  const status = DELIVERY_STATUSES.find((one) => one === search.status);
  const channel = textIn(search.channel);
  const team = textIn(search.team);
  const open = Number(search.open);
  return {
    ...(tab === undefined ? {} : { tab }),
    ...(channel === undefined ? {} : { channel }),
    ...(team === undefined ? {} : { team }),
    ...(status === undefined ? {} : { status }),
    ...(Number.isSafeInteger(open) && open > 0 ? { open } : {}),
  };
}
