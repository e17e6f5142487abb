/**
 * `engine.catalogue`: finding data, looking at it, asking it.
 *
 * Rows are told to whoever may read data (`analyst`), what is known of datasets to every viewer. Data of another team is told where
 * that team lists the caller's as a reader.
 * @module
 */

import type { Json } from '../../../asl/json.js';
import type {
  QueryMessage,
  QueryRows,
  QueryTable,
  QueryWork,
  TableProfile,
} from '../../../connectors/dataset/query/query-protocol.js';
import { namesIn, withQuotedNames } from '../../../datasets/query-names.js';
import { type SchemaChange, schemaWords } from '../../../datasets/schema.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { EVERYTHING, type Scope, sees } from '../../kernel/scope.js';
import type { Catalogue, ReadingPipeline } from './catalogue.js';
import { PROFILES } from './catalogue-tables.js';
import { findVersions, maskedOf, readable, tableOf } from './find-tables.js';
import type { CatalogueData, CompareData, KnownDataset, ReadData } from './known-datasets.js';
import { type FoundDataset, searchDatasets } from './search-datasets.js';
import { type StepWorking, type WorkingSource, workingOf } from './step-working.js';
import { type DiffRequest, diffVersions, type VersionDiff } from './version-diffs.js';

/** Rows as people see them. */
export type DataRows = QueryRows;

export interface QueryRequest {
  readonly sql: string;
  /** Most rows of the answer. Defaults to 1,000; at most 10,000. */
  readonly rows?: number;
}

/** What is known of a dataset besides its versions. */
export interface DatasetUse {
  readonly team: string;
  readonly name: string;
  readonly pipeline: string;
  readonly description?: string;
  /** Teams that may read it. */
  readonly readers: readonly string[];
  /** Pipelines whose files say that they read it. */
  readonly readBy: readonly ReadingPipeline[];
  readonly publishedAt?: number;
  /** Milliseconds since then. */
  readonly ageMs?: number;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly masked: boolean;
  }[];
}

/** A version whose columns are not those of what was current before. */
export interface SchemaStep {
  readonly version: string;
  readonly at: number;
  readonly state: string;
  readonly change: Json;
  readonly words: string;
}

export interface VersionProfile extends TableProfile {
  readonly dataset: string;
  readonly version: string;
  /** When it was looked at, in milliseconds since the epoch. */
  readonly at: number;
}

export interface CatalogueCalls {
  /** The best first. */
  search(
    scope: Scope,
    query: { readonly q: string; readonly limit?: number },
  ): Promise<FoundDataset[]>;
  /** Throws DatasetNotFound, DatasetAmbiguous. */
  use(scope: Scope, name: string): Promise<DatasetUse>;
  /** The newest first; a page may be short, or empty, and not the last one. Throws as `use`. */
  schemaHistory(
    scope: Scope,
    name: string,
    page?: { readonly limit?: number; readonly cursor?: string },
  ): Promise<Page<SchemaStep>>;
  /** Rows of published versions, and of those of test runs by their ids. Throws the errors of kernel/query-errors.ts, DatasetAmbiguous. */
  query(scope: Scope, request: QueryRequest, signal: AbortSignal): Promise<QueryRows>;
  /** The first rows of a version. @param name may say its team: `planning:zoning/areas` */
  preview(
    scope: Scope,
    name: string,
    version: string,
    rows: number,
    signal: AbortSignal,
  ): Promise<QueryRows>;
  /** What a version is like; looked at once, and then kept. */
  profile(
    scope: Scope,
    name: string,
    version: string,
    signal: AbortSignal,
  ): Promise<VersionProfile>;
  /** What changed from one version to another. Throws as `diffVersions`, and TooManyDiffs. */
  diff(scope: Scope, request: DiffRequest, signal: AbortSignal): Promise<VersionDiff>;
  /** What each SQL step of an execution read and wrote. Throws ExecutionNotFound. */
  working(
    scope: Scope,
    execution: string,
    rows: number,
    signal: AbortSignal,
  ): Promise<StepWorking[]>;
}

/** Queries that run at a time. */
const MOST_RUNNING = 4;
/** Versions that are compared at a time. */
const MOST_COMPARED = 2;
const USUAL_ROWS = 1_000;
/** Versions that one page of a schema's history looks at. */
const LOOKED_AT = 1_000;
const SUGGESTED = 5;

