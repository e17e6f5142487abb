/**
 * `engine.checks`: report a check, and look at results.
 * @module
 */
import type { CheckResult, CheckStatus } from '../../../monitoring/check-result.js';
import { checkSubject, shortName } from '../../../monitoring/subject.js';
import { hasTags, tagOf, type WantedTag } from '../../../monitoring/tags.js';
import { foldedText } from '../../../search/folded-text.js';
import { matches } from '../../../search/matches.js';
import { type Narrowing, narrowing } from '../../../search/narrowing.js';
import type { SearchRecord } from '../../../search/query.js';
import { type DurableRequest, durableWrite } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { type OneTeam, type Scope, sees, teamOf, teamsIn } from '../../kernel/scope.js';
import { understood } from '../../kernel/searches.js';
import { CHECK_RESULTS, type CheckRow, type CheckSeries } from './check-tables.js';
import type { Checks, NewCheck } from './checks.js';

export interface ListChecks {
  /** Of one subject, by its key; or of those of a kind and name. */
  readonly subject?: string;
  readonly pipeline?: string;
  readonly status?: readonly CheckStatus[];
  readonly tags?: readonly WantedTag[];
  /** In the search grammar (src/search). */
  readonly q?: string;
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
  { reads, time }: Pick<Kernel, 'reads' | 'time'>,
  checks: Checks,
  request: DurableRequest,
): CheckCalls {
  /** Series that a filter means; undefined: any. */
  function seriesFor(scope: Scope, filter: ListChecks, narrow: Narrowing): number[] | undefined {
    const { subject, tags = [] } = filter;
    const pipeline = filter.pipeline ?? onlyOne(narrow.names.pipeline);
    const isOpen = tags.length === 0 && narrow.tags.length === 0;
    if (subject === undefined && pipeline === undefined && isOpen) return undefined;
    const ofPipeline = pipeline === undefined ? undefined : `/${pipeline}`;
    return checks
      .series()
      .filter((one) => sees(scope, one.team))
      .filter((one) => subject === undefined || one.subject === subject)
      .filter(({ subject: key }) => {
        return ofPipeline === undefined || (key.includes(':pipeline:') && key.endsWith(ofPipeline));
      })
      .filter((one) => hasTags(one.tags, tags) && mayHave(one.tags, narrow.tags))
      .map(({ number }) => number);
  }

  async function list(scope: Scope, filter: ListChecks = {}): Promise<Page<CheckResult>> {
    const { status, cursor } = filter;
    const query = understood(filter.q ?? '', 'checks', time.now());
    const narrow = narrowing(query);
    const { from: since } = narrow;
    const limit = limitOf(filter.limit);
    const [start] = cursor === undefined ? [] : fromCursor('checks', cursor, 1);
    const series = seriesFor(scope, filter, narrow);
    if (series?.length === 0) return { items: [] };
    const teams = teamsIn(scope);
    const isNarrow = series !== undefined && series.length <= MOST_RANGES;
    // What is left out of a page is looked through for the next one.
    const isWhole = isNarrow && query.terms.length === 0;
    const step = isWhole ? limit + 1 : STEP;
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
        limit: step,
      });
      looked += rows.length;
      for (const row of rows) {
        if (items.length === limit) return { items, next: toCursor('checks', [below ?? 0]) };
        below = row.number;
        if (since !== undefined && row.at < since) return { items };
        const isWanted = series === undefined || isNarrow || wanted.has(row.series);
        if (!isWanted) continue;
        const result = checks.resultOf(row);
        if (matches(query, recordOf(result))) items.push(result);
      }
      if (rows.length < step) return { items };
      if (looked >= LOOKED_THROUGH) return { items, next: toCursor('checks', [below ?? 0]) };
    }
  }

  return {
    async report(team, check) {
      const problem = checkSubject(check.subject);
      if (problem !== undefined) throw new EngineError('InvalidCheck', { problem });
      const made: NewCheck = { ...check, team: teamOf(team) };
      return await durableWrite(request)((turn) => checks.report(turn, made));
    },
    list,
    series: (scope) => checks.series().filter(({ team }) => sees(scope, team)),
  };
}

function onlyOne(names: readonly string[] | undefined): string | undefined {
  return names?.length === 1 ? names[0] : undefined;
}

/** Whether the tags are within what a search narrows to. */
function mayHave(tags: CheckSeries['tags'], wanted: Narrowing['tags']): boolean {
  return wanted.every(({ key, values }) => {
    const found = tagOf(tags, key);
    return found !== undefined && values.includes(foldedText(found));
  });
}

/** A result as a search sees it. */
function recordOf({
  subject,
  tags,
  number: _,
  units: _units,
  ...values
}: CheckResult): SearchRecord {
  const { name, ...identity } = subject;
  return {
    tags,
    values: { ...identity, name, check: shortName(subject), ...values },
    text: [name, values.cause],
  };
}
