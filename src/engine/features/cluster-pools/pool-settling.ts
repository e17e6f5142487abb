/**
 * Has a pool do what follows from its rows (`decide.ts`): in the turn in which anything of it has changed, when a cluster has
 * waited for long enough, and when one was seen to be there for whom somebody waits.
 * @module
 */
import type { PoolPlan } from '../../../pipelines/team-file/cluster-pools-section.js';
import { hashOf } from '../../kernel/derived-id.js';
import type { Kernel } from '../../kernel/kernel.js';
import { UNBOUND } from '../../kernel/resolve-task.js';
import type { Turn } from '../../kernel/turn.js';
import type { ClusterRounds } from './cluster-rounds.js';
import { type Decision, decide, type EndReason, type SeenCluster } from './decide.js';
import { NO_POOL, placeOfPool } from './pool-place.js';
import type { PoolPlans } from './pool-plans.js';
import { type PoolRef, type PoolRows, poolKey } from './pool-rows.js';
import type { ClusterRow, LeaseRow } from './pool-tables.js';

/** Milliseconds for which a cluster that was seen is taken to be there. */
const FRESH = 5_000;

const END_WORDS: { readonly [reason in EndReason]: string } = {
  idle: 'Nobody took it for long enough.',
  template: 'Its pool is made of something else now.',
  smaller: 'Its pool is smaller now.',
  gone: 'Its pool is no longer declared.',
};

interface Parts {
  readonly kernel: Kernel;
  readonly rows: PoolRows;
  readonly plans: PoolPlans;
  readonly rounds: Pick<ClusterRounds, 'ask' | 'soon'>;
  /** A lease was given or refused: its execution is to hear of it. */
  told(lease: LeaseRow): void;
  dueChanged(): void;
}

export class PoolSettling {
  readonly #parts: Parts;
  /** When each cluster was seen last, by the monotonic clock. */
  readonly #seen: Map<number, number> = new Map();
  readonly #again: Map<string, { readonly ref: PoolRef; readonly at: number }> = new Map();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Everything that was left over is settled. */
  begin(): void {
    for (const ref of this.#parts.rows.pools()) this.#settleSoon(ref);
  }

  next(): number | undefined {
    let soonest: number | undefined;
    for (const { at } of this.#again.values()) soonest = Math.min(soonest ?? at, at);
    return soonest;
  }

  due(): void {
    const now = this.#parts.kernel.time.now();
    for (const [key, { ref, at }] of this.#again) {
      if (at > now) continue;
      this.#again.delete(key);
      this.#settleSoon(ref);
    }
  }

  /** A cluster is there. */
  isThere({ number, team, pool }: ClusterRow): void {
    this.#seen.set(number, this.#parts.kernel.clock.monotonic());
    const ref = { team, pool };
    if (this.#parts.rows.waiting(ref).length > 0) this.#settleSoon(ref);
  }

  /** The pool gives, starts, ends and refuses what follows from its rows, in this turn. */
  settle(turn: Turn, { team, pool }: PoolRef): void {
    const { kernel, rows, plans } = this.#parts;
    const ref = { team, pool };
    const plan = plans.get(ref.team, ref.pool);
    const all = rows.waiting(ref);
    // Beyond what clusters can take, those who wait longer decide alone.
    const waiting = plan === undefined ? [...all] : all.slice(0, (plan.max + 1) * plan.share);
    const template = plan && templateOf(plan);
    const clusters = rows.clustersOf(ref).flatMap((row) => this.#asSeen(row, template) ?? []);
    const { decisions, again } = decide({ plan, clusters, waiting, now: kernel.time.now() });
    for (const decision of decisions) this.#carryOut(turn, ref, plan, decision);
    turn.afterCommit(() => {
      if (again === undefined) this.#again.delete(poolKey(ref));
      else this.#again.set(poolKey(ref), { ref, at: again });
      this.#parts.dueChanged();
    });
  }

  /** What an execution waits for; undefined: for nothing, or it has it. */
  waits({ number, team, pool, phase }: LeaseRow): string | undefined {
    if (phase !== 'waiting') return undefined;
    const { rows, plans } = this.#parts;
    const clusters = rows.clustersOf({ team, pool }).filter(isOfUse);
    const coming = clusters.filter((row) => row.phase !== 'ready').length;
    const before = rows.waiting({ team, pool }).indexOf(number);
    const { max = 0 } = plans.get(team, pool) ?? {};
    const words = [
      `${clusters.length - coming} of ${max} are there`,
      ...(coming === 0 ? [] : [`${coming} ${coming === 1 ? 'is' : 'are'} being started`]),
      ...(before <= 0 ? [] : [`${before} ${before === 1 ? 'waits' : 'wait'} before it`]),
    ];
    return `a cluster of the pool ${pool}: ${words.join(', ')}`;
  }

  #settleSoon(ref: PoolRef): void {
    this.#parts.kernel.submit({
      perform: (turn) => {
        this.settle(turn, ref);
        return 'done';
      },
    });
  }

  #asSeen(row: ClusterRow, template: string | undefined): SeenCluster | undefined {
    const { number, phase, idleSince } = row;
    if (phase === 'ending' || phase === 'leaked') return undefined;
    const seenAt = this.#seen.get(number);
    const now = this.#parts.kernel.clock.monotonic();
    return {
      ...{ number, phase, isCurrent: row.template === template },
      users: this.#parts.rows.countUsers(number),
      isFresh: seenAt !== undefined && now - seenAt <= FRESH,
      ...(idleSince === undefined ? {} : { idleSince }),
    };
  }

