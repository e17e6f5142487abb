/**
 * Table `history`: one row a commit of an execution, holding its contiguous events `first` to `last` with their digest.
 * @module
 */
import type { HistoryEvent } from '../asl/transition.js';
import { fromJson, toJson } from './columns.js';
import type { Driver, Row } from './driver.js';
import { digestOf, expectDigest } from './history-digest.js';
import type { HistoryQuery, SynchronousStore } from './store.js';

type HistoryQueries = Pick<SynchronousStore, 'readHistory' | 'lastHistoryTime'> & {
  appendHistory(execution: number, events: readonly HistoryEvent[]): void;
};

/** Events in a row, at most. A row is read and checked as a whole, so a page of a long transition would cost all of it. */
const EVENTS = 100;
/** Rows read at first, and at a time later on: a row holds one event or a hundred, and a page may be any size. */
const FIRST_ROWS = 4;
const MOST_ROWS = 64;

export function historyQueries(driver: Driver): HistoryQueries {
  const append = driver.prepare(
    'INSERT INTO history (execution, first, last, at, events, digest) VALUES (?, ?, ?, ?, ?, ?)',
  );
  // A row of an execution that holds an event above `after` begins above it or is the last one that begins below.
  const ascending = driver.prepare(
    `SELECT execution, first, last, at, events, digest FROM history WHERE execution = ? AND first >= COALESCE(
       (SELECT MAX(first) FROM history WHERE execution = ? AND first <= ?), 0)
     ORDER BY first LIMIT ?`,
  );
  const descending = driver.prepare(
    `SELECT execution, first, last, at, events, digest FROM history
     WHERE execution = ? AND first < ? ORDER BY first DESC LIMIT ?`,
  );
  const latest = driver.prepare('SELECT at FROM history ORDER BY number DESC LIMIT 1');

  function readAscending(query: HistoryQuery): HistoryEvent[] {
    const events: HistoryEvent[] = [];
    let after = query.after ?? 0;
    const room = roomOf(query);
    for (let size = FIRST_ROWS; events.length < query.limit; size = larger(size)) {
      const from = after + 1;
      const rows = ascending.all(query.execution, query.execution, from, size);
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

  function readDescending(query: HistoryQuery): HistoryEvent[] {
    const events: HistoryEvent[] = [];
    let below = query.after ?? Number.MAX_SAFE_INTEGER;
    const room = roomOf(query);
    for (let size = FIRST_ROWS; events.length < query.limit; size = larger(size)) {
      const rows = descending.all(query.execution, below, size);
      for (const row of rows) {
        const page = eventsOf(row).filter((event) => event.id < below);
        if (room.fill(events, page.reverse())) return events.slice(0, query.limit);
      }
      if (rows.length < size) break;
      below = Number(rows.at(-1)?.first);
    }
    return events.slice(0, query.limit);
  }

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
    append.run(execution, row.first, row.last, row.at, row.events, digestOf(row));
  }

  return {
    appendHistory(execution, events) {
      for (let at = 0; at < events.length; at += EVENTS) {
        appendRow(execution, events.length <= EVENTS ? events : events.slice(at, at + EVENTS));
      }
    },
    readHistory: (query) =>
      query.order === 'ascending' ? readAscending(query) : readDescending(query),
    lastHistoryTime: () => Number(latest.get()?.at ?? 0),
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
