/**
 * Versions and what they were made of, as whoever follows their lineage asks for them: many at a time, beside the loop.
 * @module
 */
import type { DatasetStorage } from '../../../connectors/dataset/storage.js';
import type { Kernel } from '../../kernel/kernel.js';
import { EDGES, READ_VERSIONS, VERSIONS, type VersionRow } from './dataset-tables.js';
import type { Datasets } from './datasets.js';

/** Numbers that one query names: what a store takes as parameters is bounded. */
const TOGETHER = 500;

export interface DatasetGraph {
  /** In no order; those that there are. */
  versions(numbers: readonly number[]): Promise<VersionRow[]>;
  /** What versions were made of (`up`), or into (`down`): the oldest first. */
  edges(
    direction: 'up' | 'down',
    numbers: readonly number[],
    limit: number,
  ): Promise<{ output: number; input: number }[]>;
  /** The same of one version, the newest first. */
  newestEdges(
    direction: 'up' | 'down',
    number: number,
    limit: number,
  ): Promise<{ output: number; input: number }[]>;
  find(team: string, dataset: string, version: string): Promise<VersionRow | undefined>;
  /** Versions that an execution wrote and read. */
  ofExecution(execution: number): Promise<{ written: VersionRow[]; read: VersionRow[] }>;
  /** Versions before a number that were published and are kept, the newest first. */
  goodBefore(team: string, dataset: string, below: number, limit: number): Promise<VersionRow[]>;
  /** What is current, of all intervals; nothing when there is no such dataset. */
  current(team: string, dataset: string): VersionRow[];
  isCurrent(version: Pick<VersionRow, 'team' | 'dataset' | 'number' | 'interval'>): boolean;
  /** Who answers for it, as the pipeline that writes it says. */
  ownerOf(team: string, dataset: string): string | undefined;
  mayRead(reader: string, team: string, dataset: string): boolean;
  readonly root: string | undefined;
  read(path: string): Promise<string | undefined>;
}

/** Versions of one execution that are told. */
const MOST_OF_EXECUTION = 1_000;

export function datasetGraph(
  { reads }: Pick<Kernel, 'reads'>,
  datasets: Datasets,
  storage: DatasetStorage | undefined,
): DatasetGraph {
  const versions = async (numbers: readonly number[]): Promise<VersionRow[]> => {
    const pages: VersionRow[][] = [];
    for (let at = 0; at < numbers.length; at += TOGETHER) {
      const number = numbers.slice(at, at + TOGETHER);
      pages.push(await reads.listRows(VERSIONS, { where: { number } }));
    }
    return pages.flat();
  };
  return {
    versions,
    async edges(direction, numbers, limit) {
      const column = direction === 'up' ? 'output' : 'input';
      const found: { output: number; input: number }[] = [];
      for (let at = 0; at < numbers.length && found.length < limit; at += TOGETHER) {
        const page = await reads.listRows(EDGES, {
          where: { [column]: numbers.slice(at, at + TOGETHER) },
          order: { by: [column, 'number'] },
          limit: limit - found.length,
        });
        found.push(...page);
      }
      return found;
    },
    async newestEdges(direction, number, limit) {
      const column = direction === 'up' ? 'output' : 'input';
      return await reads.listRows(EDGES, {
        where: { [column]: number },
        order: { by: [column, 'number'], down: true },
        limit,
      });
    },
    async find(team, dataset, version) {
      const [row] = await reads.listRows(VERSIONS, { where: { team, dataset, version }, limit: 1 });
      return row;
    },
    async ofExecution(execution) {
      const written = await reads.listRows(VERSIONS, {
        where: { execution },
        limit: MOST_OF_EXECUTION,
      });
      const read = await reads.listRows(READ_VERSIONS, {
        where: { execution },
        limit: MOST_OF_EXECUTION,
      });
      const numbers = [...new Set(read.map(({ version }) => version))];
      return { written, read: await versions(numbers) };
    },
    async goodBefore(team, dataset, below, limit) {
      const rows = await reads.listRows(VERSIONS, {
        where: { team, dataset },
        below: { number: below },
        order: { by: ['number'], down: true },
        limit,
      });
      return rows.filter(
        ({ state, removedAt }) => state === 'published' && removedAt === undefined,
      );
    },
    current(team, dataset) {
      const row = datasets.find(team, dataset);
      return row === undefined ? [] : datasets.currentOf(row);
    },
    isCurrent({ team, dataset, number, interval }) {
      const row = datasets.find(team, dataset);
      return row !== undefined && datasets.isCurrent(row, { number, interval });
    },
    ownerOf: (team, name) => datasets.plannedBy(team, name)?.owner,
    mayRead: (reader, team, name) => datasets.mayRead(reader, { team, name }),
    root: storage?.root,
    read: async (path) => await storage?.read(path),
  };
}
