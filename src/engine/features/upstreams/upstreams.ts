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
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import {
  evaluateUpstreams,
  type Revisions,
  type UpstreamAnswer,
} from '../../../events/conditions/evaluate-upstreams.js';
import {
  type UpstreamCondition,
  type UpstreamFact,
  type UpstreamTrigger,
  upstreamKey,
  wantedStatuses,
} from '../../../events/conditions/upstream.js';
import {
  calendarInterval,
  type Grain,
  type Interval,
  intervalOf,
  parseInterval,
} from '../../../events/intervals/interval.js';
import type { Schedule } from '../../../events/schedules/schedule.js';
import { SCHEDULE } from '../../../pipelines/sections/schedule-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import { UPSTREAMS } from '../../../pipelines/sections/upstreams-section.js';
import { pipelineKey, pipelineOf } from '../../../store/pipeline-ref.js';
import type { ExecutionRecord, PipelineRef } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import type { ActiveExecution, LoadedMachine } from '../../kernel/active-execution.js';
import { allows } from '../../kernel/allowance.js';
import { ANY_TEAM } from '../../kernel/bus-event.js';
import { type Fact, wasSkipped } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Need, NOTHING } from '../../kernel/needs.js';
import { startInTurn } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import {
  FOREIGN_OUTCOMES,
  type ForeignOutcome,
  ForeignOutcomes,
  observedOutcome,
} from './foreign-outcomes.js';
import {
  combinedFact,
  dependentIntervals,
  grainOfDependent,
  MOST_NEEDED,
  neededIntervals,
} from './upstream-intervals.js';

interface Dependent {
  readonly ref: PipelineRef;
  readonly key: string;
  readonly trigger: UpstreamTrigger;
  readonly timezone: string;
  readonly conditions: readonly UpstreamCondition[];
  /** How long its intervals are, when it says so. */
  readonly written: 'day' | 'hour' | undefined;
}

/** @property depth how many starts have led to this one, one from another */
type Judged = UpstreamAnswer & { depth: number };

/** What must be read to judge, and how it is judged by that. */
interface Question {
  readonly needs: readonly Need<ExecutionRecord[]>[];
  judge(runs: ExecutionRecord[][]): Judged;
}

/** Executions of one upstream on one interval that count for its revision. */
const MOST_RUNS = 100;
/** Executions of an upstream whose intervals are looked at again after a restart. */
const LOOKED_BACK = 200;
/** Milliseconds: what is older may be kept no longer, and what it has started looks as if it had not. */
const LOOKED_BACK_FOR = 30 * 86_400_000;
/** Fire times of an upstream among which the one of an interval is looked for. */
const LOOKED_AHEAD = 30;
/** Starts that follow from starts: more than this is a circle. */
const MAX_DEPTH = 50;

/** The schedules of pipelines. */
export interface KnownSchedules {
  scheduleOf(pipeline: PipelineRef): Schedule | undefined;
  /** The next fire times that have not started, with their starts. */
  upcoming(pipeline: PipelineRef, count: number): { fireTime: number; start: number }[];
}

export class Upstreams implements Feature {
  readonly name = 'upstreams';
  readonly tables: readonly AnyTable[] = [FOREIGN_OUTCOMES];
  readonly #kernel: Kernel;
  readonly #schedules: KnownSchedules;
  readonly #accountNamed: (name: string) => string | undefined;
  /** By `pipelineKey`. */
  readonly #dependents: Map<string, Dependent> = new Map();
  /** Keys of dependents by the key of the upstream that they wait for. */
  readonly #byUpstream: Map<string, Set<string>> = new Map();
  /** When to look again though nothing happens, by dependent and interval. */
  readonly #deadlines: Map<string, { at: number; key: string; interval: string }> = new Map();
  readonly #foreign: ForeignOutcomes = new ForeignOutcomes();
  #isOpen = false;

  /** @param accountNamed the 12 digits of an account by its name in the accounts file */
  constructor(
    kernel: Kernel,
    schedules: KnownSchedules,
    accountNamed: (name: string) => string | undefined = () => undefined,
  ) {
    this.#kernel = kernel;
    this.#schedules = schedules;
    this.#accountNamed = accountNamed;
  }

