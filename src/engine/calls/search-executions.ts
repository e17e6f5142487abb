/**
 * Searches executions in the one grammar (src/search), the newest first.
 *
 *     q ──▶ what an index answers: pipeline, team, status, since, until ──▶ its ranges, page by page
 *                                                                              └─▶ everything else is matched: at most 5,000 a page
 *
 * A page may be short, or empty, and not the last one: then `next` goes on where it stopped. Nothing is left out in silence.
 * @module
 */
import type { ExecutionStatus } from '../../asl/execution-state.js';
import { foldedText } from '../../search/folded-text.js';
import { matches } from '../../search/matches.js';
import { type Narrowing, narrowing } from '../../search/narrowing.js';
import type { SearchQuery, SearchRecord } from '../../search/query.js';
import type { ExecutionScope, ListedExecution, PipelineRef } from '../../store/store.js';
import { type Page, toCursor } from '../kernel/pages.js';
import type { ExecutionSummary } from './execution-detail.js';

/** Executions that a page looks through at most, and reads at a time. */
const LOOKED_THROUGH = 5_000;
const STEP = 500;
/** Pipelines of one name, or teams of one search, that are looked up one by one. */
const MOST_RANGES = 50;
const STATUSES: readonly ExecutionStatus[] = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'ABORTED',
];
/** Fields that an index answers exactly. */
const INDEXED: ReadonlySet<string> = new Set(['pipeline', 'team', 'status']);

/** What of a list is asked. */
export interface SearchedList {
  readonly query: SearchQuery;
  readonly among: ExecutionScope;
  readonly status?: ExecutionStatus;
  readonly redriven?: boolean;
  /** Only numbers below this one. */
  readonly below?: number;
  readonly limit: number;
}

export interface SearchParts {
  list(
    query: ExecutionScope & {
      status?: readonly ExecutionStatus[];
      redriven?: boolean;
      below?: number;
      limit: number;
    },
  ): Promise<ListedExecution[]>;
  /** Every pipeline that the caller may see, also those that are deployed no longer. */
  pipelines(): Iterable<PipelineRef>;
  summarise(record: ListedExecution): Promise<ExecutionSummary>;
}

/**
 * One page of what a search finds.
 * @example searchExecutions(parts, { query, among: {}, limit: 100 })
 */
export async function searchExecutions(
  parts: SearchParts,
  { query, among, status, redriven, below, limit }: SearchedList,
): Promise<Page<ExecutionSummary>> {
  const narrow = narrowing(query);
  const statuses = statusesOf(narrow, status);
  const scopes = scopesOf(parts, among, narrow);
  if (statuses?.length === 0 || scopes.length === 0) return { items: [] };
  const more = {
    ...(statuses === undefined ? {} : { status: statuses }),
    ...(redriven === undefined ? {} : { redriven }),
  };
  const start = await startBelow(parts, scopes, narrow.to, below);
  const isWhole = query.terms.every(isIndexed);
  const items: ExecutionSummary[] = [];
  let [at, looked] = [start, 0];
  const rows = newestFirst(scopes, (scope, from, step) =>
    parts.list({ ...scope, ...more, ...(from === undefined ? {} : { below: from }), limit: step }),
  );
  for await (const record of rows(start, isWhole ? limit + 1 : STEP)) {
    if (narrow.from !== undefined && record.startedAt < narrow.from) return { items };
    if (items.length === limit || looked === LOOKED_THROUGH) {
      return { items, next: toCursor('executions', [at ?? 0]) };
    }
    looked += 1;
    at = record.number;
    const summary = await parts.summarise(record);
    if (matches(query, recordOf(summary))) items.push(summary);
  }
  return { items };
}

