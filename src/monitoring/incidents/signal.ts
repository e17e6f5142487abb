/**
 * Signals: what incidents hear of, whoever noticed it. A failed execution, an expectation that was not met, an alert of a
 * monitor, a channel that does not deliver: each is one **problem** of a thing, and begins or ends it.
 *
 * A thing is what has one incident at a time: a subject of a team, told apart by the tags that the team asks for.
 * @module
 */
import type { CheckResult } from '../check-result.js';
import type { ExpectationChange, Reason } from '../expectations/expectation.js';
import type { AlertChange } from '../monitors/alert.js';
import { type Home, ownSubject, type Subject, subjectKey } from '../subject.js';
import { type Tags, tagOf } from '../tags.js';

export type IncidentLevel = 'critical' | 'warning';

/** What kind of trouble it is; `failed` begins with an execution, the others are noticed. */
export type ProblemKind =
  | 'failed'
  | 'late'
  | 'missing'
  | 'unmet'
  | 'alert'
  | 'undelivered'
  | 'broken';

export interface Signal {
  readonly team: string;
  readonly subject: Subject;
  /** Names the problem among those of its thing: `run`, `expect SENTENCE`, `monitor NAME/GROUP`. */
  readonly problem: string;
  /** `bad`: it is there, or there again. `good`: it is over. */
  readonly is: 'bad' | 'good';
  readonly kind: ProblemKind;
  readonly level: IncidentLevel;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Why, in one line. */
  readonly words: string;
  readonly tags: Tags;
  /** Nobody is to be told of it now: its monitor is muted until then. */
  readonly mutedUntil?: number;
  /** Of a failure: its error's name, and the state in which it was. */
  readonly error?: string;
  readonly state?: string;
  readonly execution?: string;
  /** Where it is shown by whoever ran it. */
  readonly link?: string;
  readonly pipeline?: string;
  /** Who answers for it, as its file says. */
  readonly owner?: string;
  /** Of something good: what made it so, in words. */
  readonly solved?: string;
}

/** Reasons for which something came, and was not as it should be: less urgent than what did not come. */
const SOFT: ReadonlySet<Reason> = new Set([
  ...(['too few', 'too many', 'unusual', 'took too long'] as const),
]);

/** How the names of problems begin that monitors have found. */
export const ALERT = 'monitor ';

/** What is known of an execution besides its result. */
export interface Ended {
  readonly error?: string;
  readonly state?: string;
  readonly owner?: string;
  readonly solved?: string;
}

/**
 * A check result as a signal; undefined when it says neither: WARNING ran without new data, and UNKNOWN nobody can say, so
 * neither opens an incident nor ends one.
 * @example signalOfResult({ status: 'CRITICAL', … })?.is // 'bad'
 */
export function signalOfResult(result: CheckResult, ended: Ended = {}): Signal | undefined {
  const { status, team, subject, at, cause, tags, execution, pipeline, link } = result;
  if (status !== 'OK' && status !== 'CRITICAL') return undefined;
  return {
    ...{ team, subject, problem: 'run', kind: 'failed', level: 'critical', at, words: cause, tags },
    is: status === 'OK' ? 'good' : 'bad',
    ...ended,
    ...(execution === undefined ? {} : { execution }),
    ...(link === undefined ? {} : { link }),
    ...(pipeline === undefined ? {} : { pipeline }),
  };
}

