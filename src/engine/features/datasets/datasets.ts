/**
 * Keeps datasets: every version that a task writes, which one is current, what was made of what, and who reads it.
 *
 *     execution begins ──reads──▶ versions that it will see, fixed in that commit
 *     attempt ──given──▶ folders of those │ the version that it is to write
 *     task ends ──▶ a version, its lineage, the pointer, a fact: in the commit of the outcome
 *                     └──after it──▶ current.json in the storage; again after a crash, never backwards
 *
 * The store decides what is current. What lies in the storage without a row was never published: it is removed later
 * (`collector.ts`).
 * @module
 */
import type { Json } from '../../../asl/json.js';
import type { DatasetOutput } from '../../../connectors/dataset/dataset-protocol.js';
import type { DatasetStorage } from '../../../connectors/dataset/storage.js';
import type { ContractResult } from '../../../datasets/contract.js';
import { blockedWords, brokenWords } from '../../../datasets/contract-words.js';
import { shadowRoot, versionFolder } from '../../../datasets/layout.js';
import type { TracedTable } from '../../../datasets/lineage/column-lineage.js';
import { becomesCurrent } from '../../../datasets/publish.js';
import {
  DATASETS as DATASETS_SECTION,
  type DatasetPlan,
  type KeptVersions,
  plainDataset,
  READS,
} from '../../../pipelines/sections/datasets-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import { pipelineKey, pipelineOfKey } from '../../../store/pipeline-ref.js';
import type { AttemptRecord, ExecutionCreation } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import type { ActiveExecution, LoadedMachine } from '../../kernel/active-execution.js';
import type { DatasetChange, Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { DataHook } from '../../kernel/hooks.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { AttemptOutcome, AttemptRequest } from '../../kernel/ports.js';
import { isTestRun } from '../../kernel/test-runs.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap, TurnMap } from '../../kernel/turn-memory.js';
import { Collector } from './collector.js';
import { keyOf } from './dataset-key.js';
import { DatasetLinks } from './dataset-links.js';
import {
  DATASETS,
  type DatasetRow,
  EDGES,
  INTERVALS,
  type IntervalRow,
  READ_VERSIONS,
  SHADOWS,
  type ShadowRow,
  VERSIONS,
  type VersionRow,
} from './dataset-tables.js';
import { codeVersionOf, HandedDatasets } from './handed-datasets.js';
import { KEPT, type KeptRow } from './kept-table.js';
import { Pointers } from './pointers.js';
import { ReadVersions } from './read-versions.js';

const CONTRACT_FAILED = 'Dataset.ContractFailed';

/** What a check result of a dataset says. */
export interface DatasetCheck {
  readonly team: string;
  readonly name: string;
  readonly status: 'OK' | 'WARNING' | 'CRITICAL';
  readonly cause: string;
  readonly tags: { readonly [tag: string]: string };
  readonly rows?: number;
  readonly bytes?: number;
  readonly files?: number;
  readonly interval?: string;
  readonly execution: string;
  readonly pipeline: string;
}

/** What its pipeline says of a dataset. */
export interface PlannedDataset {
  readonly plan: DatasetPlan;
  readonly pipeline: string;
  /** Who answers for it. */
  readonly owner?: string;
}

export interface DatasetPeers {
  /** Undefined: nothing here keeps datasets. */
  readonly storage: DatasetStorage | undefined;
  /** Takes what a version is like into the turn, as a result that is watched. */
  report(turn: Turn, check: DatasetCheck): void;
  /** Keeps what the columns of a version were made of. */
  trace(turn: Turn, version: number, lineage: TracedTable): void;
  /** Tells the bus. */
  tell(turn: Turn, change: DatasetChange): void;
  /** The execution of a map run. */
  executionOf(mapRun: number): Promise<number | undefined>;
}

export class Datasets implements Feature, DataHook {
  readonly name = 'datasets';
  /** What a test run reads is fixed like anything that reads. */
  readonly hearsOfTestRuns = true;
  readonly tables: readonly AnyTable[] = [
    ...[DATASETS, VERSIONS, INTERVALS, EDGES, READ_VERSIONS, KEPT, SHADOWS],
  ];
  readonly #kernel: Kernel;
  readonly #peers: DatasetPeers;
  readonly #datasets: RowMap<DatasetRow> = new RowMap(DATASETS);
  readonly #intervals: TurnMap<string, ReadonlyMap<string, number>> = new TurnMap();
  /** Current and last versions of every dataset, and those of intervals, by number. */
  readonly #versions: TurnMap<number, VersionRow> = new TurnMap();
  /** Who writes what, as pipelines say: dataset → plan. */
  readonly #plans: Map<string, PlannedDataset> = new Map();
  readonly #handed: HandedDatasets;
  readonly pointers: Pointers;
  readonly collector: Collector;
  readonly #reads: ReadVersions;
  readonly links: DatasetLinks = new DatasetLinks();
  #lastVersion = 0;
  #lastEdge = 0;

  constructor(kernel: Kernel, peers: DatasetPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
    this.#handed = new HandedDatasets(kernel, peers, this);
    this.#reads = new ReadVersions(kernel, this);
    this.pointers = new Pointers(kernel, peers.storage, this);
    this.collector = new Collector(kernel, peers.storage, this);
    if (peers.storage !== undefined) kernel.hooks.data = this;
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    await this.#datasets.open(store);
    this.#lastVersion = await store.lastNumber(VERSIONS);
    this.#lastEdge = await store.lastNumber(EDGES);
    await this.#reads.open();
    const wanted = new Set<number>();
    for (const row of await store.listRows(INTERVALS)) {
      this.#rememberInterval(row);
      wanted.add(row.version);
    }
    for (const { current, last } of this.#datasets.durableValues()) {
      for (const number of [current, last]) if (number !== undefined) wanted.add(number);
    }
    for (const number of wanted) {
      const row = await store.findRow(VERSIONS, [number]);
      if (row !== undefined) this.#versions.remember(number, row);
    }
  }

  begin(): void {
    this.pointers.begin(this.#datasets.durableValues());
    this.collector.begin();
    this.#kernel.dueChanged(this);
  }

  nextDue(): number | undefined {
    return this.collector.nextDue();
  }

  due(): void {
    this.collector.due(() => this.#kernel.dueChanged(this));
  }

  async close(): Promise<void> {
    await this.collector.close();
    await this.pointers.close();
  }

  #rememberInterval({ team, dataset, interval, version }: IntervalRow): void {
    const key = keyOf(team, dataset);
    this.#intervals.remember(
      key,
      new Map([...(this.#intervals.get(key) ?? []), [interval, version]]),
    );
  }

  deployed({ ref, deployment }: LoadedMachine): void {
    const plans = sectionOf(DATASETS_SECTION, deployment) ?? new Map<string, DatasetPlan>();
    this.#forgetPlans(pipelineKey(ref));
    const owner = deployment.sections?.owner;
    const by = { pipeline: ref.name, ...(typeof owner === 'string' ? { owner } : {}) };
    for (const plan of plans.values()) this.#plans.set(keyOf(ref.team, plan.name), { plan, ...by });
    this.links.deployed(ref, deployment);
  }

  withdrawn(key: string): void {
    this.#forgetPlans(key);
    this.links.withdrawn(key);
  }

  #forgetPlans(pipeline: string): void {
    const { team, name } = pipelineOfKey(pipeline);
    for (const written of this.links.writtenBy(pipeline)) {
      const key = keyOf(team, written.slice(team.length + 1));
      // Another pipeline may have come to write it.
      if (this.#plans.get(key)?.pipeline === name) this.#plans.delete(key);
    }
  }

  /** The version that one of this interval would replace. */
  currentFor(team: string, name: string, interval: string | undefined): VersionRow | undefined {
    return this.#currentFor(this.#datasets.get(team, name), this.planOf(team, name), interval);
  }

  /** What its pipeline says of a dataset. */
  planOf(team: string, name: string): DatasetPlan {
    return this.#plans.get(keyOf(team, name))?.plan ?? plainDataset(name);
  }

  /** Those that pipelines say they write, also without any version yet. */
  *planned(): Generator<{ team: string; name: string; pipeline: string }> {
    for (const [key, { plan, pipeline }] of this.#plans) {
      yield { team: key.slice(0, key.indexOf('\n')), name: plan.name, pipeline };
    }
  }

  /** The pipeline that says it writes it. */
  plannedBy(team: string, name: string): PlannedDataset | undefined {
    return this.#plans.get(keyOf(team, name));
  }

  /** As the store has them. */
  all(): DatasetRow[] {
    return this.#datasets.durableValues();
  }

  find(team: string, name: string): DatasetRow | undefined {
    return this.#datasets.get(team, name);
  }

  /** A version that is current, or the last, somewhere. */
  known(number: number | undefined): VersionRow | undefined {
    return number === undefined ? undefined : this.#versions.get(number);
  }

  /** Versions that are current now: one, or one for each interval. */
  currentOf(dataset: DatasetRow): VersionRow[] {
    const { team, name, current, byInterval } = dataset;
    const numbers =
      byInterval === 1
        ? [...(this.#intervals.get(keyOf(team, name)) ?? [])]
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([, number]) => number)
        : [current];
    return numbers.flatMap((number) => this.known(number) ?? []);
  }

  /** Whether the version is what readers see. */
  isCurrent(
    { team, name, current, byInterval }: DatasetRow,
    version: { readonly number: number; readonly interval?: string | undefined },
  ): boolean {
    const { interval, number } = version;
    if (byInterval !== 1 || interval === undefined) return current === number;
    return this.#intervals.get(keyOf(team, name))?.get(interval) === number;
  }

  /** Whether another team may read it. */
  mayRead(reader: string, { team, name }: { team: string; name: string }): boolean {
    if (reader === team) return true;
    const { readers } = this.planOf(team, name);
    return readers.includes('*') || readers.includes(reader);
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type === 'ExecutionBegun') this.#reads.begun(turn, fact.execution);
    else if (fact.type === 'ExecutionEnded') this.#reads.settle(turn, fact.execution, 0);
    else if (fact.type === 'ExecutionRedriven') this.#reads.settle(turn, fact.execution, 1);
  }

  /** Whether an open execution reads it. */
  isRead(version: number): boolean {
    return this.#reads.isRead(version);
  }

  /** Whether it is current, of the dataset or of an interval, or the last that was written. */
  isHeld(dataset: DatasetRow, version: number): boolean {
    const { team, name, current, last } = dataset;
    if (version === current || version === last) return true;
    return [...(this.#intervals.get(keyOf(team, name))?.values() ?? [])].includes(version);
  }

  keepOf(team: string, name: string): KeptVersions {
    return this.planOf(team, name).keep;
  }

  given(
    active: ActiveExecution,
    attempt: AttemptRecord,
    request: AttemptRequest,
  ): Promise<AttemptRequest> | undefined {
    return this.#handed.given(active, attempt, request);
  }

  judged({ creation }: ActiveExecution, output: Json): AttemptOutcome {
    const { lineage: _, ...told } = output as unknown as DatasetOutput;
    const { contract, team, dataset: name, version } = told;
    // A test run goes on: its report says what would have been.
    if (contract?.verdict !== 'block' || isTestRun(creation)) {
      return { type: 'succeeded', output: told as unknown as Json };
    }
    const dataset = this.#datasets.get(team, name);
    const current = dataset === undefined ? undefined : this.currentOf(dataset).at(-1)?.version;
    const cause = blockedWords(contract, version, current);
    return { type: 'failed', error: CONTRACT_FAILED, cause };
  }

  written(turn: Turn, active: ActiveExecution, attempt: AttemptRecord, output: Json): void {
    const made = output as unknown as DatasetOutput;
    const { creation, number: execution, machine } = active;
    const { team, dataset: name, version, stage } = made;
    if (made.unchanged === true) {
      this.#stands(turn, creation, made);
      return;
    }
    const isShadow = isTestRun(creation);
    const now = this.#kernel.time.now();
    const isRejected = made.contract?.verdict === 'block';
    const plan = sectionOf(DATASETS_SECTION, machine.deployment)?.get(name) ?? plainDataset(name);
    const before = this.#datasets.get(team, name);
    const { interval } = creation;
    const current = this.#currentFor(before, plan, interval);
    const isNewest = becomesCurrent(current, interval === undefined ? {} : { interval });
    const state = isShadow ? 'shadow' : isRejected ? 'rejected' : isNewest ? 'published' : 'kept';
    this.#lastVersion += 1;
    const number = this.#lastVersion;
    const place = versionFolder(stage, { team, name }, version);
    const under = isShadow ? `${shadowRoot(creation.id)}/` : '';
    const row: VersionRow = {
      number,
      team,
      dataset: name,
      version,
      state,
      folder: `${under}${place}`,
      at: now,
      execution,
      executionId: creation.id,
      pipeline: creation.pipeline,
      stateName: String((attempt.request as { state?: Json }).state ?? ''),
      codeVersion: codeVersionOf(machine),
      ...(interval === undefined ? {} : { interval }),
      ...(made.rows === undefined ? {} : { rows: made.rows }),
      bytes: made.bytes,
      files: made.files,
      columns: made.columns,
      digest: made.digest,
      ...(made.schemaChange === undefined ? {} : { schemaChange: made.schemaChange }),
      ...(made.table === undefined ? {} : { tableAt: made.table as unknown as Json }),
      ...(made.contract === undefined ? {} : { contract: made.contract as unknown as Json }),
      ...(made.quarantined === undefined
        ? {}
        : {
            quarantined: made.quarantined.rows,
            quarantine: `${under}${place.replace('/versions/', '/quarantine/')}`,
          }),
    };
    turn.put(VERSIONS, row);
    if (made.lineage !== undefined) this.#peers.trace(turn, number, made.lineage);
    if (isShadow) {
      // It is nothing that came of its inputs: nobody asks of it what they have touched.
      const { folder, quarantine } = row;
      const root = creation.testRun?.root ?? execution;
      const published = current?.number ?? 0;
      const shadow: ShadowRow = { number, root, team, dataset: name, at: now, folder, published };
      turn.put(SHADOWS, quarantine === undefined ? shadow : { ...shadow, quarantine });
      this.#reads.tried(turn, root, row);
      return;
    }
    this.#trace(turn, active, number);
    const { folder, quarantine, at } = row;
    const kept: KeptRow = { number, team, dataset: name, at, folder };
    turn.put(KEPT, quarantine === undefined ? kept : { ...kept, quarantine });
    turn.afterCommit(() => this.collector.changed(team, name));
    const dataset: DatasetRow = before ?? {
      ...{ team, name, stage, pipeline: creation.pipeline, revision: 0, pointed: 0 },
      byInterval: plan.isByInterval ? 1 : 0,
      createdAt: now,
    };
    const next = { ...dataset, pipeline: creation.pipeline, last: number };
    this.#versions.set(turn, number, row);
    if (state === 'published') this.#publish(turn, next, row);
    else this.#datasets.put(turn, next);
    this.#forget(turn, team, name, [before?.last, current?.number]);
    this.#tell(turn, active, row, made.contract, current?.version);
  }

  /** A table of others is where it was: whoever expects new data of it hears that there is none. */
  #stands(
    turn: Turn,
    { id, pipeline, tags, interval, testRun }: ExecutionCreation,
    { team, dataset: name, rows }: DatasetOutput,
  ): void {
    if (testRun !== undefined) return;
    this.#peers.report(turn, {
      ...{ team, name, status: 'WARNING', cause: 'no new data: the table is where it was', tags },
      ...{ execution: id, pipeline },
      ...(rows === undefined ? {} : { rows }),
      ...(interval === undefined ? {} : { interval }),
    });
  }

  /** Versions that are neither current nor the last are not held in memory. */
  #forget(turn: Turn, team: string, name: string, numbers: (number | undefined)[]): void {
    const dataset = this.#datasets.get(team, name);
    const ofIntervals = [...(this.#intervals.get(keyOf(team, name))?.values() ?? [])];
    const held = new Set([dataset?.current, dataset?.last, ...ofIntervals]);
    for (const number of numbers) {
      if (number !== undefined && !held.has(number)) this.#versions.set(turn, number, undefined);
    }
  }

  #currentFor(
    dataset: DatasetRow | undefined,
    plan: DatasetPlan,
    interval: string | undefined,
  ): VersionRow | undefined {
    if (dataset === undefined) return undefined;
    if (!plan.isByInterval || interval === undefined) return this.known(dataset.current);
    const numbers = this.#intervals.get(keyOf(dataset.team, dataset.name));
    return this.known(numbers?.get(interval));
  }

  /** Moves the pointer of a dataset, or of the version's interval. */
  #publish(turn: Turn, dataset: DatasetRow, version: VersionRow): void {
    const { team, name } = dataset;
    const { interval, number } = version;
    if (dataset.byInterval === 1 && interval !== undefined) {
      const key = keyOf(team, name);
      turn.put(INTERVALS, { team, dataset: name, interval, version: number } satisfies IntervalRow);
      this.#intervals.set(
        turn,
        key,
        new Map([...(this.#intervals.get(key) ?? []), [interval, number]]),
      );
    }
    this.#versions.set(turn, number, version);
    const moved: DatasetRow = {
      ...dataset,
      current: number,
      revision: dataset.revision + 1,
      publishedAt: this.#kernel.time.now(),
    };
    this.#datasets.put(turn, moved);
    turn.afterCommit(() => this.pointers.follow(team, name));
  }

  /** What the version was made of: all that its execution reads. */
  #trace(turn: Turn, active: ActiveExecution, output: number): void {
    if ((sectionOf(READS, active.machine.deployment) ?? []).length === 0) return;
    const { number, creation } = active;
    const need = {
      key: `lineage of ${number}`,
      read: async () => {
        const { mapRun } = creation;
        const execution =
          mapRun === undefined ? number : await this.#peers.executionOf(mapRun.number);
        if (execution === undefined) return [];
        return await this.#kernel.store.listRows(READ_VERSIONS, { where: { execution } });
      },
    };
    turn.also({
      needs: () => [need],
      perform: (later) => {
        for (const input of new Set(later.known(need).map(({ version }) => version))) {
          this.#lastEdge += 1;
          later.put(EDGES, { number: this.#lastEdge, output, input });
        }
        return 'done';
      },
    });
  }

  #tell(
    turn: Turn,
    { creation }: ActiveExecution,
    row: VersionRow,
    contract: ContractResult | undefined,
    previous: string | undefined,
  ): void {
    const { team, dataset: name, version, state, at, rows, bytes, files, interval } = row;
    const cause = contract === undefined ? '' : brokenWords(contract);
    const type = state === 'rejected' ? 'contract failed' : state === 'kept' ? 'kept' : 'published';
    const change: DatasetChange = {
      ...{ team, name, type, version, at, bytes, files },
      execution: creation.id,
      pipeline: creation.pipeline,
      ...(interval === undefined ? {} : { interval }),
      ...(rows === undefined ? {} : { rows }),
      ...(cause === '' ? {} : { cause }),
      ...(previous === undefined ? {} : { previous }),
    };
    const changes: DatasetChange[] = [change];
    if (row.quarantined !== undefined && row.quarantined > 0) {
      changes.push({ ...change, type: 'quarantined', rows: row.quarantined });
    }
    const isWarned = contract?.status === 'WARNING' || (row.quarantined ?? 0) > 0;
    this.#peers.report(turn, {
      ...{ team, name, bytes, files, cause, tags: creation.tags },
      ...{ execution: creation.id, pipeline: creation.pipeline },
      status: state === 'rejected' ? 'CRITICAL' : isWarned ? 'WARNING' : 'OK',
      ...(rows === undefined ? {} : { rows }),
      ...(interval === undefined ? {} : { interval }),
    });
    for (const one of changes) {
      this.#kernel.hooks.tell(turn, { type: 'DatasetChanged', change: one });
      this.#peers.tell(turn, one);
    }
  }

  /**
   * Makes an earlier version current. What is not there any more, or never was good, is refused by the caller.
   * @param by who asked for it
   */
  rollBack(turn: Turn, dataset: DatasetRow, version: VersionRow, by: string): void {
    const { team, name } = dataset;
    const before = this.currentOf(dataset).at(-1);
    this.#publish(turn, dataset, version);
    const change: DatasetChange = {
      ...{ team, name, type: 'rolled back', version: version.version },
      at: this.#kernel.time.now(),
      execution: version.executionId,
      pipeline: version.pipeline,
      cause: `by ${by}`,
      ...(before === undefined ? {} : { previous: before.version }),
    };
    this.#kernel.hooks.tell(turn, { type: 'DatasetChanged', change });
    this.#peers.tell(turn, change);
  }

  /** The storage's pointer stands there now. */
  pointedTo(turn: Turn, team: string, name: string, revision: number): void {
    const row = this.#datasets.get(team, name);
    if (row !== undefined && row.pointed < revision) {
      this.#datasets.put(turn, { ...row, pointed: revision });
    }
  }
}
