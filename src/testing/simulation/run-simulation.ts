/**
 * Plays days or months of triggers: the real engine on a store in memory, on virtual time, with tasks that are not
 * performed and a world that the test makes happen.
 *
 *     from ──▶ the next thing that is due: a fire time, a deadline, a task's answer, a happening ──▶ … ──▶ to
 *
 * @module
 */

import { join } from 'node:path';
import { createLocalItems } from '../../engine/adapters/local-items.js';
import { createEngine } from '../../engine/create-engine.js';
import type { Engine } from '../../engine/engine.js';
import { createFileSource } from '../../engine/features/files/file-source.js';
import { EVERYTHING, ofTeam } from '../../engine/kernel/scope.js';
import { deploymentOf } from '../../engine/pipeline-folder.js';
import { parseDuration } from '../../pipelines/duration.js';
import type { PipelinePlan } from '../../pipelines/plan.js';
import { nothingSecret } from '../../secrets/secret-registry.js';
import { openSqliteStore } from '../../store/sqlite-store.js';
import type { ExecutionRecord, SynchronousStore } from '../../store/store.js';
import type { Failure } from '../expectations.js';
import { frozenEvaluator, frozenItems, frozenRunner, seededRandom } from '../frozen-ports.js';
import type { TestMeans, TestResult } from '../run-test.js';
import type { StateMock } from '../test-plan.js';
import { VirtualTime } from '../virtual-time.js';
import { SimulatedTasks } from './simulated-tasks.js';
import type { Happening, SimulationExpectations } from './simulation-schema.js';
import { countsText, startedOf, startFailures } from './started.js';
import { createVirtualFiles, type VirtualFiles } from './virtual-files.js';

/** A test of when pipelines start, read and checked. */
export interface PlannedSimulation {
  readonly name: string;
  readonly file: string;
  /** Line of the test in its file, from 1. */
  readonly line: number;
  readonly pipelines: readonly PipelinePlan[];
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Virtual milliseconds of each task, by pipeline. */
  readonly takes: ReadonlyMap<string, number>;
  readonly mocks: ReadonlyMap<string, ReadonlyMap<string, StateMock>>;
  readonly happenings: readonly Happening[];
  readonly expect: SimulationExpectations;
}

/** Milliseconds after a file has come until it has been looked at often enough to have arrived. */
const LOOKS = [2_000, 4_000, 6_000];
/** Executions that are read at a time. */
const PAGE = 1000;
/** Names of pipelines that a result shows. */
const NAMED = 5;

/** Plays a test and tells how it went; never rejects for what pipelines do. */
export async function runSimulation(
  test: PlannedSimulation,
  means: TestMeans,
): Promise<TestResult> {
  const began = means.monotonic();
  const world = new World(test, means);
  try {
    const failures = await world.play();
    const started = world.executions().map(startedOf);
    const all = failures.length > 0 ? failures : startFailures(test.expect, started);
    const names = test.pipelines.map(({ name }) => name);
    return {
      name: test.name,
      file: test.file,
      line: test.line,
      pipeline: [...names.slice(0, NAMED), ...(names.length > NAMED ? ['…'] : [])].join(', '),
      status: all.length === 0 ? 'passed' : 'failed',
      realMs: means.monotonic() - began,
      virtualMs: test.to - test.from,
      failures: all,
      path: countsText(started),
      kind: 'simulation',
      updated: [],
    };
  } finally {
    await world.close();
  }
}