export function catalogueCalls(
  kernel: Pick<Kernel, 'reads' | 'time' | 'write'>,
  catalogue: Catalogue,
  data: CatalogueData | undefined,
  { read, compare }: { readonly read: ReadData; readonly compare: CompareData },
  source: WorkingSource,
): CatalogueCalls {
  let running = 0;
  let comparing = 0;
  const profiling = new Map<number, Promise<VersionProfile>>();

  /** One of few at a time. */
  async function ask(
    work: QueryWork,
    tables: readonly QueryTable[],
    signal: AbortSignal,
  ): Promise<QueryMessage> {
    if (running >= MOST_RUNNING) throw new EngineError('TooManyQueries', {});
    running += 1;
    try {
      return await read(work, tables, signal);
    } finally {
      running -= 1;
    }
  }

  function known(): CatalogueData {
    if (data === undefined) throw new EngineError('DatasetNotFound', { name: '' });
    return data;
  }

  /** Also one without a version, of the caller's own teams. */
  function find(scope: Scope, name: string): KnownDataset {
    const all = known();
    const written = readable(all, scope, referenceOf(name));
    const [dataset, second] = written;
    if (second !== undefined) {
      const teams = written.map(({ team }) => team).sort();
      throw new EngineError('DatasetAmbiguous', { name, teams: teams.join(', ') });
    }
    if (dataset !== undefined) return dataset;
    for (const planned of all.planned()) {
      if (planned.name === name && sees(scope, planned.team)) {
        return { ...planned, stage: 'structured' };
      }
    }
    throw new EngineError('DatasetNotFound', { name });
  }

  /** Relations that the query may mean, and names that several teams have. */
  async function candidates(
    scope: Scope,
    sql: string,
  ): Promise<{ tables: QueryTable[]; unclear: Map<string, EngineError> }> {
    const tables: QueryTable[] = [];
    const unclear = new Map<string, EngineError>();
    for (const name of namesIn(sql)) {
      try {
        const found = await findVersions(known(), scope, name);
        const [version] = found.versions;
        if (version?.state === 'rejected') {
          const { state } = version;
          throw new EngineError('DatasetVersionUnpublished', { name, state });
        }
        tables.push(await tableOf(known(), name, found));
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        // Most words of a query are no datasets.
        if (error.kind !== 'DatasetNotFound') unclear.set(name.toLowerCase(), error);
      }
    }
    return { tables, unclear };
  }

  /** Names that the caller could have meant. */
  function others(scope: Scope, wanted: string): string {
    const names = (data?.all() ?? [])
      .filter((one) => readable(known(), scope, one).length > 0)
      .map(({ name, team }) =>
        scope !== EVERYTHING && sees(scope, team) ? name : `${team}:${name}`,
      );
    const alike = names.filter((name) => isAlike(name, wanted));
    const told = (alike.length > 0 ? alike : names).slice(0, SUGGESTED).map((name) => `"${name}"`);
    if (told.length === 0) return ' There is none.';
    const more =
      alike.length === 0 && names.length > told.length
        ? ` and ${names.length - told.length} more`
        : '';
    return alike.length > 0
      ? ` Did you mean ${told.join(' or ')}?`
      : ` There are ${told.join(', ')}${more}.`;
  }

  async function look(
    scope: Scope,
    name: string,
    version: string,
  ): Promise<Awaited<ReturnType<typeof findVersions>>> {
    return await findVersions(known(), scope, `${name}@${version}`);
  }

  return {
    async search(scope, { q, limit = 20 }) {
      return data === undefined ? [] : await searchDatasets(kernel, data, scope, q, limitOf(limit));
    },
    async use(scope, name) {
      const dataset = find(scope, name);
      const { team, pipeline, publishedAt } = dataset;
      const { description, readers, masked } = known().said(team, dataset.name);
      const columns = await catalogue.columnsOf(team, dataset.name);
      return {
        ...{ team, name: dataset.name, pipeline, readers },
        ...(description === undefined ? {} : { description }),
        readBy: catalogue.readersOf(team, dataset.name),
        ...(publishedAt === undefined
          ? {}
          : { publishedAt, ageMs: Math.max(0, kernel.time.now() - publishedAt) }),
        columns: columns.map((column) => ({ ...column, masked: isMasked(masked, column.name) })),
      };
    },
    async schemaHistory(scope, name, { limit: wanted, cursor } = {}) {
      const { team, name: dataset } = find(scope, name);
      const limit = limitOf(wanted);
      let [below] = cursor === undefined ? [] : fromCursor('schema-history', cursor, 1);
      const page = { limit: LOOKED_AT, ...(below === undefined ? {} : { below }) };
      const versions = await known().versions(team, dataset, page);
      const items: SchemaStep[] = [];
      for (const { number, version, at, state, schemaChange } of versions) {
        if (items.length >= limit) return { items, next: toCursor('schema-history', [below ?? 0]) };
        below = number;
        if (schemaChange === undefined) continue;
        const change = schemaChange;
        items.push({
          version,
          at,
          state,
          change,
          words: schemaWords(change as unknown as SchemaChange),
        });
      }
      const isMore = versions.length === LOOKED_AT && below !== undefined;
      return { items, ...(isMore ? { next: toCursor('schema-history', [below ?? 0]) } : {}) };
    },
    async query(scope, { sql: written, rows = USUAL_ROWS }, signal) {
      const sql = withQuotedNames(written);
      const { tables, unclear } = await candidates(scope, sql);
      const message = await ask({ type: 'sql', sql, rows }, tables, signal);
      if (message.type === 'rows') return rowsOf(message);
      const name = message.type === 'failed' ? message.name : undefined;
      const problem = unclear.get(name?.toLowerCase() ?? '');
      if (problem !== undefined) throw problem;
      throw failureOf(message, () => others(scope, name ?? ''));
    },
    async preview(scope, name, version, rows, signal) {
      const table = await tableOf(known(), 'data', await look(scope, name, version));
      const message = await ask({ type: 'preview', rows }, [table], signal);
      if (message.type !== 'previews') throw failureOf(message);
      const [preview] = message.previews;
      if (preview === undefined || 'problem' in preview) {
        throw new EngineError('DataUnreadable', {
          cause: `${preview?.problem ?? 'there is none'}.`,
        });
      }
      return preview;
    },
    async profile(scope, name, version, signal) {
      const found = await look(scope, name, version);
      const last = found.versions.at(-1);
      if (last === undefined) throw new EngineError('DatasetVersionNotFound', { name, version });
      const masked = await maskedOf(known(), found.dataset, [last]);
      const { number } = last;
      const of = { dataset: last.dataset, version: last.version };
      const kept = await kernel.reads.findRow(PROFILES, [number]);
      if (kept !== undefined) {
        const profile = kept.profile as unknown as TableProfile;
        return { ...withoutMasked(profile, masked), ...of, at: kept.at };
      }
      const looking = async (): Promise<VersionProfile> => {
        const table = await tableOf(known(), 'data', { ...found, versions: [last] });
        const message = await ask({ type: 'profile' }, [table], signal);
        if (message.type !== 'profile') throw failureOf(message);
        const { profile } = message;
        const at = kernel.time.now();
        const row = { version: number, at, profile: profile as unknown as Json };
        await kernel.write((turn) => turn.put(PROFILES, row));
        return { ...profile, ...of, at };
      };
      // Whoever asks meanwhile gets the same answer.
      const begun = profiling.get(number) ?? looking().finally(() => profiling.delete(number));
      profiling.set(number, begun);
      return { ...(await begun) };
    },
    async diff(scope, request, signal) {
      if (comparing >= MOST_COMPARED) throw new EngineError('TooManyDiffs', {});
      comparing += 1;
      try {
        return await diffVersions(known(), compare, scope, request, signal);
      } finally {
        comparing -= 1;
      }
    },
    async working(scope, execution, rows, signal) {
      return await workingOf(source, data, scope, execution, rows, (tables) =>
        ask({ type: 'preview', rows }, tables, signal),
      );
    },
  };
}

