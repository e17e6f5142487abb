/**
 * Removes what is no longer kept, in small turns, and gives the space back.
 *
 *     every few minutes ──▶ pipeline by pipeline, the oldest first ──a turn──▶ up to 25 executions gone ──▶ … ──▶ pages given back
 *
 * An execution goes as a whole: its row, history, logs and threads, its map runs and their children, and its work folder
 * once that is durable. It goes when it has ended so long ago as its pipeline says (`retention`), or the server. What runs
 * is never touched. Its name stays taken (kernel/taken-names.ts).
 *
 * Each turn takes few executions and waits for others: a loop that is behind is left alone. What a sweep costs follows what is
 * removed and what runs, not what is stored.
 * @module
 */
import { rm } from 'node:fs/promises';
import { RETENTION } from '../../../pipelines/sections/retention-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import { pipelineKey } from '../../../store/pipeline-ref.js';
import type { OldExecution, PipelineRef } from '../../../store/store.js';
import { type AnyTable, defineTable, type Table } from '../../../store/table.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import { TAKEN_NAMES } from '../../kernel/taken-names.js';
import type { Turn } from '../../kernel/turn.js';

/** How long things are kept, in milliseconds; undefined: for good. */
export interface RetentionConfig {
  /** Executions, of pipelines that say nothing else. Default: 90 days. */
  readonly executions?: number | undefined;
  /** Events of buses that no archive holds. Default: 30 days. */
  readonly events?: number | undefined;
  /** Dead letters. Default: 14 days. */
  readonly deadLetters?: number | undefined;
  /** Backfills that have ended. Default: 90 days. */
  readonly backfills?: number | undefined;
  /** Check results. Default: 400 days. */
  readonly checks?: number | undefined;
  /** Notifications that have ended, with their messages. Default: 90 days. */
  readonly notifications?: number | undefined;
  /** Where tasks were performed that another system has performed. Default: 90 days. */
  readonly remoteJobs?: number | undefined;
  /** Entries of the audit log. Default: 400 days. */
  readonly audit?: number | undefined;
  /** Log lines, also of executions that are kept longer, or still run. Default: as long as their execution. */
  readonly logs?: number | undefined;
}

const DAY = 86_400_000;
/** What is kept when nobody says otherwise. */
export const DEFAULT_RETENTION: RetentionConfig = {
  executions: 90 * DAY,
  events: 30 * DAY,
  deadLetters: 14 * DAY,
  backfills: 90 * DAY,
  checks: 400 * DAY,
  notifications: 90 * DAY,
  remoteJobs: 90 * DAY,
  audit: 400 * DAY,
};

/** Things of another feature that grow old. */
export interface Aging {
  readonly kind: keyof Omit<RetentionConfig, 'executions'>;
  /** What must be read before `removeOld`. */
  needs(limit: number, before: number): readonly Need<unknown>[];
  /** Removes up to so many that are older than a moment, in the turn. Answers whether there may be more. */
  removeOld(turn: Turn, before: number, limit: number): boolean;
}

/** A map run, and the number of its execution. */
export interface MapRunOf {
  readonly number: number;
  readonly id: string;
  readonly execution: number;
}

/** Map runs, which go with their executions. */
export interface MapRunsOf {
  /** Map runs of executions. */
  of(executions: readonly number[]): Promise<MapRunOf[]>;
  /** Its row goes in this turn. */
  remove(turn: Turn, mapRun: number): void;
}

/** Milliseconds between two sweeps, at least, and between two turns of one. */
const EVERY = 600_000;
/** What is kept for 90 days may be there for a day longer: looking costs something, too. */
const SLACK = 1 / 100;
const PAUSE = 20;
/** Executions that one turn removes, and inputs that may wait before a sweep stands back. */
const AT_A_TIME = 25;
const BUSY = 50;
/** Pages that are given back at a time: 4 KiB each. */
const PAGES = 256;
/** Names stay taken so long after the end. */
const NAMES_KEPT = 90 * DAY;
/** What lies where it is and would start the same again: its names stay taken for good. */
const FILES: ReadonlySet<unknown> = new Set(['files', 'arrivals']);

interface SweepRow {
  name: string;
  /** Milliseconds since the epoch. */
  at: number;
  removed: number;
}

