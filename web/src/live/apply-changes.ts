/**
 * Merges live changes into the cache: what is known is patched in place, what is new is asked for.
 *
 * Patches keep every object that did not change, so nothing on the page flickers. Lists that gained a row, and the states
 * of an execution (which the server folds from its history), are asked for again, at most once a second.
 * @module
 */
import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query';
import type {
  Execution,
  ExecutionDetail,
  HistoryEvent,
  LiveChange,
  Page,
  PipelineOverview,
} from '../api/types.js';

type ExecutionChange = Extract<LiveChange, { type: 'execution' }>;
type Pages<Item> = InfiniteData<Page<Item>, string | undefined>;

/** What an execution changes of all that is watched. */
const WATCHED: readonly QueryKey[] = [
  ['overview'],
  ['board'],
  ['checks'],
  ['expectations'],
  ['explained'],
  ['alerts'],
  ['alert'],
  ['incidents'],
  ['datasets'],
  ['dataset'],
  ['challenges'],
  ['challenge'],
];
/** What a change of an incident changes: it is told by deliveries, too. */
const OF_INCIDENTS: readonly QueryKey[] = [['incidents'], ['incident'], ['deliveries']];
const REFETCH_MS = 1_000;
/** What is costly to answer is asked for less often: so many times as long as it took, it rests. */
const REST = 4;

/**
 * Answers a function that merges changes into this cache.
 * @example stream.onChanges(createApply(queryClient))
 */
export function createApply(cache: QueryClient): (changes: readonly LiveChange[]) => void {
  const refetch = createRefetch(cache);
  return (changes) => {
    for (const change of changes) {
      switch (change.type) {
        case 'execution':
          applyExecution(cache, change, refetch);
          break;
        case 'history':
          applyHistory(cache, change.execution, change.events);
          refetch(['states', change.execution]);
          break;
        case 'pipeline':
          refetch(['pipelines']);
          refetch(['pipeline', change.pipeline]);
          refetch(['problems']);
          for (const key of WATCHED) refetch(key);
          break;
        case 'incident':
          for (const key of OF_INCIDENTS) refetch(key);
          break;
        case 'log':
          // The log viewer follows by itself: it knows up to where it has read.
          break;
      }
    }
  };
}

function applyExecution(
  cache: QueryClient,
  change: ExecutionChange,
  refetch: (key: QueryKey) => void,
): void {
  cache.setQueryData<ExecutionDetail>(['execution', change.execution], (known) =>
    known === undefined ? known : patched(known, change),
  );
  // The output, the version after a redrive and the like are not part of the change.
  refetch(['execution', change.execution]);
  refetch(['states', change.execution]);

  for (const [key, known] of cache.getQueriesData<Pages<Execution>>({ queryKey: ['executions'] })) {
    const filter = (key[1] ?? {}) as {
      pipeline?: string;
      team?: string;
      status?: string;
      q?: string;
    };
    if (filter.pipeline !== undefined && filter.pipeline !== change.pipeline) continue;
    if (filter.team !== undefined && filter.team !== change.team) continue;
    const listed = known?.pages.some((page) =>
      page.items.some((item) => item.id === change.execution),
    );
    // What a search finds, only the server knows.
    const isSearched = filter.q !== undefined;
    if (
      listed !== true ||
      isSearched ||
      (filter.status !== undefined && filter.status !== change.status)
    ) {
      refetch(key);
      continue;
    }
    cache.setQueryData<Pages<Execution>>(key, (data) => data && patchedPages(data, change));
  }

  for (const key of WATCHED) refetch(key);

  const overview = cache.getQueryData<PipelineOverview[]>(['pipelines']);
  const pipeline = overview?.find(
    (entry) => entry.name === change.pipeline && entry.team === change.team,
  );
  if (pipeline?.recent.some((item) => item.id === change.execution)) {
    cache.setQueryData<PipelineOverview[]>(['pipelines'], (known) =>
      known?.map((entry) =>
        entry.name === change.pipeline && entry.team === change.team
          ? { ...entry, recent: entry.recent.map((item) => patchedIf(item, change)) }
          : entry,
      ),
    );
  } else if (overview !== undefined) {
    refetch(['pipelines']);
  }
}

function patchedPages(data: Pages<Execution>, change: ExecutionChange): Pages<Execution> {
  return {
    ...data,
    pages: data.pages.map((page) =>
      page.items.some((item) => item.id === change.execution)
        ? { ...page, items: page.items.map((item) => patchedIf(item, change)) }
        : page,
    ),
  };
}

function patchedIf(item: Execution, change: ExecutionChange): Execution {
  return item.id === change.execution ? patched(item, change) : item;
}

/** A running execution has no end and no error, whatever an earlier run of it had. */
export function patched<Known extends Execution>(known: Known, change: ExecutionChange): Known {
  const { stoppedAt: _stopped, error: _error, cause: _cause, ...rest } = known;
  const { status, startedAt, stoppedAt, error, cause } = change;
  return {
    ...rest,
    status,
    startedAt,
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  } as Known;
}

function applyHistory(cache: QueryClient, execution: string, events: HistoryEvent[]): void {
  cache.setQueryData<Pages<HistoryEvent>>(['history', execution], (known) => {
    const last = known?.pages.at(-1);
    // Pages that were not read yet come with the events in them.
    if (known === undefined || last === undefined || last.next !== undefined) return known;
    return { ...known, pages: [...known.pages.slice(0, -1), appended(last, events)] };
  });
}

/** Adds the events that the page does not have yet. */
export function appended(
  page: Page<HistoryEvent>,
  events: readonly HistoryEvent[],
): Page<HistoryEvent> {
  const seen = page.items.at(-1)?.id ?? 0;
  const more = events.filter((event) => event.id > seen);
  return more.length === 0 ? page : { ...page, items: [...page.items, ...more] };
}

/** Asks again for what has a key: at once when that was not lately, else after a rest. */
function createRefetch(cache: QueryClient): (key: QueryKey) => void {
  const lately = new Map<string, { again: boolean }>();

  function ask(key: QueryKey, name: string): void {
    const entry = { again: false };
    lately.set(name, entry);
    const began = performance.now();
    void cache.invalidateQueries({ queryKey: key }).finally(() => {
      const rest = Math.max(REFETCH_MS, REST * (performance.now() - began));
      setTimeout(() => {
        lately.delete(name);
        if (entry.again) ask(key, name);
      }, rest);
    });
  }

  return (key) => {
    const name = JSON.stringify(key);
    const entry = lately.get(name);
    if (entry === undefined) ask(key, name);
    else entry.again = true;
  };
}
