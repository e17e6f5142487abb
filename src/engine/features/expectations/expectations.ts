/**
 * Sees to it that what is expected is noticed when it does not come, whether or not anything has ever run.
 *
 *     a pipeline is deployed ──▶ its sentences are declared ──▶ a due time each ──the one alarm──▶ judged
 *     an execution begins, a result is told ──▶ time passes until now ──▶ judged again, in the same commit
 *                                       └──▶ a change: a row, an event on the team's bus, a fact that others hear
 *
 * What each sentence means is in `src/monitoring/expectations`; here is where it stands, durably. What was due while nobody was here is judged
 * at the next start, in its order and at its own moments, and says by how much it was judged late. A round costs what is due.
 * @module
 */
import { type CheckResult, hasNewData } from '../../../monitoring/check-result.js';
import {
  declare,
  NOTHING_WATCHED,
  type Transition,
  type Watched,
} from '../../../monitoring/expectations/expectation.js';
import { hear, pass } from '../../../monitoring/expectations/judge.js';
import type { Judgement } from '../../../monitoring/expectations/judgement.js';
import { isOver } from '../../../monitoring/observed/observed-run.js';
import { type Subject, subjectKey } from '../../../monitoring/subject.js';
import type { AnyTable } from '../../../store/table.js';
import type { ActiveExecution, LoadedMachine } from '../../kernel/active-execution.js';
import { type Fact, wasSkipped } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import { Heap } from '../../kernel/heap.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { ObservedRun } from '../../kernel/observed-run.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import { type Declared, declaredBy, FileArrivalsExpected } from './declared.js';
import {
  EXPECTATION_CHANGES,
  EXPECTATION_CLOCK,
  STANDINGS,
  type StandingRow,
} from './expectation-tables.js';
import { type Known, knownNeeds, readKnown } from './known.js';
import { type Limited, limitsIn } from './limits.js';
import type { ExpectationPeers, Shown } from './peers.js';
import { RunningOfSubjects } from './running-of-subjects.js';
import {
  changed,
  countedStates,
  isSame,
  placeOf,
  standingKey,
  standingOf,
  toRow,
} from './standings.js';
import {
  type Doubled,
  declaredIn,
  keyOfFile,
  placeOfDeclared,
  WATCH_FILES,
  type WatchFile,
  WatchFiles,
} from './watch-files.js';
import {
  type Kept,
  type Stood,
  sampleOf,
  unheardBefore,
  type WatchedSubject,
  watchedSubjectOf,
  withBegin,
  withResult,
} from './watched-subject.js';

/** Due expectations that one turn judges: others wait no longer than that. */
const AT_A_TIME = 500;

export class Expectations implements Feature {
  readonly name = 'expectations';
  readonly tables: readonly AnyTable[] = [
    ...[STANDINGS, EXPECTATION_CHANGES, EXPECTATION_CLOCK, WATCH_FILES],
  ];
  readonly #kernel: Kernel;
  readonly #peers: ExpectationPeers;
  /** By team and subject. */
  readonly #subjects: Map<string, WatchedSubject> = new Map();
  /** What was declared last, by team and subject: it may not be watched yet. */
  readonly #wanted: Map<string, WatchedSubject> = new Map();
  /** What each pipeline has declared, by `pipelineKey`: keys of subjects. */
  readonly #ofPipeline: Map<string, string[]> = new Map();
  readonly #watched: TurnMap<WatchedSubject, Watched> = new TurnMap();
  readonly #running: RunningOfSubjects = new RunningOfSubjects();
  readonly #stood: TurnMap<Kept, Stood>;
  /** Standings that the store had at the start, until their declarations come. */
  readonly #stored: TurnMap<string, StandingRow> = new TurnMap();
  readonly #due: Heap<{ readonly at: number; readonly kept: Kept }> = new Heap();
  readonly #watchFiles: WatchFiles = new WatchFiles();
  readonly #sites: Map<string, Declared & { site: string }> = new Map();
  readonly #files: FileArrivalsExpected = new FileArrivalsExpected();
  #clock = 0;
  #lastChange = 0;
  #isJudging = false;
  #isOpen = false;

