/**
 * What changed from one version to another: which two are meant, whether the caller may see them, and what their comparison says.
 *
 *     NAME           what is current, and what was before it
 *     NAME@A         A, and what is current now
 *     NAME@A B       both; B may be a version of another dataset
 *
 * Values of masked columns are compared within one dataset, where whoever writes it knows them anyway, and shown as `***`. Between
 * two datasets only whether there is a value is compared: else a dataset of one's own would tell by and by what another one hides.
 * @module
 */
import type { Manifest } from '../../../datasets/dataset.js';
import { isVersionId, type Stage, type VersionState } from '../../../datasets/dataset.js';
import { columnList } from '../../../datasets/diff/column-list.js';
import {
  compareVersionFiles,
  type FilesDiff,
  isSameTable,
  type TableDiff,
} from '../../../datasets/diff/version-diff.js';
import { MANIFEST } from '../../../datasets/layout.js';
import { EngineError } from '../../kernel/errors.js';
import type { Scope } from '../../kernel/scope.js';
import { findVersions, maskedOf } from './find-tables.js';
import type { CatalogueData, CompareData, KnownDataset, KnownVersion } from './known-datasets.js';

/** What is to be compared, and how. */
export interface DiffRequest {
  /** Of the dataset; may say its team: `planning:zoning/areas`. */
  readonly name: string;
  /** An id. Defaults to what was current before the later version. */
  readonly from?: string;
  /** An id, `current`, or a version of another dataset as `NAME@VERSION`. Defaults to what is current. */
  readonly to?: string;
  /** Columns that tell rows apart. Defaults to what the contract says is unique. */
  readonly key?: readonly string[];
  /** Columns that are compared. Defaults to all. */
  readonly columns?: readonly string[];
  /** Defaults to leaving them out. */
  readonly stamps?: 'leave out' | 'compare';
  /** Most examples of each kind. Defaults to 10. */
  readonly examples?: number;
}

/** A side of a diff. */
export interface DiffedVersion {
  readonly team: string;
  readonly dataset: string;
  readonly version: string;
  readonly state: VersionState;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Id of the execution that wrote it. */
  readonly execution: string;
  readonly codeVersion: string;
  readonly interval?: string;
  readonly bytes: number;
}

export interface VersionDiff {
  readonly from: DiffedVersion;
  readonly to: DiffedVersion;
  readonly stage: Stage;
  /** Neither columns nor rows, or files, differ. */
  readonly same: boolean;
  /** Of structured data. */
  readonly table?: TableDiff;
  /** Of raw data. */
  readonly files?: FilesDiff;
}

interface Side {
  readonly dataset: KnownDataset;
  readonly version: KnownVersion;
}

const USUAL_EXAMPLES = 10;

/**
 * Columns as people name them: `id,day`.
 * @throws EngineError DiffColumnUnknown
 * @example columnsNamed('id,"a,b"') // ['id', 'a,b']
 */
export function columnsNamed(text: string): string[] {
  const names = columnList(text);
  if (names !== undefined && names.length <= MOST_NAMED) return names;
  const cause =
    names === undefined
      ? `'${text.slice(0, 100)}' is no list of columns.`
      : `at most ${MOST_NAMED} columns can be named.`;
  throw new EngineError('DiffColumnUnknown', { cause });
}

const MOST_NAMED = 1_000;

/**
 * @throws EngineError DatasetNotFound, DatasetAmbiguous, DatasetVersionNotFound, DatasetVersionRemoved, TestRunVersionRemoved, DatasetVersionUnpublished,
 *   DataUnreadable and those whose name begins with Diff
 * @example await diffVersions(data, runDiff, EVERYTHING, { name: 'parcels/example' }, signal)
 */
export async function diffVersions(
  data: CatalogueData,
  compare: CompareData,
  scope: Scope,
  request: DiffRequest,
  signal: AbortSignal,
): Promise<VersionDiff> {
  const { from, to } = await findSides(data, scope, request);
  if (from.dataset.stage !== to.dataset.stage) {
    throw new EngineError('DiffStagesDiffer', {
      ...{ from: from.dataset.name, fromStage: from.dataset.stage },
      ...{ to: to.dataset.name, toStage: to.dataset.stage },
    });
  }
  const said = { from: told(from.version), to: told(to.version), stage: to.dataset.stage };
  if (to.dataset.stage === 'raw') {
    const files = compareVersionFiles(
      (await manifestOf(data, from)).files,
      (await manifestOf(data, to)).files,
      request.examples ?? USUAL_EXAMPLES,
    );
    return { ...said, same: files.same === files.from && files.same === files.to, files };
  }
  if (to.dataset.stage === 'table') {
    throw new EngineError('DataUnreadable', {
      cause: 'versions of a table that others keep are compared where it lies, by its snapshots',
    });
  }
  const table = await compareTables(data, compare, { from, to }, request, signal);
  return { ...said, same: isSameTable(table), table };
}

