/**
 * What a pool does now: who gets which cluster, how many more are started, which are ended. Pure: the same view, the same answer.
 *
 *     who waits longest ──▶ one that nobody has ──▶ one with room (`share`) ──▶ one that is being started ──▶ one more, under `max`
 *                                                                                                └──▶ waits
 *
 * @module
 */

/** A cluster that was not asked to end. */
export interface SeenCluster {
  readonly number: number;
  /** It is made of what the pool says now. */
  readonly isCurrent: boolean;
  readonly phase: 'asked' | 'starting' | 'ready';
  /** Leases that it was given to. */
  readonly users: number;
  /** Milliseconds since the epoch: since when nobody has it. */
  readonly idleSince?: number;
  /** It was seen to be there just now; one that was not may have died since. */
  readonly isFresh: boolean;
}

export interface PoolView {
  /** What the team's file says of it; undefined: nothing any more. */
  readonly plan:
    | { readonly max: number; readonly share: number; readonly idleMs: number }
    | undefined;
  readonly clusters: readonly SeenCluster[];
  /** Leases that wait, the longest first. */
  readonly waiting: readonly number[];
  readonly now: number;
}

/** Why a cluster is ended. */
export type EndReason = 'idle' | 'template' | 'smaller' | 'gone';

export type Decision =
  | { readonly type: 'give'; readonly lease: number; readonly cluster: number }
  /** It is looked at before it is given to anybody. */
  | { readonly type: 'look'; readonly cluster: number }
  /** One more is started, for the sake of this lease. */
  | { readonly type: 'start'; readonly lease: number }
  | { readonly type: 'end'; readonly cluster: number; readonly why: EndReason }
  /** There is no such pool any more. */
  | { readonly type: 'refuse'; readonly lease: number };

export interface Decided {
  readonly decisions: readonly Decision[];
  /** When the pool is to be asked again though nothing has happened: milliseconds since the epoch. */
  readonly again?: number;
}

/**
 * Decides.
 * @example decide({ plan: { max: 1, share: 1, idleMs: 900_000 }, clusters: [], waiting: [7], now: 0 }).decisions
 * // [{ type: 'start', lease: 7 }]
 */
export function decide({ plan, clusters, waiting, now }: PoolView): Decided {
  if (plan === undefined) {
    return {
      decisions: [
        ...waiting.map((lease): Decision => ({ type: 'refuse', lease })),
        ...clusters.filter(isEndable).map(({ number }) => ended(number, 'gone')),
      ],
    };
  }
  const decisions: Decision[] = [];
  const stale = clusters.filter((one) => !one.isCurrent && isEndable(one));
  for (const { number } of stale) decisions.push(ended(number, 'template'));
  const kept = clusters.filter((one) => !stale.includes(one));
  const usable = kept.filter(({ isCurrent }) => isCurrent);

  const users = new Map(usable.map(({ number, users: count }) => [number, count]));
  const looked = new Set<number>();
  const left: number[] = [];
  for (const lease of waiting) {
    const [best] = usable
      .filter(({ phase, number }) => phase === 'ready' && (users.get(number) ?? 0) < plan.share)
      .sort((a, b) => rank(a, users) - rank(b, users) || a.number - b.number);
    if (best === undefined) {
      left.push(lease);
      continue;
    }
    users.set(best.number, (users.get(best.number) ?? 0) + 1);
    if (best.isFresh) decisions.push({ type: 'give', lease, cluster: best.number });
    // Its room is this lease's: whoever comes later must not be faster.
    else looked.add(best.number);
  }
  for (const cluster of looked) decisions.push({ type: 'look', cluster });

  const coming = usable.filter(({ phase }) => phase !== 'ready').length * plan.share;
  const unmet = left.slice(coming);
  const room = Math.max(0, plan.max - kept.length);
  for (let i = 0; i < Math.min(room, Math.ceil(unmet.length / plan.share)); i += 1) {
    const lease = unmet[i * plan.share];
    if (lease !== undefined) decisions.push({ type: 'start', lease });
  }

  let beyond = kept.length - plan.max;
  let again: number | undefined;
  for (const { number, phase, idleSince } of usable.toReversed()) {
    if (phase !== 'ready' || idleSince === undefined || (users.get(number) ?? 0) > 0) continue;
    const until = idleSince + plan.idleMs;
    if (beyond > 0) {
      decisions.push(ended(number, 'smaller'));
      beyond -= 1;
    } else if (until <= now) decisions.push(ended(number, 'idle'));
    else again = Math.min(again ?? until, until);
  }
  return { decisions, ...(again === undefined ? {} : { again }) };
}

/** One that nobody has, before one with room; of those, one that was just seen. */
function rank({ number, isFresh }: SeenCluster, users: ReadonlyMap<number, number>): number {
  return (users.get(number) ?? 0) * 2 + (isFresh ? 0 : 1);
}

/** Nobody has it, and it has an id by which it can be ended. */
function isEndable({ phase, users }: SeenCluster): boolean {
  return users === 0 && phase !== 'asked';
}

function ended(cluster: number, why: EndReason): Decision {
  return { type: 'end', cluster, why };
}