  constructor(kernel: Kernel, peers: ExpectationPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
    this.#stood = new TurnMap((kept, stood) => {
      if (stood?.next !== undefined) this.#due.push({ at: stood.next, kept });
    });
  }

  async open(): Promise<void> {
    const { store, time } = this.#kernel;
    let latest = time.now();
    for (const row of await store.listRows(STANDINGS)) {
      this.#stored.remember(standingKey(row), row);
      latest = Math.max(latest, row.since, row.judged, row.declared);
    }
    await this.#watchFiles.open(store);
    this.#clock = (await store.findRow(EXPECTATION_CLOCK, ['all']))?.at ?? 0;
    this.#lastChange = await store.lastNumber(EXPECTATION_CHANGES);
    // What was judged stays judged, though the wall clock was set back while nobody was here.
    time.goOnFrom(Math.max(latest, this.#clock));
  }

  begin(): void {
    this.#isOpen = true;
    for (const file of this.#watchFiles.all()) this.#declareFile(file.file, file);
    // All files have been read: what nobody declares any longer is over.
    this.#kernel.submit({
      perform: (turn) => {
        for (const [key, row] of [...this.#stored.entries()]) {
          this.#withdrawRow(turn, row);
          this.#stored.set(turn, key, undefined);
        }
        return 'done';
      },
    });
  }

  close(): void {
    this.#isOpen = false;
  }

  deployed(machine: LoadedMachine): void {
    this.#declare(machine.key, declaredBy(machine, this.#home));
  }

  /** See `WatchFiles.declare`. */
  declareFiles(turn: Turn, files: readonly WatchFile[], broken: readonly string[]): Doubled[] {
    const taken = new Map<string, string>();
    for (const [key, places] of this.#ofPipeline) for (const one of places) taken.set(one, key);
    return this.#watchFiles.declare(turn, files, broken, {
      ...{ home: this.#home, taken },
      changed: (name, file) => this.#declareFile(name, file),
    });
  }

  /** What is said elsewhere already is left out. */
  #declareFile(name: string, file: WatchFile | undefined): void {
    const key = keyOfFile(name);
    const own = (file === undefined ? [] : declaredIn(file, this.#home)).filter((declared) => {
      const place = placeOfDeclared(declared);
      return !this.#wanted.has(place) || (this.#ofPipeline.get(key)?.includes(place) ?? false);
    });
    this.#declare(key, own);
  }

  /**
   * What a team expects of things elsewhere that were found, all of them; what is said in another place already is left out.
   */
  declareFound(team: string, declared: readonly Declared[]): void {
    const key = `watch ${team}`;
    const before = new Set(this.#ofPipeline.get(key));
    const own = declared.filter((one) => {
      const place = placeOfDeclared(one);
      return before.has(place) || !this.#wanted.has(place);
    });
    this.#declare(key, own);
  }

  get #home(): { account: string; region: string } {
    const { accountId: account, region } = this.#kernel.arns.identity;
    return { account, region };
  }

  withdrawn(key: string): void {
    this.#declare(key, []);
  }

  heard(turn: Turn, fact: Fact): void {
    switch (fact.type) {
      case 'ExecutionBegun':
      case 'ExecutionRedriven':
        this.#began(turn, fact.execution, fact.type === 'ExecutionBegun');
        return;
      case 'CheckReported':
        this.#reported(turn, fact.result, fact.execution);
        return;
      case 'RunObserved':
        this.#observed(turn, fact.run);
        return;
      case 'EventStored':
        this.#files.heard(fact.event, (declared, file) => {
          this.#peers.results.arrived(turn, declared, file);
        });
        return;
      default:
    }
  }

  nextDue(): number | undefined {
    if (!this.#isOpen || this.#isJudging) return undefined;
    for (;;) {
      const first = this.#due.first;
      if (first === undefined || this.#isCurrent(first)) return first?.at;
      this.#due.pop();
    }
  }

  due(): void {
    if (this.#isJudging) return;
    this.#isJudging = true;
    this.#kernel.submit(this.#round());
  }

  /** All that is expected: as the store has it, or as the turn that runs leaves it. */
  all(as: 'durable' | 'in the turn' = 'durable'): Shown[] {
    const kept = [...this.#subjects.values()].flatMap((of) => [...of.kept.values()]);
    return kept.flatMap((one) => this.#shown(one, as) ?? []);
  }

  /** How many there are in each state, by team. */
  counts(): Iterable<{ team: string; state: string; count: number }> {
    return countedStates(this.all());
  }

  /** What of a subject must not be crossed. */
  limitsOf(team: string, key: string): Limited[] {
    const of = this.#subjects.get(placeOf({ team, key }));
    return of === undefined ? [] : limitsIn(of);
  }

  /** Sites that are expected to be reachable. */
  sites(): Iterable<Declared & { site: string }> {
    return this.#sites.values();
  }

  /** All of one subject, by its key. */
  ofSubject(team: string, key: string): Shown[] {
    const of = this.#subjects.get(placeOf({ team, key }));
    return [...(of?.kept.values() ?? [])].flatMap((kept) => this.#shown(kept) ?? []);
  }

  /** One of them; undefined when there is none. */
  find(team: string, subject: Subject, sentence: string): Shown | undefined {
    const place = placeOf({ team, key: subjectKey(subject) });
    return this.#shown(this.#subjects.get(place)?.kept.get(sentence));
  }

  #shown(kept: Kept | undefined, as: 'durable' | 'in the turn' = 'durable'): Shown | undefined {
    const stood = kept && (as === 'durable' ? this.#stood.durable(kept) : this.#stood.get(kept));
    if (kept === undefined || stood === undefined) return undefined;
    return { kept, ...stood, watched: this.#watched.durable(kept.of) ?? NOTHING_WATCHED };
  }

  /** Judges all that is due, some at a time; the last turn notes until when. */
  #round(): Input {
    const round: Input = {
      perform: (turn) => {
        const now = this.#kernel.time.now();
        const taken: { at: number; kept: Kept }[] = [];
        while (taken.length < AT_A_TIME) {
          const { first } = this.#due;
          if (first === undefined || first.at > now) break;
          this.#due.pop();
          if (!this.#isCurrent(first)) continue;
          taken.push(first);
        }
        turn.afterFailure(() => {
          for (const one of taken) this.#due.push(one);
        });
        for (const { kept } of taken) this.#passOne(turn, kept, now, undefined);
        const isMore = taken.length === AT_A_TIME;
        if (!isMore) turn.put(EXPECTATION_CLOCK, { name: 'all', at: now - 1 });
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

  #isCurrent({ at, kept }: { at: number; kept: Kept }): boolean {
    const of = this.#subjects.get(placeOf(kept.of));
    return of?.kept.get(kept.expectation.sentence) === kept && this.#stood.get(kept)?.next === at;
  }

  /** A pipeline declares these from now on. */
  #declare(pipeline: string, declared: readonly Declared[]): void {
    const before = this.#ofPipeline.get(pipeline) ?? [];
    if (before.length === 0 && declared.length === 0) return;
    const now = this.#kernel.time.now();
    const places: string[] = [];
    for (const one of declared) {
      const of = watchedSubjectOf(one);
      const place = placeOf(of);
      places.push(place);
      const known = this.#wanted.get(place);
      if (known !== undefined && isSame(known, of)) continue;
      this.#wanted.set(place, of);
      // One that is watched already goes on being heard of until the new one takes its place.
      const current = this.#subjects.get(place);
      if (current === undefined || current.waiting !== undefined) {
        of.waiting = current?.waiting ?? [];
        this.#subjects.set(place, of);
      }
      this.#files.set(place, one);
      if (one.site !== undefined) this.#sites.set(place, { ...one, site: one.site });
      this.#kernel.submit(this.#openInput(of, now));
    }
    const gone = before.filter((place) => !places.includes(place));
    this.#ofPipeline.set(pipeline, places);
    for (const place of gone) this.#wanted.delete(place);
    if (gone.length > 0) this.#kernel.submit(this.#goneInput(gone));
    this.#peers.declared();
  }

  /** Reads what is known of a subject, judges what was due meanwhile, and takes up what was heard. */
  #openInput(of: WatchedSubject, declaredAt: number): Input {
    const needs = knownNeeds(this.#kernel, of, this.#peers.results);
    const place = placeOf(of);
    return {
      needs: () => needs.all,
      perform: (turn) => {
        // It was declared anew, or withdrawn, before this one was opened.
        if (this.#wanted.get(place) !== of) return 'done';
        const current = this.#subjects.get(place);
        const before = current === of ? undefined : current;
        this.#take(turn, of, before, readKnown(turn, needs, of));
        if (before !== undefined) {
          this.#subjects.set(place, of);
          turn.afterFailure(() => void this.#subjects.set(place, before));
        }
        const now = this.#kernel.time.now();
        for (const kept of of.kept.values()) this.#openOne(turn, kept, before, declaredAt, now);
        if (before !== undefined) this.#dropFrom(turn, before, of);
        turn.afterCommit(() => this.#opened(of));
        return 'done';
      },
    };
  }

  #openOne(
    turn: Turn,
    kept: Kept,
    before: WatchedSubject | undefined,
    declaredAt: number,
    now: number,
  ): void {
    const row = this.#rowOf(kept, before);
    const isNew = row === undefined;
    const stored = isNew ? declare(declaredAt) : standingOf(row, this.#clock);
    this.#stood.set(turn, kept, { standing: stored });
    if (isNew) turn.put(STANDINGS, toRow(kept, stored));
    const watched = this.#watched.get(kept.of) ?? NOTHING_WATCHED;
    // What had come before anybody expected anything; and what has come and was not heard.
    if (!isNew) this.#hearOne(turn, kept, unheardBefore(watched, stored), watched, now, undefined);
    this.#passOne(turn, kept, now, undefined);
    if (isNew) this.#hearOne(turn, kept, NOTHING_WATCHED, watched, now, undefined);
    const { sentence } = kept.expectation;
    const { team, key: subject } = kept.of;
    this.#stored.set(turn, standingKey({ team, subject, sentence }), undefined);
  }

  #opened(of: WatchedSubject): void {
    const waiting = of.waiting ?? [];
    of.waiting = undefined;
    for (const replay of waiting) replay();
    this.#kernel.dueChanged(this);
  }

  #take(
    turn: Turn,
    of: WatchedSubject,
    before: WatchedSubject | undefined,
    { watched: stored, running }: Known,
  ): void {
    // Who watched it until now knows also what this turn has brought.
    const heard = before && this.#watched.get(before);
    const watched = heard === undefined ? stored : { ...stored, ...heard, recent: stored.recent };
    const { pipeline } = of;
    const nextFire =
      pipeline && this.#peers.nextFire(pipeline, 0) !== undefined
        ? { nextFire: (after: number) => this.#peers.nextFire(pipeline, after) }
        : {};
    const { team, key } = of;
    const elsewhere = before === undefined ? this.#peers.runningElsewhere(team, key) : [];
    const begun = [...(before?.running ?? [])].map(([number, since]) => ({ number, since }));
    for (const { number, since } of [...(before ? begun : running), ...elsewhere]) {
      this.#running.set(turn, number, { of, since });
    }
    const known = elsewhere.reduce((all, { since }) => withBegin(all, since), watched);
    this.#watched.set(turn, of, { ...known, ...nextFire, running: of.running });
  }

  /** Where an expectation stood under the version before, or at the last stop. */
  #rowOf(kept: Kept, known: WatchedSubject | undefined): StandingRow | undefined {
    const { sentence } = kept.expectation;
    const before = known?.kept.get(sentence);
    const stood = before && this.#stood.get(before);
    if (before && stood) return toRow(before, stood.standing);
    return this.#stored.get(standingKey({ team: kept.of.team, subject: kept.of.key, sentence }));
  }

  /** Sentences that a new version says no longer. */
  #dropFrom(turn: Turn, known: WatchedSubject, of: WatchedSubject | undefined): void {
    for (const kept of known.kept.values()) {
      const stood = this.#stood.get(kept);
      this.#stood.set(turn, kept, undefined);
      if (of?.kept.has(kept.expectation.sentence)) continue;
      if (stood !== undefined) this.#withdrawRow(turn, toRow(kept, stood.standing), kept);
    }
    this.#watched.set(turn, known, undefined);
  }

  #goneInput(places: readonly string[]): Input {
    return {
      perform: (turn) => {
        for (const place of places) {
          const of = this.#subjects.get(place);
          if (of === undefined) continue;
          this.#dropFrom(turn, of, undefined);
          turn.afterCommit(() => {
            if (this.#subjects.get(place) !== of) return;
            this.#subjects.delete(place);
            this.#files.delete(place);
            this.#sites.delete(place);
          });
        }
        return 'done';
      },
    };
  }

  /** It is over: what was missing is missed no longer, and whoever acts on it hears so. */
  #withdrawRow(turn: Turn, row: StandingRow, kept?: Kept): void {
    turn.remove(STANDINGS, [row.team, row.subject, row.sentence]);
    if (row.state === 'EXPECTED') return;
    const now = this.#kernel.time.now();
    const words = 'it is expected no longer';
    const transition = {
      from: row.state,
      to: 'EXPECTED',
      at: now,
      words,
      reason: 'withdrawn',
    } as const;
    this.#tell(turn, row, kept?.of, transition, now, undefined);
  }

  #began(turn: Turn, execution: ActiveExecution, isFirst: boolean): void {
    const { creation, number } = execution;
    if (creation.mapRun || wasSkipped(execution)) return;
    const of = this.#find(creation.team, creation.pipeline);
    if (of === undefined) return;
    const at = isFirst ? creation.startedAt : this.#kernel.time.now();
    this.#change(turn, of, creation.id, (later, watched) => {
      this.#running.set(later, number, { of, since: at });
      return withBegin(watched, at);
    });
  }

  /** Something elsewhere runs, or has ended. Its number counts below zero: executions here count from one. */
  #observed(turn: Turn, { team, subject, number, seen }: ObservedRun): void {
    const of = this.#subjects.get(placeOf({ team, key: subjectKey(subject) }));
    if (of === undefined) return;
    const since = isOver(seen) ? undefined : (seen.startedAt ?? this.#kernel.time.now());
    this.#change(turn, of, undefined, (later, watched) => {
      this.#running.set(later, -number, since === undefined ? undefined : { of, since });
      return since === undefined ? watched : withBegin(watched, since);
    });
  }

  #find(team: string, pipeline: string): WatchedSubject | undefined {
    if (this.#subjects.size === 0) return undefined;
    return this.#subjects.get(JSON.stringify([team, this.#peers.results.keyOf(team, pipeline)]));
  }

  #reported(turn: Turn, result: CheckResult, execution: ActiveExecution | undefined): void {
    if (this.#subjects.size === 0) return;
    const of = this.#subjects.get(JSON.stringify([result.team, subjectKey(result.subject)]));
    if (of === undefined) return;
    this.#change(turn, of, result.execution, (later, watched) => {
      if (execution) this.#running.set(later, execution.number, undefined);
      const isGood = result.status === 'OK' || result.status === 'WARNING';
      const isData = isGood && hasNewData(result);
      return withResult(watched, sampleOf(result), result.cause, isData, of.samples);
    });
  }

  /** Time passes until now by what was known, then something comes. */
  #change(
    turn: Turn,
    of: WatchedSubject,
    execution: string | undefined,
    apply: (turn: Turn, watched: Watched) => Watched,
  ): void {
    if (of.waiting !== undefined) {
      // It may be in what is being read, or not: it is heard again once that is known.
      const again = (): void =>
        this.#kernel.submit({
          perform: (later) => {
            const current = this.#subjects.get(placeOf(of));
            if (current) this.#change(later, current, execution, apply);
            return 'done';
          },
        });
      turn.afterCommit(() => of.waiting?.push(again) ?? again());
      return;
    }
    const before = this.#watched.get(of);
    if (before === undefined) return;
    const now = this.#kernel.time.now();
    for (const kept of of.kept.values()) {
      const next = this.#stood.get(kept)?.next;
      if (next !== undefined && next <= now) this.#passOne(turn, kept, now, execution, true);
    }
    const after = { ...apply(turn, before), running: of.running };
    this.#watched.set(turn, of, after);
    for (const kept of of.kept.values()) {
      this.#hearOne(turn, kept, before, after, now, execution);
    }
    turn.afterCommit(() => this.#kernel.dueChanged(this));
  }

  /** @param isNoted it is written until when it was judged: what comes next could hide it */
  #passOne(
    turn: Turn,
    kept: Kept,
    now: number,
    execution: string | undefined,
    isNoted: boolean = false,
  ): void {
    const { standing } = this.#stood.get(kept) ?? {};
    const watched = this.#watched.get(kept.of);
    if (standing === undefined || watched === undefined) return;
    const judged = pass(kept.expectation, standing, watched, now);
    this.#judged(turn, kept, judged, now, execution, isNoted);
  }

  #hearOne(
    turn: Turn,
    kept: Kept,
    before: Watched,
    after: Watched,
    now: number,
    execution: string | undefined,
  ): void {
    const { standing } = this.#stood.get(kept) ?? {};
    if (standing === undefined) return;
    const judged = hear(kept.expectation, standing, before, after, now);
    this.#judged(turn, kept, judged, now, execution, false);
  }

  #judged(
    turn: Turn,
    kept: Kept,
    { standing, transitions, next }: Judgement,
    now: number,
    execution: string | undefined,
    isNoted: boolean,
  ): void {
    const stood = this.#stood.get(kept);
    if (stood?.standing !== standing || stood.next !== next) {
      this.#stood.set(turn, kept, next === undefined ? { standing } : { standing, next });
    }
    if (transitions.length > 0 || isNoted) turn.put(STANDINGS, toRow(kept, standing));
    const row = { team: kept.of.team, subject: kept.of.key, sentence: kept.expectation.sentence };
    for (const one of transitions) this.#tell(turn, row, kept.of, one, now, execution);
  }

  #tell(
    turn: Turn,
    named: Pick<StandingRow, 'team' | 'subject' | 'sentence'>,
    of: WatchedSubject | undefined,
    transition: Transition,
    now: number,
    execution: string | undefined,
  ): void {
    this.#lastChange += 1;
    const { row, change } = changed(this.#lastChange, named, of, transition, now, execution);
    turn.put(EXPECTATION_CHANGES, row);
    this.#kernel.hooks.tell(turn, { type: 'ExpectationChanged', change });
    this.#peers.tell(turn, change);
  }
}
