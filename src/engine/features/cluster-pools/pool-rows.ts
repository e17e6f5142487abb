/**
 * Clusters and leases of pools in memory: what a turn changes of them is undone when its commit fails.
 * @module
 */
import type { AnyTable } from '../../../store/table.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import {
  type ClusterRow,
  type LeaseRow,
  type MarkRow,
  POOL_CLUSTERS,
  POOL_LEASES,
  POOL_MARK,
} from './pool-tables.js';

/** Names a pool. */
export interface PoolRef {
  readonly team: string;
  readonly pool: string;
}

/** Stands for a pool in maps. */
export function poolKey({ team, pool }: PoolRef): string {
  return `${team}/${pool}`;
}

/** What there is of one pool. */
interface Shelf {
  readonly ref: PoolRef;
  readonly clusters: Set<number>;
  /** Numbers of leases that wait, the longest first. */
  readonly waiting: number[];
}

export class PoolRows {
  readonly tables: readonly AnyTable[] = [POOL_MARK, POOL_CLUSTERS, POOL_LEASES];
  readonly #kernel: Pick<Kernel, 'store' | 'time'>;
  readonly #marks: RowMap<MarkRow> = new RowMap(POOL_MARK);
  readonly #clusters: RowMap<ClusterRow>;
  readonly #leases: RowMap<LeaseRow>;
  readonly #shelves: Map<string, Shelf> = new Map();
  /** Where each cluster and lease was noted. */
  readonly #shelfOf: Map<number, Shelf> = new Map();
  readonly #noted: Map<number, LeaseRow> = new Map();
  /** Numbers of leases, by cluster, execution and attempt. */
  readonly #ofCluster: Map<number, Set<number>> = new Map();
  readonly #ofExecution: Map<number, Set<number>> = new Map();
  readonly #ofAttempt: Map<string, number> = new Map();
  #last = { cluster: 0, lease: 0 };

  constructor(kernel: Pick<Kernel, 'store' | 'time'>) {
    this.#kernel = kernel;
    this.#clusters = new RowMap(POOL_CLUSTERS, ([number], row) => this.#noteCluster(number, row));
    this.#leases = new RowMap(POOL_LEASES, ([number], row) => this.#noteLease(number, row));
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    await this.#marks.open(store);
    await this.#clusters.open(store);
    await this.#leases.open(store);
    const most = (rows: Iterable<{ number: number }>): number =>
      Math.max(0, ...[...rows].map(({ number }) => number));
    this.#last = { cluster: most(this.#clusters.values()), lease: most(this.#leases.values()) };
  }

  /** What marks the clusters of this server; undefined: it has made none. */
  get mark(): string | undefined {
    return this.#marks.get('server')?.value;
  }

  /** From now on its clusters carry this. */
  putMark(turn: Turn, value: string): void {
    this.#marks.put(turn, { name: 'server', value });
  }

  cluster(number: number): ClusterRow | undefined {
    return this.#clusters.get(number);
  }

  lease(number: number): LeaseRow | undefined {
    return this.#leases.get(number);
  }

  /** Whether there is a row of a cluster, by its id or by what it was asked for. */
  isKnown(cluster: string, token?: string): boolean {
    for (const row of this.#clusters.values()) {
      if (row.cluster === cluster || row.token === token) return true;
    }
    return false;
  }

  clusters(): IterableIterator<ClusterRow> {
    return this.#clusters.values();
  }

  leases(): IterableIterator<LeaseRow> {
    return this.#leases.values();
  }

