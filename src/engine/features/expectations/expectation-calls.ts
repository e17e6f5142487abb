/**
 * `engine.expectations`: what is expected and where it stands, what has changed, and why.
 * @module
 */
import type {
  ExpectationChange,
  ExpectationState,
  Watched,
} from '../../../monitoring/expectations/expectation.js';
import { upcoming } from '../../../monitoring/expectations/upcoming.js';
import { parseSubjectKey, type Subject, shortName } from '../../../monitoring/subject.js';
import { hasTags, type WantedTag } from '../../../monitoring/tags.js';
import { matches } from '../../../search/matches.js';
import type { SearchRecord } from '../../../search/query.js';
import { type DurableRequest, durableWrite } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { type Scope, sees, teamsIn } from '../../kernel/scope.js';
import { understood } from '../../kernel/searches.js';
import { type ChangeRow, EXPECTATION_CHANGES } from './expectation-tables.js';
import type { Expectations } from './expectations.js';
import { explanation } from './explanation.js';
import type { Doubled, WatchFile } from './watch-files.js';

/** One expectation, as it is shown. Times in milliseconds since the epoch. */
export interface StandingExpectation {
  readonly team: string;
  readonly subject: Subject;
  readonly sentence: string;
  readonly state: ExpectationState;
  readonly since: number;
  readonly reason?: string;
  /** The due moment that the state is about, or the next one. */
  readonly due?: number;
  readonly zone: string;
  readonly tags: { readonly [tag: string]: string };
  readonly pipeline?: string;
  readonly owner?: string;
}

