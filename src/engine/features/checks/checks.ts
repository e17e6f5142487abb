/**
 * Writes a check result for every execution that ends, and for whatever scripts report, in the commit that causes it.
 *
 *     execution ends ──▶ what its output and its tasks tell of new data ──▶ OK │ WARNING │ CRITICAL
 *     POST /checks, millrace check, `check:` step ─────────────────────────▶ as told
 *                                    └──▶ a row, how its series stands, and a fact that others hear
 *
 * Children of distributed Maps are their own affair, and what was skipped has not run.
 * @module
 */

import type { Json } from '../../../asl/json.js';
import {
  addCounts,
  type CheckResult,
  type CheckStatus,
  type Counts,
  type Ending,
  hasNewData,
  judgeEnding,
  producedBy,
  shorten,
} from '../../../monitoring/check-result.js';
import {
  ownSubject,
  parseSubjectKey,
  type Subject,
  subjectKey,
} from '../../../monitoring/subject.js';
import { PRODUCED } from '../../../pipelines/sections/produced-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import type { Awaitable } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';
import { EngineError } from '../../kernel/errors.js';
import { type Fact, wasSkipped } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Need, whenKnown } from '../../kernel/needs.js';
import { checkTags } from '../../kernel/payload.js';
import type { Turn } from '../../kernel/turn.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import {
  CHECK_RESULTS,
  CHECK_SERIES,
  type CheckRow,
  type CheckSeries,
  PRODUCED_SO_FAR,
  type ProducedRow,
} from './check-tables.js';

/** Series of one subject: what comes with other tags then is counted without its tags. */
const MOST_OF_SUBJECT = 10_000;
/** Series in all: each has its place in memory. */
const MOST_SERIES = 200_000;
/** Series of a subject whose results are looked through together. */
const MOST_LOOKED_AT = 256;
/** The tag of what is counted together because there are too many. */
const TOO_MANY = { 'millrace:tags': 'too many' };

/** What somebody reports. */
export interface NewCheck extends Counts {
  readonly team: string;
  readonly subject: Subject;
  readonly status: CheckStatus;
  readonly tags: { readonly [tag: string]: string };
  readonly cause?: string;
  /** Milliseconds. */
  readonly duration?: number;
  /** When it began and ended, when it is told afterwards. Default: it ends now, and began `duration` before. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly retries?: number;
  readonly link?: string;
  readonly units?: { readonly [unit: string]: number };
  /** Millionths of the rate card's currency. */
  readonly cost?: number;
  readonly interval?: string;
  readonly execution?: string;
}

