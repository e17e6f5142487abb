/**
 * Judges where a group of a monitor stands: once for time that has passed, once for what has come.
 *
 *     pass(…, now)            everything that was due until now, in its order, though nobody looked in between
 *     hear(…, result)         time passes until it came, then a result counts
 *     hearChange(…, change)   the same, of an expectation
 *
 * A reducer on plain JSON: the live monitor and the back-test ask the same functions, so what a back-test tells is what would
 * have been. The answer never depends on when anybody looked, with one exception: of reminders that were missed one is told.
 * @module
 */
import type { AlertTransition, GroupState, OpenAlert, Outcome, SourceState } from './alert.js';
import type { AlertLevel, Monitor } from './monitor.js';
import { mutedUntil } from './mute.js';
import {
  countsAs,
  goodSource,
  type HeardChange,
  type HeardResult,
  levelAt,
  reasonOf,
  withChange,
  withHeard,
  worseAt,
} from './source.js';

/** Series of one group that are told apart while they are not good; those beyond are taken for one. */
const MOST_SOURCES = 1_000;
/** The name of what is taken for one. */
const OTHERS = '…';
const NO_SOURCES: GroupState['sources'] = Object.freeze({});
const NONE: readonly AlertTransition[] = [];
const RANK: { readonly [level in AlertLevel]: number } = { 'NO DATA': 0, WARNING: 1, CRITICAL: 2 };

/** Of whom something is heard. */
export interface Source {
  /** Names the series among those of the team. */
  readonly series: string;
  /** What people call it. */
  readonly name: string;
  /** Since when there is such a series, in milliseconds since the epoch. */
  readonly createdAt: number;
}

/**
 * Where a group stands that is watched from now on.
 * @param at when its newest result came, or from when on it is missed
 * @example beginGroup(0) // { lastAt: 0, sources: {} }
 */
export function beginGroup(at: number): GroupState {
  return { lastAt: at, sources: NO_SOURCES };
}

/** A state as it was stored. */
export function restored(state: GroupState): GroupState {
  return Object.keys(state.sources).length === 0 ? { ...state, sources: NO_SOURCES } : state;
}

/**
 * Lets time pass until `now`. Asked twice, the second time changes nothing.
 * @example pass(monitor, beginGroup(0), monitor.noData).transitions[0]?.type // 'NO DATA'
 */
export function pass(monitor: Monitor, state: GroupState, now: number): Outcome {
  let current = state;
  let told: AlertTransition[] | undefined;
  for (;;) {
    const due = nextLook(monitor, current);
    if (due === undefined || due > now) break;
    const step = passOne(monitor, current, due, now);
    current = step.state;
    if (step.transitions.length > 0) told = [...(told ?? []), ...step.transitions];
  }
  return { state: current, transitions: told ?? NONE };
}

/**
 * A result has come.
 * @example hear(monitor, state, source, { number: 7, status: 'CRITICAL', at: 5, cause: 'failed' }).transitions
 */
export function hear(
  monitor: Monitor,
  state: GroupState,
  source: Source,
  result: HeardResult,
): Outcome {
  const { condition, noData } = monitor;
  if (condition.on !== 'checks') return { state, transitions: NONE };
  const { at } = result;
  const status = countsAs(condition.counts, result.status);
  const isQuiet = state.sources === NO_SOURCES && state.alert === undefined;
  // Nearly all of what is ever heard: it was good and is good.
  if (isQuiet && (status === 'OK' || status === 'UNKNOWN')) {
    if (noData === undefined || at < state.lastAt + noData) {
      return at <= state.lastAt
        ? { state, transitions: NONE }
        : { state: { lastAt: at, sources: NO_SOURCES }, transitions: NONE };
    }
  }
  // As many again, in a group of which something else is bad: it was good and is good, and nothing is due.
  if (status === 'OK' && isUnmoved(state, source.series)) {
    const next = nextLook(monitor, state);
    if (next === undefined || at < next) {
      return { state: { ...state, lastAt: Math.max(at, state.lastAt) }, transitions: NONE };
    }
  }
  const passed = pass(monitor, state, at);
  const before = heardAgain(passed.state, at);
  if (status === 'UNKNOWN') return { state: before, transitions: passed.transitions };
  const name = nameIn(before, source.series);
  const known = ownSource(before.sources, name) ?? goodSource(source.createdAt + monitor.newSource);
  const counted = withHeard(known, { ...result, status }, condition.counts);
  const after = { ...counted, level: levelAt(monitor, counted, at) };
  const isGood = after.level === 'OK' && after.bad === 0;
  const sources = withSource(before.sources, name, isGood ? undefined : after);
  const because = { at, source: after, name: source.name, isGood: status === 'OK' };
  return followed(monitor, passed, { ...before, sources }, because);
}

