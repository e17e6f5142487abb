/**
 * Tables of what is deployed: `machines` (immutable versions of pipelines), `pipelines` (which version is the current one),
 * and what clients make of versions: `published_versions` and `aliases`.
 * @module
 */
import type {
  AliasRecord,
  MachineRecord,
  PipelineRef,
  PublishedVersionRecord,
} from '../../store/store.js';
import { defineTable, type Table } from '../../store/table.js';

export const MACHINES: Table<MachineRecord> = defineTable<MachineRecord>({
  name: 'machines',
  columns: {
    number: 'integer',
    pipeline: 'text',
    version: 'integer',
    team: 'text',
    tags: 'json',
    digest: 'text',
    deployedAt: 'integer',
    deployment: 'json',
  },
  key: ['number'],
  appendOnly: true,
  migrations: [],
});

type PipelineRow = PipelineRef & { machine: number };

export const PIPELINES: Table<PipelineRow> = defineTable<PipelineRow>({
  name: 'pipelines',
  columns: { team: 'text', name: 'text', machine: 'integer' },
  key: ['team', 'name'],
  migrations: [],
});

/** One that was deleted keeps its row, because its number is never given again. */
type PublishedRow = PublishedVersionRecord & { deleted: 0 | 1 };

export const PUBLISHED_VERSIONS: Table<PublishedRow> = defineTable<PublishedRow>({
  name: 'published_versions',
  columns: {
    team: 'text',
    pipeline: 'text',
    version: 'integer',
    machine: 'integer',
    description: 'text?',
    createdAt: 'integer',
    deleted: 'integer',
  },
  key: ['team', 'pipeline', 'version'],
  migrations: [],
});

export const ALIASES: Table<AliasRecord> = defineTable<AliasRecord>({
  name: 'aliases',
  columns: {
    team: 'text',
    pipeline: 'text',
    name: 'text',
    description: 'text?',
    routing: 'json',
    createdAt: 'integer',
    updatedAt: 'integer',
  },
  key: ['team', 'pipeline', 'name'],
  migrations: [],
});
