/**
 * Makes alerts of what lasts, in the commit of the result that makes it so.
 *
 *     CheckReported, ExpectationChanged ──▶ the groups that it belongs to ──▶ judged ──▶ a change of an alert: rows, a fact,
 *     time passes ──the one alarm─────────────────────────────────────────────┘            an event on the team's bus
 *
 * What a monitor means is in `src/monitoring/monitors`; here is where its groups stand, durably. A group that is good is not
 * written: when it was heard of last is known of its series. What was due while nobody was here is judged at the next start, at
 * its own moments. A round costs what is due, not what there is.
 * @module
 */
import type { CheckResult } from '../../../monitoring/check-result.js';
import type { ExpectationChange, Standing } from '../../../monitoring/expectations/expectation.js';
import {
  type AlertChange,
  type GroupState,
  isQuiet,
  type Outcome,
} from '../../../monitoring/monitors/alert.js';
import {
  beginGroup,
  ended,
  hear,
  hearChange,
  nextLook,
  pass,
  restored,
  retold,
} from '../../../monitoring/monitors/judge.js';
import { judgedBy } from '../../../monitoring/monitors/monitor.js';
import {
  parseSubjectKey,
  type Subject,
  shortName,
  subjectKey,
} from '../../../monitoring/subject.js';
import type { Tags } from '../../../monitoring/tags.js';
import { parseMonitor } from '../../../pipelines/monitors/written-monitor.js';
import type { AnyTable } from '../../../store/table.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import { Heap } from '../../kernel/heap.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import { AlertBook, type Cause } from './alert-book.js';
import {
  ALERT_CHANGES,
  ALERTS,
  type GroupRow,
  MONITOR_GROUPS,
  MONITORS,
  type MonitorRow,
} from './monitor-tables.js';
import { type Group, groupFor, placeOf, type Stood, type Watch } from './watch.js';

/** Due groups that one turn judges: others wait no longer than that. */
const AT_A_TIME = 500;

/** One series of check results, as far as monitors ask. */
export interface WatchedSeries {
  readonly number: number;
  readonly team: string;
  readonly subject: string;
  readonly tags: Tags;
  readonly createdAt: number;
  readonly lastAt?: number;
}

/** One expectation, as far as monitors ask. */
export interface WatchedExpectation {
  readonly kept: {
    readonly of: { readonly team: string; readonly subject: Subject; readonly tags: Tags };
    readonly expectation: { readonly sentence: string };
  };
  readonly standing: Standing;
}

export interface MonitorPeers {
  /** Everything that has ever had a result. */
  readonly checks: {
    series(): readonly WatchedSeries[];
    seriesNumbered(number: number): WatchedSeries | undefined;
  };
  readonly expectations: { all(as: 'in the turn'): readonly WatchedExpectation[] };
  /** Puts an event on a team's bus in this turn. */
  tell(turn: Turn, change: AlertChange): void;
}

/** A row that nothing can be made of, by what a later version may have written. */
export interface UnreadMonitor {
  readonly row: MonitorRow;
  readonly problem: string;
}

export class Monitors implements Feature {
  readonly name = 'monitors';
  readonly tables: readonly AnyTable[] = [MONITORS, MONITOR_GROUPS, ALERTS, ALERT_CHANGES];
  readonly #kernel: Kernel;
  readonly #peers: MonitorPeers;
  readonly #book: AlertBook;
  /** By `placeOf`. */
  readonly #watches: TurnMap<string, Watch>;
  readonly #unread: Map<string, UnreadMonitor> = new Map();
  readonly #stood: TurnMap<Group, Stood>;
  /** Groups that each series belongs to: found once, until any monitor is another. */
  readonly #groupsOf: Map<number, readonly Group[]> = new Map();
  /** Places of monitors, by team. */
  readonly #ofTeam: Map<string, Set<string>> = new Map();
  readonly #due: Heap<{ readonly at: number; readonly group: Group }> = new Heap();
  #isSooner = false;
  #isJudging = false;
  #isOpen = false;