function referenceOf(name: string): { name: string; team?: string } {
  const [team, rest] = name.split(':', 2);
  return rest === undefined || team === undefined ? { name } : { name: rest, team };
}

function rowsOf({ columns, rows, truncated }: QueryRows): QueryRows {
  return { columns, rows, truncated };
}

function isMasked(masked: readonly string[], name: string): boolean {
  return masked.some((one) => one.toLowerCase() === name.toLowerCase());
}

/** Of a profile that was made before a column was masked, its values are left out. */
function withoutMasked(profile: TableProfile, masked: readonly string[]): TableProfile {
  return {
    ...profile,
    columns: profile.columns.map((column) => {
      if (!isMasked(masked, column.name)) return column;
      const { name, type, nulls } = column;
      return { name, type, nulls, masked: true };
    }),
  };
}

function isAlike(name: string, wanted: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  const [one, other] = [plain(name), plain(wanted.replace(/@.*/, ''))];
  return other !== '' && (one.includes(other) || other.includes(one));
}

/** @param others what else there is, where a name is unknown */
function failureOf(message: QueryMessage, others: () => string = () => ''): EngineError {
  if (message.type !== 'failed')
    return new EngineError('DataUnreadable', { cause: 'no answer came.' });
  const { problem, cause, name = '' } = message;
  switch (problem) {
    case 'not a query':
    case 'refused function':
      return new EngineError('QueryRefused', { cause });
    case 'unknown table':
      return new EngineError('QueryTableUnknown', { name, others: others() });
    case 'wrong sql':
      return new EngineError('QueryFailed', { cause });
    case 'memory':
      return new EngineError('QueryTooLarge', {});
    case 'time':
    case 'aborted':
      return new EngineError('QueryTooLong', { cause });
    case 'unreadable':
    case 'crashed':
      return new EngineError('DataUnreadable', { cause: `${cause}.` });
  }
}
