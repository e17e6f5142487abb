/**
 * What a monitor would have done: the same judges as those of the live one, over what is recorded.
 *
 *     results, in the order in which they came ──▶ hear ──▶ … ──▶ end ──▶ each firing, a sentence, better counts
 *
 * Groups do not know of each other, so each is passed until its own next result: the answer is that of a monitor that looked
 * all the time. Nothing is kept of a result but what its group remembers.
 * @module
 */
import type { CheckStatus } from '../check-result.js';
import type { AlertTransition, GroupState, Outcome } from './alert.js';
import { beginGroup, hear, hearChange, pass, unmovedUntil } from './judge.js';
import type { AlertLevel, Monitor } from './monitor.js';
import type { HeardChange } from './source.js';

/** A series that is in scope. */
export interface TestedSeries {
  /** Names it: as `Source.series` does. */
  readonly series: string;
  readonly name: string;
  readonly createdAt: number;
  /** Its group, by key and in words. */
  readonly key: string;
  readonly group: string;
}

/** One alert that would have been. */
export interface Firing {
  readonly key: string;
  readonly group: string;
  /** How bad it was at its worst. */
  readonly level: AlertLevel;
  readonly openedAt: number;
  /** When it was good again; undefined: it never was. */
  readonly endedAt?: number;
  /** Somebody would have been told: not all of it was muted. */
  readonly isTold: boolean;
  /** Numbers of the results that opened it. */
  readonly because: readonly number[];
  readonly words: string;
  /** The longest streaks while it was open: of CRITICAL, and of all that is no success. */
  readonly critical: number;
  readonly bad: number;
}

interface Group {
  readonly key: string;
  readonly name: string;
  /** But for when it was heard of last: that is `lastAt`. */
  state: GroupState;
  lastAt: number;
  /** `unmovedUntil` of it. */
  unmoved: number;
  open: { -readonly [Field in keyof Firing]: Firing[Field] } | undefined;
}

interface Tested {
  readonly of: TestedSeries;
  readonly group: Group;
  /** Streaks as they are, counted on beyond what the monitor asks. */
  critical: number;
  bad: number;
  /** It is not good: its group remembers it. */
  isHeld: boolean;
}

/** Firings that are listed at most; more are counted. */
const MOST_LISTED = 10_000;

export class BackTest {
  readonly #monitor: Monitor;
  readonly #from: number;
  readonly #noData: number;
  readonly #series: Map<number | string, Tested> = new Map();
  readonly #groups: Map<string, Group> = new Map();
  readonly #firings: Firing[] = [];
  /** Results that were heard. */
  heard = 0;
  /** Firings beyond those that are listed. */
  more = 0;

  /**
   * @param from when the monitor would have begun, in milliseconds since the epoch
   * @example new BackTest(monitor, now - 30 * 86_400_000)
   */
  constructor(monitor: Monitor, from: number) {
    this.#monitor = monitor;
    this.#from = from;
    this.#noData = monitor.noData ?? Number.POSITIVE_INFINITY;
  }

  /**
   * A series that is in scope, before anything is heard of it.
   * @param id by which its results name it
   * @param isSeen it was there when the monitor began, so it is missed when nothing comes
   */
  watch(id: number | string, of: TestedSeries, isSeen: boolean): void {
    let group = this.#groups.get(of.key);
    if (group === undefined) {
      const lastAt = isSeen ? this.#from : Number.NEGATIVE_INFINITY;
      const state = beginGroup(lastAt);
      const unmoved = Number.POSITIVE_INFINITY;
      group = { key: of.key, name: of.group, state, lastAt, unmoved, open: undefined };
      this.#groups.set(of.key, group);
    } else if (isSeen && group.lastAt < this.#from) {
      group.lastAt = this.#from;
    }
    this.#series.set(id, { of, group, critical: 0, bad: 0, isHeld: false });
  }

  /** One result, in the order of their numbers; of a series that nobody watches it does nothing. */
  hear(number: number, series: number, status: CheckStatus, at: number): void {
    const tested = this.#series.get(series);
    if (tested === undefined || at < this.#from) return;
    this.heard += 1;
    const { group, of } = tested;
    if (status !== 'UNKNOWN') {
      tested.critical = status === 'CRITICAL' ? tested.critical + 1 : 0;
      tested.bad = status === 'OK' ? 0 : tested.bad + 1;
    }
    const isHeard = group.lastAt !== Number.NEGATIVE_INFINITY;
    // Nearly all of what is recorded, and the judge would say the same.
    const isUnmoved = status === 'OK' && !tested.isHeld && at < group.unmoved;
    if (isUnmoved && (!isHeard || at < group.lastAt + this.#noData)) {
      group.lastAt = Math.max(group.lastAt, at);
      return;
    }
    const state = stateOf(group, at);
    this.#took(group, hear(this.#monitor, state, of, { number, status, at, cause: '' }));
    tested.isHeld = Object.hasOwn(group.state.sources, of.series);
    if (group.open === undefined || status === 'OK') return;
    group.open.critical = Math.max(group.open.critical, tested.critical);
    group.open.bad = Math.max(group.open.bad, tested.bad);
  }

  /** One change of an expectation. */
  hearChange(series: string, change: HeardChange): void {
    const tested = this.#series.get(series);
    if (tested === undefined || change.judgedAt < this.#from) return;
    this.heard += 1;
    const { group, of } = tested;
    const state = stateOf(group, change.judgedAt);
    this.#took(group, hearChange(this.#monitor, state, of, change));
  }

  /**
   * Lets time pass until now.
   * @returns all firings, the oldest first
   */
  end(now: number): readonly Firing[] {
    for (const group of this.#groups.values()) {
      if (group.lastAt === Number.NEGATIVE_INFINITY) continue;
      this.#took(group, pass(this.#monitor, stateOf(group, now), now));
      if (group.open !== undefined) this.#keep(group.open);
      group.open = undefined;
    }
    return this.#firings.sort((a, b) => a.openedAt - b.openedAt || (a.key < b.key ? -1 : 1));
  }

  get groups(): number {
    return this.#groups.size;
  }

  #took(group: Group, { state, transitions }: Outcome): void {
    group.state = state;
    group.lastAt = state.lastAt;
    group.unmoved = unmovedUntil(this.#monitor, state);
    for (const transition of transitions) this.#follow(group, transition);
  }

  #follow(group: Group, { type, level, at, notify, because, words }: AlertTransition): void {
    const { key, name, open } = group;
    if (open === undefined) {
      const first = { key, group: name, level, openedAt: at, because, words };
      group.open = { ...first, isTold: notify, critical: 0, bad: 0 };
      return;
    }
    if (type === 'RECOVERED' || type === 'ENDED') {
      this.#keep({ ...open, endedAt: at });
      group.open = undefined;
      return;
    }
    open.level = level;
    open.isTold ||= notify;
  }

  #keep(firing: Firing): void {
    if (this.#firings.length < MOST_LISTED) this.#firings.push(firing);
    else this.more += 1;
  }
}

/** @param at when it is heard of first, when it never was */
function stateOf({ state, lastAt }: Group, at: number): GroupState {
  if (lastAt === Number.NEGATIVE_INFINITY) return beginGroup(at);
  return state.lastAt === lastAt ? state : { ...state, lastAt };
}
