/**
 * What the console reads of incidents, each with its key in the cache.
 * @module
 */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { PATHS, pathTo } from '../../../src/api/paths.js';
import { get, post, remove } from './client.js';
import type { WatchFilter } from './queries.js';
import type {
  Delivery,
  DescribedIncident,
  Incident,
  IncidentAct,
  IncidentMeans,
  OnCall,
  Page,
  Session,
  Silence,
} from './types.js';

/** Changes are heard live; pages that listen to one execution look from time to time. */
const LOOK_EVERY_MS = 10_000;
/** What became of a message is no live event. */
const DELIVERIES_EVERY_MS = 5_000;
const MEANS_EVERY_MS = 60_000;
const PER_PAGE = 50;
const DELIVERIES_OF_ONE = 200;
/** Days that the means of a team are made of. */
export const MEANS_DAYS = 30;

export interface IncidentFilter extends WatchFilter {
  /** Absent: those that are open. */
  status?: 'OPEN' | 'ACKNOWLEDGED' | 'RESOLVED' | 'all' | undefined;
  /** `-`: nobody. */
  owner?: string | undefined;
  level?: Incident['level'] | undefined;
  pipeline?: string | undefined;
  /** Something that is wrong with it, by its name. */
  problem?: string | undefined;
  /** Also what is folded into another one. */
  folded?: 'true' | undefined;
}

export const incidentsQuery = (filter: IncidentFilter) =>
  infiniteQueryOptions({
    queryKey: ['incidents', filter],
    queryFn: async ({ pageParam, signal }) =>
      await get<Page<Incident>>(
        PATHS.incidents,
        { ...filter, limit: PER_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    refetchInterval: LOOK_EVERY_MS,
    placeholderData: keepPreviousData,
  });

export const incidentQuery = (number: string) =>
  queryOptions({
    queryKey: ['incident', number],
    queryFn: async ({ signal }) =>
      await get<DescribedIncident>(pathTo(PATHS.incident, { number }), {}, signal),
    refetchInterval: LOOK_EVERY_MS,
  });

/** What people were told of an incident, the newest first. */
export const toldQuery = (number: number) =>
  queryOptions({
    queryKey: ['deliveries', 'of incident', number],
    queryFn: async ({ signal }) =>
      (
        await get<Page<Delivery>>(
          PATHS.deliveries,
          { thread: `incident-${number}`, limit: DELIVERIES_OF_ONE },
          signal,
        )
      ).items,
    refetchInterval: DELIVERIES_EVERY_MS,
  });

export const meansQuery = (team: string | undefined) =>
  queryOptions({
    queryKey: ['incident-means', team ?? ''],
    queryFn: async ({ signal }) =>
      (
        await get<{ items: IncidentMeans[] }>(
          PATHS.incidentMeans,
          { days: MEANS_DAYS, team },
          signal,
        )
      ).items,
    refetchInterval: MEANS_EVERY_MS,
  });

export const onCallQuery = (team: string | undefined) =>
  queryOptions({
    queryKey: ['on-call', team ?? ''],
    queryFn: async ({ signal }) =>
      (await get<{ items: OnCall[] }>(PATHS.onCall, { days: 7, team }, signal)).items,
    refetchInterval: MEANS_EVERY_MS,
  });

export const silencesQuery = queryOptions({
  queryKey: ['silences'],
  queryFn: async ({ signal }) =>
    (await get<{ items: Silence[] }>(PATHS.silences, {}, signal)).items,
  refetchInterval: LOOK_EVERY_MS,
});

/** Who is logged in does not change while the page is open. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => await get<Session>(PATHS.session, {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
});

/** @throws Refusal */
export async function act(number: number, what: IncidentAct): Promise<Incident> {
  return await post<Incident>(pathTo(PATHS.incidentActs, { number: String(number) }), what);
}

export interface NewSilence {
  tags: { [tag: string]: string };
  pipeline?: string;
  /** Milliseconds since the epoch. */
  until: number;
  reason: string;
}

/** @throws Refusal */
export async function silence(team: string, { ...body }: NewSilence): Promise<Silence> {
  return await post<Silence>(`${PATHS.silences}?team=${encodeURIComponent(team)}`, body);
}

/** @throws Refusal */
export async function endSilence(number: number): Promise<void> {
  await remove(pathTo(PATHS.silence, { number: String(number) }));
}
