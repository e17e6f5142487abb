/**
 * Pools of clusters: clusters of EMR that executions of a team take before their first step and give back when they have ended.
 *
 *     cluster: { pool: etl } ──▶ waits, in the order of arrival ──▶ has a cluster ──its execution ends, whatever way──▶ others
 *                                  │ no idle one, fewer than `max`                                                     have it
 *                                  ▼                                                                                   │
 *                              one more is started                                          nobody takes it for `idle` ▼ ended
 *
 * Who waits and who has which cluster is a row, written in the commit that changes it: a lease goes with its execution in one
 * commit, so no crash leaves a cluster that nobody gives back or that two have. A cluster is asked for under a token of its own
 * after its row is durable, so after a crash it is found and not made twice. What is to be done follows from the rows alone
 * (`decide.ts`): what a start finds left over is settled like anything else.
 * @module
 */
import type { RemoteTasks } from '../../../connectors/remote-tasks.js';
import type { AttemptRecord } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import type { EventRecord } from '../../kernel/bus-event.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { PoolHook } from '../../kernel/hooks.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import { ClusterRounds } from './cluster-rounds.js';
import { LeakSweep, type SweptPlace } from './leak-sweep.js';
import { PoolClusters } from './pool-clusters.js';
import { PoolLeases } from './pool-leases.js';
import { NO_POOL, placeOfPool, placeProblem } from './pool-place.js';
import { type PoolFile, PoolPlans, type RefusedPool } from './pool-plans.js';
import { type PoolRef, PoolRows } from './pool-rows.js';
import { PoolSettling } from './pool-settling.js';
import { POOL_FILES } from './pool-tables.js';

/** What an event about a cluster is an event of. */
const CREATED = 'elasticmapreduce:createCluster.sync';
const GONE = 'This server was started without the accounts in which its clusters are.';

/** Who makes clusters. */
type Makers = Pick<RemoteTasks, 'submit' | 'look' | 'jobOfEvent'>;

/** Makes and sees nothing: of a server that was started without accounts. */
const NOBODY: Makers = {
  submit: async () => ({ type: 'unknown', cause: GONE }),
  look: async (jobs) => jobs.map(() => ({ type: 'unseen', cause: GONE, isLasting: true })),
  jobOfEvent: () => undefined,
};

export class ClusterPools implements Feature {
  readonly name = 'cluster-pools';
  /** Clusters of a test run are given back like any. */
  readonly hearsOfTestRuns = true;
  readonly tables: readonly AnyTable[];
  readonly rows: PoolRows;
  readonly plans: PoolPlans = new PoolPlans();
  readonly #kernel: Kernel;
  readonly #tasks: Makers;
  readonly #rounds: ClusterRounds;
  readonly #leases: PoolLeases;
  readonly #settling: PoolSettling;
  readonly #sweep: LeakSweep;
  #isOpen = false;