/**
 * An expectation stands elsewhere than before.
 * @example hearChange(monitor, state, source, { number: 3, to: 'MISSING', at: 5, judgedAt: 5, words: 'never started' })
 */
export function hearChange(
  monitor: Monitor,
  state: GroupState,
  source: Source,
  change: HeardChange,
): Outcome {
  if (monitor.condition.on !== 'expectations') return { state, transitions: NONE };
  const at = change.judgedAt;
  const passed = pass(monitor, state, at);
  const before = heardAgain(passed.state, at);
  const name = nameIn(before, source.series);
  const known = ownSource(before.sources, name);
  if (known === undefined && change.to !== 'LATE' && change.to !== 'MISSING') {
    return { state: before, transitions: passed.transitions };
  }
  const changed = withChange(known ?? goodSource(0), change);
  const after = changed && { ...changed, level: levelAt(monitor, changed, at) };
  const sources = withSource(before.sources, name, after);
  const told = after ?? { ...goodSource(0), streak: [change.number], cause: change.words };
  const because = { at, source: told, name: source.name, isGood: after === undefined };
  return followed(monitor, passed, { ...before, sources }, because);
}

/** When time alone changes something next; undefined: never. */
export function nextLook(
  monitor: Monitor,
  { sources, alert, lastAt }: GroupState,
): number | undefined {
  let soonest: number | undefined;
  const at = (moment: number | undefined): void => {
    if (moment !== undefined && (soonest === undefined || moment < soonest)) soonest = moment;
  };
  if (alert?.isSilent === undefined && isMissed(monitor)) at(lastAt + (monitor.noData ?? 0));
  at(lookAt(monitor, sources).next);
  at(alert?.unmuteAt);
  at(alert?.renotifyAt);
  return soonest;
}

/**
 * The monitor is over, or watches something else: an alert that is open is open no longer.
 * @example ended(state, now, 'the monitor was deleted').transitions[0]?.type // 'ENDED'
 */
export function ended(state: GroupState, at: number, words: string): Outcome {
  const { alert, lastAt } = state;
  if (alert === undefined) return { state: beginGroup(lastAt), transitions: NONE };
  const notify = alert.notifiedAt !== undefined;
  const transition = { type: 'ENDED', at, level: alert.level, notify, because: [], words } as const;
  return { state: beginGroup(lastAt), transitions: [transition] };
}

/** It is told otherwise from now on: what is held back, and when it is told again, is looked at anew. */
export function retold({ renotify }: Monitor, state: GroupState, now: number): GroupState {
  if (state.alert === undefined) return state;
  const { unmuteAt, renotifyAt: _, ...alert } = state.alert;
  const isTold = alert.notifiedAt !== undefined;
  return {
    ...state,
    alert: {
      ...alert,
      ...(unmuteAt === undefined ? {} : { unmuteAt: now }),
      ...(renotify === undefined || !isTold ? {} : { renotifyAt: now + renotify }),
    },
  };
}

/** What follows from how series stand: found once, as long as none of them is otherwise. */
interface Look {
  readonly of: Monitor;
  readonly next: number | undefined;
  readonly worst: 'WARNING' | 'CRITICAL' | undefined;
}

const looks = new WeakMap<GroupState['sources'], Look>();

function lookAt(monitor: Monitor, sources: GroupState['sources']): Look {
  const known = looks.get(sources);
  if (known?.of === monitor) return known;
  let next: number | undefined;
  for (const source of Object.values(sources)) {
    const at = worseAt(monitor, source);
    if (at !== undefined && (next === undefined || at < next)) next = at;
  }
  const look = { of: monitor, next, worst: worstOf(sources) };
  looks.set(sources, look);
  return look;
}

/**
 * Until when a success of a series that is good changes nothing but when its group was heard of last; for whoever hears very
 * many. That the group falls silent before is not looked at.
 * @returns milliseconds since the epoch, or an infinity
 * @example unmovedUntil(monitor, beginGroup(0)) // Infinity
 */
