/**
 * Searches the log lines of all executions, newest first.
 *
 *     segments of each team by time ──merged──▶ time, level, tags, pipeline can match? ──no──▶ passed over, its lines stay unread
 *                                                    │ yes
 *                                                    └▶ unpacked ──▶ its text has all that is looked for? ──▶ lines matched, newest first
 *
 * A segment is told by the time of its first line, and no line of it is more than `SEGMENT_SPAN` later: so a search by time begins
 * and ends at the right place. What was written before times were noted comes last, by number, and is looked through as a whole.
 * Whatever is asked for, a search ends when its page is full, when there is no more, or where `most` stops it, and says which.
 * @module
 */
import { foldedText } from '../search/folded-text.js';
import { textsIn } from '../search/json-texts.js';
import { matches } from '../search/matches.js';
import { type Narrowing, narrowing, splitTerms } from '../search/narrowing.js';
import type { SearchQuery, SearchRecord, Term } from '../search/query.js';
import { bytes, fromJson, integer, text } from './columns.js';
import type { Row } from './driver.js';
import { LINE_BREAK, lineOf, ownLines, SEGMENT_SPAN, unpacked } from './log-segments.js';
import { distinctValues, rowsOf } from './merged-ranges.js';
import { all, one, type Plan, type Plans } from './plan.js';
import type { FoundLogLine, LogFindings, LogPlace, LogSearch, LogSegment, Tags } from './store.js';

type Line = LogSegment['lines'][number];

/** Segments that are looked at together, and of those the ones that are unpacked together, at most. */
const AT_ONCE = 512;
const OPENED_AT_ONCE = 32;

/** What a search needs of a segment to pass it over. */
const HEADS =
  'number, execution, state, attempt, count, tags, team, pipeline, first_at, last_at, level';

/** Fields that all lines of a segment have in common. */
const SHARED: ReadonlySet<string> = new Set(['pipeline', 'team', 'execution', 'state', 'attempt']);

/** The setting that names the last segment without a time. */
export const UNPLACED = 'unplaced logs';

export const logSearches: Plans<'searchLogs' | 'listOldLogs'> = {
  *searchLogs(search) {
    return yield* new Search(search).run();
  },
  *listOldLogs({ before, limit }) {
    const old: number[] = [];
    for (const team of yield* teamsWithLogs()) {
      const rows = yield all(
        `SELECT number FROM logs WHERE team = ? AND first_at < ? ORDER BY first_at, number LIMIT ?`,
        [team, before - SEGMENT_SPAN, limit - old.length],
      );
      old.push(...rows.map((row) => integer(row, 'number')));
      if (old.length >= limit) break;
    }
    return old;
  },
};

function teamsWithLogs(): Plan<string[]> {
  return distinctValues({ table: 'logs', column: 'team', where: 'team IS NOT NULL', values: [] });
}

interface Known {
  id: string;
  name: string;
  team: string;
  pipeline: string;
  startedAt: number;
}

/** The head of a segment that can match. */
interface Candidate {
  place: Omit<LogPlace, 'line'>;
  count: number;
  state: string;
  attempt: number;
  tags: Tags;
  execution: number;
  /** Lines from this one on are not asked for. */
  below: number;
}

class Search {
  readonly #search: LogSearch;
  readonly #shared: SearchQuery;
  readonly #own: SearchQuery;
  readonly #asksExecution: boolean;
  readonly #narrow: Narrowing;
  /** Texts that must stand in a segment, as its JSON writes them. */
  readonly #wanted: readonly string[];
  readonly #until: number;
  readonly #tags: Map<string, Tags> = new Map();
  readonly #executions: Map<number, Known | undefined> = new Map();
  readonly #lines: FoundLogLine[] = [];
  readonly #searched = { segments: 0, lines: 0, bytes: 0 };
  #count = 0;
  /** After the last line of a full page. */
  #pageEnd: LogPlace | undefined;
  /** After what was looked at last. */
  #reached: LogPlace | undefined;

