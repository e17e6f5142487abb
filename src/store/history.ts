/**
 * Table `history`: one row a commit of an execution, holding its contiguous events `first` to `last` with their digest.
 * @module
 */
import type { HistoryEvent } from '../asl/transition.js';
import { fromJson, toJson } from './columns.js';
import type { Row } from './driver.js';
import { digestOf, expectDigest } from './history-digest.js';
import { all, one, type Plan, type Plans, type Prepare } from './plan.js';
import type { HistoryQuery } from './store.js';

/** Events in a row, at most. A row is read and checked as a whole, so a page of a long transition would cost all of it. */
const EVENTS = 100;
/** Rows read at first, and at a time later on: a row holds one event or a hundred, and a page may be any size. */
const FIRST_ROWS = 4;
const MOST_ROWS = 64;

export const historyReads: Plans<'readHistory' | 'lastHistoryTime'> = {
  readHistory: (query) => (query.order === 'ascending' ? ascending(query) : descending(query)),
  *lastHistoryTime() {
    const [row] = yield one('SELECT at FROM history ORDER BY number DESC LIMIT 1');
    return Number(row?.at ?? 0);
  },
};

function* ascending(query: HistoryQuery): Plan<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let after = query.after ?? 0;
  const room = roomOf(query);
  for (let size = FIRST_ROWS; events.length < query.limit; size = larger(size)) {
    // A row of an execution that holds an event above `after` begins above it or is the last one that begins below.
    const rows = yield all(
      `SELECT execution, first, last, at, events, digest FROM history WHERE execution = ? AND first >= COALESCE(
         (SELECT MAX(first) FROM history WHERE execution = ? AND first <= ?), 0)
       ORDER BY first LIMIT ?`,
      [query.execution, query.execution, after + 1, size],
    );
    for (const row of rows) {
      const page = eventsOf(row).filter((event) => event.id > after);
      if (room.fill(events, page)) return events.slice(0, query.limit);
    }
    const last = Number(rows.at(-1)?.last ?? 0);
    if (rows.length < size || last <= after) break;
    after = last;
  }
  return events.slice(0, query.limit);
}

function* descending(query: HistoryQuery): Plan<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let below = query.after ?? Number.MAX_SAFE_INTEGER;
  const room = roomOf(query);
  for (let size = FIRST_ROWS; events.length < query.limit; size = larger(size)) {
    const rows = yield all(
      `SELECT execution, first, last, at, events, digest FROM history
       WHERE execution = ? AND first < ? ORDER BY first DESC LIMIT ?`,
      [query.execution, below, size],
    );
    for (const row of rows) {
      const page = eventsOf(row).filter((event) => event.id < below);
      if (room.fill(events, page.reverse())) return events.slice(0, query.limit);
    }
    if (rows.length < size) break;
    below = Number(rows.at(-1)?.first);
  }
  return events.slice(0, query.limit);
}

/** Appends the events of a commit, in rows of a bounded size. */
export function historyWrites(
  prepare: Prepare,
): (execution: number, events: readonly HistoryEvent[]) => void {
  const append = prepare(
    'INSERT INTO history (execution, first, last, at, events, digest) VALUES (?, ?, ?, ?, ?, ?)',
  );
  function appendRow(execution: number, events: readonly HistoryEvent[]): void {
    const [first, last] = [events[0], events.at(-1)];
    if (!first || !last) return;
    const row = {
      execution,
      first: first.id,
      last: last.id,
      at: last.at,
      events: toJson(events),
    };
    append(execution, row.first, row.last, row.at, row.events, digestOf(row));
  }
  return (execution, events) => {
    for (let at = 0; at < events.length; at += EVENTS) {
      appendRow(execution, events.length <= EVENTS ? events : events.slice(at, at + EVENTS));
    }
  };
}

/** Takes events into a page as long as there is room. */
function roomOf({ bytes }: HistoryQuery): {
  /** True when the page is full. */
  fill(page: HistoryEvent[], events: readonly HistoryEvent[]): boolean;
} {
  let left = bytes ?? Number.POSITIVE_INFINITY;
  return {
    fill(page, events) {
      if (bytes === undefined) {
        page.push(...events);
        return false;
      }
      for (const event of events) {
        left -= toJson(event).length;
        if (left < 0 && page.length > 0) return true;
        page.push(event);
      }
      return false;
    },
  };
}

function larger(size: number): number {
  return Math.min(2 * size, MOST_ROWS);
}

function eventsOf(row: Row): HistoryEvent[] {
  expectDigest(row);
  return fromJson<HistoryEvent[]>(row.events);
}
