/**
 * `engine.overview`: the whole system at a glance, and boards of it by a tag.
 *
 * What is watched, and how it stands, is in memory; causes and what runs are read beside the main loop.
 * @module
 */
import { TILES, type Tile, tileOf, worstOf } from '../../monitoring/board.js';
import type { CheckResult, CheckStatus } from '../../monitoring/check-result.js';
import type { ExpectationState } from '../../monitoring/expectations/expectation.js';
import { lengthWords } from '../../monitoring/expectations/words.js';
import { parseSubjectKey, type Subject, subjectKey } from '../../monitoring/subject.js';
import { hasTags, type Tags, tagOf, type WantedTag } from '../../monitoring/tags.js';
import { CHECK_RESULTS, type CheckSeries } from '../features/checks/check-tables.js';
import type { Checks } from '../features/checks/checks.js';
import type {
  ExpectationCalls,
  StandingExpectation,
} from '../features/expectations/expectation-calls.js';
import type { Outlook } from '../features/outlooks/outlook-calls.js';
import type { ListedSchedule } from '../features/schedules/schedule-calls.js';
import type { Kernel } from '../kernel/kernel.js';
import { type Scope, sees } from '../kernel/scope.js';
import type { Reading } from './reading.js';

const HOUR = 3_600_000;
/** Of each kind that is shown; the counts are of all. */
const SHOWN = 100;

export interface Failing {
  readonly subject: Subject;
  readonly team: string;
  readonly tags: Tags;
  readonly pipeline?: string;
  readonly lastSuccessAt?: number;
  readonly last: CheckResult;
}

export interface Coming {
  readonly at: number;
  readonly pipeline: string;
  readonly team: string;
  readonly what: 'start' | 'expectation';
  readonly words: string;
}

export interface Overview {
  readonly now: number;
  readonly counts: {
    readonly watched: number;
    readonly ok: number;
    readonly warning: number;
    readonly critical: number;
    readonly late: number;
    readonly missing: number;
    readonly running: number;
    readonly due: number;
  };
  readonly late: StandingExpectation[];
  readonly failing: Failing[];
  readonly warning: Failing[];
  readonly running: {
    readonly id: string;
    readonly name: string;
    readonly pipeline: string;
    readonly team: string;
    readonly startedAt: number;
  }[];
  /** Limits that will be crossed, the soonest first. */
  readonly foreseen: Outlook[];
  readonly next: Coming[];
}

export interface BoardItem {
  readonly subject: Subject;
  readonly team: string;
  readonly tile: Tile;
  readonly pipeline?: string;
  readonly lastAt?: number;
  readonly lastSuccessAt?: number;
  readonly lastDataAt?: number;
  readonly why: string;
}

export interface BoardGroup {
  /** Of the tag; empty for those without it. */
  readonly value: string;
  readonly tile: Tile;
  readonly counts: { readonly [tile in Tile]: number };
  /** What its pipelines cost today, in UTC: millionths of the currency. Absent: nothing is priced. */
  readonly today?: { readonly cost: number; readonly currency: string };
  readonly items: BoardItem[];
}

export interface OverviewCalls {
  show(scope: Scope, tags?: readonly WantedTag[]): Promise<Overview>;
  /**
   * @param by a tag, or `team`
   * @param only the group of this value; so many items of each group, the worst (default: all)
   */
  board(
    scope: Scope,
    by: string,
    tags?: readonly WantedTag[],
    only?: { readonly group?: string; readonly items?: number },
  ): BoardGroup[];
}

interface Parts {
  readonly kernel: Pick<Kernel, 'reads' | 'time'>;
  readonly reading: Reading;
  readonly checks: Checks;
  readonly expectations: ExpectationCalls;
  foreseen(scope: Scope): Outlook[];
  /** What each pipeline, by `TEAM/PIPELINE`, cost today; undefined: nothing is priced. */
  today(): { currency: string; costs: ReadonlyMap<string, number> } | undefined;
  schedules(scope: Scope): ListedSchedule[];
}

/** Something with all that is said of it. */
interface Watched {
  readonly team: string;
  readonly subject: Subject;
  readonly tags: Tags;
  readonly series?: CheckSeries;
  readonly expected: readonly StandingExpectation[];
}

interface Placed {
  readonly one: Watched;
  readonly tile: Tile;
}

