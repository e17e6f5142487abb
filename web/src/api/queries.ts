/**
 * Everything the console reads, each with its key in the cache. `live/apply-changes.ts` knows the same keys.
 * @module
 */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { PATHS, pathTo } from '../../../src/api/paths.js';
import { get, post } from './client.js';
import type {
  Alert,
  BackTest,
  BoardGroup,
  CheckResult,
  DescribedAlert,
  Execution,
  ExecutionDetail,
  ExplainedExpectation,
  FileProblem,
  FoundLines,
  Graph,
  Health,
  HistoryEvent,
  MetricOutlook,
  Monitor,
  Overview,
  Page,
  PipelineDetail,
  PipelineOverview,
  RemoteJob,
  StandingExpectation,
  StateVisit,
  Trigger,
} from './types.js';

export interface ExecutionFilter {
  pipeline?: string | undefined;
  team?: string | undefined;
  status?: string | undefined;
  mapRun?: string | undefined;
  /** Whether test runs are among them; nothing: they are left out. */
  testRuns?: 'with' | 'only' | undefined;
  q?: string | undefined;
}

/** Of which watched things something is asked, and what is searched among them. */
export interface WatchFilter {
  /** `KEY:VALUE`, or `KEY` for any value; all of them. */
  tag?: readonly string[] | undefined;
  team?: string | undefined;
}

