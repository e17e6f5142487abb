/**
 * A digest: what a team should know in the morning. What ran and what came of it, by group and service; what is wrong with each
 * thing; what nobody has taken in hand; where it is going.
 * @module
 */
import { type Incident, isOpen } from '../incidents/incident.js';
import { shortName } from '../subject.js';
import { cut, type DigestLine, type DigestWindow } from './tally.js';

/** Sums of one group and kind of thing. */
export interface DigestSum {
  readonly group: string;
  readonly service: string;
  readonly executions: number;
  readonly successes: number;
  readonly failures: number;
  readonly warnings: number;
  /** Millionths of the currency; absent: nothing of it was priced. */
  readonly cost?: number;
}

/** An incident that somebody must look at. */
export interface DigestIncident {
  readonly number: number;
  readonly team: string;
  readonly name: string;
  readonly words: string;
  /** Absent: nobody's. */
  readonly owner?: string;
  /** Since when it is open, in milliseconds since the epoch. */
  readonly since: number;
  readonly acknowledged: boolean;
  /** Since when it is put off, when that is longer than two days. */
  readonly snoozedSince?: number;
}

/** A limit that will be crossed. */
export interface DigestOutlook {
  readonly team: string;
  readonly name: string;
  readonly sentence: string;
  readonly words: string;
  readonly crossesAt?: number;
}

/** How fast incidents were taken and solved; milliseconds. */
export interface DigestMeans {
  readonly opened: number;
  readonly resolved: number;
  readonly mtta?: number;
  readonly mttr?: number;
}

export interface Digest extends DigestWindow {
  /** The tag by which things are put together; absent: the team. */
  readonly group?: string;
  readonly sums: readonly DigestSum[];
  readonly lines: readonly DigestLine[];
  /** Things of which there is nothing to say besides their counts. */
  readonly good: number;
  /** Open incidents, not those that are folded in: nobody's first, then those that are put off too long, then the oldest. */
  readonly incidents: readonly DigestIncident[];
  readonly outlooks: readonly DigestOutlook[];
  /** Of the days in UTC that the window touches. */
  readonly means: DigestMeans;
  /** What watches and does not work: a channel that never delivered, a rule that never matched. */
  readonly watcher: readonly string[];
  /** More happened than is counted: only the last results are. */
  readonly cut?: number;
  /** Of all costs; absent: nothing is priced. */
  readonly currency?: string;
}

/** What a digest is made of. */
export interface DigestParts {
  readonly window: DigestWindow;
  readonly group: string | undefined;
  readonly lines: readonly DigestLine[];
  readonly incidents: readonly Incident[];
  /** Since when incidents are put off, by number. */
  readonly snoozed: ReadonlyMap<number, number>;
  readonly outlooks: readonly DigestOutlook[];
  readonly means: DigestMeans;
  readonly watcher: readonly string[];
  /** Results that were counted, when there were more. */
  readonly cut: number | undefined;
  readonly currency: string | undefined;
}

const DAY = 86_400_000;
/** Put off for longer than that is told. */
export const SNOOZED_TOO_LONG: number = 2 * DAY;

/**
 * Puts a digest together.
 * @example digestOf({ window, lines: tally.lines(), … }).sums // [{ group: 'Alpine', executions: 3, … }]
 */
export function digestOf(parts: DigestParts): Digest {
  const { window, group, lines, snoozed, outlooks, means, watcher } = parts;
  const told = lines.filter(({ failures, warnings }) => failures + warnings > 0);
  return {
    ...window,
    ...(group === undefined ? {} : { group }),
    sums: sumsOf(lines),
    lines: told,
    good: lines.length - told.length,
    incidents: parts.incidents
      .filter((one) => isOpen(one) && one.cause === undefined)
      .map((one) => shownIncident(one, snoozed.get(one.number), window.to))
      .sort(byNeed),
    outlooks,
    means,
    watcher,
    ...(parts.cut === undefined ? {} : { cut: parts.cut }),
    ...(parts.currency === undefined ? {} : { currency: parts.currency }),
  };
}

function sumsOf(lines: readonly DigestLine[]): DigestSum[] {
  const sums = new Map<string, DigestSum>();
  for (const { group, service, executions, successes, failures, warnings, cost } of lines) {
    const key = JSON.stringify([group, service]);
    const known = sums.get(key);
    sums.set(key, {
      ...{ group, service },
      executions: executions + (known?.executions ?? 0),
      successes: successes + (known?.successes ?? 0),
      failures: failures + (known?.failures ?? 0),
      warnings: warnings + (known?.warnings ?? 0),
      ...(cost === undefined && known?.cost === undefined
        ? {}
        : { cost: Math.min(Number.MAX_SAFE_INTEGER, (cost ?? 0) + (known?.cost ?? 0)) }),
    });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

function shownIncident(
  incident: Incident,
  snoozedSince: number | undefined,
  now: number,
): DigestIncident {
  const { number, team, subject, last, owner, since, status } = incident;
  const isLong = snoozedSince !== undefined && now - snoozedSince > SNOOZED_TOO_LONG;
  return {
    ...{ number, team, name: shortName(subject), words: cut(last.words), since },
    acknowledged: status === 'ACKNOWLEDGED',
    ...(owner === undefined ? {} : { owner }),
    ...(isLong ? { snoozedSince } : {}),
  };
}

function byNeed(a: DigestIncident, b: DigestIncident): number {
  const rank = ({ owner, snoozedSince }: DigestIncident): number =>
    owner === undefined ? 0 : snoozedSince !== undefined ? 1 : 2;
  return rank(a) - rank(b) || a.since - b.since || a.number - b.number;
}

/** Whether there is anything in it at all. */
export function isEmpty(digest: Digest): boolean {
  const { sums, incidents, outlooks, watcher, means } = digest;
  const isQuiet = sums.length === 0 && incidents.length === 0 && outlooks.length === 0;
  return isQuiet && watcher.length === 0 && means.resolved === 0 && means.opened === 0;
}

/** The sums of all groups together. */
export function totalOf({ sums }: Digest): Omit<DigestSum, 'group' | 'service' | 'cost'> {
  const total = { executions: 0, successes: 0, failures: 0, warnings: 0 };
  for (const { executions, successes, failures, warnings } of sums) {
    total.executions += executions;
    total.successes += successes;
    total.failures += failures;
    total.warnings += warnings;
  }
  return total;
}
