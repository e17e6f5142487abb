/**
 * One series of a group: its streaks, and how bad that makes it.
 *
 * Streaks are counted apart. CRITICAL comes of consecutive failures; WARNING of consecutive results that are no success, the
 * last of them a WARNING; good again comes of consecutive successes. A WARNING does not resolve what is CRITICAL: it has run,
 * and there is still no new data. UNKNOWN neither counts nor interrupts.
 * @module
 */
import type { CheckStatus } from '../check-result.js';
import type { SourceState } from './alert.js';
import type { Counts, Holds, Monitor } from './monitor.js';

/** Numbers of a streak that are named at most. */
const MOST_NAMED = 20;

/** A result, as far as a monitor asks. */
export interface HeardResult {
  readonly number: number;
  readonly status: CheckStatus;
  /** When it ended or was told, in milliseconds since the epoch. */
  readonly at: number;
  readonly cause: string;
}

/** A change of an expectation, as far as a monitor asks. */
export interface HeardChange {
  /** 0: it stood so before anybody watched. */
  readonly number: number;
  readonly to: 'EXPECTED' | 'DUE' | 'LATE' | 'MISSING' | 'ARRIVED LATE';
  /** Since when it stands so, and when that was judged. */
  readonly at: number;
  readonly judgedAt: number;
  readonly words: string;
}

/**
 * What a status counts as: one for which there is never an alert is as good as OK when it has run, and nothing else.
 * @example countsAs({ warning: undefined, critical: 1, ok: 1 }, 'WARNING') // 'OK'
 */
export function countsAs({ warning, critical }: Counts, status: CheckStatus): CheckStatus {
  if (status === 'WARNING' && warning === undefined) return 'OK';
  return status === 'CRITICAL' && critical === undefined ? 'UNKNOWN' : status;
}

/** A series of which nothing bad was heard. */
export function goodSource(newUntil: number): SourceState {
  return { newUntil, level: 'OK', bad: 0, critical: 0, ok: 0, streak: [], cause: '' };
}

/** Takes a result into the streaks; how bad that is tells `levelAt`. */
export function withHeard(
  source: SourceState,
  { number, status, cause }: HeardResult,
  { warning = 0, critical = 0, ok }: Counts,
): SourceState {
  if (status === 'UNKNOWN') return source;
  const isBad = status !== 'OK';
  const goesOn = isBad ? source.bad > 0 : source.ok > 0;
  const most = Math.max(warning, critical);
  return {
    ...source,
    // Counted no further than anything asks: what stays as it was need not be written.
    bad: isBad ? Math.min(source.bad + 1, most) : 0,
    critical: status === 'CRITICAL' ? Math.min(source.critical + 1, most) : 0,
    ok: isBad ? 0 : Math.min(source.ok + 1, ok),
    streak: goesOn ? [...source.streak, number].slice(-MOST_NAMED) : [number],
    cause,
  };
}

/** Takes a change of an expectation in; undefined: it is as it should be. */
export function withChange(
  source: SourceState,
  { to, at, number, words }: HeardChange,
): SourceState | undefined {
  // Due again, and what was missed has still not come.
  if (to === 'DUE') return source;
  if (to !== 'LATE' && to !== 'MISSING') return undefined;
  const since = source.unmet?.since ?? at;
  const missing = source.unmet?.missing ?? at;
  return {
    ...source,
    streak: number === 0 ? source.streak : [...source.streak, number].slice(-MOST_NAMED),
    cause: words,
    unmet: to === 'MISSING' ? { since, missing } : { since },
  };
}

/** How bad it is at a moment. It grows better only by what is heard. */
export function levelAt(
  { condition }: Pick<Monitor, 'condition'>,
  source: SourceState,
  at: number,
): SourceState['level'] {
  if (at < source.newUntil) return source.level;
  return condition.on === 'checks'
    ? levelOfStreaks(source, condition.counts)
    : levelOfHolds(source, condition.holds, at);
}

function levelOfStreaks(
  { level, bad, critical, ok }: SourceState,
  counts: Counts,
): SourceState['level'] {
  if (counts.critical !== undefined && critical >= counts.critical) return 'CRITICAL';
  if (ok >= counts.ok) return 'OK';
  if (level !== 'OK') return level;
  const isWarned = counts.warning !== undefined && bad >= counts.warning;
  return isWarned && critical === 0 && bad > 0 ? 'WARNING' : 'OK';
}

function levelOfHolds({ level, unmet }: SourceState, holds: Holds, at: number) {
  if (unmet === undefined) return 'OK';
  const { since, missing } = unmet;
  if (missing !== undefined && holds.missing !== undefined && at >= missing + holds.missing) {
    return 'CRITICAL';
  }
  if (level !== 'OK') return level;
  return holds.late !== undefined && at >= since + holds.late ? 'WARNING' : 'OK';
}

/** When time alone makes it worse; undefined: never. */
export function worseAt(
  monitor: Pick<Monitor, 'condition'>,
  source: SourceState,
): number | undefined {
  const { condition } = monitor;
  const { newUntil, unmet } = source;
  const moments = [newUntil];
  if (condition.on === 'expectations' && unmet !== undefined) {
    const { late, missing } = condition.holds;
    if (late !== undefined) moments.push(Math.max(newUntil, unmet.since + late));
    if (missing !== undefined && unmet.missing !== undefined) {
      moments.push(Math.max(newUntil, unmet.missing + missing));
    }
  }
  const changing = moments.filter((at) => levelAt(monitor, source, at) !== source.level);
  return changing.length === 0 ? undefined : Math.min(...changing);
}

/** Why it is as bad as it is, in words. */
export function reasonOf({ condition }: Pick<Monitor, 'condition'>, source: SourceState): string {
  const { level, cause, streak, bad, critical } = source;
  if (condition.on === 'expectations') return `${unmetWord(source)}: ${cause}`;
  const counted = Math.max(streak.length, bad, critical);
  const times = counted > 1 ? ` ${counted} times in a row` : '';
  return `${level}${times}: ${cause}`;
}

function unmetWord({ unmet }: SourceState): string {
  return unmet?.missing === undefined ? 'LATE' : 'MISSING';
}
