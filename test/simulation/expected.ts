/**
 * What the simulated pipelines are expected to do, and what must have come of it:
 *
 *     I19 one check result for each end of an execution, with what it ended with
 *     I20 an expectation goes from where it stood, and stands at last where its last change has led
 *     I21 its changes are those that follow from what is durable by the rules alone, each once, at its own moment
 *
 * I21 is the rules (src/monitoring/expectations) told of every durable begin and end in the order of the commits, by
 * somebody who never crashes, never waits for a disk and looks all the time.
 * @module
 */
import type { HistoryEvent } from '../../src/asl/transition.js';
import {
  CHECK_RESULTS,
  CHECK_SERIES,
  type CheckRow,
  type CheckSeries,
} from '../../src/engine/features/checks/check-tables.js';
import {
  type ChangeRow,
  EXPECTATION_CHANGES,
  EXPECTATION_CLOCK,
  STANDINGS,
  type StandingRow,
} from '../../src/engine/features/expectations/expectation-tables.js';
import {
  declare,
  type Expectation,
  NOTHING_WATCHED,
  samplesFor,
  type Transition,
  type Watched,
} from '../../src/monitoring/expectations/expectation.js';
import { hear, pass } from '../../src/monitoring/expectations/judge.js';
import { parseSubjectKey } from '../../src/monitoring/subject.js';
import { parseSentence } from '../../src/pipelines/expectations/sentence.js';
import type { Commit, SynchronousStore } from '../../src/store/store.js';

/** What each pipeline is expected to do; the world begins at midnight. */
export const EXPECTED: ReadonlyMap<string, readonly string[]> = new Map([
  ['chain', ['succeeded', 'finishes within 30 seconds', 'runs within 40 seconds']],
  ['parallel', ['succeeds within 1 minute', 'finishes within 10 seconds', 'runs regularly']],
  ['loop', ['starts by 00:01', 'finishes by 00:02', 'at least 2 runs per hour']],
  ['map', ['duration within 50 % of usual', 'runs within 20 seconds']],
]);

/**
 * @property now when the engine heard of it, as the changes say that it led to: a commit that failed at first may have made it
 * wait. Where it led to none it makes no difference.
 */
type Heard = { readonly at: number; readonly now: number } & (
  | { readonly type: 'begin'; readonly number: number }
  | { readonly type: 'result'; readonly number: number | undefined; readonly row: CheckRow }
);

/** When the engine heard what led to changes, by execution. */
type Judged = ReadonlyMap<string, readonly number[]>;

/** Everything durable that expectations are judged by, as the commits bring it. */
export class Told {
  /** By team and pipeline. */
  readonly #heard = new Map<string, Heard[]>();
  readonly #inCommit = new Map<string, Heard[]>();
  /** Team and pipeline of executions of the top level, by number. */
  readonly #pipelines = new Map<number, string>();
  readonly #numbers = new Map<string, number>();
  readonly #ids = new Map<number, string>();
  readonly #ends = new Map<number, string[]>();
  readonly #results = new Map<string, string[]>();
  readonly #ofDatasets = new Set<number | undefined>();
  #latest = 0;

