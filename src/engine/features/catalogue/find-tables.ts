/**
 * Which data a caller may read: that of the teams in which it has the role, and what other teams let these teams read.
 * @module
 */
import type { QueryTable } from '../../../connectors/dataset/query/query-protocol.js';
import { isVersionId, readReference } from '../../../datasets/dataset.js';
import { stageOfShadow } from '../../../datasets/layout.js';
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
 * One dataset and its versions: what is current, or the one that is named. What was not published is a matter of its own team.
 * @param reference `NAME`, `NAME@VERSION`, `TEAM:NAME@VERSION`
 * @throws EngineError DatasetNotFound, DatasetAmbiguous, DatasetVersionNotFound, DatasetVersionRemoved, TestRunVersionRemoved
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
  if (dataset === undefined) {
    const tried = await onlyTried(data, scope, read);
    if (tried === undefined) throw new EngineError('DatasetNotFound', { name });
    mustBeThere(tried.versions[0]);
    return tried;
  }
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
  if (found === undefined || !isToBeSeen(scope, found)) {
    throw new EngineError('DatasetVersionNotFound', { name, version });
  }
  mustBeThere(found);
  return { dataset, versions: [found] };
}

/** A version of a dataset of which nothing but test runs was ever written. */
async function onlyTried(
  data: CatalogueData,
  scope: Scope,
  { name, team, version }: { name: string; team?: string; version?: string },
): Promise<{ dataset: KnownDataset; versions: readonly [KnownVersion] } | undefined> {
  if (version === undefined || !isVersionId(version)) return undefined;
  const all = scope === EVERYTHING ? data.teams() : scope.teams;
  for (const each of team === undefined ? all : [team]) {
    if (!sees(scope, each)) continue;
    const found = await data.version(each, name, version);
    const stage = found === undefined ? undefined : stageOfShadow(found.folder);
    if (found === undefined || stage === undefined) continue;
    const { pipeline } = found;
    return { dataset: { team: each, name, stage, pipeline }, versions: [found] };
  }
  return undefined;
}

/** Versions that were never published are seen by whoever sees the execution that wrote them. */
function isToBeSeen(scope: Scope, { team, state }: KnownVersion): boolean {
  return (state !== 'shadow' && state !== 'rejected') || sees(scope, team);
}

function mustBeThere({ dataset: name, version, removedAt, state, pipeline }: KnownVersion): void {
  if (removedAt === undefined) return;
  if (state === 'shadow')
    throw new EngineError('TestRunVersionRemoved', { name, version, pipeline });
  throw new EngineError('DatasetVersionRemoved', { name, version });
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
  return { name, folders, stage: dataset.stage, masked: await maskedOf(data, dataset, versions) };
}

/** Columns that are masked in them: by what is deployed, and of what a test run wrote by what it tried, too. */
export async function maskedOf(
  data: CatalogueData,
  { team, name }: { readonly team: string; readonly name: string },
  versions: readonly KnownVersion[],
): Promise<readonly string[]> {
  const tried = versions.filter(({ state }) => state === 'shadow');
  const more = await Promise.all(tried.map((version) => data.maskedIn(version)));
  return [...new Set([...data.said(team, name).masked, ...more.flat()])];
}