export interface ListExpectations {
  readonly state?: readonly ExpectationState[];
  readonly tags?: readonly WantedTag[];
  readonly pipeline?: string;
  /** In the search grammar (src/search). */
  readonly q?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface ExplainedExpectation extends StandingExpectation {
  /** Why it stands there, sentence by sentence. */
  readonly why: string[];
  readonly changes: ExpectationChange[];
}

export interface ExpectationCalls {
  /** Those that are worst first, then by when they are due. */
  list(scope: Scope, filter?: ListExpectations): Page<StandingExpectation>;
  /** All of them, in no order. */
  all(scope: Scope): StandingExpectation[];
  /**
   * What files of expectations say from now on; durable when it resolves. Those that are not named say nothing any longer, and
   * broken ones what they said before. Answers what is said elsewhere already, and does not count.
   */
  declare(files: readonly WatchFile[], broken: readonly string[]): Promise<Doubled[]>;
  /** How many there are in each state. */
  counts(scope: Scope): { readonly [state in ExpectationState]?: number };
  /** What has changed, the newest first. */
  changes(
    scope: Scope,
    filter?: Pick<ListExpectations, 'state' | 'limit' | 'cursor'>,
  ): Promise<Page<ExpectationChange>>;
  /**
   * Why the expectations of something stand where they stand.
   * @param name of a pipeline, or the name of another subject
   * Throws ExpectationNotFound.
   */
  explain(scope: Scope, name: string): Promise<ExplainedExpectation[]>;
}

const RANK: { readonly [state in ExpectationState]: number } = {
  MISSING: 0,
  LATE: 1,
  DUE: 2,
  'ARRIVED LATE': 3,
  EXPECTED: 4,
};
/** Changes that an explanation shows of each. */
const SHOWN = 10;

export function expectationCalls(
  { reads, time }: Pick<Kernel, 'reads' | 'time'>,
  expectations: Expectations,
  request: DurableRequest,
): ExpectationCalls {
  function standing(scope: Scope): (StandingExpectation & { watched: Watched })[] {
    return expectations
      .all()
      .filter(({ kept }) => sees(scope, kept.of.team))
      .map(({ kept: { of, expectation }, standing, watched }) => {
        const { state, since, reason, due } = standing;
        const isUnmet = state === 'LATE' || state === 'MISSING';
        const moment = isUnmet ? due : upcoming(expectation, standing, watched, time.now());
        return {
          ...{ team: of.team, subject: of.subject, sentence: expectation.sentence, state, since },
          ...(reason === undefined ? {} : { reason }),
          ...(moment === undefined ? {} : { due: moment }),
          ...{ zone: expectation.zone, tags: of.tags, watched },
          ...(of.pipeline === undefined ? {} : { pipeline: of.pipeline.name }),
          ...(of.owner === undefined ? {} : { owner: of.owner }),
        };
      });
  }

  function list(scope: Scope, filter: ListExpectations = {}): Page<StandingExpectation> {
    const { state, tags = [], pipeline, cursor } = filter;
    const limit = limitOf(filter.limit);
    const [skip = 0] = cursor === undefined ? [] : fromCursor('expectations', cursor, 1);
    const query = understood(filter.q ?? '', 'expectations', time.now());
    const found = standing(scope)
      .filter((one) => state === undefined || state.includes(one.state))
      .filter((one) => pipeline === undefined || one.pipeline === pipeline)
      .filter((one) => hasTags(one.tags, tags) && matches(query, recordOf(one)))
      .sort(worstFirst);
    const items = found.slice(skip, skip + limit).map(({ watched: _, ...one }) => one);
    if (found.length <= skip + limit) return { items };
    return { items, next: toCursor('expectations', [skip + limit]) };
  }

  return {
    declare: (files, broken) =>
      durableWrite(request)((turn) => expectations.declareFiles(turn, files, broken)),
    list,
    all: (scope) => standing(scope).map(({ watched: _, ...one }) => one),
    counts(scope) {
      const counts: { [state in ExpectationState]?: number } = {};
      for (const {
        kept,
        standing: { state },
      } of expectations.all()) {
        if (sees(scope, kept.of.team)) counts[state] = (counts[state] ?? 0) + 1;
      }
      return counts;
    },
    async changes(scope, filter = {}) {
      const limit = limitOf(filter.limit);
      const [below] = filter.cursor === undefined ? [] : fromCursor('changes', filter.cursor, 1);
      const teams = teamsIn(scope);
      const rows = await reads.listRows(EXPECTATION_CHANGES, {
        where: {
          ...(teams === undefined ? {} : { team: teams }),
          ...(filter.state === undefined ? {} : { state: filter.state }),
        },
        ...(below === undefined ? {} : { below: { number: below } }),
        order: { by: ['number'], down: true },
        limit: limit + 1,
      });
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        items: page.map(changeOf),
        ...(rows.length > limit && last ? { next: toCursor('changes', [last.number]) } : {}),
      };
    },
    async explain(scope, name) {
      const found = standing(scope).filter(
        (one) =>
          one.pipeline === name || one.subject.name === name || shortName(one.subject) === name,
      );
      if (found.length === 0)
        throw new EngineError('ExpectationNotFound', { name: name.slice(0, 200) });
      const explained: ExplainedExpectation[] = [];
      for (const { watched, ...one } of found.sort(worstFirst)) {
        const of = expectations.find(one.team, one.subject, one.sentence);
        if (of === undefined) continue;
        const rows = await reads.listRows(EXPECTATION_CHANGES, {
          where: { team: one.team, subject: of.kept.of.key, sentence: one.sentence },
          order: { by: ['number'], down: true },
          limit: SHOWN,
        });
        const why = explanation(of.kept.expectation, of.standing, watched, time.now());
        explained.push({ ...one, why, changes: rows.map(changeOf) });
      }
      return explained;
    },
  };
}

function worstFirst(a: StandingExpectation, b: StandingExpectation): number {
  return (
    RANK[a.state] - RANK[b.state] ||
    (a.due ?? Number.MAX_SAFE_INTEGER) - (b.due ?? Number.MAX_SAFE_INTEGER) ||
    (a.subject.name < b.subject.name ? -1 : 1)
  );
}

function changeOf({ subject, before, state, ...row }: ChangeRow): ExpectationChange {
  const known = parseSubjectKey(subject) as Subject;
  const late = row.judgedAt - row.at;
  return { ...row, subject: known, from: before, to: state, lateByUs: late > 60_000 ? late : 0 };
}

/** An expectation as a search sees it. */
function recordOf({ subject, tags, ...one }: StandingExpectation): SearchRecord {
  const { state, sentence: expect, reason: cause, due, pipeline, team } = one;
  const known = { state, expect, team, cause, due, pipeline };
  return { tags, values: { ...subject, ...known }, text: [subject.name, expect, cause] };
}