/** Table `sweeps`: what the last sweep has done. */
export const SWEEPS: Table<SweepRow> = defineTable<SweepRow>({
  name: 'sweeps',
  columns: { name: 'text', at: 'integer', removed: 'integer' },
  key: ['name'],
  migrations: [
    'CREATE TABLE sweeps (name TEXT PRIMARY KEY, at BIGINT NOT NULL, removed BIGINT NOT NULL);',
  ],
});

/** `engine.retention`. */
export interface RetentionCalls {
  /** Removes now what is kept no longer; by itself it does so every ten minutes. Resolves when it is gone. */
  sweep(): Promise<{ removed: number }>;
}

export class Retention implements RetentionCalls, Feature {
  readonly name = 'retention';
  readonly tables: readonly AnyTable[] = [SWEEPS];
  readonly #kernel: Kernel;
  readonly #config: RetentionConfig;
  readonly #mapRuns: MapRunsOf;
  readonly #aging: readonly Aging[];
  /** What pipelines say themselves, by `pipelineKey`; `undefined` as a value: for good. */
  readonly #own: Map<string, number | undefined> = new Map();
  /** Milliseconds since the epoch. */
  #lastSweep: number | undefined;
  #nextSweep: number | undefined;
  #sweeping: Promise<void> | undefined;
  #isOpen = false;

  constructor(
    kernel: Kernel,
    config: RetentionConfig,
    peers: { mapRuns: MapRunsOf; aging: readonly Aging[] },
  ) {
    this.#kernel = kernel;
    this.#config = { ...DEFAULT_RETENTION, ...config };
    this.#mapRuns = peers.mapRuns;
    this.#aging = peers.aging;
  }

  async begin(): Promise<void> {
    const last = await this.#kernel.store.findRow(SWEEPS, ['last']);
    this.#isOpen = true;
    this.#plan(last?.at);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#sweeping;
  }

  deployed({ key, deployment }: LoadedMachine): void {
    const own = sectionOf(RETENTION, deployment);
    if (own === undefined) this.#own.delete(key);
    else this.#own.set(key, own === 'forever' ? undefined : own);
    if (this.#isOpen && this.#sweeping === undefined) this.#plan(this.#lastSweep);
  }

  /** The next sweep comes a hundredth of the shortest period after the last one, and no sooner than in ten minutes. */
  #plan(last: number | undefined): void {
    const all = [...Object.values(this.#config), ...this.#own.values()];
    const periods = all.filter((period) => period !== undefined);
    const now = this.#kernel.time.now();
    this.#lastSweep = last ?? now;
    const at = this.#lastSweep + Math.min(...periods) * SLACK;
    // Without any period nothing ever grows old.
    this.#nextSweep = periods.length === 0 ? undefined : Math.max(now + EVERY, at);
    this.#kernel.dueChanged(this);
  }

  withdrawn(key: string): void {
    this.#own.delete(key);
  }

  nextDue(): number | undefined {
    return this.#isOpen ? this.#nextSweep : undefined;
  }

  due(): void {
    this.#nextSweep = undefined;
    this.#sweeping = this.sweep()
      .catch(() => undefined)
      .then(() => {
        this.#sweeping = undefined;
        if (this.#isOpen) this.#plan(this.#kernel.time.now());
      });
  }

  /** Milliseconds that executions of a pipeline are kept after their end; undefined: for good. */
  keeps(pipeline: PipelineRef): number | undefined {
    const key = pipelineKey(pipeline);
    return this.#own.has(key) ? this.#own.get(key) : this.#config.executions;
  }

  /** Removes all that is due now. Resolves when it is gone. */
  async sweep(): Promise<{ removed: number }> {
    const { store, time } = this.#kernel;
    let removed = 0;
    for (const pipeline of await store.listPipelineNames()) {
      const kept = this.keeps(pipeline);
      if (kept !== undefined) removed += await this.#sweepPipeline(pipeline, time.now() - kept);
    }
    for (const { kind, needs, removeOld } of this.#aging) {
      const kept = this.#config[kind];
      if (kept === undefined) continue;
      const before = time.now() - kept;
      while (this.#isOpen) {
        let isMore = false;
        const limit = AT_A_TIME * 4;
        await this.#kernel.write(
          (turn) => {
            isMore = removeOld(turn, before, limit);
          },
          () => needs(limit, before),
        );
        if (!isMore) break;
        await this.#pause();
      }
    }
    await this.#kernel.write((turn) => {
      turn.removeRange(TAKEN_NAMES, { where: {}, column: 'until', upTo: time.now() });
      turn.put(SWEEPS, { name: 'last', at: time.now(), removed });
    });
    while (this.#isOpen && removed > 0 && (await store.giveBack(PAGES)) > 0) await this.#pause();
    return { removed };
  }

  async #sweepPipeline(pipeline: PipelineRef, before: number): Promise<number> {
    const { store } = this.#kernel;
    let removed = 0;
    for (let after = 0; this.#isOpen; ) {
      const query = { pipeline, startedBefore: before, after, limit: AT_A_TIME };
      const page = await store.listOldExecutions(query);
      const old = page.filter(({ status, stoppedAt }) => {
        return status !== 'RUNNING' && stoppedAt !== undefined && stoppedAt < before;
      });
      if (old.length > 0) {
        const runs = await this.#mapRuns.of(old.map(({ number }) => number));
        for (const { number, id } of runs) await this.#removeChildren(number, id);
        removed += await this.#remove(pipeline, old, before);
      }
      if (page.length < AT_A_TIME) return removed;
      after = page.at(-1)?.number ?? after;
      await this.#pause();
    }
    return removed;
  }

