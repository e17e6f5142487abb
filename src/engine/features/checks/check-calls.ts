/**
 * `engine.checks`: report a check, and look at results.
 * @module
 */
import type { CheckResult, CheckStatus } from '../../../monitoring/check-result.js';
import { checkSubject } from '../../../monitoring/subject.js';
import { hasTags, type WantedTag } from '../../../monitoring/tags.js';
import type { DurableRequest } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { type OneTeam, type Scope, sees, teamOf, teamsIn } from '../../kernel/scope.js';
import { CHECK_RESULTS, type CheckRow, type CheckSeries } from './check-tables.js';
import type { Checks, NewCheck } from './checks.js';

export interface ListChecks {
  /** Of one subject, by its key; or of those of a kind and name. */
  readonly subject?: string;
  readonly pipeline?: string;
  readonly status?: readonly CheckStatus[];
  readonly tags?: readonly WantedTag[];
  /** Milliseconds since the epoch: from (included) and until (not included). */
  readonly since?: number;
  readonly until?: number;
  readonly limit?: number;
  readonly cursor?: string;
}

export type ReportCheck = Omit<NewCheck, 'team'>;

export interface CheckCalls {
  /** Durable when it resolves. Throws InvalidCheck, InvalidTags, TooManyChecks. */
  report(team: OneTeam, check: ReportCheck): Promise<CheckResult>;
  /** The newest first. A page may be short, or empty, and not the last: `next` says so. */
  list(scope: Scope, filter?: ListChecks): Promise<Page<CheckResult>>;
  /** Everything that is watched, and how it stands. */
  series(scope: Scope): CheckSeries[];
}

/** Series that are looked up one by one; of more, all results of the teams are looked through. */
const MOST_RANGES = 200;
/** Results that a page looks through at most. */
const LOOKED_THROUGH = 5_000;
const STEP = 500;

export function checkCalls(
  { reads }: Pick<Kernel, 'reads'>,
  checks: Checks,
  request: DurableRequest,
): CheckCalls {
  /** Series that a filter means; undefined: any. */
  function seriesFor(scope: Scope, filter: ListChecks): number[] | undefined {
    const { subject, pipeline, tags = [] } = filter;
    if (subject === undefined && pipeline === undefined && tags.length === 0) return undefined;
    const ofPipeline = pipeline === undefined ? undefined : `/${pipeline}`;
    return checks
      .series()
      .filter((one) => sees(scope, one.team))
      .filter((one) => subject === undefined || one.subject === subject)
      .filter(({ subject: key }) => {
        return ofPipeline === undefined || (key.includes(':pipeline:') && key.endsWith(ofPipeline));
      })
      .filter((one) => hasTags(one.tags, tags))
      .map(({ number }) => number);
  }

  async function list(scope: Scope, filter: ListChecks = {}): Promise<Page<CheckResult>> {
    const { status, since, until, cursor } = filter;
    const limit = limitOf(filter.limit);
    const [start] = cursor === undefined ? [] : fromCursor('checks', cursor, 1);
    const series = seriesFor(scope, filter);
    if (series?.length === 0) return { items: [] };
    const teams = teamsIn(scope);
    const isNarrow = series !== undefined && series.length <= MOST_RANGES;
    const wanted = new Set(series);
    const items: CheckResult[] = [];
    let below = start;
    for (let looked = 0; ; ) {
      const rows: CheckRow[] = await reads.listRows(CHECK_RESULTS, {
        where: {
          ...(isNarrow ? { series } : teams === undefined ? {} : { team: teams }),
          ...(status === undefined ? {} : { status }),
        },
        ...(below === undefined ? {} : { below: { number: below } }),
        order: { by: ['number'], down: true },
        limit: isNarrow && since === undefined ? limit + 1 : STEP,
      });
      looked += rows.length;
      for (const row of rows) {
        if (items.length === limit) return { items, next: toCursor('checks', [below ?? 0]) };
        below = row.number;
        if (since !== undefined && row.at < since) return { items };
        const isWanted = series === undefined || isNarrow || wanted.has(row.series);
        if (isWanted && (until === undefined || row.at < until)) items.push(checks.resultOf(row));
      }
      const isLast = rows.length < (isNarrow && since === undefined ? limit + 1 : STEP);
      if (isLast) return { items };
      if (looked >= LOOKED_THROUGH) return { items, next: toCursor('checks', [below ?? 0]) };
    }
  }

  return {
    async report(team, check) {
      const problem = checkSubject(check.subject);
      if (problem !== undefined) throw new EngineError('InvalidCheck', { problem });
      const made: NewCheck = { ...check, team: teamOf(team) };
      return await request<CheckResult>((settle) => ({
        refuse: settle.reject,
        perform: (turn) => {
          const result = checks.report(turn, made);
          turn.afterCommit(() => settle.resolve(result));
          return 'done';
        },
      }));
    },
    list,
    series: (scope) => checks.series().filter(({ team }) => sees(scope, team)),
  };
}
