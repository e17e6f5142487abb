/**
 * Watches what runs in AWS without Millrace: what its events tell, and what a look finds that no event told.
 *
 *     EventStored of a team, a queue of the accounts file ──▶ runs ─┐
 *                                                                   ├─▶ each run once ──▶ RunObserved, a check result at its end
 *     lists and looks, by a rhythm of each thing ──────────▶ runs ──┘
 *
 * A run that is seen is a fact like an execution of our own, so expectations, monitors, incidents, triggers and digests cannot tell
 * them apart. Who watches what is said in teams' files, and the accounts file says who may. An event that a team has put on its bus
 * counts for that team alone; one of an account's queue for all who watch the account.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { originalEvent, seenInEvent } from '../../../monitoring/observed/events.js';
import type { ObservedKind, SeenRun } from '../../../monitoring/observed/observed-run.js';
import { patternRun } from '../../../monitoring/observed/pattern-runs.js';
import type { Told } from '../../../monitoring/observed/told.js';
import { checkSubject, type Subject, subjectKey } from '../../../monitoring/subject.js';
import type { AnyTable } from '../../../store/table.js';
import { ANY_TEAM } from '../../kernel/bus-event.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import { BlindPlaces } from './blind-places.js';
import type { Listed } from './collectors/collector.js';
import { EventQueues, type QueueCounts } from './event-queues.js';
import { FoundThings, placeOfRow, subjectOfRow, type ThingPlace } from './found-things.js';
import { type ListPlace, type LookCount, type LookedAt, Looks, OVERLAP } from './looks.js';
import { type Heard, ObservedRuns } from './observed-runs.js';
import {
  BLIND_PLACES,
  type BlindRow,
  FOUND,
  type FoundRow,
  OBSERVED_RUNS,
  WATCH_SECTIONS,
} from './observer-tables.js';
import type { ObserverPeers } from './peers.js';
import {
  type ActivePlan,
  type RefusedWatch,
  WatchPlans,
  type WatchSectionFile,
} from './watch-plans.js';

const MINUTE = 60_000;
/** For so long after an event of a region others of it are counted on. */
const TOLD_FOR = 60 * MINUTE;
/** Until when a thing was seen is written at least that often. */
const NOTED_EVERY = 5 * MINUTE;
/** Runs that one turn takes. */
const AT_A_TIME = 100;

export class Observers implements Feature {
  readonly name = 'observers';
  readonly tables: readonly AnyTable[] = [WATCH_SECTIONS, FOUND, OBSERVED_RUNS, BLIND_PLACES];
  readonly runs: ObservedRuns;
  readonly things: FoundThings = new FoundThings();
  readonly #kernel: Kernel;
  readonly #peers: ObserverPeers;
  readonly #plans: WatchPlans;
  readonly #blind: BlindPlaces;
  readonly #looks: Looks | undefined;
  readonly #queues: EventQueues | undefined;
  /** When an event of a region was heard last, by place and region. */
  readonly #toldAt: Map<string, number> = new Map();
  /** Names that were found and are not watched because there are too many, by team. */
  readonly #beyond: Map<string, number> = new Map();
  /** Things that the last list did not have. */
  readonly #unlisted: Set<number> = new Set();
  #beganAt = 0;

