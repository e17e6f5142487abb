/**
 * What the catalogue is handed: datasets as they are kept, and what executions read.
 * @module
 */
import type { DatasetStorage } from '../../connectors/dataset/storage.js';
import { uniqueColumns } from '../../datasets/diff/version-diff.js';
import { DATASETS } from '../../pipelines/sections/datasets-section.js';
import { sectionOf } from '../../pipelines/sections/section.js';
import type { CatalogueData } from '../features/catalogue/known-datasets.js';
import type { WorkingSource } from '../features/catalogue/step-working.js';
import { READ_VERSIONS, VERSIONS, type VersionRow } from '../features/datasets/dataset-tables.js';
import type { Datasets } from '../features/datasets/datasets.js';
import type { Kernel } from '../kernel/kernel.js';
import type { ExecutionCalls } from './execution-calls.js';
import type { Reading } from './reading.js';

/** Versions of one look for what was current before. */
const LOOKED_AT = 200;

/** Undefined: nothing here keeps datasets. */
export function catalogueData(
  { reads, machines }: Pick<Kernel, 'reads' | 'machines'>,
  datasets: Datasets,
  storage: DatasetStorage | undefined,
): CatalogueData | undefined {
  if (storage === undefined) return undefined;
  return {
    all: () => datasets.all(),
    find: (team, name) => datasets.find(team, name),
    planned: () => datasets.planned(),
    said(team, name) {
      const { description, readers, masked, contract } = datasets.planOf(team, name);
      const unique = uniqueColumns(contract);
      return {
        ...{ readers, masked },
        ...(description === undefined ? {} : { description }),
        ...(unique === undefined ? {} : { unique }),
      };
    },
    teams: () => new Set(machines.all().map(({ ref }) => ref.team)),
    currentOf({ team, name }) {
      const dataset = datasets.find(team, name);
      return dataset === undefined ? [] : datasets.currentOf(dataset);
    },
    mayRead: (reader, dataset) => datasets.mayRead(reader, dataset),
    async version(team, dataset, version) {
      const where = { team, dataset, version };
      const [row] = await reads.listRows(VERSIONS, { where, limit: 1 });
      return row;
    },
    async maskedIn({ execution, dataset }) {
      const record = await reads.findExecution(execution);
      if (record === undefined) return [];
      const { deployment } = await machines.find(record.machine);
      return sectionOf(DATASETS, deployment)?.get(dataset)?.masked ?? [];
    },
    versions: async (team, dataset, { below, limit }) =>
      await reads.listRows(VERSIONS, {
        where: { team, dataset },
        ...(below === undefined ? {} : { below: { number: below } }),
        order: { by: ['number'], down: true },
        limit,
      }),
    async before({ team, dataset, interval, number }) {
      const isByInterval = datasets.find(team, dataset)?.byInterval === 1;
      const where = {
        team,
        dataset,
        ...(isByInterval && interval !== undefined ? { interval } : {}),
      };
      for (let below: number | undefined = number; below !== undefined; ) {
        const page: VersionRow[] = await reads.listRows(VERSIONS, {
          where,
          below: { number: below },
          order: { by: ['number'], down: true },
          limit: LOOKED_AT,
        });
        const found = page.find((one) => one.state === 'published' && one.removedAt === undefined);
        // What was removed comes last: whatever is older is gone, too.
        if (found !== undefined || page.length < LOOKED_AT) return found;
        below = page.every(({ removedAt }) => removedAt !== undefined)
          ? undefined
          : page.at(-1)?.number;
      }
      return undefined;
    },
    local: (folder) => storage.local(folder),
    read: (path) => storage.read(path),
  };
}

/** Executions, as far as their steps are shown. */
export function workingSource(
  { reads, machines, folders }: Pick<Kernel, 'reads' | 'machines' | 'folders'>,
  reading: Reading,
  executions: Pick<ExecutionCalls, 'history'>,
  storage: DatasetStorage | undefined,
): WorkingSource {
  return {
    async execution(scope, id) {
      const { team, pipeline, number, machine, id: own } = await reading.find(scope, id);
      const { deployment } = await machines.find(machine);
      const rows = await reads.listRows(READ_VERSIONS, { where: { execution: number } });
      const found = await Promise.all(
        rows.map(async ({ alias, version, team: of, dataset }) => {
          const row = await reads.findRow(VERSIONS, [version]);
          if (row === undefined || row.removedAt !== undefined || storage === undefined) return [];
          return [{ alias, folder: await storage.local(row.folder), team: of, dataset }];
        }),
      );
      const places = [folders.of(team, own), deployment.folder].filter((one) => one !== '');
      return { team, pipeline, folders: places, reads: found.flat() };
    },
    async history(scope, id, most) {
      const events = [];
      for (let cursor: string | undefined; events.length < most; ) {
        const page = await executions.history(scope, id, {
          limit: 1_000,
          order: 'oldest-first',
          ...(cursor === undefined ? {} : { cursor }),
        });
        events.push(...page.items);
        cursor = page.next;
        if (cursor === undefined) break;
      }
      return events;
    },
  };
}