  constructor(kernel: Kernel, peers: MonitorPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
    this.#book = new AlertBook((turn, change) => {
      kernel.hooks.tell(turn, { type: 'AlertChanged', change });
      peers.tell(turn, change);
    });
    this.#watches = new TurnMap((place, watch) => this.#watchChanged(place, watch));
    this.#stood = new TurnMap((group, stood) => this.#schedule(group, stood?.next));
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    await this.#book.open(store);
    for (const row of await store.listRows(MONITORS)) {
      const place = placeOf(row);
      const read = parseMonitor(row.definition, row.team);
      if ('problem' in read) this.#unread.set(place, { row, problem: read.problem });
      else this.#watches.remember(place, { row, monitor: read.monitor, groups: new Map() });
    }
    for (const row of await store.listRows(MONITOR_GROUPS)) this.#remember(row);
    for (const watch of this.#watches.values()) {
      for (const [group, lastAt] of this.#seen(watch)) {
        const { state = beginGroup(watch.row.since), alert } = this.#stood.get(group) ?? {};
        const heard = { ...state, lastAt: Math.max(state.lastAt, lastAt) };
        this.#stood.remember(group, stoodOf(watch, heard, alert));
      }
    }
  }

  begin(): void {
    this.#isOpen = true;
    this.#isSooner = false;
  }

  close(): void {
    this.#isOpen = false;
  }

  /** Alerts that are over and old. */
  get aging(): ReturnType<AlertBook['aging']> {
    return this.#book.aging(this.#kernel.store);
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type === 'CheckReported') {
      // What lasts is a matter of what came after what.
      if (fact.isLate !== true) this.#reported(turn, fact.series, fact.result);
    } else if (fact.type === 'ExpectationChanged') this.#expectationChanged(turn, fact.change);
  }

  nextDue(): number | undefined {
    if (!this.#isOpen || this.#isJudging) return undefined;
    for (;;) {
      const { first } = this.#due;
      if (first === undefined) return undefined;
      const next = this.#stood.get(first.group)?.next;
      if (first.group.scheduled === first.at && next !== undefined && next <= first.at) {
        return first.at;
      }
      // It was heard of meanwhile: it is due later, or not at all.
      this.#due.pop();
      if (first.group.scheduled !== first.at) continue;
      first.group.scheduled = undefined;
      this.#schedule(first.group, next);
    }
  }

  due(): void {
    if (this.#isJudging) return;
    this.#isJudging = true;
    this.#kernel.submit(this.#round());
  }

  /** All that there are, as the store has them. */
  all(): { row: MonitorRow; watch?: Watch; problem?: string }[] {
    const read = this.#watches.durableEntries().map(([, watch]) => ({ row: watch.row, watch }));
    return [...read, ...this.#unread.values()];
  }

  /** Whether any watches the results of a series, in the turn that runs now. */
  isWatched(series: number): boolean {
    return (this.#groupsOf.get(series) ?? this.#findGroups(series)).length > 0;
  }

  find(team: string, name: string): Watch | undefined {
    return this.#watches.durable(placeOf({ team, name }));
  }

  /** Groups of a monitor, and how many of them have an alert that is open; as the store has them. */
  counts({ groups }: Watch): { groups: number; open: number } {
    let [seen, open] = [0, 0];
    for (const group of groups.values()) {
      const stood = this.#stood.durable(group);
      if (stood !== undefined) seen += 1;
      if (stood?.alert !== undefined) open += 1;
    }
    return { groups: seen, open };
  }

  /** In the turn that runs now: a row of its name, whoever declares it. */
  rowOf(team: string, name: string): MonitorRow | undefined {
    const place = placeOf({ team, name });
    return this.#watches.get(place)?.row ?? this.#unread.get(place)?.row;
  }

  /** How many a team has in the turn that runs now. */
  countOf(team: string): number {
    return this.#ofTeam.get(team)?.size ?? 0;
  }

  /** Rows of files, in the turn that runs now. */
  declaredRows(): MonitorRow[] {
    const rows = [...this.#watches.values(), ...this.#unread.values()].map(({ row }) => row);
    return rows.filter(({ file }) => file !== undefined);
  }

  /** Takes a monitor into the turn. One that watches the same goes on; another one begins anew. */
  put(turn: Turn, made: Pick<Watch, 'monitor'> & { row: Omit<MonitorRow, 'since'> }): void {
    const { monitor } = made;
    const place = placeOf(monitor);
    const known = this.#watches.get(place);
    const now = this.#kernel.time.now();
    const isSame = known !== undefined && judgedBy(known.monitor) === judgedBy(monitor);
    const row = { ...made.row, since: isSame ? known.row.since : now };
    turn.put(MONITORS, row);
    this.#unread.delete(place);
    if (isSame) {
      const watch = { row, monitor, groups: known.groups };
      this.#watches.set(turn, place, watch);
      for (const group of known.groups.values()) {
        const stood = this.#stood.get(group);
        if (stood?.alert === undefined) continue;
        this.#took(turn, group, { state: retold(monitor, stood.state, now), transitions: [] }, {});
      }
    } else {
      if (known !== undefined) this.#end(turn, known, now, 'it watches something else from now on');
      const watch = { row, monitor, groups: new Map() };
      this.#watches.set(turn, place, watch);
      this.#beginAll(turn, watch, now);
    }
    turn.afterCommit(() => this.#kernel.dueChanged(this));
  }

  /** It is over: what was open is open no longer. */
  remove(turn: Turn, { team, name }: { team: string; name: string }): void {
    const place = placeOf({ team, name });
    turn.remove(MONITORS, [team, name]);
    this.#unread.delete(place);
    const known = this.#watches.get(place);
    if (known === undefined) return;
    this.#end(turn, known, this.#kernel.time.now(), 'the monitor was taken away');
    this.#watches.set(turn, place, undefined);
    turn.afterCommit(() => this.#kernel.dueChanged(this));
  }

  #remember({ team, monitor, key, state, tags, name, alert }: GroupRow): void {
    const place = placeOf({ team, name: monitor });
    const watch = this.#watches.get(place);
    if (watch === undefined) return;
    const group: Group = { place, key, tags, name, scheduled: undefined };
    watch.groups.set(key, group);
    this.#stood.remember(group, stoodOf(watch, restored(state), alert));
  }

  /** What is silent is known before anything is heard of it: each group with when it was heard of last. */
  *#seen(watch: Watch): Iterable<[Group, number]> {
    const { monitor, row } = watch;
    const { noData } = monitor;
    if (monitor.condition.on !== 'checks' || noData === undefined) return;
    for (const series of this.#peers.checks.series()) {
      if (series.team !== monitor.team) continue;
      const lastAt = series.lastAt ?? series.createdAt;
      // What was silent for longer when the monitor began may be there no longer.
      if (lastAt < row.since - noData) continue;
      const group = this.#groupIn(watch, series);
      if (group !== undefined) yield [group, Math.max(lastAt, row.since)];
    }
  }

  #groupIn(watch: Watch, { team, subject, tags, number }: WatchedSeries): Group | undefined {
    const known = parseSubjectKey(subject);
    return known && groupFor(watch, { team, subject: known, tags }, String(number));
  }

  #beginAll(turn: Turn, watch: Watch, now: number): void {
    for (const [group] of this.#seen(watch)) {
      this.#stood.set(turn, group, stoodOf(watch, beginGroup(now), undefined));
    }
    if (watch.monitor.condition.on !== 'expectations') return;
    for (const { kept, standing } of this.#peers.expectations.all('in the turn')) {
      const { state: to, since, reason = '' } = standing;
      if (kept.of.team !== watch.monitor.team || (to !== 'LATE' && to !== 'MISSING')) continue;
      const { subject, tags } = kept.of;
      const { sentence } = kept.expectation;
      const change = { number: 0, to, at: since, judgedAt: now, words: reason };
      this.#hearExpectation(turn, watch, { subject, tags, sentence }, change, {});
    }
  }

  #end(turn: Turn, watch: Watch, now: number, words: string): void {
    for (const group of watch.groups.values()) {
      const stood = this.#stood.get(group);
      if (stood === undefined) continue;
      this.#took(turn, group, ended(stood.state, now, words), {});
      this.#stood.set(turn, group, undefined);
    }
  }

  #reported(turn: Turn, number: number, result: CheckResult): void {
    if (!this.#ofTeam.has(result.team)) return;
    const groups = this.#groupsOf.get(number) ?? this.#findGroups(number);
    if (groups.length === 0) return;
    const { subject, pipeline, execution } = result;
    for (const group of groups) {
      const watch = this.#watches.get(group.place);
      const series = this.#peers.checks.seriesNumbered(number);
      if (watch === undefined || series === undefined) continue;
      const { createdAt } = series;
      const source = { series: String(number), name: shortName(subject), createdAt };
      const state = this.#stood.get(group)?.state ?? beginGroup(result.at);
      const outcome = hear(watch.monitor, state, source, result);
      this.#took(turn, group, outcome, {
        subject: subjectKey(subject),
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(execution === undefined ? {} : { execution }),
      });
    }
  }

  #findGroups(number: number): readonly Group[] {
    const series = this.#peers.checks.seriesNumbered(number);
    const found: Group[] = [];
    for (const place of (series && this.#ofTeam.get(series.team)) ?? []) {
      const watch = this.#watches.get(place);
      if (watch?.monitor.condition.on !== 'checks' || series === undefined) continue;
      const group = this.#groupIn(watch, series);
      if (group !== undefined) found.push(group);
    }
    this.#groupsOf.set(number, found);
    return found;
  }

  #expectationChanged(turn: Turn, change: ExpectationChange): void {
    for (const place of this.#ofTeam.get(change.team) ?? []) {
      const watch = this.#watches.get(place);
      if (watch?.monitor.condition.on !== 'expectations') continue;
      const { subject, pipeline, execution, number, to, at, judgedAt, words } = change;
      const heard = { number, to, at, judgedAt, words };
      this.#hearExpectation(turn, watch, change, heard, {
        subject: subjectKey(subject),
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(execution === undefined ? {} : { execution }),
      });
    }
  }

  #hearExpectation(
    turn: Turn,
    watch: Watch,
    { subject, tags, sentence }: { subject: Subject; tags: Tags; sentence: string },
    change: Parameters<typeof hearChange>[3],
    cause: Cause,
  ): void {
    const series = `${subjectKey(subject)}\n${sentence}`;
    const name = `${shortName(subject)} "${sentence}"`;
    const { team } = watch.monitor;
    const group = groupFor(watch, { team, subject, tags }, series, name);
    if (group === undefined) return;
    const state = this.#stood.get(group)?.state ?? beginGroup(change.judgedAt);
    const source = { series, name, createdAt: 0 };
    this.#took(turn, group, hearChange(watch.monitor, state, source, change), cause);
  }

  /** Judges all that is due, some at a time. */
  #round(): Input {
    const round: Input = {
      perform: (turn) => {
        const now = this.#kernel.time.now();
        const taken: { at: number; group: Group }[] = [];
        while (taken.length < AT_A_TIME) {
          const { first } = this.#due;
          if (first === undefined || first.at > now) break;
          this.#due.pop();
          if (first.group.scheduled !== first.at) continue;
          first.group.scheduled = undefined;
          taken.push(first);
        }
        turn.afterFailure(() => {
          for (const { group } of taken) this.#schedule(group, this.#stood.get(group)?.next);
        });
        for (const { group } of taken) {
          const watch = this.#watches.get(group.place);
          const stood = this.#stood.get(group);
          if (watch === undefined || stood === undefined) continue;
          const outcome = pass(watch.monitor, stood.state, now);
          if (outcome.state === stood.state) this.#schedule(group, stood.next);
          else this.#took(turn, group, outcome, {});
        }
        const isMore = taken.length === AT_A_TIME;
        turn.afterCommit(() => {
          if (isMore) return this.#kernel.submit(round);
          this.#isJudging = false;
          this.#kernel.dueChanged(this);
        });
        return 'done';
      },
    };
    return round;
  }

  /** What has come of judging a group goes into the turn. */
  #took(turn: Turn, group: Group, { state, transitions }: Outcome, cause: Cause): void {
    const watch = this.#watches.get(group.place);
    const before = this.#stood.get(group);
    if (watch === undefined || (before?.state === state && transitions.length === 0)) return;
    const { team, name: monitor } = watch.monitor;
    let alert = before?.alert;
    for (const transition of transitions) {
      alert = this.#book.write(turn, [team, monitor], group, alert, transition, cause);
    }
    this.#stood.set(turn, group, stoodOf(watch, state, alert));
    this.#write(turn, { team, monitor }, group, before?.state, state, alert);
    if (!this.#isSooner) return;
    this.#isSooner = false;
    turn.afterCommit(() => this.#kernel.dueChanged(this));
  }

  /** Writes a group when there is more to remember than when it was heard of last, and that has changed. */
  #write(
    turn: Turn,
    of: Pick<GroupRow, 'team' | 'monitor'>,
    { key, tags, name }: Group,
    before: GroupState | undefined,
    state: GroupState,
    alert: number | undefined,
  ): void {
    if (before?.sources === state.sources && before.alert === state.alert) return;
    if (!isQuiet(state)) {
      const row: GroupRow = { ...of, key, state, tags, name };
      turn.put(MONITOR_GROUPS, alert === undefined ? row : { ...row, alert });
    } else if (before !== undefined && !isQuiet(before)) {
      turn.remove(MONITOR_GROUPS, [of.team, of.monitor, key]);
    }
  }

  #schedule(group: Group, next: number | undefined): void {
    if (next === undefined || (group.scheduled !== undefined && group.scheduled <= next)) return;
    group.scheduled = next;
    this.#due.push({ at: next, group });
    this.#isSooner = true;
  }

  #watchChanged(place: string, watch: Watch | undefined): void {
    this.#groupsOf.clear();
    const [team = ''] = JSON.parse(place) as string[];
    const places = this.#ofTeam.get(team) ?? new Set();
    if (watch === undefined) places.delete(place);
    else places.add(place);
    if (places.size === 0) this.#ofTeam.delete(team);
    else this.#ofTeam.set(team, places);
  }
}

function stoodOf({ monitor }: Watch, state: GroupState, alert: number | undefined): Stood {
  const next = nextLook(monitor, state);
  return {
    state,
    ...(alert === undefined ? {} : { alert }),
    ...(next === undefined ? {} : { next }),
  };
}
