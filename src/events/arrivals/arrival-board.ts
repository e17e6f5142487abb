/**
 * Who has delivered for which interval, and for which intervals the pipeline is started.
 *
 *     waiting ──the last one arrives──▶ complete ──▶ start
 *        └──the deadline passes, `whenMissing: start`──▶ start without those who are missing
 *
 * Deadlines up to `served` were served. Those before the trigger was first deployed count as served: what lies there from
 * earlier days starts when it is complete, never for want of somebody.
 * @module
 */
import { deadlineOf } from '../conditions/evaluate-condition.js';
import { calendarInterval, type Interval, parseInterval } from '../intervals/interval.js';
import { type ArrivalPattern, matchArrival } from './arrival-pattern.js';

export interface ArrivalRules {
  readonly pattern: ArrivalPattern;
  readonly timezone: string;
  /** `HH:MM` on the interval. */
  readonly by: string | undefined;
  readonly whenMissing: 'wait' | 'start';
}

export interface BoardEntry<File> {
  readonly interval: Interval;
  readonly arrived: ReadonlyMap<string, File>;
  /** In the order of the list. */
  readonly missing: readonly string[];
  /** Whose files lie there though nobody expects them. */
  readonly unexpected: readonly string[];
  /** Epoch milliseconds. */
  readonly deadline: number | undefined;
  /** Why it is to be started now. */
  readonly due: 'complete' | 'deadline' | undefined;
}

/** Intervals that are looked at, the latest ones. */
const MOST_INTERVALS = 400;
/** Days without a single file whose deadline is made up for. */
const MOST_DAYS = 31;
const DAY = 86_400_000;

/**
 * The board of all intervals, the latest first.
 * @param files those that have arrived, by path under the watched folder
 * @param served epoch milliseconds up to which deadlines were served
 */
export function arrivalBoard<File>(
  rules: ArrivalRules,
  partners: readonly string[],
  files: Iterable<readonly [path: string, file: File]>,
  served: number,
  now: number,
): BoardEntry<File>[] {
  const { pattern, timezone } = rules;
  const expected = new Set(partners);
  const found = new Map<string, { arrived: Map<string, File>; unexpected: string[] }>();
  const entryOf = (id: string): { arrived: Map<string, File>; unexpected: string[] } => {
    const entry = found.get(id) ?? { arrived: new Map(), unexpected: [] };
    found.set(id, entry);
    return entry;
  };
  for (const [path, file] of files) {
    const match = matchArrival(pattern, path, timezone);
    if (match === undefined) continue;
    const entry = entryOf(match.interval);
    if (expected.has(match.partner)) entry.arrived.set(match.partner, file);
    else entry.unexpected.push(match.partner);
  }
  const days = daysSince(rules, served, now);
  for (const id of days) entryOf(id);
  // Names from far in the future must not keep those of today from being looked at.
  const latest = [...found.keys()].sort().reverse();
  const looked = [...new Set([...days, ...latest])].slice(0, MOST_INTERVALS).sort().reverse();
  return looked.flatMap((id) => {
    const interval = parseInterval(id, timezone);
    const entry = found.get(id);
    if (interval === undefined || entry === undefined) return [];
    const missing = partners.filter((partner) => !entry.arrived.has(partner));
    const deadline =
      rules.by === undefined ? undefined : deadlineOf(rules.by, { interval, timezone });
    const isOver = deadline !== undefined && deadline > served && deadline <= now;
    const isStartedAnyway = isOver && rules.whenMissing === 'start';
    const due = missing.length === 0 ? 'complete' : isStartedAnyway ? 'deadline' : undefined;
    return [{ interval, ...entry, missing, deadline, due } as BoardEntry<File>];
  });
}

/** Today, and the days since the last deadline that was served: nobody may have delivered anything. */
function daysSince({ by, timezone }: ArrivalRules, served: number, now: number): string[] {
  const days = new Set([calendarInterval('day', timezone, now).id]);
  if (by === undefined) return [...days];
  const from = Math.max(served - DAY, now - MOST_DAYS * DAY);
  for (let at = from; at < now; at += DAY / 2) days.add(calendarInterval('day', timezone, at).id);
  return [...days];
}