  /** @param tasks who makes clusters; undefined: nobody */
  constructor(kernel: Kernel, tasks: Makers = NOBODY) {
    this.#kernel = kernel;
    this.#tasks = tasks;
    this.rows = new PoolRows(kernel);
    this.tables = [POOL_FILES, ...this.rows.tables];
    const settle = (turn: Turn, ref: PoolRef): void => this.#settling.settle(turn, ref);
    this.#leases = new PoolLeases({
      ...{ kernel, rows: this.rows, settle },
      waits: (lease) => this.#settling.waits(lease),
      problem: (ref, { place }) => {
        const plan = this.plans.get(ref.team, ref.pool);
        if (plan === undefined) {
          return { error: NO_POOL, cause: this.plans.missing(ref.team, ref.pool) };
        }
        return placeProblem(kernel, ref, plan, place);
      },
    });
    const clusters = new PoolClusters({
      ...{ kernel, rows: this.rows, settle },
      plan: ({ team, pool }) => this.plans.get(team, pool),
      refuse: (...given) => this.#settling.refuse(...given),
      isThere: (row) => this.#settling.isThere(row),
      lost: (lease, words) => kernel.submit(this.#leases.lostInput(lease, words)),
      soon: (number) => this.#rounds.soon(number),
      forget: (number) => this.#rounds.forget(number),
    });
    this.#rounds = new ClusterRounds({
      tasks,
      now: () => kernel.time.now(),
      mark: () => this.rows.mark,
      cluster: (number) => this.rows.cluster(number),
      asked: (...told) => clusters.asked(...told),
      started: (...told) => clusters.started(...told),
      seen: (...told) => clusters.seen(...told),
      ended: (...told) => clusters.ended(...told),
      dueChanged: () => kernel.dueChanged(this),
    });
    this.#settling = new PoolSettling({
      ...{ kernel, rows: this.rows, plans: this.plans, rounds: this.#rounds },
      told: (lease) => kernel.submit(this.#leases.toldInput(lease)),
      dueChanged: () => kernel.dueChanged(this),
    });
    this.#sweep = new LeakSweep({
      tasks,
      now: () => kernel.time.now(),
      mark: () => this.rows.mark,
      places: () => this.#places(),
      isKnown: (...cluster) => this.rows.isKnown(...cluster),
      found: (leak) => clusters.leaked(leak),
      dueChanged: () => kernel.dueChanged(this),
    });
    kernel.hooks.pools = this.#hook();
  }

  async open(): Promise<void> {
    await this.plans.open(this.#kernel.store);
    await this.rows.open();
  }

  /** Goes on with what an earlier engine has left. */
  begin(): void {
    this.#isOpen = true;
    for (const { number } of this.rows.clusters()) this.#rounds.soon(number);
    for (const lease of this.rows.leases()) {
      const isUntold = lease.phase === 'given' || lease.phase === 'refused';
      if (isUntold) this.#kernel.submit(this.#leases.toldInput(lease));
    }
    this.#settling.begin();
    this.#sweep.begin();
    this.#kernel.dueChanged(this);
  }

  nextDue(): number | undefined {
    if (!this.#isOpen) return undefined;
    const all = [this.#rounds.next(), this.#settling.next(), this.#sweep.next()];
    const times = all.filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  due(): void {
    this.#settling.due();
    this.#sweep.due();
    this.#rounds.due();
  }

  close(): void {
    this.#isOpen = false;
    this.#rounds.close();
    this.#sweep.close();
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type === 'ExecutionEnded') this.#leases.ended(turn, fact.execution);
    if (fact.type !== 'EventStored' || fact.event.source !== 'aws.emr') return;
    const number = this.#numberOf(fact.event);
    if (number !== undefined) turn.afterCommit(() => this.#rounds.soon(number));
  }

  /** The cluster that an event is about. It says nothing but that it is worth looking: anybody may put one. */
  #numberOf({ envelope }: EventRecord): number | undefined {
    try {
      const job = this.#tasks.jobOfEvent(envelope);
      if (job?.kind !== CREATED) return undefined;
      for (const { number, cluster } of this.rows.clusters()) if (cluster === job.id) return number;
    } catch {
      // Whatever it is, it is about no cluster.
    }
    return undefined;
  }

  /** Its pools are as these files say. @returns what of them counts for nothing */
  declare(turn: Turn, files: readonly PoolFile[], broken: readonly string[]): RefusedPool[] {
    const refused = this.plans.declare(turn, files, broken);
    for (const ref of this.rows.pools()) this.#settling.settle(turn, ref);
    return refused;
  }

  /** What an execution waits for; undefined: for no cluster. */
  waitOf(execution: number): string | undefined {
    const [lease] = this.rows.leasesOf(execution);
    return lease === undefined ? undefined : this.#settling.waits(lease);
  }

  /** Where there may be clusters: of pools that files declare, and of those of which clusters are left. */
  #places(): SweptPlace[] {
    const places = new Map<string, SweptPlace>();
    const add = (place: SweptPlace): void => void places.set(JSON.stringify(place), place);
    for (const team of this.plans.teams()) {
      for (const [pool, plan] of this.plans.ofTeam(team)) {
        const place = placeOfPool(this.#kernel, { team, pool }, plan);
        if (!('error' in place)) add({ team, account: place.account, region: place.region });
      }
    }
    for (const { team, account, region } of this.rows.clusters()) add({ team, account, region });
    return [...places.values()];
  }

  #hook(): PoolHook {
    return {
      perform: (...given) => this.#leases.perform(...given),
      cancelled: (...given) => this.#leases.cancelled(...given),
      resumes: ({ id }: AttemptRecord) => this.rows.leaseOf(id) !== undefined,
    };
  }
}
