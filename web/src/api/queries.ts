/**
 * Everything the console reads, each with its key in the cache. `live/apply-changes.ts` knows the same keys.
 * @module
 */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { PATHS, pathTo } from '../../../src/api/paths.js';
import { get } from './client.js';
import type {
  Execution,
  ExecutionDetail,
  FileProblem,
  Graph,
  Health,
  HistoryEvent,
  Page,
  PipelineDetail,
  PipelineOverview,
  StateVisit,
  Trigger,
} from './types.js';

export interface ExecutionFilter {
  pipeline?: string | undefined;
  team?: string | undefined;
  status?: string | undefined;
  mapRun?: string | undefined;
}

const EXECUTIONS_PER_PAGE = 50;
const EVENTS_PER_PAGE = 500;
/** Broken files are no live event; they are asked for. */
const PROBLEMS_EVERY_MS = 5_000;
const TRIGGER_EVERY_MS = 5_000;
const HEALTH_EVERY_MS = 10_000;

// Types are inferred: they carry what each query answers to its key.
export const pipelinesQuery = queryOptions({
  queryKey: ['pipelines'],
  queryFn: async ({ signal }) =>
    (await get<{ items: PipelineOverview[] }>(PATHS.pipelines, {}, signal)).items,
});

/** Whether the server works is no live event either. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: async ({ signal }) => await get<Health>('/health', {}, signal),
  refetchInterval: HEALTH_EVERY_MS,
});

export const problemsQuery = queryOptions({
  queryKey: ['problems'],
  queryFn: async ({ signal }) =>
    await get<{ folder?: string; items: FileProblem[] }>(PATHS.problems, {}, signal),
  refetchInterval: PROBLEMS_EVERY_MS,
});

/** @param team whose pipeline it is; needed only when several teams have one of the name */
export const pipelineQuery = (name: string, team: string | undefined) =>
  queryOptions({
    queryKey: ['pipeline', name, team ?? ''],
    queryFn: async ({ signal }) =>
      await get<PipelineDetail>(pathTo(PATHS.pipeline, { name }), { team }, signal),
  });

/** What it waits for changes with time too, and not only with what executions tell. */
export const triggerQuery = (name: string, team: string) =>
  queryOptions({
    queryKey: ['trigger', name, team],
    queryFn: async ({ signal }) =>
      await get<Trigger>(pathTo(PATHS.trigger, { name }), { team }, signal),
    refetchInterval: TRIGGER_EVERY_MS,
  });

/** The layout of one version never changes. */
export const graphQuery = (name: string, team: string, version: number) =>
  queryOptions({
    queryKey: ['graph', name, team, version],
    queryFn: async ({ signal }) =>
      await get<Graph>(pathTo(PATHS.graph, { name }), { team, version }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const executionsQuery = (filter: ExecutionFilter) =>
  infiniteQueryOptions({
    queryKey: ['executions', filter],
    queryFn: async ({ pageParam, signal }) =>
      await get<Page<Execution>>(
        PATHS.executions,
        { ...filter, limit: EXECUTIONS_PER_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

export const executionQuery = (id: string) =>
  queryOptions({
    queryKey: ['execution', id],
    queryFn: async ({ signal }) =>
      await get<ExecutionDetail>(pathTo(PATHS.execution, { id }), {}, signal),
  });

/** Without input and output, which may be large and are seldom looked at. */
export const statesQuery = (id: string) =>
  queryOptions({
    queryKey: ['states', id],
    queryFn: async ({ signal }) =>
      await get<{ items: StateVisit[]; truncated: boolean }>(
        pathTo(PATHS.states, { id }),
        { data: 'none' },
        signal,
      ),
  });

/** Its key begins like that of `statesQuery`: what makes one stale makes both stale. */
export const statesWithDataQuery = (id: string) =>
  queryOptions({
    queryKey: ['states', id, 'data'],
    queryFn: async ({ signal }) =>
      (await get<{ items: StateVisit[] }>(pathTo(PATHS.states, { id }), {}, signal)).items,
  });

export const historyQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['history', id],
    queryFn: async ({ pageParam, signal }) =>
      await get<Page<HistoryEvent>>(
        pathTo(PATHS.history, { id }),
        { limit: EVENTS_PER_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });
