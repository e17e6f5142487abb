/**
 * Where versions lie under the root, so that DuckDB, Spark, Athena and pandas read them without Millrace:
 *
 *     structured/TEAM/NAME/versions/VERSION/part-*.parquet    what is published, and _manifest.json beside it
 *     structured/TEAM/NAME/quarantine/VERSION/part-*.parquet  rows that the contract held back, with their reasons
 *     structured/TEAM/NAME/current.json                       which version is current
 *     structured/TEAM/NAME/current                            the same as a link, on a local folder
 *     raw/TEAM/NAME/versions/VERSION/…                        files as they came
 *     table/TEAM/NAME/versions/VERSION/_manifest.json         at which snapshot a table of others was
 *     shadow/EXECUTION/structured/TEAM/NAME/…                 what a test run writes
 * @module
 */
import type { DatasetRef, Stage } from './dataset.js';

/** Folder of a dataset, relative to the root. */
export function datasetFolder(stage: Stage, { team, name }: DatasetRef): string {
  return `${stage}/${team}/${name}`;
}

/** Folder of a version, relative to the root. */
export function versionFolder(stage: Stage, dataset: DatasetRef, version: string): string {
  return `${datasetFolder(stage, dataset)}/versions/${version}`;
}

/** Where the rows of a version lie that the contract held back. */
export function quarantineFolder(stage: Stage, dataset: DatasetRef, version: string): string {
  return `${datasetFolder(stage, dataset)}/quarantine/${version}`;
}

/** Root of what a test run writes, relative to the root. */
export function shadowRoot(execution: string): string {
  return `shadow/${execution}`;
}

const SHADOW_PLACE = /^shadow\/[^/]+\/(raw|structured|table)\//;

/**
 * The stage of a version that a test run wrote, as its folder says; undefined: it is the folder of none.
 * @example stageOfShadow('shadow/0199/raw/planning/zoning/versions/20261130T063000Z-0000abcd') // 'raw'
 */
export function stageOfShadow(folder: string): Stage | undefined {
  return SHADOW_PLACE.exec(folder)?.[1] as Stage | undefined;
}

export const MANIFEST = '_manifest.json';
export const POINTER = 'current.json';

/** What `current.json` says. */
export interface Pointer extends DatasetRef {
  readonly format: 1;
  /** Counts up: one that is lower never replaces one that is higher. */
  readonly revision: number;
  /** ISO 8601, UTC. */
  readonly publishedAt: string;
  /** One; of a dataset by interval one for each. Folders relative to the root. */
  readonly versions: readonly {
    readonly version: string;
    readonly folder: string;
    readonly interval?: string;
  }[];
}
