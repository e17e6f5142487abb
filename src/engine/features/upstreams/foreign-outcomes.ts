/**
 * Outcomes of executions in other accounts, as their events tell them: `Step Functions Execution Status Change`, put on the
 * bus by a rule over there or by another Millrace. They count for pipelines of the team that they were told to.
 *
 * Events come late, twice and out of order: of one execution the latest redrive counts, and of that its end.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 * @module
 */
import { isObject, type JsonObject } from '../../../asl/json.js';
import type { UpstreamFact, UpstreamStatus } from '../../../events/conditions/upstream.js';
import type { Store } from '../../../store/store.js';
import { defineTable, type Table } from '../../../store/table.js';
import type { ObservedRun } from '../../kernel/observed-run.js';
import type { Turn } from '../../kernel/turn.js';
import { TurnMap } from '../../kernel/turn-memory.js';

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

type OutcomeRow = ForeignOutcome & { team: string };

/** Table `foreign_outcomes`: one row an execution in another account, for each team that was told of it. */
export const FOREIGN_OUTCOMES: Table<OutcomeRow> = defineTable<OutcomeRow>({
  name: 'foreign_outcomes',
  columns: {
    team: 'text',
    account: 'text',
    name: 'text',
    arn: 'text',
    status: 'text',
    startedAt: 'integer',
    since: 'integer',
    redriveCount: 'integer',
    interval: 'text?',
  },
  key: ['team', 'account', 'name', 'arn'],
  migrations: [
    {
      both: `CREATE TABLE foreign_outcomes (
       team TEXT NOT NULL,
       account TEXT NOT NULL,
       name TEXT NOT NULL,
       arn TEXT NOT NULL,
       status TEXT NOT NULL,
       started_at BIGINT NOT NULL,
       since BIGINT NOT NULL,
       redrive_count INTEGER NOT NULL,
       interval TEXT,
       PRIMARY KEY (team, account, name, arn)
     );`,
      sqlite: `INSERT INTO foreign_outcomes (team, account, name, arn, status, started_at, since, redrive_count, interval)
       SELECT t.team, json_extract(o.value, '$.account'), json_extract(o.value, '$.name'),
         json_extract(o.value, '$.arn'), json_extract(o.value, '$.status'), json_extract(o.value, '$.startedAt'),
         json_extract(o.value, '$.since'), json_extract(o.value, '$.redriveCount'), json_extract(o.value, '$.interval')
       FROM trigger_states t, json_each(t.state, '$.outcomes') o WHERE t.kind = 'foreign';
     DELETE FROM trigger_states WHERE kind = 'foreign';`,
    },
  ],
});

export class ForeignOutcomes {
  /** By team, account and name; the latest first. */
  readonly #known: TurnMap<string, readonly ForeignOutcome[]> = new TurnMap();

  async open(store: Pick<Store, 'listRows'>): Promise<void> {
    const order = { by: ['startedAt', 'arn'], down: true } as const;
    for (const { team, ...outcome } of await store.listRows(FOREIGN_OUTCOMES, { order })) {
      const key = keyOf(team, outcome);
      this.#known.remember(key, [...(this.#known.get(key) ?? []), outcome]);
    }
  }

  /**
   * Takes an event that a team has put on a bus.
   * @param own the account of this Millrace, whose executions are known better
   * @returns the outcome that it tells, when it tells one
   */
  heard(turn: Turn, team: string, envelope: JsonObject, own: string): ForeignOutcome | undefined {
    const outcome = outcomeOf(envelope);
    return outcome && this.take(turn, team, outcome, own);
  }

  /**
   * Takes an outcome, by whichever way a team has heard of it.
   * @returns it, when it tells anything new
   */
  take(turn: Turn, team: string, outcome: ForeignOutcome, own: string): ForeignOutcome | undefined {
    if (outcome.account === own) return undefined;
    const key = keyOf(team, outcome);
    const known = this.#known.get(key) ?? [];
    const before = known.find(({ arn }) => arn === outcome.arn);
    if (before !== undefined && !isNewer(outcome, before)) return undefined;
    const all = [outcome, ...known.filter(({ arn }) => arn !== outcome.arn)];
    for (const { account, name, arn } of all.slice(MOST)) {
      turn.remove(FOREIGN_OUTCOMES, [team, account, name, arn]);
    }
    this.#known.set(turn, key, all.slice(0, MOST));
    turn.put(FOREIGN_OUTCOMES, { team, ...outcome });
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

/**
 * An execution that observers have seen; undefined when it is of no state machine, or tells no begin.
 * @example observedOutcome({ subject: { kind: 'state-machine', … }, seen: { status: 'FAILED', … } })
 */
export function observedOutcome({
  subject,
  seen,
}: Pick<ObservedRun, 'subject' | 'seen'>): ForeignOutcome | undefined {
  const { id: arn, status, endedAt, attempt } = seen;
  // A redrive is for the interval of the execution that it continues.
  const startedAt = seen.firstStartedAt ?? seen.startedAt;
  if (subject.kind !== 'state-machine' || status === 'UNKNOWN') return undefined;
  if (startedAt === undefined || !ARN.test(arn)) return undefined;
  const { account, name } = subject;
  const since = endedAt ?? seen.startedAt ?? startedAt;
  return { account, name, arn, status, startedAt, since, redriveCount: attempt };
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