/** Merges lists by their numbers, each read a page at a time. */
function newestFirst(
  scopes: readonly ExecutionScope[],
  read: (
    scope: ExecutionScope,
    below: number | undefined,
    step: number,
  ) => Promise<ListedExecution[]>,
): (below: number | undefined, step: number) => AsyncGenerator<ListedExecution> {
  return async function* (below, step) {
    const each = Math.max(20, Math.ceil(step / scopes.length));
    const sources = scopes.map((scope) => ({
      scope,
      rows: [] as ListedExecution[],
      below,
      isOver: false,
    }));
    for (;;) {
      for (const source of sources) {
        if (source.rows.length > 0 || source.isOver) continue;
        source.rows = await read(source.scope, source.below, each);
        source.isOver = source.rows.length < each;
        source.below = source.rows.at(-1)?.number ?? source.below;
      }
      const newest = sources.reduce((best, one) =>
        (one.rows[0]?.number ?? 0) > (best.rows[0]?.number ?? 0) ? one : best,
      );
      const next = newest.rows.shift();
      if (next === undefined) return;
      yield next;
    }
  };
}

/** Numbers below which nothing began after a moment: found by halves, because executions are numbered as they begin. */
async function startBelow(
  parts: SearchParts,
  scopes: readonly ExecutionScope[],
  until: number | undefined,
  below: number | undefined,
): Promise<number | undefined> {
  if (until === undefined) return below;
  const newestBelow = async (number: number | undefined): Promise<ListedExecution | undefined> => {
    let newest: ListedExecution | undefined;
    for (const scope of scopes) {
      const bound = number === undefined ? {} : { below: number };
      const [found] = await parts.list({ ...scope, ...bound, limit: 1 });
      if (found !== undefined && found.number > (newest?.number ?? 0)) newest = found;
    }
    return newest;
  };
  const newest = await newestBelow(below);
  if (newest === undefined || newest.startedAt <= until) return below;
  // All below `low` began in time; the one at `high` and all above it did not.
  let [low, high] = [1, newest.number];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const found = await newestBelow(middle);
    if (found === undefined || found.startedAt <= until) low = middle;
    else high = found.number;
  }
  return high;
}

function statusesOf(
  { names }: Narrowing,
  status: ExecutionStatus | undefined,
): ExecutionStatus[] | undefined {
  const asked = names.status;
  if (asked === undefined) return status === undefined ? undefined : [status];
  return STATUSES.filter(
    (one) => asked.includes(foldedText(one)) && (status === undefined || one === status),
  );
}

/** What is listed: of each pipeline that is named, else of the teams. */
function scopesOf(
  parts: SearchParts,
  among: ExecutionScope,
  { names: { pipeline, team } }: Narrowing,
): ExecutionScope[] {
  if (among.pipeline !== undefined || among.mapRun !== undefined) return [among];
  if (pipeline === undefined && team === undefined) return [among];
  const isNamed = (ref: PipelineRef): boolean =>
    (pipeline === undefined || pipeline.includes(foldedText(ref.name))) &&
    (team === undefined || team.includes(foldedText(ref.team)));
  const found = [...parts.pipelines()].filter(isNamed);
  const { testRuns } = among;
  const listed = testRuns === undefined ? {} : { testRuns };
  if (pipeline !== undefined && found.length <= MOST_RANGES) {
    return found.map((ref): ExecutionScope => ({ pipeline: ref, ...listed }));
  }
  const teams = [...new Set(found.map((ref) => ref.team))];
  return teams.length === 0 ? [] : [{ teams, ...listed }];
}

function isIndexed(term: SearchQuery['terms'][number]): boolean {
  if (term.not || term.is !== 'name' || !INDEXED.has(term.field)) return false;
  return term.any.every((pattern) => pattern.length === 1);
}

/** An execution as a search sees it. */
function recordOf(one: ExecutionSummary): SearchRecord {
  const { id, number, name, pipeline, version, team, status, error, cause, interval, alias } = one;
  const { startedAt, stoppedAt, triggeredBy, redriveCount, tags } = one;
  return {
    tags,
    values: {
      ...{ id, number, name, pipeline, version, team, status, error, cause, interval, alias },
      started: startedAt,
      stopped: stoppedAt,
      duration: stoppedAt === undefined ? undefined : Math.max(0, stoppedAt - startedAt),
      trigger: typeof triggeredBy?.type === 'string' ? triggeredBy.type : undefined,
      redrives: redriveCount,
    },
    text: [name, pipeline, id, error, cause],
  };
}
