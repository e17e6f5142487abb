/**
 * A monitor: a condition watched over time, that makes an alert of what lasts.
 *
 *     results, or expectations ──▶ streaks of each series ──▶ level of its group ──▶ one alert a group
 *
 * A **group** is what has the same values of the tags in `groupBy`; without such tags each series is one. A group is as bad as
 * the worst of its series, so what succeeds beside something that fails does not hide it.
 *
 * Source of the behaviours: Datadog's check monitors (https://docs.datadoghq.com/monitors/types/custom_check, tags of a scope all
 * must be there, one that is excluded is enough; counts of consecutive statuses, apart for each) with what a team that watched
 * several hundred counties by it had set: 10,080 minutes without data, never resolved from no data, 300 seconds for what is new.
 * @module
 */
import type { Subject } from '../subject.js';
import { hasTags, type Tags, tagOf, type WantedTag } from '../tags.js';
import type { Mute } from './mute.js';

/** How bad it is, the better first. `NO DATA`: nothing was heard, so nobody knows. */
export type AlertLevel = 'NO DATA' | 'WARNING' | 'CRITICAL';

/** Consecutive results until something is so; undefined: never. */
export interface Counts {
  readonly warning: number | undefined;
  readonly critical: number | undefined;
  readonly ok: number;
}

/** Milliseconds that an expectation must stand so; undefined: never. */
export interface Holds {
  readonly late: number | undefined;
  readonly missing: number | undefined;
}

export type Condition =
  | { readonly on: 'checks'; readonly counts: Counts }
  | { readonly on: 'expectations'; readonly holds: Holds };

/** What of all that is watched: every tag of `include` must be there, and none of `exclude`. Case does not matter. */
export interface MonitorScope {
  readonly include: readonly WantedTag[];
  readonly exclude: readonly WantedTag[];
  /** Kinds of subjects; undefined: any. */
  readonly kinds?: readonly string[];
  /** Names of pipelines; undefined: any. */
  readonly pipelines?: readonly string[];
}

/** What a monitor is; times in milliseconds. */
export interface Monitor {
  readonly name: string;
  readonly team: string;
  readonly description?: string;
  readonly scope: MonitorScope;
  /** Tags, by whose values there is one alert each; lower case. */
  readonly groupBy: readonly string[];
  readonly condition: Condition;
  /** Without a result for so long there is an alert; undefined: never. Of checks alone: expectations have their own clock. */
  readonly noData: number | undefined;
  /** A series that is new is counted, and judged only after so long. */
  readonly newSource: number;
  /** An alert that stays open is told again after so long; undefined: never. */
  readonly renotify: number | undefined;
  /** When nobody is to be told. */
  readonly mute: readonly Mute[];
}

const MINUTE = 60_000;

/** What counts when a monitor does not say. */
export const MONITOR_DEFAULTS: {
  readonly counts: { readonly warning: number; readonly critical: number; readonly ok: number };
  readonly holds: Holds;
  readonly noData: number;
  readonly newSource: number;
  readonly renotify: number | undefined;
} = {
  /** The first result tells: what is to last longer says so. */
  counts: { warning: 1, critical: 1, ok: 1 },
  holds: { late: undefined, missing: 0 },
  noData: 10_080 * MINUTE,
  newSource: 300_000,
  renotify: undefined,
};

/** Consecutive results at most. */
export const MOST_COUNT = 100;

/** Something that a monitor may watch. */
export interface Watchable {
  readonly team: string;
  readonly subject: Subject;
  readonly tags: Tags;
}

/**
 * Whether a monitor watches something. A pipeline of this Millrace is named without its team.
 * @example inScope(monitor, { team: 'parcels', subject, tags: { County: 'Alpine' } })
 */
export function inScope({ team, scope }: Monitor, of: Watchable): boolean {
  const { subject, tags } = of;
  if (of.team !== team) return false;
  if (scope.kinds !== undefined && !scope.kinds.includes(subject.kind)) return false;
  if (scope.pipelines !== undefined) {
    const isOwn = subject.provider === 'millrace' && subject.kind === 'pipeline';
    if (!isOwn || !scope.pipelines.includes(subject.name.slice(team.length + 1))) return false;
  }
  return hasTags(tags, scope.include) && !scope.exclude.some((tag) => hasTags(tags, [tag]));
}

/** The values of the tags by which it is grouped; a tag that is not there has no value. */
export function groupTags({ groupBy }: Monitor, tags: Tags): { [tag: string]: string } {
  return Object.fromEntries(
    groupBy.flatMap((tag) => {
      const value = tagOf(tags, tag);
      return value === undefined ? [] : [[tag, value]];
    }),
  );
}

/**
 * The group that something belongs to, as one text; values are compared without regard to case.
 * @param series names the series, for monitors that group by nothing
 * @example groupKey(monitor, { county: 'Alpine' }, 'a series') // '["alpine"]', of groupBy: [county]
 */
export function groupKey(monitor: Monitor, tags: Tags, series: string): string {
  if (monitor.groupBy.length === 0) return series;
  return JSON.stringify(monitor.groupBy.map((tag) => tagOf(tags, tag)?.toLowerCase() ?? null));
}

/** What decides whether there is an alert; the rest only says who is told when. */
export function judgedBy({ scope, groupBy, condition, noData, newSource }: Monitor): string {
  return JSON.stringify({ scope, groupBy, condition, noData, newSource });
}
