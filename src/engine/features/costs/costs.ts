/**
 * Prices what executions use, by the rate card of the server, in the commit in which they end.
 *
 *     a task succeeds ──▶ units that it reports: counted
 *     execution ends ──▶ prices of that moment ──▶ header.cost ──▶ its check result
 *                                    └──▶ cost_days: its pipeline, that day
 *
 * Counts are kept by the kernel (kernel/usage.ts), with or without a card; money is made of them once, so what a later card
 * says changes no result. Children of distributed Maps are part of the execution that started them.
 *
 * Runs elsewhere that are only watched are priced by the same card and rule, by the prices of their end, when they are told.
 * @module
 */
import type { ExecutionHeader, Usage } from '../../../asl/execution-state.js';
import type { Json } from '../../../asl/json.js';
import { countedUnits, priceOf, reportedUnits } from '../../../monitoring/cost/price.js';
import { type RateCard, ratesAt } from '../../../monitoring/cost/rate-card.js';
import type { AnyTable } from '../../../store/table.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';
import { type Fact, wasSkipped } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import type { RunPrice, UsedByRun } from '../../kernel/observed-run.js';
import type { Turn } from '../../kernel/turn.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import { addUsage, use } from '../../kernel/usage.js';
import { COST_DAYS, type CostDay } from './cost-table.js';

export const DAY = 86_400_000;
/** Names of units in one execution; what comes with more is counted under one name. */
const MOST_UNITS = 50;
const OTHER = 'other';

/** What an execution has used, and what that costs. */
export interface UsageDetail {
  readonly transitions: number;
  readonly retries: number;
  /** Milliseconds, by kind of worker. */
  readonly work: { [kind: string]: number };
  /** What tasks have reported. */
  readonly units: { [unit: string]: number };
  /** Millionths of the currency; of one that still runs: so far. Absent: there is no rate card, or was none. */
  readonly cost?: number;
  readonly currency?: string;
  /** What was used and has no price. */
  readonly unpriced?: string[];
}

export class Costs implements Feature {
  readonly name = 'costs';
  /** What a test run costs is told of it, and counted nowhere else. */
  readonly hearsOfTestRuns = true;
  readonly tables: readonly AnyTable[] = [COST_DAYS];
  readonly #kernel: Kernel;
  readonly #card: RateCard | undefined;
  /** Rows that may change yet: those of this day. */
  readonly #days: TurnMap<string, CostDay> = new TurnMap();
  #day = 0;

  constructor(kernel: Kernel, card: RateCard | undefined) {
    this.#kernel = kernel;
    this.#card = card;
  }

  get currency(): string | undefined {
    return this.#card?.currency;
  }

