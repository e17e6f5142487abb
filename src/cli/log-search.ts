/**
 * `millrace logs -q`: lines of all executions that a search finds, and those that come.
 * @module
 */
import colors from 'picocolors';
import type { FoundLine, FoundLines } from '../api/logs.js';
import { PATHS } from '../api/paths.js';
import type { LiveChange } from '../api/traces.js';
import type { Client } from './client.js';
import { printable, time } from './text.js';

export interface LogSearchOptions {
  readonly query: string;
  readonly since: string | undefined;
  readonly until: string | undefined;
  /** Lines that are shown, at most. */
  readonly limit: number;
  readonly count: 'page' | 'all';
  readonly record: 'with' | 'without';
  /** Told how far a search came that takes longer than a page. */
  progress(backTo: number, lines: number): void;
}

/** What a search has found, newest first. */
export interface Found {
  readonly lines: readonly FoundLine[];
  readonly count: { readonly value: number; readonly isExact: boolean };
}

/** Goes on page by page until so many lines are found, or nothing is older. */
export async function findLines(client: Client, options: LogSearchOptions): Promise<Found> {
  const { query: q, since, until, count, record, limit } = options;
  const lines: FoundLine[] = [];
  let counted = 0;
  for (let cursor: string | undefined; ; ) {
    const isCounted = count === 'all';
    const wanted = Math.min(1_000, Math.max(1, limit - lines.length));
    const query = new URLSearchParams({ q, record, count, limit: String(wanted) });
    for (const [name, value] of Object.entries({ since, until, cursor })) {
      if (value !== undefined) query.set(name, value);
    }
    const page = await client.get<FoundLines>(`${PATHS.logSearch}?${query}`);
    lines.push(...page.items.slice(0, limit - lines.length));
    counted += isCounted ? page.count.value : page.items.length;
    cursor = page.next;
    const isFull = lines.length >= limit;
    if (cursor === undefined || (isCounted && page.count.isExact)) {
      return { lines, count: { value: counted, isExact: true } };
    }
    // Counting that was stopped begins again behind its page, which would count twice what comes after it.
    if (isFull || isCounted) return { lines, count: { value: counted, isExact: false } };
    const { backTo } = page.searched;
    if (backTo !== undefined) options.progress(backTo, lines.length);
  }
}

/** A found line, or one that comes, for a terminal. */
export function foundText(line: Omit<FoundLine, 'name' | 'startedAt'>): string {
  const level =
    line.level === 'error' ? colors.red('E') : line.level === 'warn' ? colors.yellow('W') : ' ';
  const where = `${printable(line.pipeline)}#${line.number} ${printable(line.state)}`;
  return `${colors.dim(time(line.at))} ${level} ${colors.cyan(where)} ${printable(line.message)}`;
}

/** Lines that come, as they come, until the signal aborts. */
export async function* comingLines(
  client: Client,
  query: string,
  signal: AbortSignal,
): AsyncGenerator<Omit<FoundLine, 'name' | 'startedAt'> | 'listening'> {
  const search = new URLSearchParams({ types: 'log', q: query });
  for await (const { event, data } of client.events(`${PATHS.events}?${search}`, signal)) {
    if (event === 'hello') yield 'listening';
    if (event !== 'log') continue;
    const { lines, execution, number, pipeline, team } = data as LiveChange & { type: 'log' };
    for (const line of lines) yield { ...line, execution, number, pipeline, team };
  }
}
