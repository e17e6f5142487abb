/**
 * Versions of a dataset that count on some days: read from the newest of them, as far back as the first day begins.
 *
 *     number ▶ ── written before the window ── │ ── in it ── │ ── after it, for an interval of it ── ▶
 * @module
 */
import { VERSIONS, type VersionRow } from '../features/datasets/dataset-tables.js';
import type { Kernel } from '../kernel/kernel.js';

/** Of one dataset. */
export interface VersionWindow {
  readonly team: string;
  readonly dataset: string;
  /** Epoch milliseconds: what was written before does not count. */
  readonly since: number;
  /** Absent: up to the newest. */
  readonly past?: {
    /** Epoch milliseconds at which the last day is over in every zone. */
    readonly until: number;
    /** The first and the last day, for versions of intervals that were written later. */
    readonly first: string;
    readonly last: string;
  };
}

export interface WindowVersions {
  /** The newest first. */
  readonly rows: VersionRow[];
  /** There are more than were read. */
  readonly isCut: boolean;
}

type Reads = Pick<Kernel['reads'], 'listRows'>;

/** Versions of one dataset that are read, and how many at a time. */
const MOST_VERSIONS = 400;
const TOGETHER = 50;
/** Greater than whatever may follow the day in the name of an interval. */
const AFTER_ALL = '~';

/** It costs what the window holds, wherever it lies: its end is found by halving. */
export async function versionsOf(reads: Reads, window: VersionWindow): Promise<WindowVersions> {
  const { past } = window;
  if (past === undefined) return await versionsBelow(reads, window, undefined);
  const end = await endOf(reads, window, past.until);
  const [within, later] = await Promise.all([
    versionsBelow(reads, window, end),
    reads.listRows(VERSIONS, {
      where: { team: window.team, dataset: window.dataset },
      above: { interval: `${dayBefore(past.first)}${AFTER_ALL}` },
      below: { interval: `${past.last}${AFTER_ALL}` },
      // As the index has them: the order of the number would be that of another one, and read all versions.
      order: { by: ['interval', 'number'], down: true },
      limit: MOST_VERSIONS,
    }),
  ]);
  const added = end === undefined ? [] : later.filter(({ number }) => number >= end);
  added.sort((a, b) => b.number - a.number);
  return {
    rows: [...added, ...within.rows],
    isCut: within.isCut || later.length === MOST_VERSIONS,
  };
}

async function versionsBelow(
  reads: Reads,
  { team, dataset, since }: VersionWindow,
  end: number | undefined,
): Promise<WindowVersions> {
  const rows: VersionRow[] = [];
  for (let below = end; ; below = rows.at(-1)?.number) {
    if (rows.length >= MOST_VERSIONS) return { rows, isCut: true };
    const page = await reads.listRows(VERSIONS, {
      where: { team, dataset },
      ...(below === undefined ? {} : { below: { number: below } }),
      order: { by: ['number'], down: true },
      limit: TOGETHER,
    });
    rows.push(...page);
    const isOver = page.length < TOGETHER || (rows.at(-1)?.at ?? 0) < since;
    if (isOver) return { rows, isCut: false };
  }
}

/** The number from which on versions were written later than `until`; undefined: none was. */
async function endOf(
  reads: Reads,
  { team, dataset }: VersionWindow,
  until: number,
): Promise<number | undefined> {
  const newestBelow = async (number?: number): Promise<VersionRow | undefined> => {
    const [row] = await reads.listRows(VERSIONS, {
      where: { team, dataset },
      ...(number === undefined ? {} : { below: { number } }),
      order: { by: ['number'], down: true },
      limit: 1,
    });
    return row;
  };
  const newest = await newestBelow();
  if (newest === undefined || newest.at < until) return undefined;
  let low = 0;
  let high = newest.number;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const row = await newestBelow(middle);
    if (row !== undefined && row.at >= until) high = row.number;
    else low = middle;
  }
  return high;
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}