const EXECUTIONS_PER_PAGE = 50;
const EVENTS_PER_PAGE = 500;
/** Broken files are no live event; they are asked for. */
const PROBLEMS_EVERY_MS = 5_000;
const TRIGGER_EVERY_MS = 5_000;
const HEALTH_EVERY_MS = 10_000;
/** That something is late by now is no live event: nobody did anything. */
const STANDING_EVERY_MS = 10_000;
/** Results are heard of when executions end; what scripts report is no live event. */
const RESULTS_EVERY_MS = 30_000;
const JOBS_EVERY_MS = 5_000;
const OUTLOOK_STALE_MS = 300_000;
const RESULTS_PER_PAGE = 100;
const LINES_PER_PAGE = 200;
const BACK_TESTED_DAYS = 30;
/** Results of the last day that the timeline draws, and results of a pipeline that its charts draw. */
export const RESULTS_OF_A_DAY = 1_000;
export const RESULTS_OF_CHARTS = 200;

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
        { ...filter, testRuns: testRunsOf(filter), limit: EXECUTIONS_PER_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

/** Children of a map run are what it is: a test run's are asked for by its name. */
function testRunsOf({ testRuns, mapRun }: ExecutionFilter): 'with' | 'without' | 'only' {
  return testRuns ?? (mapRun === undefined ? 'without' : 'with');
}

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

/** Jobs of a state that another system performs. That one goes on over there is no live event. */
export const remoteJobsQuery = (id: string, state: string) =>
  queryOptions({
    queryKey: ['states', id, 'jobs', state],
    queryFn: async ({ signal }) =>
      (await get<Page<RemoteJob>>(pathTo(PATHS.jobs, { id }), { state }, signal)).items,
    refetchInterval: ({ state: { data } }) =>
      data?.some(({ phase }) => phase !== 'ended') ? JOBS_EVERY_MS : false,
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

export const overviewQuery = (filter: WatchFilter) =>
  queryOptions({
    queryKey: ['overview', filter],
    queryFn: async ({ signal }) => await get<Overview>(PATHS.overview, { ...filter }, signal),
    refetchInterval: STANDING_EVERY_MS,
    placeholderData: keepPreviousData,
  });

/** @param group only that of this value, with all of its items; else all groups with the worst item of each */
export const boardQuery = (by: string, group: string | undefined, filter: WatchFilter) =>
  queryOptions({
    queryKey: ['board', by, group ?? null, filter],
    queryFn: async ({ signal }) =>
      (
        await get<{ items: BoardGroup[] }>(
          PATHS.board,
          // As a list: the value of those without the tag is empty.
          { by, ...filter, ...(group === undefined ? { items: 1 } : { group: [group] }) },
          signal,
        )
      ).items,
    refetchInterval: STANDING_EVERY_MS,
    placeholderData: keepPreviousData,
  });

/** Results of the last 24 hours, the newest first, so many as fit. */
export const dayQuery = (filter: WatchFilter) =>
  queryOptions({
    queryKey: ['checks', 'day', filter],
    queryFn: async ({ signal }) => {
      const query = { ...filter, q: 'since:24h', limit: RESULTS_OF_A_DAY };
      return await get<Page<CheckResult>>(PATHS.checks, query, signal);
    },
    refetchInterval: RESULTS_EVERY_MS,
    placeholderData: keepPreviousData,
  });

/** The last results of one pipeline, for its charts. */
export const seriesQuery = (pipeline: string, team: string) =>
  queryOptions({
    queryKey: ['checks', 'series', pipeline, team],
    queryFn: async ({ signal }) =>
      (
        await get<Page<CheckResult>>(
          PATHS.checks,
          { pipeline, team, limit: RESULTS_OF_CHARTS },
          signal,
        )
      ).items,
    refetchInterval: RESULTS_EVERY_MS,
  });

/** What is usual changes slowly, and looks through years of results. */
export const outlookQuery = (name: string, team: string) =>
  queryOptions({
    queryKey: ['outlook', name, team],
    queryFn: async ({ signal }) =>
      (await get<{ items: MetricOutlook[] }>(pathTo(PATHS.outlook, { name }), { team }, signal))
        .items,
    staleTime: OUTLOOK_STALE_MS,
  });

/** Its key is not that of the others: what is new waits until somebody wants to see it. */
export const checkResultsQuery = (
  filter: WatchFilter & {
    pipeline?: string | undefined;
    status?: string | undefined;
    q?: string | undefined;
  },
) =>
  infiniteQueryOptions({
    queryKey: ['check-results', filter],
    queryFn: async ({ pageParam, signal }) =>
      await get<Page<CheckResult>>(
        PATHS.checks,
        { ...filter, limit: RESULTS_PER_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const expectationsQuery = (
  filter: WatchFilter & {
    pipeline?: string | undefined;
    state?: string | undefined;
    q?: string | undefined;
  },
) =>
  infiniteQueryOptions({
    queryKey: ['expectations', filter],
    queryFn: async ({ pageParam, signal }) =>
      await get<Page<StandingExpectation>>(
        PATHS.expectations,
        { ...filter, limit: RESULTS_PER_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    refetchInterval: STANDING_EVERY_MS,
    placeholderData: keepPreviousData,
  });

/** @param name of what is watched, with its team */
export const explainQuery = (name: string, team: string) =>
  queryOptions({
    queryKey: ['explained', name, team],
    queryFn: async ({ signal }) =>
      (
        await get<{ items: ExplainedExpectation[] }>(
          PATHS.explainExpectations,
          { name, team },
          signal,
        )
      ).items,
    refetchInterval: STANDING_EVERY_MS,
  });

/** Lines of all executions, the newest first. A page may end early, and say how far back it came. */
export const logSearchQuery = (filter: {
  q: string | undefined;
  since: string | undefined;
  until?: string | undefined;
}) =>
  infiniteQueryOptions({
    queryKey: ['log-search', filter],
    queryFn: async ({ pageParam, signal }) =>
      await get<FoundLines>(
        PATHS.logSearch,
        { ...filter, limit: LINES_PER_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const alertsQuery = (
  filter: WatchFilter & { status?: Alert['status'] | undefined; monitor?: string | undefined },
) =>
  infiniteQueryOptions({
    queryKey: ['alerts', filter],
    queryFn: async ({ pageParam, signal }) =>
      await get<Page<Alert>>(
        PATHS.alerts,
        { ...filter, limit: RESULTS_PER_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    refetchInterval: STANDING_EVERY_MS,
    placeholderData: keepPreviousData,
  });

export const alertQuery = (number: number) =>
  queryOptions({
    queryKey: ['alert', number],
    queryFn: async ({ signal }) =>
      await get<DescribedAlert>(pathTo(PATHS.alert, { number: String(number) }), {}, signal),
    refetchInterval: STANDING_EVERY_MS,
  });

export const monitorsQuery = queryOptions({
  queryKey: ['monitors'],
  queryFn: async ({ signal }) =>
    (await get<{ items: Monitor[] }>(PATHS.monitors, {}, signal)).items,
  refetchInterval: RESULTS_EVERY_MS,
});

/** What a monitor would have done. It looks through months of results: not asked for twice. */
export const backTestQuery = ({ team, name, definition }: Monitor) =>
  queryOptions({
    queryKey: ['backtest', team, name, definition],
    queryFn: async () =>
      await post<BackTest>(`${PATHS.backTest}?team=${encodeURIComponent(team)}`, {
        name,
        days: BACK_TESTED_DAYS,
      }),
    staleTime: OUTLOOK_STALE_MS,
  });