  async open(): Promise<void> {
    await this.#foreign.open(this.#kernel.store);
  }

  /** What happened while nobody looked is looked at now. */
  async begin(): Promise<void> {
    this.#isOpen = true;
    for (const dependent of this.#dependents.values()) this.#lookIfTimed(dependent);
    const oldest = this.#kernel.time.now() - LOOKED_BACK_FOR;
    for (const dependent of this.#dependents.values()) {
      const intervals = new Set<string>();
      for (const condition of dependent.conditions) {
        const pipeline = this.#readable(dependent, condition);
        if (pipeline === undefined) continue;
        const query = { pipeline, limit: LOOKED_BACK };
        for (const { interval, startedAt } of await this.#kernel.store.listExecutions(query)) {
          if (interval === undefined || startedAt < oldest) continue;
          for (const id of this.#intervalsOf(dependent, pipeline, interval)) intervals.add(id);
        }
      }
      for (const interval of intervals) this.#look(dependent.key, interval);
    }
  }

  close(): void {
    this.#isOpen = false;
  }

  heard(turn: Turn, fact: Fact): void {
    switch (fact.type) {
      case 'ExecutionBegun':
      case 'ExecutionEnded':
        if (!wasSkipped(fact.execution)) this.#executionChanged(turn, fact.execution);
        return;
      case 'EventStored':
        if (fact.event.team !== ANY_TEAM)
          this.#eventPut(turn, fact.event.team, fact.event.envelope);
        return;
      case 'RunObserved': {
        const outcome = observedOutcome(fact.run);
        if (outcome !== undefined) this.#outcomeHeard(turn, fact.run.team, outcome);
        return;
      }
      case 'ExecutionRedriven':
    }
  }

  withdrawn(key: string): void {
    const known = this.#dependents.get(key);
    for (const condition of known?.conditions ?? []) {
      this.#byUpstream.get(pipelineKey(namedBy(known?.ref, condition)))?.delete(key);
    }
    this.#dependents.delete(key);
  }

  deployed({ ref, key, deployment }: LoadedMachine): void {
    this.withdrawn(key);
    const section = sectionOf(UPSTREAMS, deployment);
    if (section === undefined) return;
    const { trigger, interval } = section;
    const conditions = [...(trigger.allOf ?? []), ...(trigger.anyOf ?? [])];
    const own = sectionOf(SCHEDULE, deployment)?.schedule;
    const dependent: Dependent = {
      ref,
      key,
      trigger,
      timezone: section.timezone ?? own?.timezone ?? 'UTC',
      conditions,
      written: interval,
    };
    this.#dependents.set(key, dependent);
    for (const condition of conditions) {
      const upstream = pipelineKey(namedBy(ref, condition));
      const waiting = this.#byUpstream.get(upstream) ?? new Set<string>();
      this.#byUpstream.set(upstream, waiting.add(key));
    }
    if (this.#isOpen) this.#lookIfTimed(dependent);
  }

  /** "Did not start by 06:00" must be noticed on a day on which nothing happens at all. */
  #lookIfTimed(dependent: Dependent): void {
    if (dependent.conditions.some(({ by }) => by !== undefined)) this.#lookToday(dependent);
  }

  /** An execution has begun or ended in this turn. */
  #executionChanged(turn: Turn, { creation }: ActiveExecution): void {
    const { interval } = creation;
    const upstream = pipelineOf(creation);
    const dependents = this.#byUpstream.get(pipelineKey(upstream));
    if (interval === undefined || dependents === undefined || dependents.size === 0) return;
    turn.afterCommit(() => {
      for (const key of dependents) {
        const dependent = this.#dependents.get(key);
        if (dependent === undefined) continue;
        for (const id of this.#intervalsOf(dependent, upstream, interval)) this.#look(key, id);
      }
    });
  }

  /** An event of a team tells of an execution in another account. */
  #eventPut(turn: Turn, team: string, envelope: JsonObject): void {
    const outcome = this.#foreign.heard(turn, team, envelope, this.#account);
    if (outcome !== undefined) this.#lookFor(turn, team, outcome);
  }

  /** Observers of a team have seen an execution in another account. */
  #outcomeHeard(turn: Turn, team: string, seen: ForeignOutcome): void {
    const outcome = this.#foreign.take(turn, team, seen, this.#account);
    if (outcome !== undefined) this.#lookFor(turn, team, outcome);
  }

