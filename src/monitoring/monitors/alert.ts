/**
 * Alerts: one firing of a monitor for one group, and where a group stands.
 *
 *     (none) ──bad for long enough──▶ TRIGGERED ──worse──▶ ESCALATED ──good for long enough──▶ RECOVERED
 *        └────────nothing heard─────▶ NO DATA ───────────heard again, and good───────────────────▲
 *
 * While it is open: RENOTIFIED after each interval; UNMUTED when what was muted is told after all. What is muted is open like
 * any other, and only not told. ENDED: the monitor was taken away or watches something else.
 * @module
 */
import type { AlertLevel } from './monitor.js';

export type AlertTransitionType =
  | 'TRIGGERED'
  | 'ESCALATED'
  | 'NO DATA'
  | 'RENOTIFIED'
  | 'UNMUTED'
  | 'RECOVERED'
  | 'ENDED';

/** In the order in which they may follow each other. */
export const ALERT_TRANSITIONS: readonly AlertTransitionType[] = [
  'TRIGGERED',
  'ESCALATED',
  'NO DATA',
  'RENOTIFIED',
  'UNMUTED',
  'RECOVERED',
  'ENDED',
];

/** A change of an alert: what is written, told on the bus, and acted on by others. */
export interface AlertTransition {
  readonly type: AlertTransitionType;
  /** The moment at which it was so, whenever anybody looked. */
  readonly at: number;
  /** How bad it is from then on; of a recovery, how bad it was. */
  readonly level: AlertLevel;
  /** Somebody is to be told: it is not muted. */
  readonly notify: boolean;
  /** It is held back until then. */
  readonly mutedUntil?: number;
  /** Numbers of the results, or changes, that made it so; the oldest first. */
  readonly because: readonly number[];
  /** In words, with the numbers behind. */
  readonly words: string;
}

/** How one series stands that is not simply good; plain JSON. */
export interface SourceState {
  /** Until then it is new, and only counted. */
  readonly newUntil: number;
  readonly level: 'OK' | 'WARNING' | 'CRITICAL';
  /** Consecutive results: bad at all, critical, good. Counted no further than they must be. */
  readonly bad: number;
  readonly critical: number;
  readonly ok: number;
  /** Numbers of the last of the streak that goes on. */
  readonly streak: readonly number[];
  readonly cause: string;
  /** Of an expectation: since when it is unmet, and since when it is missing. */
  readonly unmet?: { readonly since: number; readonly missing?: number };
}

/** The alert of a group that is open; plain JSON. */
export interface OpenAlert {
  readonly level: AlertLevel;
  readonly openedAt: number;
  /** When somebody was told last; undefined: it is muted since it opened. */
  readonly notifiedAt?: number;
  /** Something of it that was held back is to be told then. */
  readonly unmuteAt?: number;
  /** When it is told again. */
  readonly renotifyAt?: number;
  /** Nothing was heard of it for as long as may be. */
  readonly isSilent?: true;
}

/** Where a group stands; plain JSON, and all there is to know of it. */
export interface GroupState {
  /** The newest result of any of its series, or when it was first watched. */
  readonly lastAt: number;
  /** Series that are not simply good, by their names; those that are good are not held. */
  readonly sources: { readonly [series: string]: SourceState };
  readonly alert?: OpenAlert;
}

/** Whether nothing of a group must be remembered but when it was heard of last. */
export function isQuiet({ sources, alert }: GroupState): boolean {
  return alert === undefined && Object.keys(sources).length === 0;
}

/** What comes of letting time pass or hearing something. */
export interface Outcome {
  readonly state: GroupState;
  readonly transitions: readonly AlertTransition[];
}

/** A change of an alert, as it is kept and told. */
export interface AlertChange extends AlertTransition {
  readonly number: number;
  /** The alert that it is of. */
  readonly alert: number;
  readonly team: string;
  readonly monitor: string;
  /** Names the group: the same for each alert of it. */
  readonly dedupeKey: string;
  /** In words: the values of its tags, or the name of what it is. */
  readonly group: string;
  readonly tags: { readonly [tag: string]: string };
  /** What caused it, where that is one thing. */
  readonly subject?: string;
  readonly pipeline?: string;
  readonly execution?: string;
}