  /** Children of map runs go first, page by page: there may be a million. */
  async #removeChildren(mapRun: number, id: string): Promise<void> {
    for (;;) {
      const query = { mapRun, limit: AT_A_TIME * 4 };
      const children = await this.#kernel.store.listOldMapChildren(query);
      if (children.length === 0 || !this.#isOpen) break;
      await this.#kernel.write(
        (turn) => void turn.removals.push(...children.map((one) => one.number)),
      );
      await this.#pause();
    }
    await rm(this.#kernel.folders.spoolOf(id), { recursive: true, force: true });
  }

  async #remove(
    pipeline: PipelineRef,
    old: readonly OldExecution[],
    before: number,
  ): Promise<number> {
    const { store, runner, folders, takenNames, actives, time } = this.#kernel;
    const numbers = old.map(({ number }) => number);
    const runs: Need<MapRunOf[]> = {
      key: `map runs of executions ${numbers.join(',')}`,
      read: () => this.#mapRuns.of(numbers),
    };
    const rows: Need<OldExecution[]> = {
      key: `old executions ${numbers.join(',')}`,
      read: () => store.findOldExecutions(numbers),
    };
    let gone: OldExecution[] = [];
    const remove = (turn: Turn): void => {
      // One may have been redriven since it was listed, in this very turn perhaps.
      gone = turn.known(rows).filter((row) => {
        const active = actives.find(row.number);
        const isCurrent = active !== undefined && !active.stale;
        const { status } = isCurrent ? active.state.header : row;
        const { stoppedAt = Number.POSITIVE_INFINITY } = isCurrent ? active : row;
        if (status === 'RUNNING' || stoppedAt >= before) return false;
        if (active !== undefined) turn.afterCommit(() => actives.drop(active));
        return true;
      });
      for (const { number, id, name, stoppedAt = 0, triggeredBy } of gone) {
        turn.removals.push(number);
        const isForGood = FILES.has(triggeredBy);
        const until = isForGood ? undefined : stoppedAt + NAMES_KEPT;
        const isTaken = name !== id && (until ?? Number.POSITIVE_INFINITY) > time.now();
        const taken = { team: pipeline.team, pipeline: pipeline.name, name };
        if (isTaken) takenNames.take(turn, taken, until);
      }
      const left = new Set(gone.map(({ number }) => number));
      for (const run of turn.known(runs)) {
        if (left.has(run.execution)) this.#mapRuns.remove(turn, run.number);
      }
    };
    await this.#kernel.write(remove, () => [rows, runs]);
    await Promise.all(gone.map(({ id }) => runner.forget(folders.of(pipeline.team, id))));
    return gone.length;
  }

  /** Lets others go first. */
  async #pause(): Promise<void> {
    const { clock, loop } = this.#kernel;
    do {
      await new Promise<void>((resolve) => clock.setTimer(resolve, PAUSE));
    } while (loop.queued > BUSY && this.#isOpen);
  }
}
