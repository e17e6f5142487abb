/**
 * What must hold after every commit, and at the end, whatever has gone wrong in between.
 *
 *     I1  an acknowledged execution exists, once a name        I6  no attempt begins twice, or before its start is durable
 *     I2  every execution ends                                 I7  no retrier is used more often than it may be
 *     I3  histories are contiguous and in the order of time    I8  the history follows from its events by the reducer
 *     I4  one last event, at the end                           I9  every fork is joined once
 *     I5  an attempt is scheduled, started and closed in       I10 no timer is left when an execution has ended
 *         this order, each once                                I15 no more attempts run than there are slots
 *     I11 one execution for each reason of a trigger, and none missing (triggers.ts)
 *     I13 what is told reaches the channel, in order, and not more often than faults explain (told-people.ts)
 *     I16 a map run has counted its children as they are
 *     I17 no more executions of a pipeline have begun and not ended than its limit
 *     I18 what an execution starts is its team's, though another team has pipelines and executions of the same names
 *     I19 to I21 what is expected of pipelines is noticed, once each (expected.ts)
 *     I22 and I23 no alert without its results, and none lost or told twice (monitored.ts)
 *     I27 to I30 a job of another system is asked for once, ended when nobody waits for it, and its outcome counts once
 *         (remote-jobs.ts)
 *     I31 to I33 a cluster of a pool is used by no more than may share it, and given back (pooled.ts)
 *     I40 to I43 versions are there with their outcomes, pointers follow, and nobody loses what he reads (published.ts)
 *     I44 to I47 nobody notices a test run, what it does not do is recorded once, and what it wrote goes after a week (tried.ts)
 *     I48 to I50 one challenger beside each champion, counted as it was compared, and promoted once (challenged.ts)
 *     I51 to I58 of servers that share a database one writes and acts at a time (simulated-database.ts, two-engines.ts)
 *     I59 to I65 an attempt is one worker's at a time, and lost when that one is not heard of (far-workers.ts)
 *     I24 to I26 one incident of each trouble, with everything that is wrong, and nobody forgets it (troubled.ts)
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { HistoryEvent } from '../../src/asl/transition.js';
import { describeMapRun } from '../../src/engine/features/map-runs/map-run-detail.js';
import { MAP_RUNS } from '../../src/engine/features/map-runs/map-run-table.js';
import type { AttemptRequest } from '../../src/engine/kernel/ports.js';
import type {
  Commit,
  ExecutionWrite,
  PipelineRef,
  SynchronousStore,
} from '../../src/store/store.js';

const LAST = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/;
const CLOSED = /(Succeeded|Failed|TimedOut|Aborted)$/;

/** Executions at a time, by pipeline. */
export const LIMITS: ReadonlyMap<string, number> = new Map([['limited', 1]]);

interface Seen {
  history: HistoryEvent[];
  /** Status of open attempts, by thread and sequence. */
  attempts: Map<string, string>;
}

export class Invariants {
  readonly violations: string[] = [];
  readonly #seen = new Map<number, Seen>();
  readonly #durable = new Map<string, string>();
  readonly #begun = new Set<string>();
  /** Executions that run, of pipelines with a limit. */
  readonly #running = new Map<string, Set<number>>();
  readonly #limited = new Map<number, string>();
  /** Teams of executions, by number. */
  readonly #teams = new Map<number, string>();
  readonly #trace = createHash('sha256');
  readonly #lines: string[] = [];
  commits = 0;

  /** Notes something for the trace that is printed with a violation; the same seed gives the same trace. */
  note(line: string): void {
    this.#trace.update(line);
    this.#lines.push(line);
    if (this.#lines.length > 400) this.#lines.shift();
  }

  get trace(): readonly string[] {
    return this.#lines;
  }

  hash(): string {
    return this.#trace.copy().digest('hex');
  }

  fail(what: string): void {
    this.violations.push(what);
    this.note(`VIOLATION ${what}`);
  }

  /** Events of an execution that are durable. */
  historyOf(number: number): readonly HistoryEvent[] {
    return this.#seen.get(number)?.history ?? [];
  }

  #count({ number, create, history }: ExecutionWrite): void {
    if (create !== undefined && LIMITS.has(create.pipeline)) {
      this.#limited.set(number, create.pipeline);
    }
    const pipeline = this.#limited.get(number);
    if (pipeline === undefined) return;
    const running = this.#running.get(pipeline) ?? new Set();
    this.#running.set(pipeline, running);
    for (const { type } of history) {
      if (type === 'ExecutionStarted') running.add(number);
      if (LAST.test(type)) running.delete(number);
    }
    const limit = LIMITS.get(pipeline) ?? 0;
    if (running.size > limit) {
      this.fail(`I17 ${running.size} executions of ${pipeline} run at a time`);
    }
  }