class World {
  readonly #test: PlannedSimulation;
  readonly #means: TestMeans;
  readonly #time: VirtualTime;
  readonly #store: SynchronousStore;
  readonly #tasks: SimulatedTasks;
  readonly #files: VirtualFiles = createVirtualFiles(createFileSource());
  readonly #random = seededRandom();
  readonly #defects: string[] = [];
  /** Undefined while the server is away. */
  #engine: Engine | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(test: PlannedSimulation, means: TestMeans) {
    this.#test = test;
    this.#means = means;
    this.#time = new VirtualTime(test.from);
    this.#store = openSqliteStore({ file: ':memory:' });
    this.#tasks = new SimulatedTasks(this.#time, test.takes, test.mocks);
  }

  async play(): Promise<Failure[]> {
    const { from, to, happenings } = this.#test;
    await this.#settled(this.#time.during(this.#open()));
    for (const happening of happenings) {
      this.#time.after(Date.parse(happening.at) - from, () => this.#happen(happening));
    }
    const course = await this.#time.run({
      done: () => this.#defects.length > 0 || this.#tasks.unanswered.length > 0,
      nextTimer: () => this.#nextTimer(),
      // The end itself is no longer part of it.
      limit: to - from - 1,
      signal: this.#means.deadline(this.#means.timeoutMs),
    });
    const [missing] = this.#tasks.unanswered;
    if (missing !== undefined) {
      const { pipeline, state } = missing.attempt;
      const message = `attempt ${missing.number} of "${state}" of ${pipeline} has no outcome`;
      return [{ message, details: [], fix: 'Add an outcome to its mock.' }];
    }
    if (course !== 'too-slow') return this.#defects.map((message) => ({ message, details: [] }));
    const reached = new Date(this.#time.now()).toISOString();
    const seconds = this.#means.timeoutMs / 1000;
    const message = `given up after ${seconds} seconds of real time, at ${reached}`;
    return [{ message, details: [], fix: 'Give it more time (--timeout), or play fewer days.' }];
  }

  #nextTimer(): number | undefined {
    const timer = this.#store.listTimers(Number.MAX_SAFE_INTEGER, 1)[0]?.at;
    // While the server is away only happenings make time go on.
    const due = this.#engine === undefined ? [] : [timer, this.#engine.nextTrigger()];
    const known = due.filter((at) => at !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** Every execution but children of map runs, the first one first. */
  executions(): ExecutionRecord[] {
    const all: ExecutionRecord[] = [];
    for (let below: number | undefined; ; ) {
      const page = this.#store.listExecutions({
        limit: PAGE,
        ...(below === undefined ? {} : { below }),
      });
      all.push(...page);
      if (page.length < PAGE) return all.reverse();
      below = page.at(-1)?.number;
    }
  }

  async close(): Promise<void> {
    this.#away();
    await this.#settled(this.#closing);
    this.#store.close();
  }

  /** Lets time go on until something that the engine does by itself is done. */
  async #settled(doing: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    void doing.then(over, over);
    await this.#time.run({
      done: () => isOver,
      // What it waits for looks alone.
      nextTimer: () => this.#time.now(),
      limit: Number.POSITIVE_INFINITY,
      signal: this.#means.deadline(this.#means.timeoutMs),
    });
  }

  async #open(): Promise<void> {
    const time = this.#time;
    const fail = (error: unknown): void => void this.#defects.push(`the engine failed: ${error}`);
    const engine = createEngine({
      store: this.#store,
      clock: time.clock,
      random: this.#random,
      runner: frozenRunner(time, this.#means.runner),
      evaluator: frozenEvaluator(time, this.#means.evaluator),
      itemSource: frozenItems(time, createLocalItems()),
      files: {
        list: (folder, under) => time.during(this.#files.list(folder, under)),
        read: (folder, path, most) => time.during(this.#files.read(folder, path, most)),
        sha256: (folder, path) => time.during(this.#files.sha256(folder, path)),
      },
      workFolder: join(this.#means.workFolder, 'work'),
      mocks: this.#tasks,
      secrets: nothingSecret(),
      onFatal: fail,
      onProblem: fail,
    });
    try {
      await engine.open();
      for (const plan of this.#test.pipelines) await engine.pipelines.deploy(deploymentOf(plan));
      this.#engine = engine;
    } catch (error) {
      fail(error);
    }
  }

  #away(): void {
    const engine = this.#engine;
    this.#engine = undefined;
    if (engine) this.#closing = this.#closing.then(() => engine.close(0));
  }

  #happen(happening: Happening): void {
    const { event, file, remove, down, breaks, start, redrive, stop } = happening;
    const { interval, input, team = 'default', at } = happening;
    const engine = this.#engine;
    const act = (what: string, work: (engine: Engine) => Promise<unknown>): void => {
      if (engine === undefined) this.#refused(what, at, 'the server is away');
      else work(engine).catch((error: Error) => this.#refused(what, at, error.message));
    };
    if (event) act('event', (to) => to.events.put(ofTeam(team), [withoutUndefined(event)]));
    if (file !== undefined) this.#arrives(file, happening.content ?? '');
    if (remove !== undefined) this.#files.remove(join(this.#folder(), remove));
    if (breaks !== undefined) {
      this.#tasks.breaks(breaks, happening.error ?? 'Broken');
      if (happening.for !== undefined) {
        this.#time.after(msOf(happening.for), () => this.#tasks.mends(breaks));
      }
    }
    if (down !== undefined) {
      this.#away();
      this.#time.after(msOf(down), () => {
        void this.#time.during(this.#closing.then(() => this.#open()));
      });
    }
    if (start !== undefined) {
      const request = {
        pipeline: start,
        ...(interval === undefined ? {} : { interval }),
        ...(input === undefined ? {} : { input }),
      };
      act('start', (to) => to.executions.start(EVERYTHING, request));
    }
    if (redrive !== undefined) {
      const failed = this.#latest(redrive, interval, (status) =>
        ['FAILED', 'TIMED_OUT', 'ABORTED'].includes(status),
      );
      if (failed === undefined)
        this.#refused('redrive', at, `no execution of ${redrive} has failed`);
      else act('redrive', (to) => to.executions.redrive(EVERYTHING, failed.id));
    }
    if (stop !== undefined) {
      const running = this.#latest(stop, interval, (status) => status === 'RUNNING');
      if (running === undefined) this.#refused('stop', at, `no execution of ${stop} runs`);
      else act('stop', (to) => to.executions.stop(EVERYTHING, running.id));
    }
  }

  #latest(
    pipeline: string,
    interval: string | undefined,
    is: (status: string) => boolean,
  ): ExecutionRecord | undefined {
    const known = this.#test.pipelines.find(({ name }) => name === pipeline);
    return this.#store
      .listExecutions({
        pipeline: { team: known?.team ?? 'default', name: pipeline },
        limit: PAGE,
        ...(interval === undefined ? {} : { interval }),
      })
      .find(({ header }) => is(header.status));
  }

  #arrives(file: string, content: string): void {
    this.#files.put(join(this.#folder(), file), content, this.#time.now());
    for (const later of LOOKS) this.#time.after(later, () => {});
  }

  #folder(): string {
    return this.#test.pipelines[0]?.folder ?? '/';
  }

  #refused(what: string, at: string, why: string): void {
    this.#defects.push(`the ${what} at ${at} was refused: ${why}`);
  }
}

function msOf(text: string | number): number {
  return (parseDuration(text) ?? 0) * 1000;
}

function withoutUndefined<Value extends object>(
  value: Value,
): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(
    Object.entries(value).filter(([, entry]) => entry !== undefined),
  ) as never;
}
