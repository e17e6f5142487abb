/**
 * What executions read: fixed in the commit in which they begin, and held as long as they are open.
 *
 *     begins ──▶ a row for each version that it will see, open ──ends──▶ closed: its versions may go ──redriven──▶ open again
 *
 * A test run may read what another execution reads (`readsOf`), also of one that begins in the same turn. Executions that it starts
 * read what it has written until then where it has written something, as they would read what had been published.
 * @module
 */
import { becomesCurrent } from '../../../datasets/publish.js';
import { READS, type ReadPlan } from '../../../pipelines/sections/datasets-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Need, NOTHING } from '../../kernel/needs.js';
import type { Turn } from '../../kernel/turn.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import {
  type DatasetRow,
  READ_VERSIONS,
  type ReadRow,
  SHADOWS,
  type ShadowRow,
  VERSIONS,
  type VersionRow,
} from './dataset-tables.js';

/** The datasets that there are. */
interface KnownDatasets {
  find(team: string, name: string): DatasetRow | undefined;
  currentOf(dataset: DatasetRow): VersionRow[];
  mayRead(reader: string, dataset: { team: string; name: string }): boolean;
  /** What its pipeline says of it. */
  planOf(team: string, name: string): { readonly isByInterval: boolean };
}

/** A version, by the name that the pipeline gives to its dataset. */
type Read = Pick<ReadRow, 'alias' | 'team' | 'dataset' | 'version'>;

export class ReadVersions {
  readonly #kernel: Kernel;
  readonly #datasets: KnownDatasets;
  /** How many open executions read a version. */
  readonly #open: TurnMap<number, number> = new TurnMap();
  /** Of executions that begin in this turn, by their numbers: the store does not have it yet. */
  readonly #fresh: Map<number, readonly ReadRow[]> = new Map();
  /** What test runs have written in this turn, by their roots: the store does not have it yet. */
  readonly #freshlyTried: Map<number, readonly VersionRow[]> = new Map();
  #lastRead = 0;

  constructor(kernel: Kernel, datasets: KnownDatasets) {
    this.#kernel = kernel;
    this.#datasets = datasets;
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    this.#lastRead = await store.lastNumber(READ_VERSIONS);
    for (const { version } of await store.listRows(READ_VERSIONS, { where: { open: 1 } })) {
      this.#open.remember(version, (this.#open.get(version) ?? 0) + 1);
    }
  }

  /** Whether an open execution reads it. */
  isRead(version: number): boolean {
    return this.#open.has(version);
  }

  /** What it will read is fixed. Children of map runs read what their execution does. */
  begun(turn: Turn, { creation, machine, number }: ActiveExecution): void {
    const { team, mapRun, testRun } = creation;
    const plans = sectionOf(READS, machine.deployment) ?? [];
    if (mapRun !== undefined || plans.length === 0) return;
    const of = testRun?.readsOf;
    if (of !== undefined) this.#readAs(turn, team, plans, of, number);
    else if (testRun !== undefined && testRun.root !== number)
      this.#readTried(turn, team, plans, testRun.root, number);
    else
      this.#add(
        turn,
        number,
        plans.flatMap((plan) => this.#current(team, plan)),
      );
  }