  committed(commit: Commit): void {
    const judged = new Map<string, number[]>();
    for (const { table, row } of commit.rows) {
      if (table !== EXPECTATION_CHANGES || row === undefined) continue;
      const { execution, judgedAt } = row as ChangeRow;
      if (execution !== undefined) {
        judged.set(execution, [...(judged.get(execution) ?? []), judgedAt]);
      }
    }
    for (const { number, create, history } of commit.executions) {
      // Nobody hears of test runs.
      if (create !== undefined && create.mapRun === undefined && create.testRun === undefined) {
        const place = `${create.team}/${create.pipeline}`;
        this.#pipelines.set(number, place);
        this.#numbers.set(create.id, number);
        const { id: execution, startedAt: at } = create;
        this.#ids.set(number, execution);
        this.#hear(place, { type: 'begin', number, at, now: firstOf(judged, execution) ?? at });
      }
      const place = this.#pipelines.get(number);
      if (place === undefined) continue;
      for (const event of history) this.#event(place, number, event, judged);
    }
    for (const { table, row } of commit.rows) {
      if (table !== CHECK_SERIES || row === undefined) continue;
      const { number, subject = '' } = row as Partial<CheckSeries>;
      // Results of what an execution has published are told beside its own.
      if (parseSubjectKey(subject)?.kind === 'dataset') this.#ofDatasets.add(number);
    }
    for (const { table, row } of commit.rows) {
      if (table !== CHECK_RESULTS || row === undefined) continue;
      const result = row as CheckRow;
      if (this.#ofDatasets.has(result.series)) continue;
      const { execution = '' } = result;
      const known = this.#results.get(execution) ?? [];
      this.#results.set(execution, [...known, result.status]);
      const place = `${result.team}/${result.pipeline}`;
      const number = this.#numbers.get(execution);
      const { at } = result;
      this.#hear(place, {
        type: 'result',
        number,
        row: result,
        at,
        now: lastOf(judged, execution) ?? at,
      });
    }
    // One commit, but one after the other.
    for (const [place, heard] of this.#inCommit) {
      const known = this.#heard.get(place) ?? [];
      this.#heard.set(place, [...known, ...heard.sort((a, b) => a.now - b.now)]);
    }
    this.#inCommit.clear();
  }

  #event(place: string, number: number, { type, at }: HistoryEvent, judged: Judged): void {
    this.#latest = Math.max(this.#latest, at);
    const execution = this.#ids.get(number) ?? '';
    if (type === 'ExecutionRedriven') {
      this.#hear(place, { type: 'begin', number, at, now: firstOf(judged, execution) ?? at });
    }
    if (!/^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(type)) return;
    const status = type === 'ExecutionSucceeded' ? 'OK' : 'CRITICAL';
    this.#ends.set(number, [...(this.#ends.get(number) ?? []), status]);
  }

  #hear(place: string, heard: Heard): void {
    const known = this.#inCommit.get(place) ?? [];
    known.push(heard);
    this.#inCommit.set(place, known);
  }

  /** What is wrong at the end, in words. */
  violations(store: SynchronousStore): string[] {
    const all = { order: { by: ['number'] }, limit: 1_000_000 } as const;
    const changes = store.listRows(EXPECTATION_CHANGES, all);
    const standings = store.listRows(STANDINGS);
    const clock = store.findRow(EXPECTATION_CLOCK, ['all'])?.at ?? 0;
    const judged = Math.max(clock + 1, this.#latest, ...changes.map(({ judgedAt }) => judgedAt));
    return [
      ...this.#resultsMissing(),
      ...standings.flatMap((row) => {
        const own = changes.filter((change) => isOf(change, row));
        return [...chainBroken(row, own), ...this.#differs(row, own, judged)];
      }),
    ];
  }

  #resultsMissing(): string[] {
    return [...this.#numbers].flatMap(([id, number]) => {
      const ends = (this.#ends.get(number) ?? []).join(' ');
      const results = (this.#results.get(id) ?? []).join(' ');
      return ends === results ? [] : [`I19 execution ${number} ended ${ends}, told is ${results}`];
    });
  }

  #differs(row: StandingRow, changes: readonly ChangeRow[], until: number): string[] {
    const place = row.subject.slice(row.subject.lastIndexOf(':') + 1);
    const parsed = parseSentence(row.sentence, { zone: 'UTC' });
    if ('problem' in parsed) return [`I21 ${row.sentence} is no sentence`];
    const heard = this.#heard.get(place) ?? [];
    const due = follow(parsed.expectation, row.declared, heard, until);
    const words = ({ to, at, due: moment }: Transition): string => `${to} ${at} ${moment ?? ''}`;
    const wanted = due.map(words);
    const found = changes.map(({ before, state, ...rest }) =>
      words({ ...rest, from: before, to: state }),
    );
    if (JSON.stringify(wanted) === JSON.stringify(found)) return [];
    return [`I21 ${place} ${row.sentence}: ${found.join(', ')} instead of ${wanted.join(', ')}`];
  }
}

/** A commit may hold a begin and an end, heard one after the other. */
function firstOf(judged: Judged, execution: string): number | undefined {
  return judged.get(execution)?.[0];
}

function lastOf(judged: Judged, execution: string): number | undefined {
  return judged.get(execution)?.at(-1);
}

function isOf(change: ChangeRow, row: StandingRow): boolean {
  return (
    change.team === row.team && change.subject === row.subject && change.sentence === row.sentence
  );
}

function chainBroken(row: StandingRow, changes: readonly ChangeRow[]): string[] {
  let state = 'EXPECTED';
  const broken: string[] = [];
  for (const change of changes) {
    if (change.before !== state) {
      broken.push(`I20 ${row.sentence} goes on from ${change.before}, and stood at ${state}`);
    }
    state = change.state;
  }
  if (row.state !== state) broken.push(`I20 ${row.sentence} stands at ${row.state}, not ${state}`);
  return broken;
}

/** What follows from what was heard. */
function follow(
  expectation: Expectation,
  declared: number,
  heard: readonly Heard[],
  until: number,
): Transition[] {
  const running = new Map<number, number>();
  const samples = samplesFor(expectation);
  let watched: Watched = { ...NOTHING_WATCHED, running };
  let standing = declare(declared);
  const transitions: Transition[] = [];
  const take = (judged: ReturnType<typeof pass>): void => {
    standing = judged.standing;
    transitions.push(...judged.transitions);
  };
  for (const one of heard) {
    const { now } = one;
    take(pass(expectation, standing, watched, now));
    const before = watched;
    if (one.type === 'begin') {
      running.set(one.number, one.at);
      watched = { ...watched, lastStart: Math.max(one.at, watched.lastStart ?? 0) };
    } else {
      if (one.number !== undefined) running.delete(one.number);
      const { at, status, cause, duration } = one.row;
      const sample = { at, status, ...(duration === undefined ? {} : { duration }) };
      const isGood = status === 'OK' || status === 'WARNING';
      watched = {
        ...watched,
        last: { ...sample, cause },
        lastEnd: at,
        ...(isGood ? { lastSuccess: at } : {}),
        recent: samples === 0 ? [] : [...watched.recent, sample].slice(-samples),
      };
    }
    take(hear(expectation, standing, before, watched, now));
  }
  take(pass(expectation, standing, watched, until));
  return transitions;
}
