/**
 * Where the files of partners lie: a path with `{interval}` and `{partner}`, each once, and text between them.
 * @module
 */
import { parseInterval } from '../intervals/interval.js';

export interface ArrivalPattern {
  readonly written: string;
  readonly before: string;
  readonly between: string;
  readonly after: string;
  readonly first: 'interval' | 'partner';
}

/** Letters of the ids of intervals: hours and days. */
const INTERVAL_LENGTHS = [13, 10];
const MOST_LENGTH = 500;

/**
 * Reads a path, or tells why it cannot be one.
 * @example parseArrivalPattern('{interval}/{partner}.csv')
 */
export function parseArrivalPattern(
  written: string,
): { pattern: ArrivalPattern } | { reason: string } {
  if (written.length > MOST_LENGTH)
    return { reason: `a path has ${MOST_LENGTH} characters at most` };
  if (written.startsWith('/') || written.split('/').includes('..')) {
    return { reason: 'name a path under the folder that is watched' };
  }
  const pieces = written.split(/\{([^{}]{0,100})\}/);
  const names = pieces.filter((_, index) => index % 2 === 1);
  const [before = '', first = '', between = '', , after = ''] = pieces;
  if (names.toSorted().join() !== 'interval,partner') {
    return { reason: 'name {interval} and {partner}, each once and nothing else in braces' };
  }
  if (between === '') return { reason: 'put something between {interval} and {partner}' };
  if (/[{}]/.test(before + between + after)) return { reason: 'a brace is left over' };
  return { pattern: { written, before, between, after, first: first as ArrivalPattern['first'] } };
}

/**
 * Whose file a path is, and for which interval; undefined when it is none of these files.
 * @param timezone of the intervals
 */
export function matchArrival(
  { before, between, after, first }: ArrivalPattern,
  path: string,
  timezone: string,
): { interval: string; partner: string } | undefined {
  if (!path.startsWith(before) || !path.endsWith(after)) return undefined;
  if (path.length <= before.length + after.length) return undefined;
  const middle = path.slice(before.length, path.length - after.length);
  for (const length of INTERVAL_LENGTHS) {
    const cut = first === 'interval' ? length : middle.length - length;
    if (cut < 0 || cut > middle.length) continue;
    const [head, tail] = [middle.slice(0, cut), middle.slice(cut)];
    const interval = first === 'interval' ? head : tail;
    const rest = first === 'interval' ? tail : head;
    const fits = first === 'interval' ? rest.startsWith(between) : rest.endsWith(between);
    if (!fits || parseInterval(interval, timezone) === undefined) continue;
    const partner =
      first === 'interval'
        ? rest.slice(between.length)
        : rest.slice(0, rest.length - between.length);
    if (partner !== '' && !partner.includes('/')) return { interval, partner };
  }
  return undefined;
}
