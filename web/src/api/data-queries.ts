/**
 * What the console reads of datasets, each with its key in the cache.
 * @module
 */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { PATHS, pathTo } from '../../../src/api/paths.js';
import { get, post } from './client.js';
import type {
  ArrivalPage,
  DataRows,
  Dataset,
  DatasetManifest,
  DatasetUse,
  DatasetVersion,
  Lineage,
  Page,
  PartnerPage,
  VersionDiff,
  VersionProfile,
} from './types.js';

/** Executions that publish are heard live; that somebody went back to another version is not. */
const LOOK_EVERY_MS = 10_000;
const DATASETS_PER_PAGE = 50;
const VERSIONS_PER_PAGE = 20;
/** Rows that a page shows of a version. */
export const FIRST_ROWS = 20;

/** A dataset by its name, and whose it is: several teams may have one of the name. */
export interface DatasetName {
  name: string;
  team: string | undefined;
}

export interface DatasetFilter {
  /** Words of its name, team, description or pipeline. */
  q?: string | undefined;
  team?: string | undefined;
}

export const datasetsQuery = (filter: DatasetFilter) =>
  infiniteQueryOptions({
    queryKey: ['datasets', filter],
    queryFn: async ({ pageParam, signal }) =>
      await get<Page<Dataset>>(
        PATHS.datasets,
        { q: filter.q, team: filter.team, limit: DATASETS_PER_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    refetchInterval: LOOK_EVERY_MS,
    placeholderData: keepPreviousData,
  });

/** Of what is shown by interval. */
interface Until {
  /** The last day, or hour. Default: the present one. */
  until?: string;
}

/** What arrived on the last days: without words, of datasets by interval alone. */
export const arrivalsQuery = ({ q, team, until }: DatasetFilter & Until) =>
  infiniteQueryOptions({
    queryKey: ['arrivals', q ?? '', team ?? '', until ?? ''],
    queryFn: async ({ pageParam, signal }) =>
      await get<ArrivalPage>(
        PATHS.arrivals,
        {
          ...{ q, team, per: q === undefined ? 'interval' : 'any', cursor: pageParam },
          until: until?.slice(0, 10),
        },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    refetchInterval: LOOK_EVERY_MS,
    placeholderData: keepPreviousData,
  });

/** What partners have delivered for the last intervals, to pipelines that wait for all of them. */
export const partnersQuery = ({ q, until }: { q?: string } & Until) =>
  infiniteQueryOptions({
    queryKey: ['partners', q ?? '', until ?? ''],
    queryFn: async ({ pageParam, signal }) =>
      await get<PartnerPage>(PATHS.partners, { q, until, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    refetchInterval: LOOK_EVERY_MS,
    placeholderData: keepPreviousData,
  });

export const datasetQuery = ({ name, team }: DatasetName) =>
  queryOptions({
    queryKey: ['dataset', name, team ?? ''],
    queryFn: async ({ signal }) =>
      await get<Dataset>(pathTo(PATHS.dataset, { name }), { team }, signal),
    refetchInterval: LOOK_EVERY_MS,
  });

export const versionsQuery = ({ name, team }: DatasetName) =>
  infiniteQueryOptions({
    queryKey: ['dataset', name, team ?? '', 'versions'],
    queryFn: async ({ pageParam, signal }) =>
      await get<Page<DatasetVersion>>(
        pathTo(PATHS.datasetVersions, { name }),
        { team, limit: VERSIONS_PER_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    refetchInterval: LOOK_EVERY_MS,
  });

export const versionQuery = ({ name, team }: DatasetName, version: string) =>
  queryOptions({
    queryKey: ['dataset', name, team ?? '', 'version', version],
    queryFn: async ({ signal }) =>
      await get<DatasetVersion>(pathTo(PATHS.datasetVersion, { name, version }), { team }, signal),
    refetchInterval: LOOK_EVERY_MS,
  });

/** Files of a version never change, so that it is asked for once. */
export const manifestQuery = ({ name, team }: DatasetName, version: string) =>
  queryOptions({
    queryKey: ['manifest', name, team ?? '', version],
    queryFn: async ({ signal }) =>
      await get<DatasetManifest>(
        pathTo(PATHS.datasetManifest, { name, version }),
        { team },
        signal,
      ),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** Its columns, and who says that they read it. */
export const datasetUseQuery = ({ name, team }: DatasetName) =>
  queryOptions({
    queryKey: ['dataset', name, team ?? '', 'use'],
    queryFn: async ({ signal }) =>
      await get<DatasetUse>(pathTo(PATHS.datasetUse, { name }), { team }, signal),
  });

/** What a version was made of (`up`), or what was made of it (`down`), one hop away. */
export const lineageQuery = (
  { name, team }: DatasetName,
  version: string,
  direction: 'up' | 'down',
) =>
  queryOptions({
    queryKey: ['dataset', name, team ?? '', 'lineage', version, direction],
    queryFn: async ({ signal }) =>
      await get<Lineage>(
        pathTo(PATHS.lineage, { name }),
        { team, version, direction, hops: 1 },
        signal,
      ),
  });

/** Files of a version never change, so that these are asked for once. */
export const profileQuery = ({ name, team }: DatasetName, version: string) =>
  queryOptions({
    queryKey: ['profile', name, team ?? '', version],
    queryFn: async ({ signal }) =>
      await get<VersionProfile>(pathTo(PATHS.datasetProfile, { name, version }), { team }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const rowsQuery = ({ name, team }: DatasetName, version: string) =>
  queryOptions({
    queryKey: ['rows', name, team ?? '', version],
    queryFn: async ({ signal }) =>
      await get<DataRows>(
        pathTo(PATHS.datasetRows, { name, version }),
        { team, limit: FIRST_ROWS },
        signal,
      ),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/**
 * Makes an earlier version current, at once and for everybody.
 * @throws Refusal
 */
export async function rollBack({ name, team }: DatasetName, version: string): Promise<Dataset> {
  const of = team === undefined ? '' : `?team=${encodeURIComponent(team)}`;
  return await post<Dataset>(pathTo(PATHS.datasetRollback, { name }) + of, { version });
}

/** What is compared with what. */
export interface AskedDiff {
  to: string;
  /** Nothing: what was current before. */
  from: string;
  /** Columns that tell rows apart; nothing: as the contract says. */
  key: string;
}

export const diffQuery = ({ name, team }: DatasetName, asked: AskedDiff) =>
  queryOptions({
    queryKey: ['dataset', name, team ?? '', 'diff', asked],
    queryFn: async ({ signal }) =>
      await get<VersionDiff>(pathTo(PATHS.datasetDiff, { name }), { team, ...asked }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/**
 * Asks one SELECT of published versions; given up when the signal says so, at the server too.
 * @param limit most rows of the answer
 * @throws Refusal
 */
export async function runSql(sql: string, limit: number, signal: AbortSignal): Promise<DataRows> {
  return await post<DataRows>(PATHS.sql, { sql, limit }, signal);
}