export class Checks implements Feature {
  readonly name = 'checks';
  readonly tables: readonly AnyTable[] = [CHECK_SERIES, CHECK_RESULTS, PRODUCED_SO_FAR];
  readonly #kernel: Kernel;
  readonly #series: TurnMap<number, CheckSeries>;
  /** Numbers of series by team, subject and tags. */
  readonly #numbers: Map<string, number> = new Map();
  /** Numbers of series by team and subject. */
  readonly #ofSubject: Map<string, Set<number>> = new Map();
  readonly #produced: TurnMap<number, ProducedRow> = new TurnMap();
  readonly #totals: Map<string, Map<string, number>> = new Map();
  #lastNumber = 0;
  #lastSeries = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#series = new TurnMap((number, series) => this.#index(number, series));
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    for (const series of await store.listRows(CHECK_SERIES)) {
      this.#series.remember(series.number, series);
    }
    for (const row of await store.listRows(PRODUCED_SO_FAR)) {
      this.#produced.remember(row.number, row);
    }
    this.#lastNumber = await store.lastNumber(CHECK_RESULTS);
    this.#lastSeries = await store.lastNumber(CHECK_SERIES);
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type === 'TaskSucceeded') this.#taskSucceeded(turn, fact.execution, fact.output);
    else if (fact.type === 'ExecutionEnded' && !wasSkipped(fact.execution)) {
      this.#executionEnded(turn, fact.execution);
    }
  }

  /** Results that grow old; what a series was like at last stays known. */
  readonly aging = {
    kind: 'checks' as const,
    needs: (limit: number): Need<unknown>[] => [this.#oldest(limit)],
    removeOld: (turn: Turn, before: number, limit: number): boolean => {
      const page = turn.known(this.#oldest(limit));
      const old = page.filter(({ at }) => at < before);
      for (const { number } of old) turn.remove(CHECK_RESULTS, [number]);
      return old.length === limit;
    },
  };

  #oldest(limit: number): Need<CheckRow[]> {
    return {
      key: `oldest check results ${limit}`,
      read: () => this.#kernel.store.listRows(CHECK_RESULTS, { limit }),
    };
  }

  /** As the store has them: every series that there is. */
  series(): CheckSeries[] {
    return this.#series.durableEntries().map(([, series]) => series);
  }

  /** Results since the server started, by team and status. */
  *totals(): Generator<{ team: string; status: string; count: number }> {
    for (const [team, counts] of this.#totals) {
      for (const [status, count] of counts) yield { team, status, count };
    }
  }

  #count({ team, status }: Pick<CheckResult, 'team' | 'status'>): void {
    const counts = this.#totals.get(team) ?? new Map<string, number>();
    this.#totals.set(team, counts.set(status, (counts.get(status) ?? 0) + 1));
  }

  /** Series of one subject of a team. */
  seriesOf(team: string, subject: string): CheckSeries[] {
    const numbers = this.#ofSubject.get(placeOf(team, subject)) ?? [];
    return [...numbers].flatMap((number) => this.#series.get(number) ?? []);
  }

  seriesNumbered(number: number): CheckSeries | undefined {
    return this.#series.get(number);
  }

  /** The pipeline as something that is watched. */
  subjectOf({ team, pipeline }: { team: string; pipeline: string }): Subject {
    const { accountId: account, region } = this.#kernel.arns.identity;
    return ownSubject({ account, region }, 'pipeline', team, pipeline);
  }

  /** A dataset as something that is watched. */
  datasetSubject(team: string, name: string): Subject {
    const { accountId: account, region } = this.#kernel.arns.identity;
    return ownSubject({ account, region }, 'dataset', team, name);
  }

  /** `subjectKey` of a pipeline. */
  keyOf(team: string, pipeline: string): string {
    return subjectKey(this.subjectOf({ team, pipeline }));
  }

  /** The last results of a subject, the newest first; of those of its series that were heard of last. */
  recent(team: string, subject: string, limit: number): Need<CheckResult[]> {
    return {
      key: `last ${limit} results of ${team} ${subject}`,
      read: () => this.#recent(this.#kernel.store, team, subject, limit),
    };
  }

  /** The same, read beside the loop. */
  async past(team: string, subject: string, limit: number): Promise<CheckResult[]> {
    return this.#recent(this.#kernel.reads, team, subject, limit);
  }

  #recent(
    store: Pick<Kernel['store'], 'listRows'>,
    team: string,
    subject: string,
    limit: number,
  ): Awaitable<CheckResult[]> {
    const heard = this.seriesOf(team, subject)
      .sort((a, b) => (b.lastNumber ?? 0) - (a.lastNumber ?? 0))
      .slice(0, MOST_LOOKED_AT);
    if (heard.length === 0) return [];
    const series = heard.map(({ number }) => number);
    const order = { by: ['number'], down: true } as const;
    const rows = store.listRows(CHECK_RESULTS, { where: { series }, order, limit });
    return whenKnown(rows, (found) => found.map((row) => this.resultOf(row)));
  }

  /** The last end that was no failure, and the last one with new data; of all series of a subject. */
  lasts(team: string, subject: string): { success?: number; data?: number } {
    const latest = (times: (number | undefined)[]): number | undefined => {
      const known = times.filter((time) => time !== undefined);
      return known.length === 0 ? undefined : Math.max(...known);
    };
    const all = this.seriesOf(team, subject);
    const success = latest(all.map(({ lastSuccessAt }) => lastSuccessAt));
    const data = latest(all.map(({ lastDataAt }) => lastDataAt));
    return {
      ...(success === undefined ? {} : { success }),
      ...(data === undefined ? {} : { data }),
    };
  }

  /** How many series there are. */
  get size(): number {
    return this.#series.size;
  }

  /** The last end that was no failure, and the last end, as the store has them; of all series of a subject. */
  durableLasts(team: string, subject: string): { success?: number; end?: number } {
    let [success, end] = [0, 0];
    for (const number of this.#ofSubject.get(placeOf(team, subject)) ?? []) {
      const series = this.#series.durable(number);
      success = Math.max(success, series?.lastSuccessAt ?? 0);
      end = Math.max(end, series?.lastAt ?? 0);
    }
    return { ...(success === 0 ? {} : { success }), ...(end === 0 ? {} : { end }) };
  }

  /** A row with what its series says. */
  resultOf({ series, ...row }: CheckRow): CheckResult {
    const known = this.#series.get(series);
    if (known === undefined) throw new Error(`There is no series ${series}`);
    return { ...row, subject: subjectOfSeries(known), tags: known.tags };
  }

  /** Takes what somebody reports into the turn. Throws InvalidTags and TooManyChecks. */
  report(turn: Turn, check: NewCheck): CheckResult {
    const { team, subject, status, tags, cause = '', endedAt, ...rest } = check;
    checkTags(tags);
    // What executions tell is bounded by the pipelines; what is reported could be anything.
    if (this.#series.size >= MOST_SERIES && this.seriesOf(team, subjectKey(subject)).length === 0) {
      throw new EngineError('TooManyChecks', { most: MOST_SERIES });
    }
    const { secrets, time } = this.#kernel;
    const now = time.now();
    // Clocks elsewhere may be ahead of ours: nothing has ended that is to come.
    const at = Math.min(now, endedAt ?? now);
    const began =
      check.startedAt ?? (check.duration === undefined ? undefined : at - check.duration);
    const startedAt = began === undefined ? undefined : Math.min(at, began);
    return this.#write(turn, {
      team,
      subject,
      tags,
      status,
      at,
      cause: shorten(secrets.text(cause)),
      ...rest,
      ...(startedAt === undefined ? {} : { startedAt, duration: check.duration ?? at - startedAt }),
    });
  }

  /** A file has come that somebody waits for. */
  arrived(
    turn: Turn,
    { team, subject, tags }: Pick<NewCheck, 'team' | 'subject' | 'tags'>,
    { key, bytes }: { readonly key: string; readonly bytes?: number },
  ): void {
    const counts = { files: 1, ...(bytes === undefined ? {} : { bytes }) };
    this.report(turn, { team, subject, tags, status: 'OK', cause: `${key} arrived`, ...counts });
  }

  #taskSucceeded(turn: Turn, active: ActiveExecution, output: Json): void {
    const counts = active.creation.mapRun ? undefined : producedBy(output);
    if (counts === undefined) return;
    const { number } = active;
    const row = { number, ...addCounts(this.#produced.get(number) ?? {}, counts) };
    turn.put(PRODUCED_SO_FAR, row);
    this.#produced.set(turn, number, row);
  }

  #executionEnded(turn: Turn, active: ActiveExecution): void {
    const { creation, state, number } = active;
    if (creation.mapRun) return;
    const { status, error, cause, output, used, cost } = state.header;
    if (status === 'RUNNING') return;
    const told = this.#produced.get(number);
    if (told !== undefined) {
      turn.remove(PRODUCED_SO_FAR, [number]);
      this.#produced.set(turn, number, undefined);
    }
    const section = sectionOf(PRODUCED, active.machine.deployment);
    const own = section === undefined || output === undefined ? undefined : section(output);
    const { number: _, ...counted }: Partial<ProducedRow> = told ?? {};
    const produced: Counts = status === 'SUCCEEDED' ? (own ?? counted) : counted;
    const { secrets, time } = this.#kernel;
    const at = active.stoppedAt ?? time.now();
    const ending: Ending = {
      status,
      produced,
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause: secrets.text(cause, active.secrets) }),
    };
    const { team, pipeline, tags, startedAt, interval, id, triggeredBy } = creation;
    const planned = triggeredBy?.type === 'schedule' ? Date.parse(String(triggeredBy.at)) : NaN;
    const result: Omit<CheckResult, 'number'> = {
      team,
      subject: this.subjectOf(creation),
      tags,
      ...judgeEnding(ending),
      at,
      startedAt,
      duration: Math.max(0, at - startedAt),
      ...(Number.isNaN(planned) ? {} : { lag: Math.max(0, startedAt - planned) }),
      ...produced,
      // Since it was redriven last: what was before stands in the result of then.
      retries: used?.retries ?? 0,
      ...(cost === undefined ? {} : { cost }),
      ...(interval === undefined ? {} : { interval }),
      execution: id,
      pipeline,
    };
    this.#write(turn, result, active);
  }

  #write(turn: Turn, told: Omit<CheckResult, 'number'>, execution?: ActiveExecution): CheckResult {
    const series = this.#seriesFor(turn, told);
    this.#lastNumber += 1;
    const { subject: _, tags: _tags, ...row } = told;
    const number = this.#lastNumber;
    turn.put(CHECK_RESULTS, { number, series: series.number, ...row });
    const { status, at } = told;
    const isGood = status === 'OK' || status === 'WARNING';
    const isData = isGood && hasNewData(told);
    const { lastAt = at, lastSuccessAt = at, lastDataAt = at } = series;
    // What is heard of late says nothing about how it stands now.
    const isLate = at < lastAt;
    const head: Partial<CheckSeries> = {
      lastNumber: number,
      ...(isLate ? {} : { lastAt: at, lastStatus: status }),
      ...(isGood ? { lastSuccessAt: Math.max(at, lastSuccessAt) } : {}),
      ...(isData ? { lastDataAt: Math.max(at, lastDataAt) } : {}),
    };
    turn.change(CHECK_SERIES, [series.number], head);
    this.#series.set(turn, series.number, { ...series, ...head });
    const result: CheckResult = { number, ...told, tags: series.tags };
    const of = {
      ...(execution === undefined ? {} : { execution }),
      ...(isLate ? { isLate } : {}),
    };
    turn.afterCommit(() => this.#count(told));
    this.#kernel.hooks.tell(turn, { type: 'CheckReported', result, series: series.number, ...of });
    return result;
  }

  /** The series of a result, a new one if need be. */
  #seriesFor(turn: Turn, { team, subject, tags, at }: Omit<CheckResult, 'number'>): CheckSeries {
    const key = subjectKey(subject);
    const known = this.#find(team, key, tags);
    if (known !== undefined) return known;
    const ofSubject = this.#ofSubject.get(placeOf(team, key))?.size ?? 0;
    const isFull = ofSubject >= MOST_OF_SUBJECT || this.#series.size >= MOST_SERIES;
    const kept = isFull ? TOO_MANY : sorted(tags);
    const folded = isFull ? this.#find(team, key, kept) : undefined;
    if (folded !== undefined) return folded;
    this.#lastSeries += 1;
    const number = this.#lastSeries;
    const series: CheckSeries = { number, team, subject: key, tags: kept, createdAt: at };
    turn.put(CHECK_SERIES, series);
    this.#series.set(turn, series.number, series);
    return series;
  }

  #find(team: string, key: string, tags: CheckSeries['tags']): CheckSeries | undefined {
    const number = this.#numbers.get(seriesKey(team, key, tags));
    return number === undefined ? undefined : this.#series.get(number);
  }

  #index(number: number, series: CheckSeries | undefined): void {
    // A turn that failed takes back what it made; numbers are not used again, so the index may stay.
    if (series === undefined) return;
    const { team, subject, tags } = series;
    this.#numbers.set(seriesKey(team, subject, tags), number);
    const key = placeOf(team, subject);
    const numbers = this.#ofSubject.get(key) ?? new Set();
    if (!numbers.has(number)) this.#ofSubject.set(key, numbers.add(number));
  }
}

/** What is said of a series as of a subject. */
export function subjectOfSeries({ subject }: Pick<CheckSeries, 'subject'>): Subject {
  const parsed = parseSubjectKey(subject);
  if (parsed === undefined) throw new Error(`'${subject}' is no subject`);
  return parsed;
}

function sorted(tags: CheckSeries['tags']): CheckSeries['tags'] {
  return Object.fromEntries(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function seriesKey(team: string, subject: string, tags: CheckSeries['tags']): string {
  return JSON.stringify([team, subject, Object.entries(sorted(tags))]);
}

/** A subject of a team. Names of teams hold no line break. */
function placeOf(team: string, subject: string): string {
  return `${team}\n${subject}`;
}
