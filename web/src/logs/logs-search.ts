/**
 * What the address of the page with all log lines says.
 * @module
 */
export interface LogsSearch {
  /** A search in the one grammar. */
  q?: string;
  /** Absent: the last day. */
  range?: Range;
  /** What comes is shown as it comes. */
  tail?: true;
}

/** How far back is looked, and what that is called. */
export const RANGES = {
  '1h': 'Last hour',
  '24h': 'Last day',
  '7d': 'Last week',
  all: 'All that is kept',
} as const;
export type Range = keyof typeof RANGES;
export const USUAL: Range = '24h';

const LONGEST_SEARCH = 4_096;

/** Takes what it knows from an address and leaves out the rest. */
export function logsSearch(search: { [name: string]: unknown }): LogsSearch {
  const { q, range, tail } = search;
  const known = Object.keys(RANGES).find((one) => one === range) as Range | undefined;
  return {
    ...(q === undefined || q === '' ? {} : { q: String(q).slice(0, LONGEST_SEARCH) }),
    ...(known === undefined || known === USUAL ? {} : { range: known }),
    ...(tail === true || tail === 'true' ? { tail: true } : {}),
  };
}
