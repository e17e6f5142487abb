/**
 * `datasets`: what a pipeline writes. `reads`: which datasets it reads, each under a name of its own.
 *
 *     datasets:
 *       parcels/example: { contract: parcels.contract.yaml, stamp: true, keep: { versions: 10, for: 90 days } }
 *       parcels/raw:     { stage: raw, per: interval, readers: [planning] }
 *     reads:
 *       raw:    parcels/raw
 *       zoning: { dataset: zoning/areas, team: planning }
 *
 * What is read is fixed when an execution begins: whatever is published meanwhile, all its tasks see the same versions.
 * @module
 */
import { z } from 'zod';
import type { JsonObject } from '../../asl/json.js';
import type { Contract } from '../../datasets/contract.js';
import { nameProblem, type Stage } from '../../datasets/dataset.js';
import { type InlineContract, inlineContractShape } from '../contract-file/contract-shape.js';
import { storedContract } from '../contract-file/stored-contract.js';
import { parseDuration } from '../duration.js';
import { type Duration, duration } from '../step-schema.js';
import { type Section, whenShaped } from './section.js';

/** What a file says of one dataset that it writes. */
export interface WrittenDataset {
  /** A file, or what stands in one. */
  contract?: string | InlineContract | undefined;
  description?: string | undefined;
  stage?: Stage | undefined;
  per?: 'execution' | 'interval' | undefined;
  readers?: string | string[] | undefined;
  stamp?: boolean | undefined;
  mask?: string | string[] | undefined;
  keep?: { versions?: number | undefined; for?: Duration | undefined } | 'forever' | undefined;
}

export interface WrittenRead {
  dataset: string;
  team?: string | undefined;
}

const datasetName = z
  .string()
  .max(200)
  .refine((name) => nameProblem(name) === undefined, {
    error: ({ input }) => `no name of a dataset: ${nameProblem(String(input)) ?? ''}`,
  });

const teamName = z
  .string()
  .regex(/^(\*|[A-Za-z0-9][A-Za-z0-9._-]{0,79})$/, 'expected the name of a team, or "*" for all');

const written: z.ZodType<WrittenDataset> = z.strictObject({
  contract: z
    .union([z.string().min(1).max(1_000), inlineContractShape])
    .optional()
    .meta({ description: 'A file with what its data must be like, or that itself' }),
  description: z.string().max(2_000).optional(),
  stage: z.enum(['raw', 'structured']).optional().meta({
    description: 'raw: files as they came; structured (default): rows, written as Parquet',
  }),
  per: z.enum(['execution', 'interval']).optional().meta({
    description:
      'interval: each interval has a current version of its own, and all of them together are read',
  }),
  readers: z
    .union([teamName, z.array(teamName).min(1).max(100)])
    .optional()
    .meta({ description: 'Other teams that may read it; none when absent' }),
  stamp: z.boolean().optional().meta({
    description: 'Rows get the columns _millrace_execution, _code_version and _source',
  }),
  mask: z
    .union([z.string().min(1).max(1_000), z.array(z.string().min(1).max(1_000)).min(1).max(1_000)])
    .optional()
    .meta({
      description:
        'Columns whose values the catalogue shows to nobody: previews, profiles, SQL. Pipelines read them as they are',
    }),
  keep: z
    .union([
      z.literal('forever'),
      z.strictObject({
        versions: z.int().min(1).max(100_000).optional(),
        for: duration.optional(),
      }),
    ])
    .optional()
    .meta({
      description:
        'How many of the newest versions are kept, and how long others; 10 versions and 90 days when absent',
      examples: [{ versions: 30, for: '180 days' }],
    }),
});

const datasets: z.ZodType<{ [name: string]: WrittenDataset }> = z
  .record(datasetName, written)
  .refine((all) => Object.keys(all).length <= 1_000, { message: 'more than 1,000 datasets' });

