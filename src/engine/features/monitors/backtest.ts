/**
 * Back-tests: reads what is recorded beside the main loop, page by page, and lets a monitor hear it.
 *
 * Of results only four columns are read, as texts (`packRows`), and folded where they lie: a million of them is a second, and
 * no page holds the loop for longer than a few hundredths of one.
 * @module
 */
import type { CheckStatus } from '../../../monitoring/check-result.js';
import { BackTest, type Firing } from '../../../monitoring/monitors/backtest.js';
import { type Summary, summarize } from '../../../monitoring/monitors/backtest-summary.js';
import {
  groupKey,
  groupTags,
  inScope,
  type Monitor,
} from '../../../monitoring/monitors/monitor.js';
import { parseSubjectKey, shortName } from '../../../monitoring/subject.js';
import type { Tags } from '../../../monitoring/tags.js';
import type { AnyTable, PackedRows } from '../../../store/table.js';
import type { SealedStore } from '../../kernel/masking/sealed-store.js';
import type { WatchedSeries } from './monitors.js';

/** Rows of a page: what others wait for at most, some hundredths of a second. */
const PAGE = 25_000;
/** Results that one back-test hears at most. */
const MOST = 5_000_000;
/** Series that are asked for by their numbers; of more, everything is read and the others are left out. */
const MOST_NAMED = 200;
/** Of those alone: each page finds them anew. */
const PAGE_OF_NAMED = 100_000;
const DAY = 86_400_000;

/** What of a recorded result is asked for. */
export interface RecordedResult {
  number: number;
  series: number;
  status: string;
  at: number;
}

/** What of a recorded change of an expectation is asked for. */
export interface RecordedChange {
  number: number;
  team: string;
  subject: string;
  sentence: string;
  state: 'EXPECTED' | 'DUE' | 'LATE' | 'MISSING' | 'ARRIVED LATE';
  at: number;
  judgedAt: number;
  words: string;
  tags: Tags;
}

/** Where it is recorded. */
export interface Records {
  /** Its rows are at least a `RecordedResult`, and a `RecordedChange`. */
  readonly results: AnyTable;
  readonly changes: AnyTable;
  series(): readonly WatchedSeries[];
}

export interface BackTested extends Summary {
  /** In milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  /** Results, or changes, that were heard; and whether there were more than are ever read. */
  readonly heard: number;
  readonly isCut: boolean;
  readonly watched: { readonly series: number; readonly groups: number };
  /** The newest first. */
  readonly firings: readonly Firing[];
}

/** @example const { sentence } = await backTest(kernel.reads, records, monitor, { from, until }); */
export async function backTest(
  reads: Pick<SealedStore, 'packRows' | 'listRows'>,
  records: Records,
  monitor: Monitor,
  { from, until }: { readonly from: number; readonly until: number },
): Promise<BackTested> {
  const test = new BackTest(monitor, from);
  const hear = monitor.condition.on === 'checks' ? hearResults : hearChanges;
  const { series, isCut } = await hear(reads, records, monitor, test, { from, until });
  const firings = test.end(until);
  const days = Math.max(1, Math.round((until - from) / DAY));
  return {
    ...summarize(monitor, firings, days, test.more),
    ...{ from, until, heard: test.heard, isCut },
    watched: { series, groups: test.groups },
    firings: [...firings].reverse(),
  };
}

type Hear = (
  reads: Pick<SealedStore, 'packRows' | 'listRows'>,
  records: Records,
  monitor: Monitor,
  test: BackTest,
  span: { readonly from: number; readonly until: number },
) => Promise<{ series: number; isCut: boolean }>;

const hearResults: Hear = async (
  reads,
  { results, series: all },
  monitor,
  test,
  { from, until },
) => {
  const numbers: number[] = [];
  for (const { number, team, subject: key, tags, createdAt, lastAt = createdAt } of all()) {
    const subject = parseSubjectKey(key);
    if (subject === undefined || lastAt < from - (monitor.noData ?? 0) || createdAt > until)
      continue;
    if (!inScope(monitor, { team, subject, tags })) continue;
    const name = shortName(subject);
    const series = String(number);
    const of = { series, name, createdAt, ...groupOf(monitor, tags, series, name) };
    test.watch(number, of, createdAt < from);
    numbers.push(number);
  }
  if (numbers.length === 0) return { series: 0, isCut: false };
  const isNarrow = numbers.length <= MOST_NAMED;
  const where = isNarrow ? { series: numbers } : {};
  const limit = isNarrow ? PAGE_OF_NAMED : PAGE;
  const pageAbove = (above: number): Promise<PackedRows> =>
    Promise.resolve(
      reads.packRows(results, ['number', 'series', 'at', 'status'], { where, above, limit }),
    );
  let next = pageAbove(await numberBefore(reads, results, from));
  for (let read = 0; read < MOST; ) {
    const page = await next;
    const isLast = page.count < limit;
    // Read while this one is heard: that is another process.
    if (!isLast) next = pageAbove(page.last);
    const isOver = hearPage(page.columns, test, until);
    read += page.count;
    if (!isOver && !isLast) continue;
    // What comes after the end is of no interest, failed or not.
    next.catch(() => {});
    return { series: numbers.length, isCut: false };
  }
  next.catch(() => {});
  return { series: numbers.length, isCut: true };
};

