/**
 * Starts pipelines when those they depend on have come to what they wait for, interval by interval.
 *
 *     an upstream begins or ends ──▶ look at all of it again ──▶ met? start, under a key that says for which outcome
 *
 * Nothing is counted or remembered on the way: what is known of an interval is what the executions in the store say, so a
 * crash, a lost moment or a look too many does no harm. The execution is named after the interval and after how often its
 * upstreams were redriven or run again, so each outcome starts it once, and a repaired upstream starts it again.
 * @module
 */
import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../asl/json.js';
import {
  evaluateUpstreams,
  type Revisions,
  type UpstreamAnswer,
} from '../../events/conditions/evaluate-upstreams.js';
import {
  type UpstreamCondition,
  type UpstreamFact,
  type UpstreamTrigger,
  upstreamKey,
  wantedStatuses,
} from '../../events/conditions/upstream.js';
import {
  calendarInterval,
  type Grain,
  type Interval,
  intervalOf,
  parseInterval,
} from '../../events/intervals/interval.js';
import type { Schedule } from '../../events/schedules/schedule.js';
import type { ExecutionRecord } from '../../store/store.js';
import type { ActiveExecution, LoadedMachine } from '../active-execution.js';
import { Alarm } from '../alarm.js';
import { EngineError } from '../errors.js';
import type { Machinery } from '../machinery.js';
import { startInput } from '../requests.js';
import type { Turn } from '../turn.js';
import type { Input, Performed } from '../turn-loop.js';
import { type ForeignOutcome, ForeignOutcomes } from './foreign-outcomes.js';
import { triggerPlanOf } from './trigger-plan.js';
import {
  combinedFact,
  dependentIntervals,
  grainOfDependent,
  MOST_NEEDED,
  neededIntervals,
} from './upstream-intervals.js';

interface Dependent {
  readonly pipeline: string;
  readonly team: string;
  readonly trigger: UpstreamTrigger;
  readonly timezone: string;
  readonly conditions: readonly UpstreamCondition[];
  /** How long its intervals are, when it says so. */
  readonly written: unknown;
}

/** @property depth how many starts have led to this one, one from another */
type Judged = UpstreamAnswer & { depth: number };

/** Executions of one upstream on one interval that count for its revision. */
const MOST_RUNS = 100;
/** Executions of an upstream whose intervals are looked at again after a restart. */
const LOOKED_BACK = 200;
/** Fire times of an upstream among which the one of an interval is looked for. */
const LOOKED_AHEAD = 30;
/** Starts that follow from starts: more than this is a circle. */
const MAX_DEPTH = 50;

export class UpstreamHost {
  readonly #parts: Machinery;
  readonly #dependents: Map<string, Dependent> = new Map();
  /** Names of dependents by the upstream that they wait for. */
  readonly #byUpstream: Map<string, Set<string>> = new Map();
  /** When to look again though nothing happens, by dependent and interval. */
  readonly #deadlines: Map<string, { at: number; pipeline: string; interval: string }> = new Map();
  readonly foreign: ForeignOutcomes = new ForeignOutcomes();
  readonly #alarm: Alarm;
  #isOpen = false;