  async open(): Promise<void> {
    const { store, time } = this.#kernel;
    this.#day = dayOf(time.now());
    // Time never goes back, so no other row can change.
    for (const row of await store.listRows(COST_DAYS, { above: { day: this.#day - 1 } })) {
      this.#days.remember(keyOf(row), row);
    }
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type === 'TaskSucceeded') this.#report(turn, fact.execution, fact.output);
    else if (fact.type === 'ExecutionEnded' && !wasSkipped(fact.execution)) {
      this.#price(turn, fact.execution);
    }
  }

  /**
   * What a run elsewhere cost, by the prices of its end. Undefined: there is no card, there was none then, or nobody knows what
   * it used.
   * @example costs.priceOfRun({ units: { dpuSeconds: 1200 }, at }) // { cost: 146_667, currency: 'USD', unpriced: [] }
   */
  priceOfRun({ units = {}, at }: Pick<UsedByRun, 'units' | 'at'>): RunPrice | undefined {
    const card = this.#card;
    const rates = card && ratesAt(card, at);
    if (card === undefined || rates === undefined || Object.keys(units).length === 0) return;
    const { currency } = card;
    return { currency, ...priceOf({ units: countedUnits(units) }, rates) };
  }

  /** Prices a run elsewhere that is told in this turn, and adds it to the sums of today. */
  spend(turn: Turn, run: UsedByRun): RunPrice | undefined {
    const price = this.priceOfRun({ ...run, at: Math.min(run.at, this.#kernel.time.now()) });
    if (price === undefined) return undefined;
    const { team, subject: pipeline, retries = 0 } = run;
    this.#add(turn, { team, pipeline, retries }, price);
    return price;
  }

  /**
   * What the executions of each pipeline that ended today cost, as the store has it, and the runs elsewhere that were told today:
   * millionths by `TEAM/PIPELINE` and `TEAM/SUBJECT`.
   */
  today(): { currency: string; costs: Map<string, number> } | undefined {
    const { currency } = this;
    if (currency === undefined) return undefined;
    const day = dayOf(this.#kernel.time.now());
    const costs = new Map<string, number>();
    for (const [, row] of this.#days.durableEntries()) {
      if (row.day !== day || row.currency !== currency) continue;
      costs.set(`${row.team}/${row.pipeline}`, row.cost);
    }
    return { currency, costs };
  }

  /** Days that are kept no longer. */
  readonly aging = {
    kind: 'checks' as const,
    needs: (limit: number): Need<unknown>[] => [this.#oldest(limit)],
    removeOld: (turn: Turn, before: number, limit: number): boolean => {
      const old = turn.known(this.#oldest(limit)).filter(({ day }) => day < dayOf(before));
      for (const { day, team, pipeline, currency } of old) {
        turn.remove(COST_DAYS, [day, team, pipeline, currency]);
      }
      return old.length === limit;
    },
  };

  #oldest(limit: number): Need<CostDay[]> {
    return {
      key: `oldest ${limit} days of costs`,
      read: () => this.#kernel.store.listRows(COST_DAYS, { limit }),
    };
  }

  #report(turn: Turn, active: ActiveExecution, output: Json): void {
    const told = reportedUnits(output);
    if (told === undefined) return;
    const known = active.state.header.used?.units ?? {};
    const units: { [unit: string]: number } = {};
    let names = Object.keys(known).length;
    for (const [unit, amount] of Object.entries(told)) {
      const isKnown = Object.hasOwn(known, unit);
      if (!isKnown) names += 1;
      const name = isKnown || names <= MOST_UNITS ? unit : OTHER;
      units[name] = (units[name] ?? 0) + amount;
    }
    use(turn, active, { units });
  }

  #price(turn: Turn, active: ActiveExecution): void {
    const at = active.stoppedAt ?? this.#kernel.time.now();
    const card = this.#card;
    const rates = card && ratesAt(card, at);
    if (card === undefined || rates === undefined) return;
    const { currency } = card;
    const { cost } = priceOf(active.state.header.used ?? {}, rates);
    active.state.header = { ...active.state.header, cost, currency };
    turn.of(active).progressed = true;
    const { team, pipeline, mapRun, testRun } = active.creation;
    if (testRun !== undefined) return;
    const retries = active.state.header.used?.retries ?? 0;
    if (mapRun === undefined) this.#add(turn, { team, pipeline, retries }, { cost, currency });
  }

  #add(
    turn: Turn,
    { team, pipeline, retries }: Pick<CostDay, 'team' | 'pipeline' | 'retries'>,
    { cost, currency }: Pick<CostDay, 'cost' | 'currency'>,
  ): void {
    // Of now and not of its last event: expressions may have held that up, and what is over changes no more.
    const day = dayOf(this.#kernel.time.now());
    if (day > this.#day) this.#turnTo(turn, day);
    const key = keyOf({ day, team, pipeline, currency });
    const known = this.#days.get(key) ?? {
      ...{ day, team, pipeline, currency },
      ...{ executions: 0, retries: 0, cost: 0 },
    };
    const row: CostDay = {
      ...known,
      executions: known.executions + 1,
      retries: known.retries + retries,
      cost: Math.min(Number.MAX_SAFE_INTEGER, known.cost + cost),
    };
    turn.put(COST_DAYS, row);
    this.#days.set(turn, key, row);
  }

  /** A new day: those before change no more. */
  #turnTo(turn: Turn, day: number): void {
    for (const [key, row] of [...this.#days.entries()]) {
      if (row.day < day) this.#days.set(turn, key, undefined);
    }
    turn.afterCommit(() => {
      this.#day = Math.max(this.#day, day);
    });
  }

  /** What an execution has used, and what that costs. @param at when it ended; undefined: it runs */
  detailOf({ used, spent, ...header }: ExecutionHeader, at: number | undefined): UsageDetail {
    const all: Usage = addUsage(spent?.used, used ?? {});
    const { transitions = 0, retries = 0, work = {}, units = {} } = all;
    const rates = this.#card && ratesAt(this.#card, at ?? this.#kernel.time.now());
    const priced = rates && priceOf(used ?? {}, rates);
    const open = at === undefined ? priced?.cost : header.cost;
    const isPriced = open !== undefined || spent?.cost !== undefined;
    const currency = header.currency ?? this.currency;
    const unpriced = rates && [...priceOf(all, rates).unpriced];
    return {
      ...{ transitions, retries, work },
      units: Object.fromEntries(
        Object.entries(units).map(([unit, millionths]) => [unit, millionths / 1_000_000]),
      ),
      ...(isPriced ? { cost: (open ?? 0) + (spent?.cost ?? 0) } : {}),
      ...(isPriced && currency !== undefined ? { currency } : {}),
      ...(unpriced === undefined || unpriced.length === 0 ? {} : { unpriced }),
    };
  }
}

/** Days since the epoch, in UTC. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY);
}

function keyOf({
  day,
  team,
  pipeline,
  currency,
}: Pick<CostDay, 'day' | 'team' | 'pipeline' | 'currency'>): string {
  return JSON.stringify([day, team, pipeline, currency]);
}
