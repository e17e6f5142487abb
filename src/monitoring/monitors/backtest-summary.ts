/**
 * What a back-test says: a sentence, and which counts would have told of less.
 * @module
 */
import type { Firing } from './backtest.js';
import type { Monitor } from './monitor.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** What "soon" may be, the shortest that fits. */
const SOON = [20 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY] as const;

/** A count that is higher, and what it would have made of the same results. */
export interface Suggestion {
  readonly field: 'critical' | 'warning';
  readonly count: number;
  /** Firings that would not have been, of those that recovered soon, and of the others. */
  readonly leftOut: number;
  readonly lost: number;
  readonly words: string;
}

export interface Summary {
  readonly fired: number;
  /** Groups that fired at all. */
  readonly groups: number;
  readonly told: number;
  readonly recovered: number;
  /** Good again within `soon` milliseconds, without anybody. */
  readonly recoveredSoon: number;
  readonly soon: number;
  readonly open: number;
  readonly sentence: string;
  readonly suggestions: readonly Suggestion[];
}

/**
 * Sums up what would have been.
 * @param days that were looked at
 * @param more firings that are not in the list
 * @example summarize(monitor, [], 30).sentence // 'In the last 30 days it would not have fired.'
 */
export function summarize(
  monitor: Monitor,
  firings: readonly Firing[],
  days: number,
  more: number = 0,
): Summary {
  const over = firings.flatMap(({ endedAt, openedAt }) =>
    endedAt === undefined ? [] : [endedAt - openedAt],
  );
  const within = (most: number): number => over.filter((lasted) => lasted <= most).length;
  const half = firings.length / 2;
  const soon = SOON.find((most) => within(most) >= half && within(most) > 0) ?? SOON[0];
  const fired = firings.length + more;
  const counted = {
    fired,
    groups: new Set(firings.map(({ key }) => key)).size,
    told: firings.filter(({ isTold }) => isTold).length,
    recovered: over.length,
    recoveredSoon: within(soon),
    soon,
    open: firings.length - over.length,
  };
  const suggestions = suggest(monitor, firings, soon);
  return { ...counted, sentence: sentenceOf(counted, days), suggestions };
}

function sentenceOf(counted: Omit<Summary, 'sentence' | 'suggestions'>, days: number): string {
  const { fired, groups, told, recovered, recoveredSoon, soon, open } = counted;
  const when = `In the last ${days === 1 ? 'day' : `${days} days`} it would`;
  if (fired === 0) return `${when} not have fired.`;
  const times = fired === 1 ? 'once' : `${fired} times`;
  const where = fired > 1 && groups > 1 ? ` in ${groups} groups` : '';
  const later = recovered - recoveredSoon;
  const parts = [
    recoveredSoon > 0 ? `${recoveredSoon} recovered alone within ${lasting(soon)}` : '',
    later > 0
      ? `${later} ${recoveredSoon > 0 ? 'later' : `recovered, after more than ${lasting(soon)}`}`
      : '',
    open > 0 ? `${open} ${open === 1 ? 'is' : 'are'} still open` : '',
    told < fired ? `${fired - told} fell into times that are muted` : '',
  ].filter((part) => part !== '');
  return `${when} have fired ${times}${where}: ${parts.join(', ')}.`;
}

/**
 * For each count the smallest that leaves out nine of ten of those that recovered soon: by the longest streak of each.
 * A higher one is worth nothing where it would have hidden everything else as well.
 */
function suggest(monitor: Monitor, firings: readonly Firing[], soon: number): Suggestion[] {
  const { condition } = monitor;
  if (condition.on !== 'checks') return [];
  const found: Suggestion[] = [];
  for (const field of ['critical', 'warning'] as const) {
    const now = condition.counts[field];
    const level = field === 'critical' ? 'CRITICAL' : 'WARNING';
    const of = firings.filter((firing) => firing.level === level);
    if (now === undefined || of.length === 0) continue;
    const lasted = (firing: Firing): number =>
      field === 'critical' ? firing.critical : firing.bad;
    const isSoon = ({ endedAt, openedAt }: Firing): boolean =>
      endedAt !== undefined && endedAt - openedAt <= soon;
    const short = of.filter(isSoon);
    const others = of.filter((firing) => !isSoon(firing));
    if (short.length === 0) continue;
    const streaks = short.map(lasted).sort((a, b) => a - b);
    const count = (streaks[Math.ceil(streaks.length * 0.9) - 1] ?? 0) + 1;
    if (count <= now) continue;
    const leftOut = short.filter((firing) => lasted(firing) < count).length;
    const lost = others.filter((firing) => lasted(firing) < count).length;
    if (others.length > 0 && lost === others.length) continue;
    const kept =
      others.length === 0 ? '' : ` and kept ${others.length - lost} of the ${others.length} others`;
    const words = `${field}: ${count} would have left out ${leftOut} of the ${short.length} that recovered within ${lasting(soon)}${kept}`;
    found.push({ field, count, leftOut, lost, words });
  }
  return found;
}

/** @example lasting(1_200_000) // '20 minutes' */
export function lasting(ms: number): string {
  const [amount, unit] =
    ms >= DAY ? [ms / DAY, 'day'] : ms >= HOUR ? [ms / HOUR, 'hour'] : [ms / MINUTE, 'minute'];
  const shown = Math.round(amount);
  return `${shown} ${unit}${shown === 1 ? '' : 's'}`;
}