export function overviewCalls(parts: Parts): OverviewCalls {
  const { kernel, reading, checks } = parts;

  /** Read once: there are as many as there are series, which are bounded. */
  const subjects = new Map<string, Subject>();

  function watched(scope: Scope, tags: readonly WantedTag[]): Watched[] {
    const expected = new Map<string, StandingExpectation[]>();
    for (const one of parts.expectations.all(scope)) {
      const place = `${one.team} ${subjectKey(one.subject)}`;
      const known = expected.get(place);
      if (known === undefined) expected.set(place, [one]);
      else known.push(one);
    }
    const found: Watched[] = [];
    const seen = new Set<string>();
    for (const series of checks.series()) {
      if (!sees(scope, series.team) || !hasTags(series.tags, tags)) continue;
      const subject = subjects.get(series.subject) ?? parseSubjectKey(series.subject);
      if (subject === undefined) continue;
      subjects.set(series.subject, subject);
      const place = `${series.team} ${series.subject}`;
      seen.add(place);
      const { team, tags: own } = series;
      found.push({ team, subject, tags: own, series, expected: expected.get(place) ?? [] });
    }
    for (const [place, all] of expected) {
      const [first] = all;
      if (first === undefined || seen.has(place) || !hasTags(first.tags, tags)) continue;
      found.push({ team: first.team, subject: first.subject, tags: first.tags, expected: all });
    }
    return found;
  }

  async function lastResults(of: readonly Watched[]): Promise<Failing[]> {
    const shown = of
      .filter(({ series }) => series?.lastNumber !== undefined)
      .sort((a, b) => (b.series?.lastAt ?? 0) - (a.series?.lastAt ?? 0))
      .slice(0, SHOWN);
    const number = shown.map(({ series }) => series?.lastNumber ?? 0);
    const rows = await kernel.reads.listRows(CHECK_RESULTS, { where: { number } });
    const byNumber = new Map(rows.map((row) => [row.number, row]));
    return shown.flatMap(({ subject, team, tags, series }): Failing[] => {
      const row = byNumber.get(series?.lastNumber ?? 0);
      if (row === undefined) return [];
      const last = checks.resultOf(row);
      const { pipeline } = last;
      const success = series?.lastSuccessAt;
      return [
        {
          ...{ subject, team, tags, last },
          ...(pipeline === undefined ? {} : { pipeline }),
          ...(success === undefined ? {} : { lastSuccessAt: success }),
        },
      ];
    });
  }

  return {
    async show(scope, tags = []) {
      const now = kernel.time.now();
      const all = watched(scope, tags);
      const tiles = { OK: 0, WARNING: 0, CRITICAL: 0, MISSING: 0, LATE: 0, UNKNOWN: 0 };
      for (const one of all) tiles[tileFor(one)] += 1;
      const expected = all.flatMap((one) => one.expected);
      const unique = [...new Set(expected)];
      const late = unique.filter(({ state }) => state === 'MISSING' || state === 'LATE');
      const running = await reading.list(scope, { status: 'RUNNING', limit: 1_000 });
      const ofTags = running.items.filter((one) => hasTags(one.tags, tags));
      const next = coming(unique, parts.schedules(scope), now, tags, all);
      return {
        now,
        counts: {
          watched: all.length,
          ok: tiles.OK,
          warning: tiles.WARNING,
          critical: tiles.CRITICAL,
          late: late.filter(({ state }) => state === 'LATE').length,
          missing: late.filter(({ state }) => state === 'MISSING').length,
          running: ofTags.length,
          due: next.length,
        },
        late: late.slice(0, SHOWN),
        failing: await lastResults(all.filter(hasStatus('CRITICAL'))),
        warning: await lastResults(all.filter(hasStatus('WARNING'))),
        running: ofTags.slice(0, SHOWN).map(({ id, name, pipeline, team, startedAt }) => ({
          ...{ id, name, pipeline, team, startedAt },
        })),
        foreseen: parts
          .foreseen(scope)
          .filter((one) => hasTags(one.tags, tags))
          .slice(0, SHOWN),
        next: next.slice(0, SHOWN),
      };
    },
    board(scope, by, tags = [], { group, items: most } = {}) {
      const now = kernel.time.now();
      const today = parts.today();
      const groups = new Map<string, Placed[]>();
      for (const one of watched(scope, tags)) {
        const value = by.toLowerCase() === 'team' ? one.team : (tagOf(one.tags, by) ?? '');
        if (group !== undefined && value !== group) continue;
        const placed = { one, tile: tileFor(one) };
        const known = groups.get(value);
        if (known === undefined) groups.set(value, [placed]);
        else known.push(placed);
      }
      return [...groups].sort(byValue).map(([value, all]) => {
        const counts = { OK: 0, WARNING: 0, CRITICAL: 0, MISSING: 0, LATE: 0, UNKNOWN: 0 };
        for (const { tile } of all) counts[tile] += 1;
        all.sort((a, b) => TILES.indexOf(a.tile) - TILES.indexOf(b.tile) || byName(a.one, b.one));
        const items = all.slice(0, most).map((placed) => itemOf(placed, now));
        const tile = worstOf(all.map(({ tile }) => tile));
        const spent = today && { cost: costOf(all, today.costs), currency: today.currency };
        return { value, tile, counts, ...(spent === undefined ? {} : { today: spent }), items };
      });
    },
  };
}

