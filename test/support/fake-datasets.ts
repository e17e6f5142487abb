/**
 * Datasets without files: a storage in memory, and a connector that writes what its arguments say. For engines on virtual time.
 * @module
 */

import type { Connector, TaskRequest } from '../../src/connectors/connector.js';
import type { DatasetOutput } from '../../src/connectors/dataset/dataset-protocol.js';
import type { DiffMessage } from '../../src/connectors/dataset/diff/diff-protocol.js';
import type {
  QueryMessage,
  QueryTable,
  QueryWork,
} from '../../src/connectors/dataset/query/query-protocol.js';
import type { DatasetStorage } from '../../src/connectors/dataset/storage.js';
import { datasetFolder, MANIFEST, type Pointer, versionFolder } from '../../src/datasets/layout.js';

/** What lies there, and what the test may do to it. */
export interface MemoryStorage extends DatasetStorage {
  /** Folders of versions. */
  readonly folders: Map<string, { at: number }>;
  /** Pointers by the folder of their dataset. */
  readonly pointers: Map<string, Pointer>;
  /** Every pointer move from now on fails with this; undefined: none does. */
  failure: string | undefined;
}

/** @param now time of what is made */
export function memoryStorage(now: () => number = () => 0): MemoryStorage {
  const folders = new Map<string, { at: number }>();
  const pointers = new Map<string, Pointer>();
  const storage: MemoryStorage = {
    root: '/datasets',
    folders,
    pointers,
    failure: undefined,
    stagingFolder: (version) => `/datasets/.staging/${version}`,
    async take(_staging, folder) {
      if (folders.has(folder)) throw new Error(`${folder} is there`);
      folders.set(folder, { at: now() });
    },
    async point(folder, pointer) {
      if (storage.failure !== undefined) throw new Error(storage.failure);
      const before = pointers.get(folder);
      if (before === undefined || before.revision < pointer.revision) pointers.set(folder, pointer);
    },
    async read(path) {
      const folder = path.slice(0, -MANIFEST.length - 1);
      return folders.has(folder) ? JSON.stringify({ format: 1, files: [], bytes: 0 }) : undefined;
    },
    local: async (folder) => `/datasets/${folder}`,
    async remove(folder) {
      folders.delete(folder);
    },
    async *list() {
      for (const [folder, { at }] of folders) yield { folder, at };
    },
  };
  return storage;
}

/** What the arguments of a task may say about what it writes. */
interface Said {
  dataset: string;
  rows?: number;
  contract?: DatasetOutput['contract'];
  quarantined?: number;
  error?: string;
}

/** @param seen is told of every task */
export function fakeDatasetConnector(
  storage: DatasetStorage,
  seen: (task: TaskRequest) => void = () => undefined,
): Connector {
  return {
    ...{ kind: 'dataset', runsCode: false, validate: () => [] },
    async run(task) {
      seen(task);
      const { version: target } = task;
      const said = task.arguments as unknown as Said;
      if (target === undefined || said.error !== undefined) {
        return { type: 'failed', error: said.error ?? 'Dataset.Refused', cause: 'because' };
      }
      const { team, name, version, stage, under } = target;
      const place = versionFolder(stage, target, version);
      await storage.take('', under === '' ? place : `${under}/${place}`);
      const { rows = 1 } = said;
      const counts = { rows, bytes: rows * 10, files: 1 };
      const output: DatasetOutput = {
        ...{ dataset: name, team, version, stage, ...counts, columns: 2, digest: 'd'.repeat(64) },
        location: `${storage.root}/${place}`,
        ...(said.contract === undefined ? {} : { contract: said.contract }),
        ...(said.quarantined === undefined
          ? {}
          : { quarantined: { rows: said.quarantined, location: '' } }),
        produced: counts,
      };
      return { type: 'succeeded', output: output as never };
    },
  };
}

/** Where the pointer of a dataset lies. */
export function pointerOf(storage: MemoryStorage, team: string, name: string): Pointer | undefined {
  return storage.pointers.get(datasetFolder('structured', { team, name }));
}

/** Compares versions that have no rows. */
export async function fakeDiff(): Promise<DiffMessage> {
  const none = { added: 0, removed: 0, retyped: 0 };
  return {
    type: 'compared',
    diff: {
      schema: { added: [], removed: [], retyped: [], reordered: false, counts: none },
      key: { columns: [], by: 'none' },
      rows: { from: 0, to: 0, added: 0, removed: 0, changed: 0, same: 0 },
      ...{ compared: 0, columns: [], changedColumns: 0, shown: [], hidden: 0, examples: [] },
    },
  };
}

/** Reads tables that are there and have no rows, and no others. */
export async function fakeReads(
  work: QueryWork,
  tables: readonly QueryTable[],
): Promise<QueryMessage> {
  const none = { columns: [], rows: [], truncated: false };
  if (work.type === 'preview') return { type: 'previews', previews: tables.map(() => none) };
  if (work.type === 'profile')
    return { type: 'profile', profile: { rows: 0, columns: [], left: 0 } };
  const isThere = tables.some(({ name }) => work.sql.includes(`"${name}"`));
  if (isThere) return { type: 'rows', ...none };
  return { type: 'failed', problem: 'unknown table', cause: 'there is none', name: 'it' };
}
