/**
 * `engine.logs`: the log lines of all executions, searched.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import type { SearchQuery } from '../../../search/query.js';
import { SecretValues } from '../../../secrets/secret-values.js';
import type { FoundLogLine, LogFindings, LogPlace } from '../../../store/store.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { type Scope, teamsIn } from '../../kernel/scope.js';
import { understood } from '../../kernel/searches.js';
import { type RecordForm, recordOf } from './log-record.js';

export interface SearchLogs {
  /** In the search grammar (src/search). Default: everything. */
  q?: string;
  /** Only lines from this time on, and before that one: a length of time or an instant. */
  since?: string;
  until?: string;
  /** 1 to 1000; 100 when absent. */
  limit?: number;
  /** `next` of the previous page. */
  cursor?: string;
  /** `all`: counts all that match, not only this page. */
  count?: 'page' | 'all';
  /** With each line its record (log-record.ts). */
  record?: 'with' | 'without';
}

/** A line, with whose it is. */
export type FoundLine = FoundLogLine & { record?: JsonObject };

/** Newest first. */
export interface FoundLines extends Page<FoundLine> {
  count: LogFindings['count'];
  searched: LogFindings['searched'];
}

export interface LogCalls {
  /**
   * Finds lines of the teams that the scope sees. Ends when the page is full, when nothing is older, or after three seconds: then there
   * is a `next` although the page is not full, and `searched.backTo` says how far it came.
   * @throws EngineError InvalidSearch with every problem, InvalidPage
   */
  search(scope: Scope, search?: SearchLogs): Promise<FoundLines>;
  /** Names and links of records. */
  readonly form: RecordForm;
  /** From now on links lead there. */
  linkTo(url: string): void;
}

/** A page does so much, at most: a reader answers others after it. */
const MOST = { milliseconds: 3_000, bytes: 512 * 1024 * 1024 };

export function logCalls(kernel: Kernel, config: Partial<RecordForm> = {}): LogCalls {
  const { reads, store, secrets } = kernel;
  let form: RecordForm = { names: config.names ?? {}, url: config.url };

  /** Secrets that were seen in an execution only after it had printed them. */
  async function masked(lines: readonly FoundLogLine[]): Promise<FoundLogLine[]> {
    const own = new Map<number, SecretValues | undefined>();
    for (const { number } of lines) {
      if (own.has(number)) continue;
      const seen = (await store.findExecution(number))?.secrets ?? [];
      own.set(number, seen.length === 0 ? undefined : new SecretValues(seen));
    }
    return lines.map((line) => secrets.json({ ...line }, own.get(line.number)) as FoundLogLine);
  }

  return {
    get form() {
      return form;
    },
    linkTo(url) {
      form = { ...form, url: config.url ?? url };
    },
    async search(scope, { q = '', since, until, limit, cursor, count = 'page', record } = {}) {
      const teams = teamsIn(scope);
      const now = kernel.time.now();
      const query = withBounds(understood(q, 'logs', now), { since, until }, now);
      const { lines, next, ...found } = await reads.searchLogs({
        ...(teams === undefined ? {} : { teams }),
        ...(cursor === undefined ? {} : { after: placeOf(cursor) }),
        ...{ query, count, limit: limitOf(limit), most: MOST },
      });
      const shown = await masked(lines);
      const items =
        record === 'with'
          ? shown.map((line) => ({ ...line, record: recordOf(line, form) }))
          : shown;
      return { items, ...(next === undefined ? {} : { next: cursorOf(next) }), ...found };
    },
  };
}

function withBounds(
  query: SearchQuery,
  bounds: { since: string | undefined; until: string | undefined },
  now: number,
): SearchQuery {
  const terms = Object.entries(bounds).flatMap(([name, value]) =>
    value === undefined ? [] : understood(`${name}:${JSON.stringify(value)}`, 'logs', now).terms,
  );
  return { ...query, terms: [...query.terms, ...terms] };
}

function cursorOf({ firstAt, segment, line }: LogPlace): string {
  return toCursor('found', [firstAt === null ? 0 : 1, firstAt ?? 0, segment, line]);
}

function placeOf(cursor: string): LogPlace {
  const [isPlaced, firstAt = 0, segment = 0, line = 0] = fromCursor('found', cursor, 4);
  return { firstAt: isPlaced === 0 ? null : firstAt, segment, line };
}
