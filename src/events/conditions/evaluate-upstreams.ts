/**
 * Whether a pipeline that waits for others starts on an interval, why, and under which key.
 *
 * The key makes "once" true: executions are unique by it. It is the pipeline and the interval, and the revisions of
 * upstreams that were redriven, repaired or run again. So it does not change when one more upstream of `anyOf`
 * succeeds, and it changes when one that counts succeeds anew: the dependent starts again, once.
 * @module
 */
import type { Interval } from '../intervals/interval.js';
import {
  type Circumstances,
  type ConditionExplanation,
  evaluateCondition,
  type Verdict,
} from './evaluate-condition.js';
import {
  type UpstreamCondition,
  type UpstreamFact,
  type UpstreamTrigger,
  upstreamKey,
} from './upstream.js';

/** Revisions above 0, by upstream. */
export type Revisions = Readonly<Record<string, number>>;

export interface UpstreamQuestion {
  /** The pipeline that waits. */
  dependent: string;
  trigger: UpstreamTrigger;
  interval: Interval;
  /** The zone of the dependent, in which `by` is told. */
  timezone: string;
  /** What is known of upstreams on this interval: the latest fact of each. */
  facts: readonly UpstreamFact[];
  /** Keys of upstreams that do not run on this interval: a weekday pipeline on a Sunday. */
  unneeded?: ReadonlySet<string>;
  /** Epoch milliseconds. */
  now: number;
  /** When upstreams that have not started are expected to, by `upstreamKey`, in epoch milliseconds. */
  expected?: ReadonlyMap<string, number>;
  /** The revisions under which the dependent last started on this interval. */
  startedWith?: Revisions;
}

export interface UpstreamAnswer {
  verdict: Verdict;
  /** Every condition, those of `allOf` first. */
  conditions: ConditionExplanation[];
  /** The idempotency key under which the dependent starts when the verdict is `met`. */
  key: string;
  /** To be stored with the start, and given as `startedWith` from then on. */
  revisions: Revisions;
  /** When to ask again even if no event comes: the next deadline, in epoch milliseconds. */
  askAgainAt?: number;
}

/**
 * Judges the upstream conditions of a pipeline on one interval.
 * @example evaluateUpstreams({ dependent: 'pipeline-x', trigger: { allOf: [{ name: 'listings' }] }, … }).verdict // 'waiting'
 */
export function evaluateUpstreams(question: UpstreamQuestion): UpstreamAnswer {
  const { dependent, trigger, interval, now } = question;
  const facts = new Map(question.facts.map((fact) => [upstreamKey(fact), fact]));
  const circumstances: Circumstances = { interval, timezone: question.timezone, now };
  const explain = (condition: UpstreamCondition): ConditionExplanation => {
    const key = upstreamKey(condition);
    if (condition.not !== true && question.unneeded?.has(key)) {
      const because = `${condition.name} does not run on this interval, and is not needed`;
      return { condition, verdict: 'met', because };
    }
    return evaluateCondition(condition, facts.get(key), circumstances, question.expected?.get(key));
  };
  const all = (trigger.allOf ?? []).map(explain);
  const any = (trigger.anyOf ?? []).map(explain);
  const conditions = [...all, ...any];
  const revisions = mergeRevisions(question.startedWith ?? {}, conditions);
  const deadlines = conditions.flatMap(({ deadline }) =>
    deadline !== undefined && deadline > now ? [deadline] : [],
  );
  return {
    verdict: joined(trigger.operator ?? 'AND', all, any),
    conditions,
    key: startKey(dependent, interval, revisions),
    revisions,
    ...(deadlines.length === 0 ? {} : { askAgainAt: Math.min(...deadlines) }),
  };
}

function joined(
  operator: 'AND' | 'OR',
  all: readonly ConditionExplanation[],
  any: readonly ConditionExplanation[],
): Verdict {
  const groups: Verdict[] = [];
  if (all.length > 0) groups.push(every(all.map(({ verdict }) => verdict)));
  if (any.length > 0) groups.push(some(any.map(({ verdict }) => verdict)));
  // Nothing asked is never met: a trigger without conditions starts nothing.
  if (groups.length === 0) return 'impossible';
  return operator === 'AND' ? every(groups) : some(groups);
}

function every(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('impossible')) return 'impossible';
  return verdicts.includes('waiting') ? 'waiting' : 'met';
}

function some(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('met')) return 'met';
  return verdicts.includes('waiting') ? 'waiting' : 'impossible';
}

function mergeRevisions(known: Revisions, conditions: readonly ConditionExplanation[]): Revisions {
  const merged = new Map(Object.entries(known));
  for (const { condition, revision = 0 } of conditions) {
    const key = upstreamKey(condition);
    if (revision > (merged.get(key) ?? 0)) merged.set(key, revision);
  }
  return Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function startKey(dependent: string, interval: Interval, revisions: Revisions): string {
  const again = Object.entries(revisions).map(([name, revision]) => `${name}=${revision}`);
  return [`${dependent}@${interval.id}`, ...again].join('#');
}