  /** As the store has them. */
  durable(): { clusters: ClusterRow[]; leases: LeaseRow[] } {
    return { clusters: this.#clusters.durableValues(), leases: this.#leases.durableValues() };
  }

  /** Pools of which there is anything. */
  pools(): PoolRef[] {
    return [...this.#shelves.values()].map(({ ref }) => ref);
  }

  /** Those of a pool, in the order of their numbers. */
  clustersOf(ref: PoolRef): ClusterRow[] {
    const numbers = [...(this.#shelves.get(poolKey(ref))?.clusters ?? [])].sort((a, b) => a - b);
    return numbers.flatMap((number) => this.#clusters.get(number) ?? []);
  }

  /** Numbers of leases of a pool that wait, the longest first. */
  waiting(ref: PoolRef): readonly number[] {
    return this.#shelves.get(poolKey(ref))?.waiting ?? [];
  }

  /** Leases that a cluster was given to. */
  usersOf(cluster: number): LeaseRow[] {
    return this.#all(this.#ofCluster.get(cluster));
  }

  countUsers(cluster: number): number {
    return this.#ofCluster.get(cluster)?.size ?? 0;
  }

  leasesOf(execution: number): LeaseRow[] {
    return this.#all(this.#ofExecution.get(execution));
  }

  leaseOf(attempt: string): LeaseRow | undefined {
    const number = this.#ofAttempt.get(attempt);
    return number === undefined ? undefined : this.#leases.get(number);
  }

  /** A number for a new row. */
  number(kind: 'cluster' | 'lease'): number {
    this.#last[kind] += 1;
    return this.#last[kind];
  }

  putCluster(turn: Turn, row: ClusterRow): void {
    this.#clusters.put(turn, row);
  }

  removeCluster(turn: Turn, { number }: ClusterRow): void {
    this.#clusters.delete(turn, number);
  }

  /** It comes into another phase. */
  moveCluster(turn: Turn, row: ClusterRow, change: Partial<ClusterRow>): ClusterRow {
    const { parameters: _parameters, idleSince: _idleSince, ...kept } = row;
    const moved = { ...kept, since: this.#kernel.time.now(), ...change };
    this.putCluster(turn, moved);
    return moved;
  }

  putLease(turn: Turn, row: LeaseRow): void {
    this.#leases.put(turn, row);
  }

  moveLease(turn: Turn, row: LeaseRow, change: Partial<LeaseRow>): void {
    this.putLease(turn, { ...row, since: this.#kernel.time.now(), ...change });
  }

  /** Nobody waits for it any more, or has it: its cluster is there for others. */
  removeLease(turn: Turn, { number, cluster }: LeaseRow): void {
    this.#leases.delete(turn, number);
    const row = cluster === undefined ? undefined : this.#clusters.get(cluster);
    if (row === undefined || row.phase === 'ending' || this.countUsers(row.number) > 0) return;
    this.putCluster(turn, { ...row, idleSince: this.#kernel.time.now() });
  }

  #all(numbers: ReadonlySet<number> = new Set()): LeaseRow[] {
    return [...numbers].sort((a, b) => a - b).flatMap((number) => this.#leases.get(number) ?? []);
  }

  #shelf({ team, pool }: PoolRef): Shelf {
    const ref = { team, pool };
    const known = this.#shelves.get(poolKey(ref));
    const shelf = known ?? { ref, clusters: new Set(), waiting: [] };
    this.#shelves.set(poolKey(ref), shelf);
    return shelf;
  }

  #forgetEmpty({ ref, clusters, waiting }: Shelf): void {
    if (clusters.size === 0 && waiting.length === 0) this.#shelves.delete(poolKey(ref));
  }

  #noteCluster(key: string | number | undefined, row: ClusterRow | undefined): void {
    const number = Number(key);
    const before = this.#shelfOf.get(number);
    if (row !== undefined) {
      const shelf = this.#shelf(row);
      shelf.clusters.add(number);
      this.#shelfOf.set(number, shelf);
    } else if (before !== undefined) {
      before.clusters.delete(number);
      this.#shelfOf.delete(number);
      this.#forgetEmpty(before);
    }
  }

  #noteLease(key: string | number | undefined, row: LeaseRow | undefined): void {
    const number = Number(key);
    const before = this.#noted.get(number);
    if (before !== undefined) {
      without(this.#ofCluster, before.cluster, number);
      without(this.#ofExecution, before.execution, number);
      this.#ofAttempt.delete(before.attempt);
      if (before.phase === 'waiting') this.#waits(before, false);
      this.#noted.delete(number);
    }
    if (row === undefined) return;
    this.#noted.set(number, row);
    if (row.cluster !== undefined) withOne(this.#ofCluster, row.cluster, number);
    withOne(this.#ofExecution, row.execution, number);
    this.#ofAttempt.set(row.attempt, number);
    if (row.phase === 'waiting') this.#waits(row, true);
  }

  #waits(row: LeaseRow, doesWait: boolean): void {
    const shelf = this.#shelf(row);
    const place = placeIn(shelf.waiting, row.number);
    if (doesWait) shelf.waiting.splice(place, 0, row.number);
    else {
      shelf.waiting.splice(place, 1);
      this.#forgetEmpty(shelf);
    }
  }
}

/** Where a number is in a list in order, or would be. */
function placeIn(sorted: readonly number[], number: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] ?? 0) < number) from = middle + 1;
    else to = middle;
  }
  return from;
}

function withOne(map: Map<number, Set<number>>, key: number, number: number): void {
  map.set(key, (map.get(key) ?? new Set()).add(number));
}

function without(map: Map<number, Set<number>>, key: number | undefined, number: number): void {
  if (key === undefined) return;
  const all = map.get(key);
  all?.delete(number);
  if (all?.size === 0) map.delete(key);
}