  #carryOut(turn: Turn, ref: PoolRef, plan: PoolPlan | undefined, decision: Decision): void {
    const { rows, rounds } = this.#parts;
    switch (decision.type) {
      case 'give': {
        const lease = rows.lease(decision.lease);
        const cluster = rows.cluster(decision.cluster);
        if (lease === undefined || cluster === undefined) return;
        const { idleSince: _idleSince, ...taken } = cluster;
        rows.putCluster(turn, taken);
        rows.moveLease(turn, lease, { phase: 'given', cluster: cluster.number });
        turn.afterCommit(() => this.#parts.told(lease));
        return;
      }
      case 'look':
        turn.afterCommit(() => rounds.soon(decision.cluster));
        return;
      case 'start': {
        const lease = rows.lease(decision.lease);
        if (lease !== undefined && plan !== undefined) this.#start(turn, ref, plan, lease);
        return;
      }
      case 'end': {
        const cluster = rows.cluster(decision.cluster);
        if (cluster === undefined) return;
        rows.moveCluster(turn, cluster, { phase: 'ending', why: END_WORDS[decision.why] });
        turn.afterCommit(() => rounds.soon(cluster.number));
        return;
      }
      case 'refuse': {
        const lease = rows.lease(decision.lease);
        const { team, pool } = ref;
        if (lease === undefined) return;
        this.refuse(turn, lease, NO_POOL, this.#parts.plans.missing(team, pool));
      }
    }
  }

  /** An execution that waits will have no cluster. */
  refuse(turn: Turn, lease: LeaseRow, error: string, cause: string): void {
    this.#parts.rows.moveLease(turn, lease, { phase: 'refused', error, cause });
    turn.afterCommit(() => this.#parts.told(lease));
  }

  #start(turn: Turn, ref: PoolRef, plan: PoolPlan, lease: LeaseRow): void {
    const { kernel, rows, rounds } = this.#parts;
    const place = placeOfPool(kernel, ref, plan);
    if ('error' in place) {
      // A server that was started without accounts: who waits goes on waiting.
      if (place.error !== UNBOUND) this.refuse(turn, lease, place.error, place.cause);
      return;
    }
    const now = kernel.time.now();
    if (rows.mark === undefined) rows.putMark(turn, kernel.random.id(now));
    const number = rows.number('cluster');
    rows.putCluster(turn, {
      ...{ number, ...ref, token: kernel.random.id(now), template: templateOf(plan) },
      ...{ account: place.account, region: place.region, phase: 'asked', since: now },
      ...{ begunAt: now, sake: lease.attempt, parameters: plan.parameters },
    });
    turn.afterCommit(() => rounds.ask(number));
  }
}

function isOfUse({ phase }: ClusterRow): boolean {
  return phase !== 'ending' && phase !== 'leaked';
}

/** Stands for what a pool's clusters are made of, and where. */
function templateOf({ parameters, account = '', region = '' }: PoolPlan): string {
  return hashOf(JSON.stringify([parameters, account, region]));
}
