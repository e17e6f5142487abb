/**
 * Conditions on other pipelines: what is asked, and what is known about an interval.
 * @module
 */

/** A status as the event bus says it. */
export type UpstreamStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'RUNNING';

const STATUSES: readonly UpstreamStatus[] = [
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
  'RUNNING',
];

export interface UpstreamCondition {
  /** The upstream pipeline. */
  name: string;
  /** The team whose pipeline it is, which must let the dependent's team read it; absent is the dependent's own. */
  team?: string | undefined;
  /** Its account; absent is the account of the dependent. */
  account?: string | undefined;
  /** SUCCESS is SUCCEEDED. Defaults to SUCCEEDED; with `not`, to every status ("did not start"). */
  status?: readonly string[] | undefined;
  /** It is waited for while it runs, or until `by`, and not insisted on. */
  optional?: boolean | undefined;
  /** The opposite: met when the upstream had none of the statuses (by `by`). */
  not?: boolean | undefined;
  /** `06:00`: the first time at or after the start of the interval at which the dependent's clock shows this. */
  by?: string | undefined;
}

export interface UpstreamTrigger {
  /** How the two groups are joined. Defaults to AND. */
  operator?: 'AND' | 'OR' | undefined;
  allOf?: readonly UpstreamCondition[] | undefined;
  anyOf?: readonly UpstreamCondition[] | undefined;
}

/** The latest that is known about one pipeline on one interval. */
export interface UpstreamFact {
  name: string;
  team?: string | undefined;
  account?: string | undefined;
  status: UpstreamStatus;
  /** Since when it has this status, in epoch milliseconds. */
  since: number;
  /** When it first started on this interval; absent means `since`. */
  startedAt?: number | undefined;
  /** The event that said so. */
  eventId: string;
  /** How often it was redriven, repaired or run again on this interval; 0 for the first run. */
  revision: number;
  /** It stands for several intervals of the upstream, such as the hours of a day: how many have a wanted status. */
  parts?: { met: number; of: number };
}

/**
 * The statuses that a condition asks for, in the words of the bus.
 * @example wantedStatuses({ name: 'listings', status: ['SUCCESS'] }) // ['SUCCEEDED']
 */
export function wantedStatuses({ status, not }: UpstreamCondition): UpstreamStatus[] {
  if (status === undefined) return not === true ? [...STATUSES] : ['SUCCEEDED'];
  const words = status.map((word) => (word === 'SUCCESS' ? 'SUCCEEDED' : word));
  return STATUSES.filter((known) => words.includes(known));
}

/** What tells upstreams apart: the same name in two accounts, or of two teams, is two pipelines. */
export function upstreamKey({
  name,
  team,
  account,
}: {
  name: string;
  team?: string | undefined;
  account?: string | undefined;
}): string {
  const named = team === undefined ? name : `${name}@${team}`;
  return account === undefined ? named : `${account}/${named}`;
}
