/**
 * What attempts are handed of datasets: folders of the versions that their execution reads, and the version that they write.
 * @module
 */
import { isObject } from '../../../asl/json.js';
import type { ReadVersion } from '../../../connectors/connector.js';
import type { DatasetStorage } from '../../../connectors/dataset/storage.js';
import { type Contract, referencesOf } from '../../../datasets/contract.js';
import { type InputVersion, type Stage, versionId } from '../../../datasets/dataset.js';
import { shadowRoot, stageOfShadow } from '../../../datasets/layout.js';
import {
  DATASETS as DATASETS_SECTION,
  type DatasetPlan,
  plainDataset,
  READS,
  type ReadPlan,
} from '../../../pipelines/sections/datasets-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import type { AttemptRecord } from '../../../store/store.js';
import type { ActiveExecution, LoadedMachine } from '../../kernel/active-execution.js';
import { DATASET_KIND, DataRefusal } from '../../kernel/hooks.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { AttemptRequest } from '../../kernel/ports.js';
import { isTestRun } from '../../kernel/test-runs.js';
import {
  type DatasetRow,
  READ_VERSIONS,
  type ReadRow,
  VERSIONS,
  type VersionRow,
} from './dataset-tables.js';

/** Versions whose counts are known to a contract. */
const HISTORY = 30;

/** The pipeline does not say so, or may not. Retry and Catch see it as `States.TaskFailed` too. */
const REFUSED = 'Dataset.Refused';
/** There is no version yet, or nobody may see it. */
const NOT_THERE = 'Dataset.NotFound';
/** The datasets that there are. */
interface KnownDatasets {
  all(): DatasetRow[];
  find(team: string, name: string): DatasetRow | undefined;
  known(number: number | undefined): VersionRow | undefined;
  currentOf(dataset: DatasetRow): VersionRow[];
  plannedBy(team: string, name: string): { plan: DatasetPlan; pipeline: string } | undefined;
}

interface Peers {
  readonly storage: DatasetStorage | undefined;
  executionOf(mapRun: number): Promise<number | undefined>;
}

export class HandedDatasets {
  readonly #kernel: Kernel;
  readonly #peers: Peers;
  readonly #datasets: KnownDatasets;

  constructor(kernel: Kernel, peers: Peers, datasets: KnownDatasets) {
    this.#kernel = kernel;
    this.#peers = peers;
    this.#datasets = datasets;
  }

  /** See the kernel's DataHook. */
  given(
    active: ActiveExecution,
    attempt: AttemptRecord,
    request: AttemptRequest,
  ): Promise<AttemptRequest> | undefined {
    const reads = sectionOf(READS, active.machine.deployment) ?? [];
    if (reads.length === 0 && attempt.kind !== DATASET_KIND) return undefined;
    return this.#given(active, attempt, request, reads);
  }