async function compareTables(
  data: CatalogueData,
  compare: CompareData,
  { from, to }: { readonly from: Side; readonly to: Side },
  { key, columns, stamps = 'leave out', examples = USUAL_EXAMPLES }: DiffRequest,
  signal: AbortSignal,
): Promise<TableDiff> {
  const masked = await Promise.all(
    [from, to].map(({ dataset, version }) => maskedOf(data, dataset, [version])),
  );
  const isOne = from.dataset.team === to.dataset.team && from.dataset.name === to.dataset.name;
  const { unique } = data.said(to.dataset.team, to.dataset.name);
  const message = await compare(
    { folder: await data.local(from.version.folder) },
    { folder: await data.local(to.version.folder) },
    {
      ...(key === undefined ? {} : { key }),
      ...(unique === undefined ? {} : { unique }),
      ...(columns === undefined ? {} : { columns }),
      ...{ stamps, examples, masked: masked.flat() },
      maskedAs: isOne ? 'values' : 'presence',
    },
    signal,
  );
  if (message.type === 'compared') return message.diff;
  const { problem, cause } = message;
  switch (problem) {
    case 'unknown column':
    case 'masked key':
      throw new EngineError('DiffColumnUnknown', { cause });
    case 'memory':
      throw new EngineError('DiffTooLarge', {});
    case 'time':
    case 'aborted':
      throw new EngineError('DiffTooLong', { cause });
    case 'unreadable':
    case 'crashed':
      throw new EngineError('DataUnreadable', { cause: `${cause}.` });
  }
}

async function findSides(
  data: CatalogueData,
  scope: Scope,
  { name, from, to = 'current' }: DiffRequest,
): Promise<{ from: Side; to: Side }> {
  const find = async (reference: string): Promise<Side> => {
    const { dataset, versions } = await findVersions(data, scope, reference);
    const version = versions.at(-1);
    if (version !== undefined) return { dataset, version };
    throw new EngineError('DatasetVersionNotFound', { name: dataset.name, version: 'current' });
  };
  const isOwn = to === 'current' || isVersionId(to);
  const before = from === undefined ? undefined : await find(`${name}@${from}`);
  const later = isOwn ? await find(`${name}@${to}`) : await find(to);
  if (before !== undefined) {
    const { dataset, version } = before;
    const current = to === 'current' ? currentOf(data, dataset, version.interval) : undefined;
    return { from: before, to: current === undefined ? later : { dataset, version: current } };
  }
  if (!isOwn) return { from: await find(`${name}@current`), to: later };
  const earlier = await versionBefore(data, later);
  if (earlier === undefined) {
    const { version } = later.version;
    throw new EngineError('DiffNothingBefore', { name: later.dataset.name, version });
  }
  return { from: { dataset: later.dataset, version: earlier }, to: later };
}

/** What is current: of the interval, where each has its own. */
function currentOf(
  data: CatalogueData,
  dataset: KnownDataset,
  interval: string | undefined,
): KnownVersion | undefined {
  const all = data.currentOf(dataset);
  const own = interval === undefined ? undefined : all.find((one) => one.interval === interval);
  return own ?? (all.length === 1 ? all[0] : undefined);
}

/** What was never current is compared with what is. */
async function versionBefore(
  data: CatalogueData,
  { dataset, version }: Side,
): Promise<KnownVersion | undefined> {
  if (version.state === 'shadow' || version.state === 'rejected') {
    const current = currentOf(data, dataset, version.interval);
    if (current !== undefined && current.removedAt === undefined) return current;
  }
  return await data.before(version);
}

async function manifestOf(data: CatalogueData, { version }: Side): Promise<Manifest> {
  const text = await data.read(`${version.folder}/${MANIFEST}`);
  if (text !== undefined) return JSON.parse(text) as Manifest;
  const { dataset: name, version: id } = version;
  throw new EngineError('DatasetVersionRemoved', { name, version: id });
}

function told(version: KnownVersion): DiffedVersion {
  const {
    team,
    dataset,
    version: id,
    state,
    at,
    executionId,
    codeVersion,
    interval,
    bytes,
  } = version;
  return {
    ...{ team, dataset, version: id, state, at, execution: executionId, codeVersion, bytes },
    ...(interval === undefined ? {} : { interval }),
  };
}
