/**
 * The lines of a log that this page holds: a piece without gaps, which grows at its end.
 * @module
 */
import type { LogLine } from '../../api/types.js';

export interface LogBook {
  lines: readonly LogLine[];
  /** Number of the first line held, counted from 1; undefined when it began somewhere near the end. */
  first: number | undefined;
  /** Where to go on reading; undefined: nothing was read yet. */
  cursor: string | undefined;
  /** False while the server has more lines than were read. */
  complete: boolean;
}

/** More lines are not held; the oldest go first. */
export const HELD = 50_000;

export const EMPTY_BOOK: LogBook = {
  lines: [],
  first: undefined,
  cursor: undefined,
  complete: false,
};

/**
 * Adds a page that was read at the book's end.
 * @param page what the server answered
 * @param limit how many lines were asked for: a page with fewer is the last for now
 * @param fromTail true when the page is the end of the log and what is before it was not read
 */
export function withPage(
  book: LogBook,
  page: { items: readonly LogLine[]; next?: string },
  limit: number,
  fromTail: boolean,
): LogBook {
  const short = page.items.length < limit;
  const all = page.items.length === 0 ? book.lines : [...book.lines, ...page.items];
  const dropped = Math.max(0, all.length - HELD);
  const first = book.cursor === undefined ? (fromTail && !short ? undefined : 1) : book.first;
  return {
    lines: dropped === 0 ? all : all.slice(dropped),
    first: first === undefined ? undefined : first + dropped,
    cursor: page.next ?? book.cursor,
    complete: short || fromTail,
  };
}

export interface LogFilter {
  text: string;
  level: 'all' | 'warn' | 'error';
}

/** Places of the lines that match, in their order. */
export function matchingLines(lines: readonly LogLine[], filter: LogFilter): number[] {
  const text = filter.text.toLowerCase();
  const matching: number[] = [];
  for (const [index, { level, message, state }] of lines.entries()) {
    if (filter.level === 'error' && level !== 'error') continue;
    if (filter.level === 'warn' && level !== 'error' && level !== 'warn') continue;
    if (text !== '' && !message.toLowerCase().includes(text) && !state.toLowerCase().includes(text))
      continue;
    matching.push(index);
  }
  return matching;
}