  #lookFor(turn: Turn, team: string, outcome: ForeignOutcome): void {
    const waiting = [...this.#dependents.values()].filter(
      (dependent) =>
        dependent.ref.team === team &&
        dependent.conditions.some(
          (one) => one.name === outcome.name && this.#accountOf(one) === outcome.account,
        ),
    );
    turn.afterCommit(() => {
      for (const dependent of waiting) {
        this.#look(dependent.key, this.#foreignInterval(dependent, outcome));
      }
    });
  }

  #isForeign(condition: UpstreamCondition): boolean {
    const account = this.#accountOf(condition);
    return account !== undefined && account !== this.#account;
  }

  /** 12 digits, also where a condition says the name that the accounts file gives them. */
  #accountOf({ account }: UpstreamCondition): string | undefined {
    return account === undefined ? undefined : (this.#accountNamed(account) ?? account);
  }

  get #account(): string {
    return this.#kernel.arns.identity.accountId;
  }

  /** The interval of a dependent that an outcome in another account is for. */
  #foreignInterval(dependent: Dependent, { interval, startedAt }: ForeignOutcome): string {
    const grain = this.#grainOf(dependent) === 'hour' ? 'hour' : 'day';
    const { timezone } = dependent;
    if (interval === undefined) return calendarInterval(grain, timezone, startedAt).id;
    return dependentIntervals(grain, timezone, interval, undefined)[0] ?? interval;
  }

  /** The intervals of a dependent that an interval of one of its upstreams belongs to. */
  #intervalsOf(dependent: Dependent, upstream: PipelineRef, interval: string): string[] {
    const schedule = this.#scheduleOf(upstream);
    return dependentIntervals(this.#grainOf(dependent), dependent.timezone, interval, schedule);
  }

  #grainOf(dependent: Dependent): Grain | undefined {
    const { written, conditions } = dependent;
    const schedules = conditions.map((condition) =>
      this.#scheduleOf(this.#readable(dependent, condition)),
    );
    return grainOfDependent(
      written,
      schedules.filter((schedule) => schedule !== undefined),
    );
  }

  #scheduleOf(pipeline: PipelineRef | undefined): Schedule | undefined {
    return pipeline && this.#schedules.scheduleOf(pipeline);
  }

  /**
   * The upstream that a condition is about, when it lies here and the dependent's team may read it. One of another team
   * that does not let it is as good as one that never runs.
   */
  #readable({ ref }: Dependent, condition: UpstreamCondition): PipelineRef | undefined {
    if (this.#isForeign(condition)) return undefined;
    const upstream = namedBy(ref, condition);
    if (upstream.team === ref.team) return upstream;
    const machine = this.#kernel.machines.current(upstream);
    return machine && allows(machine, 'read', ref.team) ? upstream : undefined;
  }

  /** When conditions are judged again though nothing happens. */
  nextDue(): number | undefined {
    const times = [...this.#deadlines.values()].map(({ at }) => at);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Keys of the pipelines that wait for this one and may read it. */
  dependentsOf(key: string): string[] {
    return [...(this.#byUpstream.get(key) ?? [])]
      .filter((one) => {
        const dependent = this.#dependents.get(one);
        return dependent?.conditions.some((condition) => {
          const upstream = this.#readable(dependent, condition);
          return upstream !== undefined && pipelineKey(upstream) === key;
        });
      })
      .sort();
  }

  /** Keys of the pipelines that wait for a state machine in another account. */
  dependentsOfForeign({ account, name }: { account: string; name: string }): string[] {
    return [...this.#dependents.values()]
      .filter(({ conditions }) =>
        conditions.some(
          (one) => this.#isForeign(one) && one.name === name && this.#accountOf(one) === account,
        ),
      )
      .map(({ key }) => key)
      .sort();
  }

  /** State machines in other accounts that a pipeline waits for. */
  foreignUpstreamsOf(key: string): { account: string; name: string }[] {
    const { conditions = [] } = this.#dependents.get(key) ?? {};
    return conditions
      .filter((one) => this.#isForeign(one))
      .map((one) => ({ account: this.#accountOf(one) ?? '', name: one.name }));
  }

  /** Keys of the pipelines that this one waits for and may read. */
  upstreamsOf(key: string): string[] {
    const dependent = this.#dependents.get(key);
    return (dependent?.conditions ?? []).flatMap((condition) => {
      const upstream = dependent && this.#readable(dependent, condition);
      return upstream === undefined ? [] : [pipelineKey(upstream)];
    });
  }

  /** How the conditions of a pipeline stand on an interval; undefined when it waits for nobody. */
  async explain(
    pipeline: PipelineRef,
    interval: string,
  ): Promise<(UpstreamAnswer & { interval: Interval }) | undefined> {
    const dependent = this.#dependents.get(pipelineKey(pipeline));
    const slot = dependent && parseInterval(interval, dependent.timezone);
    if (dependent === undefined || slot === undefined) return undefined;
    const expected = this.#expected(dependent, slot);
    const { needs, judge } = this.#question(dependent, slot, expected);
    const runs = await Promise.all(needs.map((need) => need.read()));
    return { ...judge(runs), interval: slot };
  }

  /** The interval of today, for a pipeline that waits for others. */
  today(pipeline: PipelineRef): string | undefined {
    const dependent = this.#dependents.get(pipelineKey(pipeline));
    if (dependent === undefined) return undefined;
    const grain = this.#grainOf(dependent) === 'hour' ? 'hour' : 'day';
    return calendarInterval(grain, dependent.timezone, this.#kernel.time.now()).id;
  }

  #look(key: string, interval: string): void {
    if (this.#isOpen) this.#kernel.submit(this.#lookInput(key, interval));
  }

  #lookInput(key: string, interval: string): Input {
    const asked = (): { dependent: Dependent; slot: Interval } | undefined => {
      const dependent = this.#dependents.get(key);
      const slot = dependent && parseInterval(interval, dependent.timezone);
      return dependent && slot && { dependent, slot };
    };
    return {
      needs: () => {
        const what = asked();
        return what ? this.#question(what.dependent, what.slot).needs : NOTHING;
      },
      perform: (turn) => {
        const what = asked();
        if (what === undefined) return 'done';
        const { dependent, slot } = what;
        const { needs, judge } = this.#question(dependent, slot);
        this.#act(turn, dependent, slot, judge(needs.map((need) => turn.known(need))));
        return 'done';
      },
    };
  }

  /**
   * How the conditions of a pipeline stand on an interval, once the executions are read that it depends on.
   * @param expected when upstreams are expected to start; only people want to know
   */
  #question(
    dependent: Dependent,
    interval: Interval,
    expected?: ReadonlyMap<string, number>,
  ): Question {
    const { conditions, ref } = dependent;
    const runsOf = (pipeline: PipelineRef, id: string): Need<ExecutionRecord[]> => ({
      key: `runs ${pipelineKey(pipeline)} of ${id}`,
      read: () => this.#kernel.store.listExecutions({ pipeline, interval: id, limit: MOST_RUNS }),
    });
    const asked = conditions.map((condition) => {
      const upstream = this.#readable(dependent, condition);
      if (upstream === undefined) return { condition, upstream, needed: undefined, ids: [] };
      const needed = neededIntervals(this.#scheduleOf(upstream), interval);
      // One that need not run may have run all the same.
      const ids = needed === undefined || needed.length === 0 ? [interval.id] : needed;
      return { condition, upstream, needed, ids: ids.slice(0, MOST_NEEDED) };
    });
    const questions = [
      ...asked.flatMap(({ upstream, ids }) =>
        upstream === undefined ? [] : ids.map((id) => runsOf(upstream, id)),
      ),
      runsOf(ref, interval.id),
    ];
    const judge = (lists: ExecutionRecord[][]): Judged => {
      const own = lists.at(-1) ?? [];
      let next = 0;
      const facts: UpstreamFact[] = [];
      const unneeded = new Set<string>();
      for (const { condition, needed, ids } of asked) {
        const runs = lists.slice(next, next + ids.length);
        next += ids.length;
        const each = runs.map((list) => factOf(list)[0]);
        const { team, name } = condition;
        const account = this.#accountOf(condition);
        const fact = this.#isForeign(condition)
          ? this.#foreign.fact(
              ref.team,
              { account: account ?? '', name },
              (outcome) => this.#foreignInterval(dependent, outcome) === interval.id,
            )
          : ids.length === 1
            ? each[0]
            : combinedFact(each, wantedStatuses(condition));
        if (fact !== undefined) facts.push({ ...fact, account: condition.account, team });
        else if (needed?.length === 0) unneeded.add(upstreamKey(condition));
      }
      const depths = lists.slice(0, -1).map((runs) => Number(runs[0]?.triggeredBy?.depth ?? 0));
      const answer = evaluateUpstreams({
        dependent: ref.name,
        trigger: dependent.trigger,
        interval,
        timezone: dependent.timezone,
        facts,
        unneeded,
        now: this.#kernel.time.now(),
        ...(expected === undefined ? {} : { expected }),
        ...startedWith(own),
      });
      return { ...answer, depth: 1 + Math.max(0, ...depths) };
    };
    return { needs: questions, judge };
  }

  /** When those that have not started for an interval are expected to: their next fire time that belongs to it. */
  #expected(dependent: Dependent, interval: Interval): Map<string, number> {
    const expected = new Map<string, number>();
    const grain = this.#grainOf(dependent);
    for (const condition of dependent.conditions) {
      const upstream = this.#readable(dependent, condition);
      const schedule = this.#scheduleOf(upstream);
      if (upstream === undefined || schedule === undefined) continue;
      const next = this.#schedules.upcoming(upstream, LOOKED_AHEAD).find(({ fireTime }) => {
        const { id } = intervalOf(schedule, fireTime);
        const belongsTo = dependentIntervals(grain, dependent.timezone, id, schedule);
        return belongsTo.includes(interval.id);
      });
      if (next !== undefined) expected.set(upstreamKey(condition), next.start);
    }
    return expected;
  }

  #act(turn: Turn, { ref, key }: Dependent, interval: Interval, answer: Judged): void {
    this.#watch(key, interval.id, answer.askAgainAt);
    if (answer.verdict !== 'met') return;
    const { depth } = answer;
    if (depth > MAX_DEPTH) return;
    const request = {
      pipeline: ref,
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
    // Of that name with another input: this outcome has started it already.
    startInTurn(this.#kernel, turn, request);
  }

  #lookToday({ key, timezone }: Dependent): void {
    const now = this.#kernel.time.now();
    const today = calendarInterval('day', timezone, now);
    this.#look(key, today.id);
    // And again when the next day begins.
    this.#watch(key, '', today.end);
  }

  #watch(key: string, interval: string, at: number | undefined): void {
    const place = `${key} ${interval}`;
    if (at === undefined) this.#deadlines.delete(place);
    else this.#deadlines.set(place, { at, key, interval });
    this.#kernel.dueChanged(this);
  }

  due(): void {
    const now = this.#kernel.time.now();
    for (const [place, { at, key, interval }] of [...this.#deadlines]) {
      if (at > now) continue;
      this.#deadlines.delete(place);
      const dependent = this.#dependents.get(key);
      if (dependent === undefined) continue;
      if (interval === '') this.#lookToday(dependent);
      else this.#look(key, interval);
    }
  }
}

/** The upstream that a condition of a pipeline names: of its own team unless it says another one. */
function namedBy(dependent: PipelineRef | undefined, condition: UpstreamCondition): PipelineRef {
  return { team: condition.team ?? dependent?.team ?? '', name: condition.name };
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

/** `upstream-2026-11-20`, and after a repair `upstream-2026-11-20-listings-1` or `…-listings@crawlers-1`. */
function nameFor(interval: string, { key, revisions }: UpstreamAnswer): string {
  const again = Object.entries(revisions).map(([name, revision]) => `-${name}-${revision}`);
  const name = `upstream-${interval.replaceAll(/[^A-Za-z0-9-]/g, '')}${again.join('')}`;
  if (/^[A-Za-z0-9_@-]{1,80}$/.test(name)) return name;
  return `upstream-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
}