  constructor(parts: Machinery) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts, () => this.#wake());
  }

  /** What happened while nobody looked is looked at now. */
  async open(): Promise<void> {
    this.#isOpen = true;
    for (const machine of this.#parts.machines.all()) this.deployed(machine);
    for (const dependent of this.#dependents.values()) {
      const intervals = new Set<string>();
      for (const { name } of dependent.conditions) {
        const query = { pipeline: name, limit: LOOKED_BACK };
        for (const { interval } of await this.#parts.store.listExecutions(query)) {
          if (interval === undefined) continue;
          for (const id of this.#intervalsOf(dependent, name, interval)) intervals.add(id);
        }
      }
      for (const interval of intervals) this.#look(dependent.pipeline, interval);
    }
  }

  close(): void {
    this.#isOpen = false;
    this.#alarm.set(undefined);
  }

  forgotten(pipeline: string): void {
    const known = this.#dependents.get(pipeline);
    for (const { name } of known?.conditions ?? []) this.#byUpstream.get(name)?.delete(pipeline);
    this.#dependents.delete(pipeline);
  }

  deployed({ record, deployment }: LoadedMachine): void {
    this.forgotten(record.pipeline);
    const { executions, schedule } = triggerPlanOf(deployment);
    if (executions === undefined) return;
    const trigger = executions as unknown as UpstreamTrigger;
    const conditions = [...(trigger.allOf ?? []), ...(trigger.anyOf ?? [])];
    const timezone = executions.timezone ?? schedule?.timezone;
    const dependent: Dependent = {
      pipeline: record.pipeline,
      team: record.team,
      trigger,
      timezone: typeof timezone === 'string' ? timezone : 'UTC',
      conditions,
      written: executions.interval,
    };
    this.#dependents.set(record.pipeline, dependent);
    for (const { name } of conditions) {
      const waiting = this.#byUpstream.get(name) ?? new Set<string>();
      this.#byUpstream.set(name, waiting.add(record.pipeline));
    }
    // "Did not start by 06:00" must be noticed on a day on which nothing happens at all.
    if (this.#isOpen && conditions.some(({ by }) => by !== undefined)) this.#lookToday(dependent);
  }

  /** An execution has begun or ended in this turn. */
  executionChanged(turn: Turn, { creation }: ActiveExecution): void {
    const { pipeline, interval } = creation;
    const dependents = this.#byUpstream.get(pipeline);
    if (interval === undefined || dependents === undefined || dependents.size === 0) return;
    turn.afterCommit(() => {
      for (const name of dependents) {
        const dependent = this.#dependents.get(name);
        if (dependent === undefined) continue;
        for (const id of this.#intervalsOf(dependent, pipeline, interval)) this.#look(name, id);
      }
    });
  }

  /** An event of a team tells of an execution in another account. */
  eventPut(turn: Turn, team: string, envelope: JsonObject): void {
    const outcome = this.foreign.heard(turn, team, envelope, this.#account);
    if (outcome === undefined) return;
    const waiting = [...this.#dependents.values()].filter(
      (dependent) =>
        dependent.team === team &&
        dependent.conditions.some(
          ({ name, account }) => name === outcome.name && account === outcome.account,
        ),
    );
    turn.afterCommit(() => {
      for (const dependent of waiting) {
        this.#look(dependent.pipeline, this.#foreignInterval(dependent, outcome));
      }
    });
  }

  #isForeign({ account }: UpstreamCondition): boolean {
    return account !== undefined && account !== this.#account;
  }

  get #account(): string {
    return this.#parts.arns.identity.accountId;
  }

  /** The interval of a dependent that an outcome in another account is for. */
  #foreignInterval(dependent: Dependent, { interval, startedAt }: ForeignOutcome): string {
    const grain = this.#grainOf(dependent) === 'hour' ? 'hour' : 'day';
    const { timezone } = dependent;
    if (interval === undefined) return calendarInterval(grain, timezone, startedAt).id;
    return dependentIntervals(grain, timezone, interval, undefined)[0] ?? interval;
  }

  /** The intervals of a dependent that an interval of one of its upstreams belongs to. */
  #intervalsOf(dependent: Dependent, upstream: string, interval: string): string[] {
    const schedule = this.#scheduleOf(upstream);
    return dependentIntervals(this.#grainOf(dependent), dependent.timezone, interval, schedule);
  }

  #grainOf({ written, conditions }: Dependent): Grain | undefined {
    const schedules = conditions
      .filter((condition) => !this.#isForeign(condition))
      .map(({ name }) => this.#scheduleOf(name));
    return grainOfDependent(
      written,
      schedules.filter((schedule) => schedule !== undefined),
    );
  }

  #scheduleOf(pipeline: string): Schedule | undefined {
    return this.#parts.triggers.schedules.scheduleOf(pipeline);
  }

  /** When conditions are judged again though nothing happens. */
  nextDue(): number | undefined {
    const times = [...this.#deadlines.values()].map(({ at }) => at);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Pipelines that wait for this one. */
  dependentsOf(pipeline: string): string[] {
    return [...(this.#byUpstream.get(pipeline) ?? [])].sort();
  }

  /** How the conditions of a pipeline stand on an interval; undefined when it waits for nobody. */
  async explain(
    pipeline: string,
    interval: string,
  ): Promise<(UpstreamAnswer & { interval: Interval }) | undefined> {
    const dependent = this.#dependents.get(pipeline);
    const slot = dependent && parseInterval(interval, dependent.timezone);
    if (dependent === undefined || slot === undefined) return undefined;
    const expected = this.#expected(dependent, slot);
    return { ...(await this.#judge(dependent, slot, expected)), interval: slot };
  }

  /** The interval of today, for a pipeline that waits for others. */
  today(pipeline: string): string | undefined {
    const dependent = this.#dependents.get(pipeline);
    if (dependent === undefined) return undefined;
    const grain = this.#grainOf(dependent) === 'hour' ? 'hour' : 'day';
    return calendarInterval(grain, dependent.timezone, this.#parts.time.now()).id;
  }

  #look(pipeline: string, interval: string): void {
    if (this.#isOpen) this.#parts.loop.add(this.#lookInput(pipeline, interval));
  }

  #lookInput(pipeline: string, interval: string): Input {
    return {
      perform: (turn) => {
        const dependent = this.#dependents.get(pipeline);
        const slot = dependent && parseInterval(interval, dependent.timezone);
        if (dependent === undefined || slot === undefined) return 'done';
        const judged = this.#judge(dependent, slot);
        return judged instanceof Promise
          ? judged.then((answer) => this.#act(turn, dependent, slot, answer))
          : this.#act(turn, dependent, slot, judged);
      },
    };
  }

  /** @param expected when upstreams are expected to start; only people want to know */
  #judge(
    dependent: Dependent,
    interval: Interval,
    expected?: ReadonlyMap<string, number>,
  ): Judged | Promise<Judged> {
    const { conditions, pipeline, team } = dependent;
    const runsOf = (name: string, id: string): ExecutionRecord[] | Promise<ExecutionRecord[]> =>
      this.#parts.store.listExecutions({ pipeline: name, interval: id, limit: MOST_RUNS });
    const needs = conditions.map((condition) => {
      if (this.#isForeign(condition)) return { condition, needed: undefined, ids: [] };
      const needed = neededIntervals(this.#scheduleOf(condition.name), interval);
      // One that need not run may have run all the same.
      const ids = needed === undefined || needed.length === 0 ? [interval.id] : needed;
      return { condition, needed, ids: ids.slice(0, MOST_NEEDED) };
    });
    const questions = [
      ...needs.flatMap(({ condition, ids }) => ids.map((id) => runsOf(condition.name, id))),
      runsOf(pipeline, interval.id),
    ];
    const judge = (lists: ExecutionRecord[][]): Judged => {
      const own = lists.at(-1) ?? [];
      let next = 0;
      const facts: UpstreamFact[] = [];
      const unneeded = new Set<string>();
      for (const { condition, needed, ids } of needs) {
        const runs = lists.slice(next, next + ids.length);
        next += ids.length;
        const each = runs.map((list) => factOf(list)[0]);
        const { account, name } = condition;
        const fact = this.#isForeign(condition)
          ? this.foreign.fact(
              team,
              { account: account ?? '', name },
              (outcome) => this.#foreignInterval(dependent, outcome) === interval.id,
            )
          : ids.length === 1
            ? each[0]
            : combinedFact(each, wantedStatuses(condition));
        if (fact !== undefined) facts.push(account === undefined ? fact : { ...fact, account });
        else if (needed?.length === 0) unneeded.add(upstreamKey(condition));
      }
      const depths = lists.slice(0, -1).map((runs) => Number(runs[0]?.triggeredBy?.depth ?? 0));
      const answer = evaluateUpstreams({
        dependent: pipeline,
        trigger: dependent.trigger,
        interval,
        timezone: dependent.timezone,
        facts,
        unneeded,
        now: this.#parts.time.now(),
        ...(expected === undefined ? {} : { expected }),
        ...startedWith(own),
      });
      return { ...answer, depth: 1 + Math.max(0, ...depths) };
    };
    return questions.some((list) => list instanceof Promise)
      ? Promise.all(questions).then(judge)
      : judge(questions as ExecutionRecord[][]);
  }

  /** When those that have not started for an interval are expected to: their next fire time that belongs to it. */
  #expected(dependent: Dependent, interval: Interval): Map<string, number> {
    const expected = new Map<string, number>();
    const grain = this.#grainOf(dependent);
    for (const condition of dependent.conditions) {
      const schedule = this.#isForeign(condition) ? undefined : this.#scheduleOf(condition.name);
      if (schedule === undefined) continue;
      const { schedules } = this.#parts.triggers;
      const next = schedules.upcoming(condition.name, LOOKED_AHEAD).find(({ fireTime }) => {
        const { id } = intervalOf(schedule, fireTime);
        const belongsTo = dependentIntervals(grain, dependent.timezone, id, schedule);
        return belongsTo.includes(interval.id);
      });
      if (next !== undefined) expected.set(upstreamKey(condition), next.start);
    }
    return expected;
  }

  #act(
    turn: Turn,
    { pipeline }: Dependent,
    interval: Interval,
    answer: Judged,
  ): Performed | Promise<Performed> {
    this.#watch(pipeline, interval.id, answer.askAgainAt);
    if (answer.verdict !== 'met') return 'done';
    const { depth } = answer;
    if (depth > MAX_DEPTH) return 'done';
    const request = {
      pipeline,
      name: nameFor(interval.id, answer),
      interval: interval.id,
      triggeredBy: {
        type: 'executions',
        interval: interval.id,
        key: answer.key,
        revisions: answer.revisions as unknown as Json,
        depth,
      } as JsonObject,
    };
    try {
      return startInput(this.#parts, request, { resolve() {}, reject() {} }).perform(turn);
    } catch (error) {
      // Of that name with another input: this outcome has started it already.
      if (error instanceof EngineError) return 'done';
      throw error;
    }
  }

  #lookToday({ pipeline, timezone }: Dependent): void {
    const now = this.#parts.time.now();
    const today = calendarInterval('day', timezone, now);
    this.#look(pipeline, today.id);
    // And again when the next day begins.
    this.#watch(pipeline, '', today.end);
  }

  #watch(pipeline: string, interval: string, at: number | undefined): void {
    const key = `${pipeline} ${interval}`;
    if (at === undefined) this.#deadlines.delete(key);
    else this.#deadlines.set(key, { at, pipeline, interval });
    this.#arm();
  }

  #arm(): void {
    if (this.#isOpen) this.#alarm.set(this.nextDue());
  }

  #wake(): void {
    const now = this.#parts.time.now();
    for (const [key, { at, pipeline, interval }] of [...this.#deadlines]) {
      if (at > now) continue;
      this.#deadlines.delete(key);
      const dependent = this.#dependents.get(pipeline);
      if (dependent === undefined) continue;
      if (interval === '') this.#lookToday(dependent);
      else this.#look(pipeline, interval);
    }
    this.#arm();
  }
}

/** What is known of an upstream on an interval, from its executions for it, the newest first. */
function factOf(runs: readonly ExecutionRecord[]): UpstreamFact[] {
  const [latest] = runs;
  const first = runs.at(-1);
  if (latest === undefined || first === undefined) return [];
  const again = runs.reduce((sum, { redriveCount }) => sum + redriveCount, runs.length - 1);
  const { status } = latest.header;
  return [
    {
      name: latest.pipeline,
      status,
      since: status === 'RUNNING' ? latest.startedAt : (latest.stoppedAt ?? latest.startedAt),
      startedAt: first.startedAt,
      eventId: latest.context.Execution.Id,
      revision: again,
    },
  ];
}

/** The revisions under which the dependent has started on the interval. */
function startedWith(own: readonly ExecutionRecord[]): { startedWith?: Revisions } {
  const started = own.find(({ triggeredBy }) => triggeredBy?.type === 'executions');
  const revisions = started?.triggeredBy?.revisions;
  return isObject(revisions) ? { startedWith: revisions as unknown as Revisions } : {};
}

/** `upstream-2026-11-20`, and after a repair `upstream-2026-11-20-listings-1`. */
function nameFor(interval: string, { key, revisions }: UpstreamAnswer): string {
  const again = Object.entries(revisions).map(([name, revision]) => `-${name}-${revision}`);
  const name = `upstream-${interval.replaceAll(/[^A-Za-z0-9-]/g, '')}${again.join('')}`;
  if (/^[A-Za-z0-9_-]{1,80}$/.test(name)) return name;
  return `upstream-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
}