  constructor(kernel: Kernel, peers: ObserverPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
    const { aws } = peers;
    this.#plans = new WatchPlans(aws);
    this.#blind = new BlindPlaces(kernel, (at) => this.#teamsAt(at));
    this.runs = new ObservedRuns(kernel, {
      things: this.things,
      report: (turn, run) => peers.report(turn, run),
      spend: (turn, run) => peers.spend(turn, run),
      tagsOf: (thing) => this.planOf(thing)?.tags ?? {},
      lookNow: (thing) => this.#looks?.lookNow(placeOfRow(thing)) ?? false,
      changed: () => kernel.dueChanged(this),
    });
    if (aws === undefined) return;
    this.#looks = new Looks(kernel, {
      aws,
      isWanted: (list, name) => this.#wanting(list, name).length > 0,
      listed: (list, found) => this.#listed(list, found),
      looked: (look) => this.#looked(look),
      open: (thing) => this.#openAt(thing),
      isTold: (place, region) => this.#isTold(place, region),
      answered: (list, asked, refusal) => this.#blind.answered(list, asked, refusal),
      changed: () => kernel.dueChanged(this),
    });
    this.#queues = new EventQueues(kernel, {
      aws,
      take: (accounts, events) => this.#takeQueued(accounts, events),
      answered: (account, region, problem) => {
        const at = { place: account.name, region, kind: 'events' };
        const refusal = { type: 'refused', name: 'Queue', kind: 'denied' } as const;
        const message = problem ?? '';
        const told = problem === undefined ? undefined : { ...refusal, message };
        this.#blind.answered(at, '', told);
      },
    });
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    await this.#plans.open(store);
    await this.things.open(store);
    await this.#blind.open();
    await this.runs.open();
  }

  begin(): void {
    this.#beganAt = this.#kernel.time.now();
    this.runs.begin();
    this.#looks?.begin();
    this.#queues?.begin();
    this.#plansChanged();
  }

  async close(): Promise<void> {
    this.runs.close();
    await Promise.all([this.#looks?.close(), this.#queues?.close()]);
  }

  nextDue(): number | undefined {
    const due = [this.runs.nextDue(), this.#looks?.nextDue()].filter((at) => at !== undefined);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  due(): void {
    this.runs.due();
    this.#looks?.due();
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type !== 'EventStored' || fact.event.team === ANY_TEAM) return;
    const { team, envelope } = fact.event;
    const plans = this.#plans.ofTeam(team);
    if (plans.length > 0) this.#takeEvent(turn, envelope, plans);
  }

  /** What it watches is as these files say. @returns what of them counts for nothing */
  declare(
    turn: Turn,
    files: readonly WatchSectionFile[],
    broken: readonly string[],
  ): RefusedWatch[] {
    const refused = this.#plans.declare(turn, files, broken);
    for (const row of [...this.things.values()]) {
      if (this.planOf(row) === undefined) this.#forget(turn, row);
    }
    turn.afterCommit(() => this.#plansChanged());
    return refused;
  }

  /** The entry by which a thing is watched. */
  planOf(row: FoundRow): ActivePlan | undefined {
    return this.#plans.planFor(row.team, placeOfRow(row));
  }

  /** Keys of state machines that are watched, of an account and a name, in whichever region. */
  keysOfStateMachine({ account, name }: { account: string; name: string }): string[] {
    const keys = new Set<string>();
    for (const { name: place, regions } of this.#plans.accountsOf(account)) {
      for (const region of regions) {
        const at = { place, region, kind: 'state-machine', name };
        for (const { subject } of this.things.at(at)) keys.add(subject);
      }
    }
    return [...keys].sort();
  }

  /** What runs of a subject now; its numbers are below zero, those of executions here above it. */
  runningElsewhere(team: string, subject: string): { number: number; since: number }[] {
    const thing = this.things.find(team, subject);
    if (thing === undefined) return [];
    return this.runs
      .running(thing.number)
      .map(({ number, startedAt, seenAt }) => ({ number: -number, since: startedAt ?? seenAt }));
  }

  /** What cannot be seen. */
  blind(): BlindRow[] {
    return this.#blind.all();
  }

  /** How many things of a team are not watched because there are too many. */
  beyond(team: string): number {
    return this.#beyond.get(team) ?? 0;
  }

  /** When a look at a thing last had to leave something out; undefined: none had. */
  cutAt(row: FoundRow): number | undefined {
    return this.#looks?.cutAt(placeOfRow(row));
  }

  /** Calls for looks since the server began. */
  get calls(): { readonly calls: number; readonly since: number } {
    return { calls: this.#looks?.calls ?? 0, since: this.#beganAt };
  }

  /** What metrics tell of it. */
  *placed(): Iterable<ThingPlace & { team: string; subject: string }> {
    for (const row of this.things.durable()) {
      yield { ...placeOfRow(row), team: row.team, subject: row.subject };
    }
  }

  looks(): Iterable<LookCount> {
    return this.#looks?.counts() ?? [];
  }

  /** How long the look has waited that is due longest, in milliseconds. */
  lateBy(): number {
    return this.#looks?.lateBy() ?? 0;
  }

  queues(): Iterable<QueueCounts> {
    return this.#queues?.counts() ?? [];
  }

  readonly aging = {
    kind: 'checks' as const,
    needs: (limit: number) => [this.runs.oldest(limit)],
    removeOld: (turn: Turn, before: number, limit: number): boolean =>
      this.runs.removeOld(turn, before, limit),
  };

  #teamsAt({ place, region, kind }: { place: string; region: string; kind: string }): string[] {
    const teams = this.#plans
      .all()
      .filter(({ of, seenRegions, names }) => {
        if (of.name !== place) return false;
        return (
          kind === 'events' || (seenRegions.includes(region) && names.has(kind as ObservedKind))
        );
      })
      .map(({ team }) => team);
    return [...new Set(teams)];
  }

  #wanting(list: ListPlace, name: string): string[] {
    return this.#teamsAt(list).filter(
      (team) => this.#plans.planFor(team, { ...list, name }) !== undefined,
    );
  }

  #plansChanged(): void {
    const lists = new Map<string, ListPlace>();
    for (const { of, seenRegions, names } of this.#plans.all()) {
      for (const region of seenRegions) {
        for (const kind of names.keys()) {
          lists.set(`${of.name} ${region} ${kind}`, { place: of.name, region, kind });
        }
      }
    }
    this.#looks?.watchLists([...lists.values()]);
    for (const row of this.things.durable()) {
      this.#looks?.watch(placeOfRow(row), row.lookedAt, row.memo);
    }
    for (const team of new Set([...this.#plans.all()].map((plan) => plan.team))) {
      this.#expectOf(team);
    }
  }

  /** All that a team expects of what was found. */
  #expectOf(team: string): void {
    const expected = this.things.ofTeam(team).flatMap((row) => {
      const plan = this.planOf(row);
      if (plan === undefined || plan.expectations.length === 0) return [];
      const { tags, owner, expectations } = plan;
      const subject = subjectOfRow(row);
      return [{ team, subject, tags, expectations, ...(owner === undefined ? {} : { owner }) }];
    });
    this.#peers.expect(team, expected);
  }

  #isTold(place: string, region: string): boolean {
    const at = this.#toldAt.get(`${place}\n${region}`);
    return at !== undefined && this.#kernel.time.now() - at < TOLD_FOR;
  }

  #openAt(thing: ThingPlace): { run: string; startedAt: number }[] {
    return this.things
      .at(thing)
      .flatMap(({ number }) =>
        this.runs
          .running(number)
          .map(({ run, startedAt, seenAt }) => ({ run, startedAt: startedAt ?? seenAt })),
      );
  }

  async #listed(list: ListPlace, found: readonly Listed[]): Promise<void> {
    const account = this.#plans.accountNamed(list.place);
    if (account === undefined) return;
    const changed = new Set<string>();
    const names = new Set(found.map(({ name }) => name));
    await this.#kernel.write((turn) => {
      const now = this.#kernel.time.now();
      for (const team of this.#teamsAt(list)) this.#beyond.delete(team);
      for (const { name } of found) {
        const at = { account: account.account, region: list.region, kind: list.kind, name };
        for (const team of this.#wanting(list, name)) {
          if (this.#find(turn, team, list.place, at, now)) changed.add(team);
        }
      }
      for (const row of this.#ofList(list)) {
        const { name } = subjectOfRow(row);
        if (names.has(name)) this.#unlisted.delete(row.number);
        else if (!this.#unlisted.has(row.number)) this.#unlisted.add(row.number);
        else {
          // It is not there any more: nobody is to miss it.
          this.runs.gone(turn, row.number);
          this.#forget(turn, row);
          changed.add(row.team);
        }
      }
      turn.afterCommit(() => {
        for (const team of changed) this.#expectOf(team);
      });
    });
  }

  #ofList({ place, region, kind }: ListPlace): FoundRow[] {
    return [...this.things.values()].filter((row) => {
      const at = placeOfRow(row);
      return at.place === place && at.region === region && at.kind === kind;
    });
  }

  /** @returns whether it was found now */
  #find(
    turn: Turn,
    team: string,
    place: string,
    at: Omit<Subject, 'provider'>,
    now: number,
  ): FoundRow | undefined {
    const subject: Subject = { provider: 'aws', ...at };
    if (checkSubject(subject) !== undefined) return undefined;
    const known = this.things.find(team, subjectKey(subject));
    if (known !== undefined) return undefined;
    const row = this.things.take(turn, team, place, subject, now);
    if (row === undefined) this.#beyond.set(team, (this.#beyond.get(team) ?? 0) + 1);
    else turn.afterCommit(() => this.#looks?.watch(placeOfRow(row), undefined, undefined));
    return row;
  }

  #forget(turn: Turn, row: FoundRow): void {
    this.runs.forget(turn, row.number);
    this.things.remove(turn, row.number);
    turn.afterCommit(() => {
      this.#unlisted.delete(row.number);
      const place = placeOfRow(row);
      if (this.things.at(place).length === 0) this.#looks?.forget(place);
    });
  }

  async #looked({ thing, runs, since, at, isFirst, isWhole, memo }: LookedAt): Promise<void> {
    const rows = this.things.at(thing);
    const open = rows.some(({ number }) => this.runs.running(number).length > 0);
    const isNoted = rows.every(({ lookedAt = 0 }) => at - lookedAt < NOTED_EVERY);
    if (runs.length === 0 && !open && isNoted && memo === undefined) return;
    // At first how it stands now comes first: what was wrong before, and is not any more, wakes nobody.
    const order = isFirst ? -1 : 1;
    const sorted = [...runs].sort((a, b) => order * (endOf(a) - endOf(b)));
    for (let from = 0; from === 0 || from < sorted.length; from += AT_A_TIME) {
      const part = sorted.slice(from, from + AT_A_TIME);
      const isLast = from + AT_A_TIME >= sorted.length;
      const heard = rows.flatMap(({ number }) =>
        part.map((run): Heard => ({ thing: number, run, by: 'look' })),
      );
      const input = this.runs.input(heard, (turn) => {
        if (!isLast) return;
        for (const { number } of rows) {
          if (isWhole && at - since > OVERLAP) this.runs.missing(turn, number, since, runs);
          const seen: Partial<FoundRow> = { lookedAt: at, ...(memo === undefined ? {} : { memo }) };
          this.things.change(turn, number, seen);
        }
      });
      await this.#kernel.write((turn) => void input.perform(turn), input.needs);
    }
  }

  /** An event of an account's queue: for all who watch the account. */
  async #takeQueued(accounts: readonly string[], events: readonly Told[]): Promise<void> {
    const plans = this.#plans.all().filter(({ of }) => accounts.includes(of.name));
    if (plans.length === 0) return;
    await this.#kernel.write((turn) => {
      for (const event of events) this.#takeEvent(turn, event as JsonObject, plans);
    });
  }

  #takeEvent(turn: Turn, stored: JsonObject, plans: readonly ActivePlan[]): void {
    const envelope = originalEvent(stored);
    const heard: Heard[] = [];
    const told = seenInEvent(envelope);
    if (told !== undefined) {
      const near = plans.filter((plan) => isAt(plan, told));
      for (const run of told.runs) heard.push(...this.#hear(turn, told, run, near));
      for (const hint of told.hints) {
        for (const { of } of near) this.#lookAt({ place: of.name, region: told.region, ...hint });
      }
    }
    const place = {
      account: String(envelope.account ?? ''),
      region: String(envelope.region ?? ''),
    };
    for (const plan of plans) {
      if (plan.watches.length === 0 || !isAt(plan, place)) continue;
      for (const watch of plan.watches) {
        const run = patternRun(watch, envelope);
        if (run !== undefined) heard.push(...this.#hear(turn, place, run, [plan]));
      }
    }
    if (heard.length > 0) turn.also(this.runs.input(heard));
  }

  /** What an event tells of a run, for each team that watches its thing: found now, if it is new. */
  #hear(
    turn: Turn,
    { account, region }: { account: string; region: string },
    told: SeenRun,
    plans: readonly ActivePlan[],
  ): Heard[] {
    const now = this.#kernel.time.now();
    const heard = new Map<number, Heard>();
    const found = new Set<string>();
    for (const { team, of } of plans) {
      this.#toldAt.set(`${of.name}\n${region}`, now);
      const run = this.#named(told, of.name, region);
      if (run === undefined) continue;
      const { kind, name } = run;
      if (this.#plans.planFor(team, { place: of.name, region, kind, name }) === undefined) continue;
      const at = { account, region, kind, name };
      if (this.#find(turn, team, of.name, at, now) !== undefined) found.add(team);
      const row = this.things.find(team, subjectKey({ provider: 'aws', ...at }));
      if (row !== undefined) heard.set(row.number, { thing: row.number, run, by: 'event' });
    }
    if (found.size > 0) {
      turn.afterCommit(() => {
        for (const team of found) this.#expectOf(team);
      });
    }
    return [...heard.values()];
  }

  /** Some events know a thing by its id alone: whose name it is was listed. Undefined: it was not, and is listed again. */
  #named(run: SeenRun, place: string, region: string): SeenRun | undefined {
    if (run.kind !== 'emr-cluster' && run.kind !== 'emr-serverless-application') return run;
    const name = this.#looks?.nameOf({ place, region, kind: run.kind, name: run.name });
    if (name !== undefined) return { ...run, name };
    this.#looks?.listNow({ place, region, kind: run.kind as ObservedKind });
    return undefined;
  }

  #lookAt(thing: ThingPlace): void {
    if (this.things.at(thing).length > 0) this.#looks?.lookNow(thing);
    else this.#looks?.listNow({ ...thing, kind: thing.kind as ObservedKind });
  }
}

function isAt(
  { of, seenRegions }: ActivePlan,
  { account, region }: { account: string; region: string },
): boolean {
  return of.account === account && seenRegions.includes(region);
}

function endOf({ startedAt = 0, endedAt }: SeenRun): number {
  return endedAt ?? startedAt;
}