const hearChanges: Hear = async (reads, { changes }, monitor, test, { from, until }) => {
  const seen = new Set<string>();
  let above = 0;
  for (let read = 0; read < MOST; ) {
    const rows: RecordedChange[] = await reads.listRows(changes, {
      where: { team: monitor.team },
      above: { number: above },
      limit: 5_000,
    });
    for (const row of rows) {
      above = row.number;
      if (row.judgedAt < from || row.judgedAt > until) continue;
      const subject = parseSubjectKey(row.subject);
      if (subject === undefined || !inScope(monitor, { team: row.team, subject, tags: row.tags })) {
        continue;
      }
      const series = `${row.subject}\n${row.sentence}`;
      const name = `${shortName(subject)} "${row.sentence}"`;
      if (!seen.has(series)) {
        seen.add(series);
        const of = { series, name, createdAt: 0, ...groupOf(monitor, row.tags, series, name) };
        test.watch(series, of, false);
      }
      const { number, state: to, at, judgedAt, words } = row;
      test.hearChange(series, { number, to, at, judgedAt, words });
    }
    read += rows.length;
    if (rows.length < 5_000) return { series: seen.size, isCut: false };
  }
  return { series: seen.size, isCut: true };
};

function groupOf(monitor: Monitor, tags: Tags, series: string, name: string) {
  const key = groupKey(monitor, tags, series);
  if (monitor.groupBy.length === 0) return { key, group: name };
  const known = groupTags(monitor, tags);
  const group = monitor.groupBy.map((tag) => `${tag}: ${known[tag] ?? '(none)'}`).join(', ');
  return { key, group };
}

/** A number below which nothing is as late as `from`: numbers and times grow together. */
async function numberBefore(
  reads: Pick<SealedStore, 'listRows'>,
  table: AnyTable,
  from: number,
): Promise<number> {
  const after = async (above: number): Promise<RecordedResult | undefined> =>
    (await reads.listRows(table, { above: { number: above }, limit: 1 }))[0];
  const [last]: RecordedResult[] = await reads.listRows(table, {
    order: { by: ['number'], down: true },
    limit: 1,
  });
  let [low, high] = [0, last?.number ?? 0];
  while (high - low > 1_000) {
    const middle = Math.floor((low + high) / 2);
    const row = await after(middle);
    if (row !== undefined && row.at < from) low = middle;
    else high = middle;
  }
  // What ends at the same time may be written in another order.
  return Math.max(0, low - 1_000);
}

const COMMA = 44;
const LETTERS: { readonly [letter: number]: CheckStatus } = {
  79: 'OK',
  87: 'WARNING',
  67: 'CRITICAL',
  85: 'UNKNOWN',
};

/** Lets the test hear a page as it was packed. @returns whether it is beyond what is asked */
function hearPage(columns: readonly string[], test: BackTest, until: number): boolean {
  const [numbers = '', series = '', times = '', statuses = ''] = columns;
  const places = [0, 0, 0, 0] as [number, number, number, number];
  const whole = (text: string, column: 0 | 1 | 2): number => {
    let value = 0;
    let place = places[column];
    for (; place < text.length; place += 1) {
      const digit = text.charCodeAt(place);
      if (digit === COMMA) break;
      value = value * 10 + digit - 48;
    }
    places[column] = place + 1;
    return value;
  };
  while (places[0] < numbers.length) {
    const number = whole(numbers, 0);
    const of = whole(series, 1);
    const at = whole(times, 2);
    const status = LETTERS[statuses.charCodeAt(places[3])] ?? 'UNKNOWN';
    places[3] += status.length + 1;
    if (at > until) return true;
    test.hear(number, of, status, at);
  }
  return false;
}