export function unmovedUntil(monitor: Monitor, { sources, alert }: GroupState): number {
  if (alert?.isSilent !== undefined || alert?.level === 'NO DATA') return Number.NEGATIVE_INFINITY;
  if (Object.hasOwn(sources, OTHERS)) return Number.NEGATIVE_INFINITY;
  const never = Number.POSITIVE_INFINITY;
  const next = lookAt(monitor, sources).next ?? never;
  return Math.min(next, alert?.unmuteAt ?? never, alert?.renotifyAt ?? never);
}

/** Something good of a series that is good changes nothing: what is open is so for another reason. */
function isUnmoved({ sources, alert }: GroupState, series: string): boolean {
  if (alert?.isSilent !== undefined || alert?.level === 'NO DATA') return false;
  return !Object.hasOwn(sources, series) && !Object.hasOwn(sources, OTHERS);
}

/** Why something is so, for whoever is told. */
interface Because {
  readonly at: number;
  readonly source: SourceState;
  readonly name: string;
  /** What was heard is good: whatever was silent is so no longer. */
  readonly isGood: boolean;
}

function isMissed({ condition, noData }: Monitor): boolean {
  return noData !== undefined && condition.on === 'checks';
}

/** What was heard of, however it is, is not silent. */
function heardAgain(state: GroupState, at: number): GroupState {
  const lastAt = Math.max(at, state.lastAt);
  if (state.alert?.isSilent === undefined) return { ...state, lastAt };
  const { isSilent: _, ...alert } = state.alert;
  // It stays open: only what is good ends it.
  return { ...state, lastAt, alert };
}

/** Names are other people's: what every object has is no series. */
function ownSource(sources: GroupState['sources'], name: string): SourceState | undefined {
  return Object.hasOwn(sources, name) ? sources[name] : undefined;
}

function nameIn({ sources }: GroupState, series: string): string {
  if (Object.hasOwn(sources, series) || sources === NO_SOURCES) return series;
  return Object.keys(sources).length < MOST_SOURCES ? series : OTHERS;
}

function withSource(
  sources: GroupState['sources'],
  name: string,
  source: SourceState | undefined,
): GroupState['sources'] {
  if (source !== undefined) return { ...sources, [name]: source };
  if (!Object.hasOwn(sources, name)) return sources;
  const { [name]: _, ...rest } = sources;
  return Object.keys(rest).length === 0 ? NO_SOURCES : rest;
}

function passOne(monitor: Monitor, state: GroupState, due: number, now: number): Outcome {
  const { alert, sources, lastAt } = state;
  for (const [name, source] of Object.entries(sources)) {
    if (worseAt(monitor, source) !== due) continue;
    const worse = { ...source, level: levelAt(monitor, source, due) };
    const after = { ...state, sources: { ...sources, [name]: worse } };
    const because = { at: due, source: worse, name: '', isGood: false };
    return followed(monitor, { state, transitions: NONE }, after, because);
  }
  if (
    alert?.isSilent === undefined &&
    isMissed(monitor) &&
    lastAt + (monitor.noData ?? 0) === due
  ) {
    return silent(monitor, state, due);
  }
  if (alert?.unmuteAt === due) return unmuted(monitor, state, alert, due);
  return reminded(monitor, state, alert as OpenAlert, due, now);
}

function silent(monitor: Monitor, state: GroupState, at: number): Outcome {
  const minutes = Math.round((monitor.noData ?? 0) / 60_000);
  const words = `no result for ${minutes} minutes`;
  const level = state.alert?.level ?? 'NO DATA';
  const open = opened(monitor, state.alert, level, at);
  const told = transitionOf('NO DATA', open, at, { because: [], words });
  return { state: { ...state, alert: { ...open, isSilent: true } }, transitions: [told] };
}

function unmuted(monitor: Monitor, state: GroupState, alert: OpenAlert, at: number): Outcome {
  const open = opened(monitor, alert, alert.level, at);
  if (open.unmuteAt !== undefined) return { state: { ...state, alert: open }, transitions: NONE };
  const because = Object.values(state.sources).find(({ level }) => level === alert.level);
  const words = because ? reasonOf(monitor, because) : 'no result';
  const told = transitionOf('UNMUTED', open, at, { because: because?.streak ?? [], words });
  return { state: { ...state, alert: open }, transitions: [told] };
}