/** @example signalOfExpectation({ to: 'MISSING', sentence: 'runs within 8 days', … }).kind // 'missing' */
export function signalOfExpectation(change: ExpectationChange): Signal | undefined {
  const { to, team, subject, sentence, at, words, tags, reason, execution, pipeline, owner } =
    change;
  const said = {
    ...{ team, subject, problem: `expect ${sentence}`, at, tags },
    words: `${sentence}: ${words}`,
    ...(execution === undefined ? {} : { execution }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(owner === undefined ? {} : { owner }),
  };
  switch (to) {
    case 'DUE':
      return undefined;
    case 'EXPECTED':
    case 'ARRIVED LATE':
      return { ...said, is: 'good', kind: 'missing', level: 'critical' };
    case 'LATE':
      return { ...said, is: 'bad', kind: 'late', level: 'warning' };
    case 'MISSING': {
      if (reason === 'failed') return { ...said, is: 'bad', kind: 'failed', level: 'critical' };
      const isSoft = reason !== undefined && SOFT.has(reason);
      return isSoft
        ? { ...said, is: 'bad', kind: 'unmet', level: 'warning' }
        : { ...said, is: 'bad', kind: 'missing', level: 'critical' };
    }
  }
}

/**
 * A change of an alert. One of several things together is a thing of its own: the group of the monitor.
 * @param home whose Millrace this is
 */
export function signalOfAlert(
  change: AlertChange,
  subject: Subject | undefined,
  home: Home,
): Signal {
  const { type, team, monitor, group, level, at, words, tags, notify, mutedUntil } = change;
  const isOver = type === 'RECOVERED' || type === 'ENDED';
  const { execution, pipeline } = change;
  const isHeldBack = !isOver && !notify && mutedUntil !== undefined;
  return {
    team,
    subject: subject ?? ownSubject(home, 'monitor', team, `${monitor}/${group}`),
    problem: `${ALERT}${monitor}/${group}`,
    is: isOver ? 'good' : 'bad',
    kind: 'alert',
    level: level === 'CRITICAL' ? 'critical' : 'warning',
    ...{ at, tags },
    words: `${monitor}: ${words}`,
    ...(isHeldBack ? { mutedUntil } : {}),
    ...(execution === undefined ? {} : { execution }),
    ...(pipeline === undefined ? {} : { pipeline }),
  };
}

/**
 * What has one incident at a time.
 * @param by tags that tell things of one subject apart
 * @example thingOf({ subject, tags: { county: 'Alpine' } }, ['county']) // '…:parcels/load {county=alpine}'
 */
export function thingOf(
  { subject, tags }: Pick<Signal, 'subject' | 'tags'>,
  by: readonly string[],
): string {
  const key = subjectKey(subject);
  const parts = by.flatMap((name) => {
    const value = tagOf(tags, name);
    return value === undefined ? [] : [`${name.toLowerCase()}=${value.toLowerCase()}`];
  });
  return parts.length === 0 ? key : `${key} {${parts.sort().join(',')}}`;
}

/** Kind of the subject that a channel is. */
export const CHANNEL = 'channel';

/** A channel that reaches nobody is trouble too, and must be told by another one. */
export function signalOfChannel(
  {
    team,
    channel,
    state,
    error,
  }: { team: string; channel: string; state: 'failing' | 'working'; error?: string },
  home: Home,
  at: number,
): Signal {
  const isBad = state === 'failing';
  return {
    ...{ team, subject: ownSubject(home, CHANNEL, team, channel), problem: 'delivery', at },
    ...{ kind: 'undelivered', level: 'critical', tags: {}, is: isBad ? 'bad' : 'good' },
    words: isBad
      ? `nothing arrives by ${channel}: ${error ?? 'it does not say why'}`
      : 'it delivers',
    ...(isBad ? {} : { solved: 'it delivers again' }),
  };
}

/** Kind of the subject that something is which sees to others. */
export const WATCHER = 'watcher';

/**
 * A schedule that starts nothing is trouble before anybody misses what it should have started.
 * @example signalOfWatcher({ team: 'parcels', part: 'schedule nightly', state: 'broken', words }, home, now).kind // 'broken'
 */
export function signalOfWatcher(
  change: { team: string; part: string; state: 'broken' | 'working'; words: string },
  home: Home,
  at: number,
): Signal {
  const { team, part, state, words } = change;
  const isBad = state === 'broken';
  return {
    ...{ team, subject: ownSubject(home, WATCHER, team, part), problem: 'work', at, words },
    ...{ kind: 'broken', level: 'critical', tags: {}, is: isBad ? 'bad' : 'good' },
    ...(isBad ? {} : { solved: 'it works again' }),
  };
}
