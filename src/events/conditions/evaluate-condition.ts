/**
 * One condition on one upstream, on one interval.
 *
 * - Plain: met while the latest status is a wanted one; with `by`, it must have been reached by then, else it is
 *   impossible. Without `by` nothing is impossible: a failed upstream may be redriven tomorrow.
 * - Optional: as above, but also met once the upstream ended in any way or has not started at all; with `by`, it is
 *   waited for until then and no longer.
 * - Negative (`not`): the opposite; with `by` it is decided then and stays so: "did not start by 06:00" holds although
 *   it starts at 06:10.
 * @module
 */
import type { Interval } from '../intervals/interval.js';
import { instantOf, wallTime } from '../schedules/time-zone.js';
import { type UpstreamCondition, type UpstreamFact, wantedStatuses } from './upstream.js';

export type Verdict = 'met' | 'waiting' | 'impossible';

/** One line of "why has it not started?". */
export interface ConditionExplanation {
  condition: UpstreamCondition;
  verdict: Verdict;
  /** A sentence for people. */
  because: string;
  /** What the upstream is now; absent when nothing is known of it on this interval. */
  status?: UpstreamFact['status'];
  /** Since when, in epoch milliseconds. */
  since?: number;
  eventId?: string;
  /** When the upstream is expected to start, in epoch milliseconds, if it has not and somebody knows. */
  expectedAt?: number;
  /** When `by` is on this interval, in epoch milliseconds. */
  deadline?: number;
  /** The revision that meets the condition; absent when no run of the upstream is what meets it. */
  revision?: number;
}

/** What a condition is judged by. */
export interface Circumstances {
  interval: Interval;
  /** The zone in which `by` is told. */
  timezone: string;
  /** Epoch milliseconds. */
  now: number;
}

type Judgement = readonly [verdict: Verdict, because: string, isByRun?: 'by-run'];

/**
 * Judges one condition by the latest fact about its upstream.
 * @param fact absent when the upstream has not started on this interval
 */
export function evaluateCondition(
  condition: UpstreamCondition,
  fact: UpstreamFact | undefined,
  at: Circumstances,
  expectedAt: number | undefined,
): ConditionExplanation {
  const deadline = condition.by === undefined ? undefined : deadlineOf(condition.by, at);
  const [verdict, because, isByRun] =
    condition.by !== undefined && deadline === undefined
      ? (['impossible', `"${condition.by}" is no time of day: write by as 06:00`] as const)
      : judge(condition, fact, at.now, deadline);
  return {
    condition,
    verdict,
    because,
    ...(fact === undefined
      ? {}
      : { status: fact.status, since: fact.since, eventId: fact.eventId }),
    ...(fact === undefined && expectedAt !== undefined ? { expectedAt } : {}),
    ...(deadline === undefined ? {} : { deadline }),
    ...(isByRun !== undefined && fact !== undefined ? { revision: fact.revision } : {}),
  };
}

/**
 * When `HH:MM` is on an interval: the first time at or after its start at which the clock shows it.
 * @returns epoch milliseconds, or undefined when the text is no time of day
 */
export function deadlineOf(
  by: string,
  { interval, timezone }: Pick<Circumstances, 'interval' | 'timezone'>,
): number | undefined {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(by);
  if (parts === null) return undefined;
  const day = Math.floor(wallTime(timezone, interval.start) / 86_400_000) * 86_400_000;
  const wall = day + (Number(parts[1]) * 60 + Number(parts[2])) * 60_000;
  const sameDay = instantOf(timezone, wall);
  return sameDay >= interval.start ? sameDay : instantOf(timezone, wall + 86_400_000);
}

function judge(
  condition: UpstreamCondition,
  fact: UpstreamFact | undefined,
  now: number,
  deadline: number | undefined,
): Judgement {
  if (condition.not === true) return judgeNegative(condition, fact, now, deadline);
  const { by, name } = condition;
  const wanted = wantedStatuses(condition);
  const matches = fact !== undefined && wanted.includes(fact.status);
  if (matches && (deadline === undefined || fact.since <= deadline)) {
    const all = fact.parts === undefined ? '' : ` for all of its ${fact.parts.of} intervals`;
    return ['met', `${name} is ${fact.status}${all}`, 'by-run'];
  }
  const isOver = deadline !== undefined && now >= deadline;
  if (condition.optional === true) {
    if (isOver) return ['met', `${name} was waited for until ${by} and is optional`];
    if (deadline !== undefined)
      return ['waiting', `${name} is optional and waited for until ${by}`];
    if (fact === undefined) return ['met', `${name} has not started and is optional`];
    if (fact.status !== 'RUNNING') return ['met', `${name} is ${fact.status} and optional`];
    return ['waiting', `${name} is running; it is optional and waited for while it runs`];
  }
  const asked = wanted.join(' or ');
  if (fact?.parts !== undefined) {
    const { met, of } = fact.parts;
    const verdict = isOver ? 'impossible' : 'waiting';
    return [verdict, `${met} of ${of} intervals of ${name} are ${asked}`];
  }
  if (isOver) return ['impossible', `${name} was not ${asked} by ${by}`];
  if (fact === undefined) return ['waiting', `${name} has not started for this interval`];
  return ['waiting', `${name} is ${fact.status}, not ${asked}`];
}

function judgeNegative(
  condition: UpstreamCondition,
  fact: UpstreamFact | undefined,
  now: number,
  deadline: number | undefined,
): Judgement {
  const { by, name } = condition;
  const unwanted = wantedStatuses(condition);
  const words = condition.status === undefined ? 'started' : unwanted.join(' or ');
  if (deadline === undefined) {
    return fact !== undefined && unwanted.includes(fact.status)
      ? ['waiting', `${name} is ${fact.status}`]
      : ['met', `${name} is not ${words}`];
  }
  if (hadBy(fact, unwanted, Math.min(deadline, now))) {
    return ['impossible', `${name} was ${words} by ${by}`];
  }
  return now >= deadline
    ? ['met', `${name} was not ${words} by ${by}`]
    : ['waiting', `whether ${name} is ${words} by ${by} is not known yet`];
}

/** Whether an upstream had one of the statuses at some time up to a moment. It was RUNNING when it started. */
function hadBy(
  fact: UpstreamFact | undefined,
  statuses: readonly UpstreamFact['status'][],
  moment: number,
): boolean {
  if (fact === undefined) return false;
  if (statuses.includes(fact.status) && fact.since <= moment) return true;
  return statuses.includes('RUNNING') && (fact.startedAt ?? fact.since) <= moment;
}