  #keepApart({ number, create }: ExecutionWrite): void {
    if (create === undefined) return;
    this.#teams.set(number, create.team);
    const starter = create.parent && this.#teams.get(create.parent.execution);
    if (starter !== undefined && starter !== create.team) {
      this.fail(`I18 execution ${number} of ${create.team} was started by one of ${starter}`);
    }
  }

  committed(commit: Commit): void {
    this.commits += 1;
    for (const write of commit.executions) {
      this.#keepApart(write);
      const seen = this.#seen.get(write.number) ?? { history: [], attempts: new Map() };
      this.#seen.set(write.number, seen);
      for (const event of write.history) this.#event(write.number, seen, event);
      this.#count(write);
      for (const { thread, sequence } of write.closedAttempts) {
        const key = `${thread}:${sequence}`;
        if (!seen.attempts.delete(key))
          this.fail(`I5 execution ${write.number} closes ${key}, which is not open`);
      }
      for (const attempt of write.attempts) {
        const key = `${attempt.thread}:${attempt.sequence}`;
        const before = seen.attempts.get(key);
        const order = ['scheduled', 'started', 'submitted'];
        if (before !== undefined && order.indexOf(attempt.status) < order.indexOf(before)) {
          this.fail(
            `I5 execution ${write.number} takes ${key} from ${before} back to ${attempt.status}`,
          );
        }
        seen.attempts.set(key, attempt.status);
        this.#durable.set(attempt.id, attempt.status);
      }
      const types = write.history.map((event) => event.type).join(' ');
      this.note(`commit ${write.number} ${write.progress?.header.status ?? ''} ${types}`);
    }
  }

  #event(number: number, seen: Seen, event: HistoryEvent): void {
    const { history } = seen;
    const before = history.at(-1);
    if (event.id !== history.length + 1) {
      this.fail(`I3 execution ${number} has event ${event.id} after ${history.length} events`);
    }
    if (before !== undefined && event.at < before.at)
      this.fail(`I3 execution ${number} goes back in time`);
    if (event.prev >= event.id)
      this.fail(`I3 execution ${number}: event ${event.id} links forwards`);
    if (before !== undefined && LAST.test(before.type) && event.type !== 'ExecutionRedriven') {
      this.fail(`I4 execution ${number} goes on with ${event.type} after ${before.type}`);
    }
    history.push(event);
  }

  /** A runner is told to begin an attempt. */
  attemptBegins(request: AttemptRequest): void {
    const { attemptId } = request;
    this.note(`begin ${attemptId} ${request.state}`);
    if (this.#begun.has(attemptId)) this.fail(`I6 attempt ${attemptId} begins twice`);
    this.#begun.add(attemptId);
    if (this.#durable.get(attemptId) !== 'started') {
      this.fail(`I6 attempt ${attemptId} begins before its start is durable`);
    }
  }

  /** A client was told that its execution has been started. */
  acknowledged(store: SynchronousStore, pipeline: PipelineRef, name: string, id: string): void {
    const found = store.findExecutionByName(pipeline, name);
    if (found?.id !== id) {
      const called = `${pipeline.team}/${pipeline.name}/${name}`;
      this.fail(`I1 ${called} was acknowledged as ${id} and is ${found?.id}`);
    }
  }

  /** Everything has healed and come to rest. */
  atEnd(store: SynchronousStore): void {
    // Numbers that a failed commit had taken are not given again.
    for (const number of this.#seen.keys()) {
      const record = store.findExecution(number);
      if (record === undefined) {
        this.fail(`I1 execution ${number} is gone`);
        continue;
      }
      const { status } = record.header;
      if (status === 'RUNNING') this.fail(`I2 execution ${number} (${record.pipeline}) never ends`);
      const history = store.readHistory({ execution: number, order: 'ascending', limit: 100_000 });
      if (JSON.stringify(history) !== JSON.stringify(this.historyOf(number))) {
        this.fail(`I3 the stored history of ${number} is not the one that was committed`);
      }
      const ends = history.filter(({ type }) => LAST.test(type)).length;
      const redriven = history.filter(({ type }) => type === 'ExecutionRedriven').length;
      if (
        status !== 'RUNNING' &&
        (ends !== redriven + 1 || !LAST.test(history.at(-1)?.type ?? ''))
      ) {
        this.fail(`I4 execution ${number} has ${ends} last events and ${redriven} redrives`);
      }
      this.#tasks(number, history);
      this.#forks(number, history);
      if (status === 'SUCCEEDED' && store.listThreads(number).length > 0) {
        this.fail(`I9 execution ${number} has succeeded and left threads behind`);
      }
    }
    for (let run = 1; run <= store.lastNumber(MAP_RUNS); run += 1) this.#mapRun(store, run);
    const timers = store.listTimers(Number.MAX_SAFE_INTEGER, 10);
    if (timers.length > 0) this.fail(`I10 timers are left: ${JSON.stringify(timers)}`);
    for (const status of ['scheduled', 'started', 'submitted'] as const) {
      const open = store.listAttempts({ status, after: 0, limit: 10 });
      if (open.length > 0) this.fail(`I5 attempts are left ${status}: ${open.length}`);
    }
  }

  /** Each item has one child at most, and what is told of them adds up. */
  #mapRun(store: SynchronousStore, number: number): void {
    const record = store.findRow(MAP_RUNS, [number]);
    // The number of a run whose first commit failed.
    if (record === undefined) return;
    if (record.status === 'RUNNING') this.fail(`I2 map run ${number} never ends`);
    const children = store.listMapChildren({ mapRun: number, after: -1, limit: 100_000 });
    const items = children.map(({ child }) => child);
    const { executions } = describeMapRun(record);
    const told = executions.total - executions.pending;
    if (items.some((child, i) => child !== i) || items.length !== told) {
      this.fail(`I16 map run ${number} tells of ${told} children and has ${items.join(', ')}`);
    }
    // Children of a run that was aborted are stopped after it: they may have succeeded in between.
    const succeeded = children.filter(({ status }) => status === 'SUCCEEDED').length;
    if (record.status !== 'ABORTED' && executions.succeeded !== succeeded) {
      this.fail(
        `I16 map run ${number} tells that ${executions.succeeded} children succeeded, ${succeeded} did`,
      );
    }
    if (record.status === 'SUCCEEDED' && executions.pending + executions.running > 0) {
      this.fail(`I16 map run ${number} has succeeded before all of its children were over`);
    }
  }

  /** Every task of the history is scheduled, started and closed in this order, and retried no more than allowed. */
  #tasks(number: number, history: readonly HistoryEvent[]): void {
    const open = new Map<number, { type: string; softs: number; scheduled: number }>();
    for (const event of history) {
      if (event.type === 'ExecutionRedriven') open.clear();
      if (event.type === 'TaskStateEntered')
        open.set(event.id, { type: 'entered', softs: 0, scheduled: 0 });
      const known = open.get(event.prev);
      if (
        known === undefined ||
        !event.type.startsWith('Task') ||
        event.type === 'TaskStateEntered'
      )
        continue;
      const kind = event.type.slice('Task'.length);
      const allowed: { [kind: string]: RegExp } = {
        Scheduled: /^(entered|Failed|SubmitFailed|TimedOut)$/,
        Started: /^Scheduled$/,
        Submitted: /^Started$/,
        SubmitFailed: /^Started$/,
        Succeeded: /^(Started|Submitted)$/,
        Failed: /^(Started|Submitted|Scheduled)$/,
        TimedOut: /^(Started|Submitted)$/,
        StateExited: /^(Succeeded|Failed|SubmitFailed|TimedOut)$/,
        StateAborted: /./,
      };
      if (!(allowed[kind]?.test(known.type) ?? true)) {
        this.fail(`I5 execution ${number}: Task${kind} (${event.id}) follows ${known.type}`);
      }
      if (kind === 'Failed' && event.details.error === 'Soft') known.softs += 1;
      // One attempt and two retries for `Soft`, see machines.ts.
      if (known.softs > 3) this.fail(`I7 execution ${number} retries more often than it may`);
      open.delete(event.prev);
      open.set(event.id, { ...known, type: kind });
    }
    for (const [i, event] of history.entries()) {
      const before = history[event.prev - 1];
      if (
        event.type !== 'TaskScheduled' ||
        before === undefined ||
        !/Failed|TimedOut/.test(before.type)
      )
        continue;
      const least = before.details.error === 'Soft' ? 2000 : 1000;
      if (event.at - before.at < least)
        this.fail(`I7 execution ${number} retries too soon (event ${i + 1})`);
    }
  }

  #forks(number: number, history: readonly HistoryEvent[]): void {
    const started = history.filter(({ type }) => /^(Map|Parallel)StateStarted$/.test(type)).length;
    const joined = history.filter(({ type }) => /^(Map|Parallel)StateSucceeded$/.test(type)).length;
    if (joined > started) this.fail(`I9 execution ${number} joins ${joined} of ${started} forks`);
    const open = history.filter(({ type }) => CLOSED.test(type)).length;
    if (history.length > 0 && open === 0) this.fail(`I4 execution ${number} closes nothing`);
  }
}
