/**
 * Which data a caller may read: that of the teams in which it has the role, and what other teams let these teams read.
 * @module
 */
import type { QueryTable } from '../../../connectors/dataset/query/query-protocol.js';
import { readReference } from '../../../datasets/dataset.js';
import { EngineError } from '../../kernel/errors.js';
import { EVERYTHING, type Scope, sees } from '../../kernel/scope.js';
import type { CatalogueData, KnownDataset, KnownVersion } from './known-datasets.js';

/** Current versions of one dataset that are read together. */
const MOST_VERSIONS = 2_000;

/** Whether the caller may read its rows. */
export function mayReadRows(
  data: CatalogueData,
  scope: Scope,
  dataset: { team: string; name: string },
): boolean {
  if (scope === EVERYTHING || sees(scope, dataset.team)) return true;
  return scope.teams.some((reader) => data.mayRead(reader, dataset));
}

/** Datasets of a name that the caller may read: its own before those of others. */
export function readable(
  data: CatalogueData,
  scope: Scope,
  { name, team }: { readonly name: string; readonly team?: string },
): KnownDataset[] {
  const found = data
    .all()
    .filter((one) => one.name === name && (team === undefined || one.team === team))
    .filter((one) => mayReadRows(data, scope, one));
  const own = found.filter((one) => scope !== EVERYTHING && sees(scope, one.team));
  return own.length === 1 ? own : found;
}

/**
 * One dataset and its versions: what is current, or the one that is named.
 * @param reference `NAME`, `NAME@VERSION`, `TEAM:NAME@VERSION`
 * @throws EngineError DatasetNotFound, DatasetAmbiguous, DatasetVersionNotFound, DatasetVersionRemoved
 */
export async function findVersions(
  data: CatalogueData,
  scope: Scope,
  reference: string,
): Promise<{ dataset: KnownDataset; versions: readonly KnownVersion[] }> {
  const read = readReference(reference);
  if (read === undefined) throw new EngineError('DatasetNotFound', { name: reference });
  const { name, version = 'current' } = read;
  const [dataset, second] = readable(data, scope, read);
  if (dataset === undefined) throw new EngineError('DatasetNotFound', { name });
  if (second !== undefined) {
    const teams = readable(data, scope, read)
      .map(({ team }) => team)
      .sort();
    throw new EngineError('DatasetAmbiguous', { name, teams: teams.join(', ') });
  }
  if (version === 'current') {
    const versions = data.currentOf(dataset).slice(-MOST_VERSIONS);
    if (versions.length > 0) return { dataset, versions };
    throw new EngineError('DatasetVersionNotFound', { name, version });
  }
  const found = await data.version(dataset.team, name, version);
  if (found === undefined) throw new EngineError('DatasetVersionNotFound', { name, version });
  if (found.removedAt !== undefined)
    throw new EngineError('DatasetVersionRemoved', { name, version });
  return { dataset, versions: [found] };
}

/** What a process needs to read it. @param name what it is called there */
export async function tableOf(
  data: CatalogueData,
  name: string,
  {
    dataset,
    versions,
  }: { readonly dataset: KnownDataset; readonly versions: readonly KnownVersion[] },
): Promise<QueryTable> {
  const folders = await Promise.all(versions.map(({ folder }) => data.local(folder)));
  const { masked } = data.said(dataset.team, dataset.name);
  return { name, folders, stage: dataset.stage, masked };
}
