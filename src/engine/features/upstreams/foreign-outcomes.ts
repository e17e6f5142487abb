/**
 * Outcomes of executions in other accounts, as their events tell them: `Step Functions Execution Status Change`, put on the
 * bus by a rule over there or by another Millrace. They count for pipelines of the team that they were told to.
 *
 * Events come late, twice and out of order: of one execution the latest redrive counts, and of that its end.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 * @module
 */
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import type { UpstreamFact, UpstreamStatus } from '../../../events/conditions/upstream.js';
import type { Turn } from '../../kernel/turn.js';

export const FOREIGN_KIND = 'foreign';

/** Executions of one state machine that are remembered, the latest ones. */
const MOST = 100;
const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];
const ARN = /^arn:aws[a-z-]*:states:[a-z0-9-]+:(\d{12}):execution:([^:]{1,80}):[^:]{1,80}$/;

export interface ForeignOutcome {
  account: string;
  /** Of its state machine. */
  name: string;
  arn: string;
  status: UpstreamStatus;
  /** Milliseconds since the epoch. */
  startedAt: number;
  since: number;
  redriveCount: number;
  /** Told by another Millrace; else the day on which it started is meant. */
  interval?: string;
}

export class ForeignOutcomes {
  /** By team, account and name; the latest first. */
  readonly #known: Map<string, ForeignOutcome[]> = new Map();

  /** @param remembered what the store has, by the key under which it was written */
  open(remembered: ReadonlyMap<string, JsonObject>): void {
    for (const [key, { outcomes }] of remembered) {
      if (Array.isArray(outcomes)) this.#known.set(key, outcomes as unknown as ForeignOutcome[]);
    }
  }

  /**
   * Takes an event that a team has put on a bus.
   * @param own the account of this Millrace, whose executions are known better
   * @returns the outcome that it tells, when it tells one
   */
  heard(turn: Turn, team: string, envelope: JsonObject, own: string): ForeignOutcome | undefined {
    const outcome = outcomeOf(envelope);
    if (outcome === undefined || outcome.account === own) return undefined;
    const key = keyOf(team, outcome);
    const known = this.#known.get(key) ?? [];
    const before = known.find(({ arn }) => arn === outcome.arn);
    if (before !== undefined && !isNewer(outcome, before)) return undefined;
    const outcomes = [outcome, ...known.filter(({ arn }) => arn !== outcome.arn)].slice(0, MOST);
    this.#known.set(key, outcomes);
    turn.afterFailure(() => this.#known.set(key, known));
    turn.triggers.set(`${key} ${FOREIGN_KIND}`, {
      team,
      pipeline: `${outcome.account}/${outcome.name}`,
      kind: FOREIGN_KIND,
      state: { outcomes: outcomes as unknown as Json },
    });
    return outcome;
  }

  /**
   * What is known of a state machine on an interval.
   * @param isFor whether an outcome is for the interval
   */
  fact(
    team: string,
    upstream: { account: string; name: string },
    isFor: (outcome: ForeignOutcome) => boolean,
  ): UpstreamFact | undefined {
    const runs = (this.#known.get(keyOf(team, upstream)) ?? [])
      .filter(isFor)
      .sort((a, b) => b.startedAt - a.startedAt);
    const [latest] = runs;
    if (latest === undefined) return undefined;
    return {
      ...upstream,
      status: latest.status,
      since: latest.since,
      startedAt: Math.min(...runs.map(({ startedAt }) => startedAt)),
      eventId: latest.arn,
      revision: runs.reduce((sum, { redriveCount }) => sum + redriveCount, runs.length - 1),
    };
  }
}

function keyOf(team: string, { account, name }: { account: string; name: string }): string {
  return `${team}/${account}/${name}`;
}

function isNewer(outcome: ForeignOutcome, before: ForeignOutcome): boolean {
  if (outcome.redriveCount !== before.redriveCount) {
    return outcome.redriveCount > before.redriveCount;
  }
  return before.status === 'RUNNING' && outcome.status !== 'RUNNING';
}

function outcomeOf({
  source,
  detail,
  'detail-type': type,
  time,
}: JsonObject): ForeignOutcome | undefined {
  if (source !== 'aws.states' || type !== 'Step Functions Execution Status Change')
    return undefined;
  if (!isObject(detail)) return undefined;
  const { executionArn, status, startDate, stopDate, redriveCount, millrace } = detail;
  const [arn, account, name] = ARN.exec(String(executionArn)) ?? [];
  if (arn === undefined || account === undefined || name === undefined) return undefined;
  const startedAt = Number(startDate);
  if (!STATUSES.includes(String(status)) || !Number.isFinite(startedAt)) return undefined;
  const interval = isObject(millrace) ? millrace.interval : undefined;
  const told = Date.parse(String(time));
  const stoppedAt = typeof stopDate === 'number' ? stopDate : undefined;
  return {
    account,
    name,
    arn,
    status: status as UpstreamStatus,
    startedAt,
    since: stoppedAt ?? (Number.isNaN(told) ? startedAt : told),
    redriveCount: Number.isInteger(redriveCount) ? Number(redriveCount) : 0,
    ...(typeof interval === 'string' && interval.length <= 64 ? { interval } : {}),
  };
}