  /** What another execution reads of the same datasets; of those that it does not read what is current. */
  #readAs(
    turn: Turn,
    reader: string,
    plans: readonly ReadPlan[],
    of: number,
    number: number,
  ): void {
    const need = this.#need(of);
    turn.also({
      needs: () => (this.#fresh.has(of) ? NOTHING : [need]),
      perform: (later) => {
        const known = this.#fresh.get(of) ?? later.known(need);
        this.#add(
          later,
          number,
          plans.flatMap((plan) => this.#same(reader, plan, known)),
        );
        return 'done';
      },
    });
  }

  /** A test run has written a version in this turn. */
  tried(turn: Turn, root: number, version: VersionRow): void {
    this.#freshlyTried.set(root, [...(this.#freshlyTried.get(root) ?? []), version]);
    const forget = (): void => void this.#freshlyTried.delete(root);
    turn.afterCommit(forget);
    turn.afterFailure(forget);
  }

  /** What is current, and instead of that what the test run has written. */
  #readTried(
    turn: Turn,
    reader: string,
    plans: readonly ReadPlan[],
    root: number,
    number: number,
  ): void {
    const { store } = this.#kernel;
    const shadows: Need<ShadowRow[]> = {
      key: `shadows of ${root}`,
      read: () => store.listRows(SHADOWS, { where: { root } }),
    };
    // Numbers that stood for a dataset of this name; not more than an execution writes.
    const wanted = (later: Turn): number[] =>
      later
        .known(shadows)
        .filter((row) => plans.some((plan) => isOf(plan, reader, row)))
        .map((row) => row.number);
    const versions = (later: Turn): Need<VersionRow[]> => {
      const numbers = wanted(later);
      return {
        key: `versions ${numbers.join()}`,
        read: () =>
          numbers.length === 0 ? [] : store.listRows(VERSIONS, { where: { number: numbers } }),
      };
    };
    turn.also({
      needs: (later) => (later.knows(shadows) ? [shadows, versions(later)] : [shadows]),
      perform: (later) => {
        const fresh = this.#freshlyTried.get(root) ?? [];
        const tried = [...later.known(versions(later)), ...fresh].sort(
          (a, b) => a.number - b.number,
        );
        this.#add(
          later,
          number,
          plans.flatMap((plan) => this.#triedOrCurrent(reader, plan, tried)),
        );
        return 'done';
      },
    });
  }

  /** @param tried in the order in which they were written */
  #triedOrCurrent(reader: string, plan: ReadPlan, tried: readonly VersionRow[]): Read[] {
    const { alias, name, team = reader } = plan;
    const own = tried.filter((row) => isOf(plan, reader, row));
    if (own.length === 0 || !this.#datasets.mayRead(reader, { team, name })) {
      return this.#current(reader, plan);
    }
    const dataset = this.#datasets.find(team, name);
    const isByInterval =
      dataset === undefined
        ? this.#datasets.planOf(team, name).isByInterval
        : dataset.byInterval === 1;
    const keyOf = ({ interval = '' }: VersionRow): string => (isByInterval ? interval : '');
    const published = dataset === undefined ? [] : this.#datasets.currentOf(dataset);
    const current = new Map(published.map((row) => [keyOf(row), row]));
    for (const row of own) {
      if (becomesCurrent(current.get(keyOf(row)), row)) current.set(keyOf(row), row);
    }
    return [...current.values()].map(({ number: version }) => ({
      ...{ alias, team, dataset: name, version },
    }));
  }

  #same(reader: string, plan: ReadPlan, known: readonly ReadRow[]): Read[] {
    const { alias, name, team = reader } = plan;
    if (!this.#datasets.mayRead(reader, { team, name })) return [];
    const found = known.filter((row) => row.team === team && row.dataset === name);
    if (found.length === 0) return this.#current(reader, plan);
    // Another name may have stood for the dataset, or several.
    const versions = [...new Set(found.map(({ version }) => version))];
    return versions.map((version) => ({ alias, team, dataset: name, version }));
  }

  #current(reader: string, { alias, name, team = reader }: ReadPlan): Read[] {
    const dataset = this.#datasets.find(team, name);
    if (dataset === undefined || !this.#datasets.mayRead(reader, { team, name })) return [];
    return this.#datasets
      .currentOf(dataset)
      .map(({ number }) => ({ alias, team, dataset: name, version: number }));
  }

  #add(turn: Turn, execution: number, reads: readonly Read[]): void {
    const rows = reads.map((read): ReadRow => {
      this.#lastRead += 1;
      return { number: this.#lastRead, execution, ...read, open: 1 };
    });
    for (const row of rows) {
      turn.put(READ_VERSIONS, row);
      this.#count(turn, row.version, 1);
    }
    const forget = (): void => void this.#fresh.delete(execution);
    this.#fresh.set(execution, rows);
    turn.afterCommit(forget);
    turn.afterFailure(forget);
  }

  #need(execution: number): Need<ReadRow[]> {
    return {
      key: `reads of ${execution}`,
      read: () => this.#kernel.store.listRows(READ_VERSIONS, { where: { execution } }),
    };
  }

  /** What an execution that has ended has read may go, unless it is redriven. */
  settle(turn: Turn, { creation, machine, number }: ActiveExecution, open: 0 | 1): void {
    if (creation.mapRun !== undefined) return;
    if ((sectionOf(READS, machine.deployment) ?? []).length === 0) return;
    const need = this.#need(number);
    turn.also({
      needs: () => [need],
      perform: (later) => {
        // One that begins and ends in one turn is not in the store.
        const fresh = this.#fresh.get(number);
        if (fresh !== undefined) {
          this.#fresh.set(
            number,
            fresh.map((row) => ({ ...row, open })),
          );
        }
        for (const row of fresh ?? later.known(need)) {
          if (row.open === open) continue;
          later.change(READ_VERSIONS, [row.number], { open });
          this.#count(later, row.version, open === 1 ? 1 : -1);
        }
        return 'done';
      },
    });
  }

  #count(turn: Turn, version: number, more: number): void {
    const count = (this.#open.get(version) ?? 0) + more;
    this.#open.set(turn, version, count > 0 ? count : undefined);
  }
}

function isOf(
  { name, team }: ReadPlan,
  reader: string,
  version: { readonly team: string; readonly dataset: string },
): boolean {
  return version.dataset === name && version.team === (team ?? reader);
}