function reminded(
  monitor: Monitor,
  state: GroupState,
  alert: OpenAlert,
  due: number,
  now: number,
): Outcome {
  const { renotify = 1 } = monitor;
  // Of those that were missed the last.
  const at = due + Math.floor((now - due) / renotify) * renotify;
  const muted = mutedUntil(monitor.mute, at);
  if (muted !== undefined) {
    return { state: { ...state, alert: { ...alert, renotifyAt: muted } }, transitions: NONE };
  }
  const open = { ...alert, notifiedAt: at, renotifyAt: at + renotify };
  const since = Math.round((at - alert.openedAt) / 60_000);
  const words = `still ${alert.level} after ${since} minutes`;
  const told = transitionOf('RENOTIFIED', open, at, { because: [], words });
  return { state: { ...state, alert: open }, transitions: [told] };
}

/** What follows for the alert from how the series of the group stand. */
function followed(monitor: Monitor, passed: Outcome, state: GroupState, because: Because): Outcome {
  const { transitions } = passed;
  const { alert } = state;
  const { at, source } = because;
  const level = lookAt(monitor, state.sources).worst;
  if (level === undefined) {
    const isOver = alert !== undefined && (alert.level !== 'NO DATA' || because.isGood);
    if (!isOver) return { state, transitions };
    const { who, said } = saidOf(monitor, because);
    const { alert: _, ...quiet } = state;
    const minutes = Math.round((at - alert.openedAt) / 60_000);
    const words = `${who}good again after ${minutes} minutes: ${source.cause}`;
    const notify = alert.notifiedAt !== undefined;
    const told = { ...said, type: 'RECOVERED', at, level: alert.level, notify, words } as const;
    return { state: quiet, transitions: [...transitions, told] };
  }
  if (alert !== undefined && RANK[level] <= RANK[alert.level]) return { state, transitions };
  const open = opened(monitor, alert, level, at);
  const type = alert === undefined ? 'TRIGGERED' : 'ESCALATED';
  const { said } = saidOf(monitor, because);
  return {
    state: { ...state, alert: open },
    transitions: [...transitions, transitionOf(type, open, at, said)],
  };
}

function saidOf(
  monitor: Monitor,
  { source, name }: Because,
): { who: string; said: Pick<AlertTransition, 'because' | 'words'> } {
  const who = name === '' ? '' : `${name}: `;
  return {
    who,
    said: { because: needed(monitor, source), words: who + reasonOf(monitor, source) },
  };
}

function worstOf(sources: GroupState['sources']): 'WARNING' | 'CRITICAL' | undefined {
  if (sources === NO_SOURCES) return undefined;
  let worst: 'WARNING' | undefined;
  for (const { level } of Object.values(sources)) {
    if (level === 'CRITICAL') return level;
    if (level === 'WARNING') worst = level;
  }
  return worst;
}

/** Those of a streak that were needed. */
function needed({ condition }: Monitor, { streak, level, ok }: SourceState): readonly number[] {
  if (condition.on === 'expectations') return streak.slice(-1);
  const { counts } = condition;
  const count =
    ok > 0 ? counts.ok : ((level === 'CRITICAL' ? counts.critical : counts.warning) ?? 1);
  return streak.slice(-count);
}

/** An alert that is told now, or as soon as it is not muted. */
function opened(
  { mute, renotify }: Monitor,
  alert: OpenAlert | undefined,
  level: AlertLevel,
  at: number,
): OpenAlert {
  const { unmuteAt: _, renotifyAt: __, ...before } = alert ?? { level, openedAt: at };
  const until = mutedUntil(mute, at);
  if (until !== undefined) return { ...before, level, unmuteAt: until };
  const again = renotify === undefined ? {} : { renotifyAt: at + renotify };
  return { ...before, level, notifiedAt: at, ...again };
}

function transitionOf(
  type: AlertTransition['type'],
  { level, unmuteAt }: OpenAlert,
  at: number,
  said: Pick<AlertTransition, 'because' | 'words'>,
): AlertTransition {
  const held = unmuteAt === undefined ? {} : { mutedUntil: unmuteAt };
  return { type, at, level, notify: unmuteAt === undefined, ...held, ...said };
}
