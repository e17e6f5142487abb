/**
 * What arrived of a dataset on each of some days: out of its versions, and of what was expected.
 *
 *     no version ──nothing expected──▶ nothing │ ──expected──▶ late ──▶ missing
 *     the newest ──good──▶ arrived │ arrived late ──rows held back──▶ quarantined ──not met──▶ rejected
 * @module
 */
import type { VersionState } from './dataset.js';

/** A version, and on which day it counts. */
export interface DatedVersion {
  /** `2026-11-30`: its interval's, or that on which it was written. */
  readonly day: string;
  readonly version: string;
  readonly state: VersionState;
  readonly interval?: string;
  readonly rows?: number;
  readonly quarantined?: number;
}

/** What became of an expectation that was due on a day. */
export interface DueThen {
  readonly day: string;
  readonly state: 'LATE' | 'MISSING' | 'ARRIVED LATE';
  /** In the words of the expectation. */
  readonly words: string;
}

export type ArrivalState =
  | 'arrived'
  | 'arrived late'
  | 'quarantined'
  | 'rejected'
  | 'late'
  | 'missing'
  | 'nothing'
  | 'unknown';

export interface ArrivalDay {
  readonly day: string;
  readonly state: ArrivalState;
  /** The newest of the day. */
  readonly version?: string;
  readonly interval?: string;
  readonly rows?: number;
  /** How many there are of the day. */
  readonly versions: number;
  /** What was expected, and is not so. */
  readonly words?: string;
}

/**
 * @param days in the order in which they are told
 * @param versions the newest first; those of test runs do not count
 * @param dues of each expectation and day what came of it last
 * @param known the first day of which all versions are there; undefined: of all days
 * @example arrivalDays(['2026-11-30'], [], [], undefined) // [{ day: '2026-11-30', state: 'nothing', versions: 0 }]
 */
export function arrivalDays(
  days: readonly string[],
  versions: readonly DatedVersion[],
  dues: readonly DueThen[],
  known: string | undefined,
): ArrivalDay[] {
  return days.map((day): ArrivalDay => {
    const own = versions.filter((one) => one.day === day && one.state !== 'shadow');
    const due = worst(dues.filter((one) => one.day === day));
    const words = due === undefined ? {} : { words: due.words };
    const [newest] = own;
    if (newest === undefined) {
      const isKnown = known === undefined || day >= known;
      if (due?.state === 'LATE') return { day, state: 'late', versions: 0, ...words };
      if (due?.state === 'MISSING') return { day, state: 'missing', versions: 0, ...words };
      return { day, state: isKnown ? 'nothing' : 'unknown', versions: 0, ...words };
    }
    const { version, interval, rows } = newest;
    return {
      ...{ day, state: stateOf(newest, due), version, versions: own.length },
      ...(interval === undefined ? {} : { interval }),
      ...(rows === undefined ? {} : { rows }),
      ...words,
    };
  });
}

function stateOf({ state, quarantined = 0 }: DatedVersion, due: DueThen | undefined): ArrivalState {
  if (state === 'rejected') return 'rejected';
  if (quarantined > 0) return 'quarantined';
  return due === undefined ? 'arrived' : 'arrived late';
}

const RANK = { MISSING: 0, LATE: 1, 'ARRIVED LATE': 2 } as const;

function worst(dues: readonly DueThen[]): DueThen | undefined {
  return [...dues].sort((a, b) => RANK[a.state] - RANK[b.state])[0];
}
