/**
 * A monitor as it acts: what it means, and the groups that it has seen.
 * @module
 */

import type { GroupState } from '../../../monitoring/monitors/alert.js';
import {
  groupKey,
  groupTags,
  inScope,
  type Monitor,
  type Watchable,
} from '../../../monitoring/monitors/monitor.js';
import { shortName } from '../../../monitoring/subject.js';
import type { MonitorRow } from './monitor-tables.js';

/** Groups of one monitor that are told apart; what comes beyond is one more. */
export const MOST_GROUPS = 100_000;
const OTHERS = '…';

/** A group of a monitor; the same object as long as the monitor watches the same. */
export interface Group {
  /** `placeOf` of the monitor. */
  readonly place: string;
  readonly key: string;
  readonly tags: { readonly [tag: string]: string };
  /** In words. */
  readonly name: string;
  /** When it stands in the heap of what is due; undefined: it does not. */
  scheduled: number | undefined;
}

/** Where a group stands, with the number of the alert that is open and when time changes something next. */
export interface Stood {
  readonly state: GroupState;
  readonly alert?: number;
  readonly next?: number;
}

export interface Watch {
  readonly row: MonitorRow;
  readonly monitor: Monitor;
  readonly groups: Map<string, Group>;
}

/** Names a monitor among those of all teams. */
export function placeOf({ team, name }: { readonly team: string; readonly name: string }): string {
  return JSON.stringify([team, name]);
}

/**
 * The group that something belongs to, made if need be; undefined when the monitor does not watch it.
 * @param series names it, for monitors that group by nothing
 * @param name what people call it, where more than its subject's name
 */
export function groupFor(
  { monitor, groups }: Watch,
  of: Watchable,
  series: string,
  name: string = shortName(of.subject),
): Group | undefined {
  if (!inScope(monitor, of)) return undefined;
  const key = groupKey(monitor, of.tags, series);
  const known = groups.get(key) ?? (groups.size >= MOST_GROUPS ? groups.get(OTHERS) : undefined);
  if (known !== undefined) return known;
  const isFull = groups.size >= MOST_GROUPS;
  const place = placeOf(monitor);
  const made = isFull
    ? { place, key: OTHERS, tags: {}, name: 'all that is beyond 100,000 groups' }
    : { place, key, ...saidOf(monitor, of, name) };
  const group: Group = { ...made, scheduled: undefined };
  groups.set(group.key, group);
  return group;
}

function saidOf(monitor: Monitor, of: Watchable, name: string): Pick<Group, 'tags' | 'name'> {
  if (monitor.groupBy.length === 0) return { tags: of.tags, name };
  const tags = groupTags(monitor, of.tags);
  const words = monitor.groupBy.map((tag) => `${tag}: ${tags[tag] ?? '(none)'}`).join(', ');
  return { tags, name: words };
}
