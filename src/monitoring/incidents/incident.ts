/**
 * Incidents: one for each thing that is in trouble, with one owner, from its first sign to its end.
 *
 *     (none) ──bad──▶ OPEN ──somebody takes it──▶ ACKNOWLEDGED
 *                      │ ▲                              │
 *                      │ └──bad, within the window──┐   │
 *                      └────all good, or by hand──▶ RESOLVED ◀──┘
 *
 * One whose trouble comes from an upstream's is **folded in**: it is open as before, and told, escalated and closed with its cause.
 * @module
 */
import type { Subject } from '../subject.js';
import type { Tags } from '../tags.js';
import type { IncidentLevel, ProblemKind } from './signal.js';

export type IncidentStatus = 'OPEN' | 'ACKNOWLEDGED' | 'RESOLVED';

/** One thing that is wrong with it. */
export interface Problem {
  readonly kind: ProblemKind;
  readonly level: IncidentLevel;
  readonly since: number;
  readonly lastAt: number;
  /** How often it was noticed. */
  readonly count: number;
  readonly words: string;
  readonly error?: string;
  readonly state?: string;
  readonly execution?: string;
  /** Where it is shown by whoever ran it. */
  readonly link?: string;
}

/** Where an incident stands; plain JSON, and all there is to know of it. Times in milliseconds since the epoch. */
export interface Incident {
  readonly number: number;
  readonly team: string;
  /** `thingOf`. */
  readonly thing: string;
  readonly subject: Subject;
  readonly tags: Tags;
  readonly pipeline?: string;
  readonly status: IncidentStatus;
  /** The worst of its problems since it opened. */
  readonly level: IncidentLevel;
  /** The same for the same error in the same state: what was seen before. */
  readonly fingerprint: string;
  /** What is wrong now, by problem. */
  readonly problems: { readonly [problem: string]: Problem };
  /** The last thing that went wrong. */
  readonly last: Problem;
  readonly openedAt: number;
  /** When it was opened the last time: the clock of acknowledging runs from then. */
  readonly since: number;
  readonly acknowledgedAt?: number;
  readonly acknowledgedBy?: string;
  readonly resolvedAt?: number;
  /** What ended it, in words. */
  readonly solved?: string;
  /** Undefined: nobody owns it. */
  readonly owner?: string;
  readonly ownerBecause: string;
  /** Number of the incident that it is folded in. */
  readonly cause?: number;
  /** Its cause was resolved and it with it, though it was not yet good itself: then it is looked at again. */
  readonly lookAgainAt?: number;
  readonly snoozedUntil?: number;
  /** Its monitor is muted until then. */
  readonly mutedUntil?: number;
  /** Steps of the escalation that were taken since it opened. */
  readonly steps: number;
  readonly reopened: number;
  readonly repeats: number;
  /** Repetitions that nobody was told of yet. */
  readonly untold: number;
  /** What people know: nothing, that it is open, or that it is over. */
  readonly told: 'nothing' | 'open' | 'over';
  readonly toldAt?: number;
  /** Messages about it so far. */
  readonly messages: number;
}

export type IncidentChangeType =
  | 'OPENED'
  | 'REOPENED'
  | 'REPEATED'
  | 'WORSE'
  | 'BETTER'
  | 'FOLDED'
  | 'UNFOLDED'
  | 'GATHERED'
  | 'ACKNOWLEDGED'
  | 'ASSIGNED'
  | 'ESCALATED'
  | 'SNOOZED'
  | 'WOKEN'
  | 'COMMENTED'
  | 'RESOLVED';

/** In no order: for those who ask for some of them. */
export const INCIDENT_CHANGES: readonly IncidentChangeType[] = [
  ...(['OPENED', 'REOPENED', 'REPEATED', 'WORSE', 'BETTER', 'FOLDED', 'UNFOLDED'] as const),
  ...(['GATHERED', 'ACKNOWLEDGED', 'ASSIGNED', 'ESCALATED', 'SNOOZED', 'WOKEN'] as const),
  ...(['COMMENTED', 'RESOLVED'] as const),
];

/** One entry of its timeline. */
export interface IncidentTransition {
  readonly type: IncidentChangeType;
  readonly at: number;
  /** In words, for people. */
  readonly words: string;
  /** Who did it; absent: nobody, it came about. */
  readonly by?: string;
  readonly execution?: string;
  /** The other incident that it is about. */
  readonly other?: number;
  /** Of a snooze: its end. */
  readonly until?: number;
  /** Channels that an escalation goes to besides. */
  readonly channels?: readonly string[];
}

/** What comes of something that happens to an incident. */
export interface IncidentOutcome {
  readonly incident: Incident;
  readonly transitions: readonly IncidentTransition[];
}

/** A transition of an incident, as it is kept and told. */
export interface IncidentChange extends IncidentTransition {
  readonly number: number;
  readonly incident: number;
  readonly team: string;
}

export function isOpen({ status }: Pick<Incident, 'status'>): boolean {
  return status !== 'RESOLVED';
}

/** Problems of one incident that are told apart; more are one together. */
export const MOST_PROBLEMS = 100;
/** The problem of what is beyond them. */
export const MORE = 'more';