  async #given(
    active: ActiveExecution,
    attempt: AttemptRecord,
    request: AttemptRequest,
    plans: readonly ReadPlan[],
  ): Promise<AttemptRequest> {
    const { storage } = this.#peers;
    if (storage === undefined) throw new DataRefusal(REFUSED, 'Nothing here keeps datasets.');
    const reads = plans.length === 0 ? [] : await this.#readsOf(active);
    const datasets: { [alias: string]: ReadVersion } = {};
    for (const { alias, name, team = active.creation.team } of plans) {
      const rows = reads.filter((row) => row.alias === alias);
      if (rows.length === 0) {
        throw new DataRefusal(NOT_THERE, nothingToRead(active.creation.team, { team, name }));
      }
      const [first] = rows;
      const tried = first && stageOfShadow(first.read.folder);
      const stage = this.#datasets.find(team, name)?.stage ?? tried ?? 'structured';
      const gone = rows.find(({ read }) => read.removedAt !== undefined)?.read;
      if (gone !== undefined) {
        throw new DataRefusal(
          NOT_THERE,
          `The files of "${name}@${gone.version}", which this execution read when it began, are not kept any more. Start another execution.`,
        );
      }
      const versions = rows.map(({ read }) => read.version);
      const folders = await Promise.all(rows.map(({ read }) => storage.local(read.folder)));
      datasets[alias] = { team, name, versions, folders, stage };
    }
    const handed = { ...request, ...(plans.length === 0 ? {} : { datasets }) };
    if (attempt.kind !== DATASET_KIND) return handed;
    const inputs = reads.map(({ read: { team, dataset: name, version } }) => ({
      team,
      name,
      version,
    }));
    return { ...handed, version: await this.#target(active, attempt, request, inputs) };
  }

  async #readsOf(active: ActiveExecution): Promise<(ReadRow & { read: VersionRow })[]> {
    const { store } = this.#kernel;
    const { mapRun } = active.creation;
    const execution =
      mapRun === undefined ? active.number : await this.#peers.executionOf(mapRun.number);
    if (execution === undefined) return [];
    const rows = await store.listRows(READ_VERSIONS, { where: { execution } });
    const found = await Promise.all(
      rows.map(async (row) => {
        const read =
          this.#datasets.known(row.version) ?? (await store.findRow(VERSIONS, [row.version]));
        return read === undefined ? [] : [{ ...row, read }];
      }),
    );
    return found.flat();
  }

  /** What is known of the version that an attempt writes. */
  async #target(
    active: ActiveExecution,
    attempt: AttemptRecord,
    request: AttemptRequest,
    inputs: InputVersion[],
  ): Promise<NonNullable<AttemptRequest['version']>> {
    const { creation, machine } = active;
    const { team, interval, pipeline } = creation;
    const name = isObject(request.arguments) ? String(request.arguments.dataset) : '';
    const plan = sectionOf(DATASETS_SECTION, machine.deployment)?.get(name) ?? plainDataset(name);
    const isTable = isObject(request.arguments) && Object.hasOwn(request.arguments, 'table');
    const stage = isTable ? 'table' : plan.stage;
    const dataset = this.#datasets.find(team, name);
    const planned = this.#datasets.plannedBy(team, name);
    if (plan.contractProblem !== undefined) {
      throw new DataRefusal(
        REFUSED,
        `What "${name}" promises cannot be read, so nothing is published: ${plan.contractProblem}. Deploy the pipeline again.`,
      );
    }
    if (
      planned !== undefined &&
      planned.pipeline !== pipeline &&
      planned.plan.stage !== plan.stage
    ) {
      throw new DataRefusal(
        REFUSED,
        `"${name}" is written by the pipeline "${planned.pipeline}", as ${planned.plan.stage} data.`,
      );
    }
    if (dataset !== undefined && dataset.stage !== stage) {
      throw new DataRefusal(REFUSED, otherStage(name, dataset.stage, stage));
    }
    const previous = dataset === undefined ? undefined : this.#datasets.currentOf(dataset).at(-1);
    return {
      team,
      name,
      version: versionId(attempt.startedAt ?? attempt.scheduledAt, attempt.id),
      stage,
      codeVersion: codeVersionOf(machine),
      ...(interval === undefined ? {} : { interval }),
      inputs: [...inputs],
      under: isTestRun(creation) ? shadowRoot(creation.id) : '',
      ...(previous === undefined ? {} : { previous: previous.folder }),
      history: await this.#history(team, name, plan.contract),
      references: this.#references(team, plan.contract),
      ...(plan.contract === undefined ? {} : { contract: plan.contract }),
      stamp: plan.isStamped,
    };
  }

  /** Counts of the versions before, the newest first, when the contract compares with them. */
  async #history(
    team: string,
    dataset: string,
    contract: Contract | undefined,
  ): Promise<{ rows: number }[]> {
    if (contract?.rules.some(({ kind }) => kind === 'rows') !== true) return [];
    const found = await this.#kernel.store.listRows(VERSIONS, {
      where: { team, dataset },
      order: { by: ['number'], down: true },
      limit: HISTORY,
    });
    return found.flatMap(({ rows, state }) =>
      rows === undefined || state !== 'published' ? [] : [{ rows }],
    );
  }

  /** Folders of what is current of the team's datasets in which the contract looks things up. */
  #references(team: string, contract: Contract | undefined): { [dataset: string]: string[] } {
    const named = contract === undefined ? [] : referencesOf(contract);
    return Object.fromEntries(
      named.flatMap((name): [string, string[]][] => {
        const dataset = this.#datasets.find(team, name);
        if (dataset === undefined || dataset.stage !== 'structured') return [];
        return [[name, this.#datasets.currentOf(dataset).map(({ folder }) => folder)]];
      }),
    );
  }
}

function nothingToRead(reader: string, { team, name }: { team: string; name: string }): string {
  const [whose, may] =
    team === reader
      ? ['', '']
      : [
          ` of the team "${team}" that "${reader}" may read`,
          ` Its pipeline says who may read it: datasets: { ${name}: { readers: [${reader}] } }.`,
        ];
  return `There was no version of "${name}"${whose} when this execution began.${may} Have one published, and start another execution.`;
}

function otherStage(name: string, before: Stage, now: Stage): string {
  const what = { raw: 'raw data', structured: 'structured data', table: 'a table of others' };
  const fix =
    before === 'table' || now === 'table'
      ? 'Give it another name.'
      : `Give it another name, or say stage: ${before}.`;
  return `Versions of "${name}" are ${what[before]}; this one would be ${what[now]}. ${fix}`;
}

/** Version and digest of the pipeline. */
export function codeVersionOf({ record }: LoadedMachine): string {
  return `${record.version} ${record.digest.slice(0, 8)}`;
}