const DAY = 86_400_000;
/** What is kept when nobody says otherwise. */
export const DEFAULT_KEEP: KeptVersions = { versions: 10, age: 90 * DAY };

export interface KeptVersions {
  readonly versions: number;
  /** Milliseconds; undefined: for good. */
  readonly age: number | undefined;
}

/** A dataset that a pipeline writes. */
export interface DatasetPlan {
  readonly name: string;
  readonly stage: Stage;
  readonly isByInterval: boolean;
  /** Names of teams, or `*`. */
  readonly readers: readonly string[];
  readonly isStamped: boolean;
  /** Columns whose values people are not shown. */
  readonly masked: readonly string[];
  readonly keep: KeptVersions;
  readonly description?: string;
  readonly contract?: Contract;
  /** Why nothing is published: what a deployment has as its contract is none. */
  readonly contractProblem?: string;
}

/** Of a dataset that a pipeline writes without saying anything of it. */
export function plainDataset(name: string): DatasetPlan {
  return planOf(name, {});
}

export const DATASETS: Section<ReadonlyMap<string, DatasetPlan>> & { schema: typeof datasets } = {
  path: ['datasets'],
  schema: datasets,
  parse: (json) =>
    whenShaped(
      datasets,
      json,
      (all) => new Map(Object.entries(all).map(([name, said]) => [name, planOf(name, said)])),
    ),
};

function planOf(name: string, said: WrittenDataset): DatasetPlan {
  const {
    stage = 'structured',
    per,
    readers = [],
    stamp,
    mask = [],
    keep,
    description,
    contract,
  } = said;
  return {
    name,
    stage,
    isByInterval: per === 'interval',
    readers: typeof readers === 'string' ? [readers] : readers,
    isStamped: stamp === true && stage === 'structured',
    masked: typeof mask === 'string' ? [mask] : mask,
    keep: keepOf(keep),
    ...(description === undefined ? {} : { description }),
    ...contractOf(name, contract),
  };
}

function contractOf(
  name: string,
  written: WrittenDataset['contract'],
): Pick<DatasetPlan, 'contract' | 'contractProblem'> {
  if (written === undefined) return {};
  if (typeof written === 'string') return { contractProblem: `${written} was not read` };
  const read = storedContract(name, written as JsonObject);
  return 'problem' in read ? { contractProblem: read.problem } : read;
}

function keepOf(keep: WrittenDataset['keep']): KeptVersions {
  if (keep === 'forever') return { versions: DEFAULT_KEEP.versions, age: undefined };
  const { versions = DEFAULT_KEEP.versions, for: time } = keep ?? {};
  const seconds = time === undefined ? undefined : parseDuration(time);
  return { versions, age: seconds === undefined ? DEFAULT_KEEP.age : seconds * 1_000 };
}

const alias = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'name what is read with letters, digits and _');

const reads: z.ZodType<{ [alias: string]: string | WrittenRead }> = z
  .record(
    alias,
    z.union([datasetName, z.strictObject({ dataset: datasetName, team: teamName.optional() })]),
  )
  .refine((all) => Object.keys(all).length <= 100, { message: 'more than 100 datasets' })
  .meta({
    description:
      'Datasets that it reads, by the names that its SQL and programs know them by: views, and variables MILLRACE_DATASET_NAME',
    examples: [{ raw: 'parcels/raw' }],
  });

/** What is read under a name. */
export interface ReadPlan {
  readonly alias: string;
  readonly name: string;
  /** Default: the pipeline's own. */
  readonly team?: string;
}

export const READS: Section<readonly ReadPlan[]> & { schema: typeof reads } = {
  path: ['reads'],
  schema: reads,
  parse: (json) =>
    whenShaped(reads, json, (all) =>
      Object.entries(all).map(([name, said]): ReadPlan => {
        if (typeof said === 'string') return { alias: name, name: said };
        const { dataset, team } = said;
        return { alias: name, name: dataset, ...(team === undefined ? {} : { team }) };
      }),
    ),
};