/** Of the pipelines and of what runs elsewhere among them, each once: one may have several series. */
function costOf(all: readonly Placed[], costs: ReadonlyMap<string, number>): number {
  const names = new Set<string>();
  for (const { one } of all) {
    const { provider, kind, name } = one.subject;
    if (provider !== 'millrace') names.add(`${one.team}/${subjectKey(one.subject)}`);
    // Whoever reports something may call it what they like: another team's costs are not told by that.
    const isTheirs = name.startsWith(`${one.team}/`);
    if (provider === 'millrace' && kind === 'pipeline' && isTheirs) names.add(name);
  }
  let sum = 0;
  for (const name of names) sum += costs.get(name) ?? 0;
  return sum;
}

function hasStatus(status: CheckStatus): (one: Watched) => boolean {
  return ({ series }) => series?.lastStatus === status;
}

function statesOf({ expected }: Watched): ExpectationState[] {
  return expected.map(({ state }) => state);
}

function tileFor(one: Watched): Tile {
  return tileOf(one.series?.lastStatus, statesOf(one));
}

/** Written out member by member: there may be ten thousand of them, and spreading takes most of the time of a board. */
function itemOf({ one, tile }: Placed, now: number): BoardItem {
  const { subject, team, series, expected } = one;
  const item: { -readonly [Member in keyof BoardItem]: BoardItem[Member] } = {
    subject,
    team,
    tile,
    why: whyOf(one, now),
  };
  const pipeline = expected[0]?.pipeline ?? pipelineName(subject);
  if (pipeline !== undefined) item.pipeline = pipeline;
  if (series?.lastAt !== undefined) item.lastAt = series.lastAt;
  if (series?.lastSuccessAt !== undefined) item.lastSuccessAt = series.lastSuccessAt;
  if (series?.lastDataAt !== undefined) item.lastDataAt = series.lastDataAt;
  return item;
}

function whyOf({ series, expected }: Watched, now: number): string {
  const unmet = expected.find(({ state }) => state === 'MISSING' || state === 'LATE');
  if (unmet !== undefined) {
    const reason = unmet.reason === undefined ? '' : `, ${unmet.reason}`;
    return `${unmet.sentence}: ${unmet.state}${reason}`;
  }
  const { lastAt } = series ?? {};
  return lastAt === undefined
    ? 'last result never'
    : `last result ${lengthWords(Math.max(0, now - lastAt))} ago`;
}

function pipelineName({ provider, kind, name }: Subject): string | undefined {
  const isOwn = provider === 'millrace' && kind === 'pipeline';
  return isOwn ? name.slice(name.indexOf('/') + 1) : undefined;
}

function byName(a: Watched, b: Watched): number {
  return a.subject.name < b.subject.name ? -1 : 1;
}

/** Those without the tag come last. */
function byValue([a]: [string, unknown], [b]: [string, unknown]): number {
  if (a === '' || b === '') return a === b ? 0 : a === '' ? 1 : -1;
  return a < b ? -1 : 1;
}

/** What starts and what is due within the next hour. */
function coming(
  expected: readonly StandingExpectation[],
  schedules: readonly ListedSchedule[],
  now: number,
  tags: readonly WantedTag[],
  all: readonly Watched[],
): Coming[] {
  const found: Coming[] = [];
  for (const { due, state, pipeline, team, sentence } of expected) {
    if (due === undefined || due < now || due > now + HOUR || pipeline === undefined) continue;
    if (state === 'MISSING' || state === 'LATE') continue;
    found.push({ at: due, pipeline, team, what: 'expectation', words: sentence });
  }
  const wanted = new Set(all.map(({ team, subject }) => `${team} ${pipelineName(subject) ?? ''}`));
  for (const { kind, name, team, expression, next } of schedules) {
    if (kind !== 'pipeline') continue;
    if (tags.length > 0 && !wanted.has(`${team} ${name}`)) continue;
    for (const { start } of next) {
      if (start > now + HOUR) break;
      found.push({ at: start, pipeline: name, team, what: 'start', words: expression });
    }
  }
  return found.sort((a, b) => a.at - b.at);
}