  constructor(search: LogSearch) {
    this.#search = search;
    const { shared, own } = splitTerms(search.query, isShared);
    this.#shared = shared;
    this.#own = own;
    this.#asksExecution = shared.terms.some(asksExecution);
    this.#narrow = narrowing(search.query);
    // Letters are escaped one by one, so what is escaped stands in what is escaped.
    this.#wanted = this.#narrow.texts.map((piece) =>
      foldedText(JSON.stringify(piece).slice(1, -1)),
    );
    this.#until = performance.now() + search.most.milliseconds;
  }

  *run(): Plan<LogFindings> {
    const { after } = this.#search;
    const isWithTimes = after === undefined || after.firstAt !== null;
    const stopped =
      (isWithTimes && (yield* this.#placed(after))) ||
      (yield* this.#unplaced(isWithTimes ? undefined : after));
    const next = this.#pageEnd ?? (stopped ? this.#reached : undefined);
    const backTo = stopped ? this.#reached?.firstAt : undefined;
    return {
      lines: this.#lines,
      ...(next === undefined ? {} : { next }),
      count: { value: this.#count, isExact: !stopped },
      searched: {
        ...this.#searched,
        ...(backTo === undefined || backTo === null ? {} : { backTo }),
      },
    };
  }

  /** Segments with times. Answers whether it was stopped before their end. */
  *#placed(after: LogPlace | undefined): Plan<boolean> {
    const { teams } = this.#search;
    const named = this.#narrow.names.team;
    const asked = (teams ?? (yield* teamsWithLogs())).filter(
      (team) => named === undefined || named.includes(foldedText(team)),
    );
    const start = {
      at: Math.min(after?.firstAt ?? Number.MAX_SAFE_INTEGER, this.#narrow.to ?? Infinity),
      // The segment that the last page ended in is looked at again.
      number: after?.segment ?? Number.MAX_SAFE_INTEGER,
    };
    if (after === undefined || after.firstAt !== start.at) start.number = Number.MAX_SAFE_INTEGER;
    const low = this.#narrow.from === undefined ? 0 : Math.max(0, this.#narrow.from - SEGMENT_SPAN);
    const readers = asked.map((team) => new TeamReader(team, start, low));
    for (;;) {
      const heads: Row[] = [];
      while (heads.length < AT_ONCE) {
        const head = yield* newest(readers);
        if (head === undefined) break;
        heads.push(head);
      }
      if (heads.length === 0) return false;
      if (yield* this.#through(heads, after)) return true;
    }
  }

  /** Segments from before times were noted. */
  *#unplaced(after: LogPlace | undefined): Plan<boolean> {
    const [setting] = yield one('SELECT value FROM settings WHERE key = ?', [UNPLACED]);
    let below = after?.segment ?? Number(setting?.value ?? 0);
    while (below > 0) {
      const heads = yield all(
        `SELECT ${HEADS} FROM logs WHERE number <= ? ORDER BY number DESC LIMIT ?`,
        [below, AT_ONCE],
      );
      const last = heads.at(-1);
      if (last === undefined) return false;
      below = integer(last, 'number') - 1;
      if (
        yield* this.#through(
          heads.filter(({ team }) => team === null),
          after,
        )
      )
        return true;
    }
    return false;
  }

  /** Looks through segments in their order. Answers whether it was stopped. */
  *#through(heads: readonly Row[], after: LogPlace | undefined): Plan<boolean> {
    const candidates: Candidate[] = [];
    for (const head of heads) {
      this.#searched.segments += 1;
      const candidate = yield* this.#candidate(head, after);
      if (candidate !== undefined) candidates.push(candidate);
    }
    for (let at = 0; at < candidates.length; at += OPENED_AT_ONCE) {
      const some = candidates.slice(at, at + OPENED_AT_ONCE);
      const numbers = some.map(({ place }) => place.segment);
      const rows = new Map(
        (yield* rowsOf('logs', numbers, (row) => row)).map((row) => [integer(row, 'number'), row]),
      );
      for (const candidate of some) {
        if (this.#isSpent()) {
          this.#reached = { ...candidate.place, line: candidate.below };
          return true;
        }
        const row = rows.get(candidate.place.segment);
        if (row === undefined) continue;
        yield* this.#scan(candidate, row);
        if (this.#pageEnd !== undefined && this.#search.count === 'page') {
          this.#reached = this.#pageEnd;
          return true;
        }
      }
    }
    const last = heads.at(-1);
    if (last === undefined || !this.#isSpent()) return false;
    this.#reached = { ...placeOf(last), line: 0 };
    return true;
  }

  #isSpent(): boolean {
    const { most } = this.#search;
    return this.#searched.bytes >= most.bytes || performance.now() >= this.#until;
  }

  /** The segment, unless what its row says rules it out. */
  *#candidate(head: Row, after: LogPlace | undefined): Plan<Candidate | undefined> {
    const { from, to, level } = this.#narrow;
    if (head.team !== null) {
      if (level !== undefined && integer(head, 'level') < level) return undefined;
      if (from !== undefined && integer(head, 'last_at') < from) return undefined;
      if (to !== undefined && integer(head, 'first_at') > to) return undefined;
    }
    const place = placeOf(head);
    const count = integer(head, 'count');
    const isAfter = after?.firstAt === place.firstAt && after.segment === place.segment;
    const below = isAfter ? after.line : count;
    if (below === 0) return undefined;
    const execution = integer(head, 'execution');
    const known =
      head.team === null || this.#asksExecution ? yield* this.#known(execution) : undefined;
    const team = head.team === null ? known?.team : text(head, 'team');
    const pipeline = head.team === null ? known?.pipeline : text(head, 'pipeline');
    if (team === undefined || pipeline === undefined) return undefined;
    if (this.#search.teams !== undefined && !this.#search.teams.includes(team)) return undefined;
    const [state, attempt] = [text(head, 'state'), integer(head, 'attempt')];
    const tags = this.#tagsOf(text(head, 'tags'));
    const named = known === undefined ? [] : [known.id, known.name, `#${execution}`];
    const record: SearchRecord = {
      tags,
      values: { team, pipeline, state, attempt, execution: [`${execution}`, ...named] },
      text: [],
    };
    if (!matches(this.#shared, record)) return undefined;
    return { place, count, state, attempt, tags, execution, below };
  }

  /** Executions of one pipeline have the same tags, mostly. */
  #tagsOf(json: string): Tags {
    let tags = this.#tags.get(json);
    if (tags === undefined) {
      tags = fromJson<Tags>(json);
      if (this.#tags.size > 1_000) this.#tags.clear();
      this.#tags.set(json, tags);
    }
    return tags;
  }

  *#known(execution: number): Plan<Known | undefined> {
    if (this.#executions.has(execution)) return this.#executions.get(execution);
    const [row] = yield one(
      'SELECT id, name, team, pipeline, started_at FROM executions WHERE number = ?',
      [execution],
    );
    const known = row && {
      id: text(row, 'id'),
      name: text(row, 'name'),
      team: text(row, 'team'),
      pipeline: text(row, 'pipeline'),
      startedAt: integer(row, 'started_at'),
    };
    if (this.#executions.size > 10_000) this.#executions.clear();
    this.#executions.set(execution, known);
    return known;
  }

  /** Matches the lines of a segment, newest first, and takes those for which there is room on the page. */
  *#scan(candidate: Candidate, row: Row): Plan<void> {
    for (const [index, line] of this.#linesIn(candidate, row)) {
      const { level } = this.#narrow;
      if (level !== undefined && level > 0 && RANKS[line.level] < level) continue;
      if (!matches(this.#own, recordOf(line))) continue;
      this.#count += 1;
      if (this.#lines.length >= this.#search.limit) continue;
      const { state, attempt, tags, execution } = candidate;
      const known = yield* this.#known(execution);
      // Its execution is being removed.
      if (known === undefined) continue;
      const { id, startedAt, name, team, pipeline } = known;
      const found = { ...line, state, attempt, tags, number: execution, execution: id };
      this.#lines.push({ ...found, team, pipeline, name, startedAt });
      if (this.#lines.length < this.#search.limit) continue;
      this.#pageEnd = { ...candidate.place, line: index };
      if (this.#search.count === 'page') return;
    }
  }

  /** Lines that may match with their indexes, newest first. */
  *#linesIn({ below, count, place }: Candidate, row: Row): Generator<readonly [number, Line]> {
    this.#searched.lines += below;
    const body = bytes(row, 'body');
    if (body === undefined) {
      const lines = ownLines(row);
      this.#searched.bytes += text(row, 'lines').length;
      for (let index = Math.min(below, lines.length) - 1; index >= 0; index -= 1) {
        yield [index, lines[index] as Line];
      }
      return;
    }
    const whole = unpacked(body, place.segment);
    this.#searched.bytes += whole.length;
    const folded = this.#wanted.length === 0 ? whole : foldedText(whole);
    if (!this.#wanted.every((piece) => folded.includes(piece))) return;
    const written = whole.slice(1, -1).split(LINE_BREAK);
    const [piece] = this.#wanted;
    const looked = piece === undefined ? written : folded.slice(1, -1).split(LINE_BREAK);
    for (let index = Math.min(below, count, written.length) - 1; index >= 0; index -= 1) {
      if (piece !== undefined && !(looked[index] as string).includes(piece)) continue;
      yield [index, lineOf(written[index] as string)];
    }
  }
}

const RANKS = { debug: 0, info: 1, warn: 2, error: 3 } as const;

/** Segments of one team, newest first, more at a time the longer it goes on. */
class TeamReader {
  readonly #team: string;
  readonly #low: number;
  #at: number;
  #number: number;
  #size = 32;
  #page: readonly Row[] = [];
  #index = 0;
  #isAtEnd = false;

  constructor(team: string, start: { at: number; number: number }, low: number) {
    this.#team = team;
    this.#low = low;
    this.#at = start.at;
    this.#number = start.number;
  }

  *head(): Plan<Row | undefined> {
    if (this.#index >= this.#page.length && !this.#isAtEnd) {
      this.#page = yield all(
        `SELECT ${HEADS} FROM logs WHERE team = ? AND first_at >= ? AND (first_at, number) <= (?, ?)
         ORDER BY first_at DESC, number DESC LIMIT ?`,
        [this.#team, this.#low, this.#at, this.#number, this.#size],
      );
      this.#isAtEnd = this.#page.length < this.#size;
      this.#index = 0;
      this.#size = Math.min(AT_ONCE, this.#size * 2);
      const last = this.#page.at(-1);
      if (last !== undefined) {
        this.#at = integer(last, 'first_at');
        this.#number = integer(last, 'number') - 1;
      }
    }
    return this.#page[this.#index];
  }

  take(): void {
    this.#index += 1;
  }
}

/** The newest of all that the readers have next, taken. */
function* newest(readers: readonly TeamReader[]): Plan<Row | undefined> {
  let best: { reader: TeamReader; head: Row } | undefined;
  for (const reader of readers) {
    const head = yield* reader.head();
    if (head === undefined) continue;
    if (best === undefined || isNewer(head, best.head)) best = { reader, head };
  }
  best?.reader.take();
  return best?.head;
}

function isNewer(left: Row, right: Row): boolean {
  const difference = integer(left, 'first_at') - integer(right, 'first_at');
  return difference === 0 ? integer(left, 'number') > integer(right, 'number') : difference > 0;
}

function placeOf(head: Row): Omit<LogPlace, 'line'> {
  const firstAt = head.team === null ? null : integer(head, 'first_at');
  return { firstAt, segment: integer(head, 'number') };
}

function isShared(term: Term): boolean {
  if (term.is === 'tag') return true;
  return 'field' in term && SHARED.has(term.field);
}

function asksExecution(term: Term): boolean {
  return 'field' in term && term.field === 'execution';
}

function recordOf({ at, stream, level, message, fields }: Line): SearchRecord {
  return {
    tags: {},
    values: { time: at, stream, level, message },
    text: fields === undefined ? [message] : [message, ...textsIn(fields)],
    members: fields,
  };
}
