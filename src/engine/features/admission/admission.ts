/**
 * Lets executions begin when there is room for them: the section `concurrency` of their pipeline, and shared pools.
 *
 *     created ──▶ room? ──▶ begins, holds its slots ──▶ ended ──▶ the next one that waits
 *                  └─no──▶ queue: waits, created and not begun │ skip: ended at once │ cancel-running: stops the others
 *
 * What waits is an execution that exists and has not begun, which the store tells from its row: so a restart forgets
 * nothing, and the name of a skipped one is taken for ever, as idempotency asks. Who waits longest begins first; one that
 * waits for a pool keeps the pool from those behind it, so that large ones are not passed for ever. Only what triggers
 * start is skipped or cancels: what a person, a backfill or another execution has asked for waits.
 *
 * Test runs hold slots that nobody but other test runs is counted out by: they begin when there is room beside all that runs and
 * waits, and what is no test run begins as if there were none of them.
 * @module
 */

import {
  CONCURRENCY,
  type ConcurrencyPolicy,
} from '../../../pipelines/sections/concurrency-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import { pipelineKey, pipelineOf } from '../../../store/pipeline-ref.js';
import type { PipelineRef } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import type { ActiveExecution, LoadedMachine } from '../../kernel/active-execution.js';
import { SKIPPED } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { AdmissionHook } from '../../kernel/hooks.js';
import type { Kernel } from '../../kernel/kernel.js';
import { isTestRun } from '../../kernel/test-runs.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input, Performed } from '../../kernel/turn-loop.js';
import { POOLS, Pools } from './pools.js';
import { type Need, Room } from './room.js';

/** Error of an execution that was stopped for a newer one: `overlap: cancel-running`. */
export const SUPERSEDED = 'Millrace.Superseded';

/** Executions of one pipeline that wait; more are skipped. */
const MOST_WAITING = 10_000;
const PAGE = 1000;

interface Known {
  readonly ref: PipelineRef;
  policy: ConcurrencyPolicy;
  needs: Need[];
  /** Executions that wait, the first one first. */
  queue: Set<number>;
  /** Test runs that wait. */
  testRuns: Set<number>;
}

export class Admission implements Feature, AdmissionHook {
  readonly name = 'admission';
  readonly tables: readonly AnyTable[] = [POOLS];
  readonly #kernel: Kernel;
  readonly #pools: Pools;
  /** By `pipelineKey`. */
  readonly #known: Map<string, Known> = new Map();
  readonly #room: Room;
  /** What test runs hold. */
  readonly #testRoom: Room;
  /** Executions that wait, by the resource that they need. */
  readonly #awaiting: Map<string, number> = new Map();
  #isAdmitting = false;
  /** For each pipeline whose running executions are looked up just now: those that have ended meanwhile. */
  readonly #endedMeanwhile: Set<Set<number>> = new Set();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#pools = new Pools(kernel, (pool) => this.poolChanged(pool));
    kernel.hooks.admission = this;
    this.#room = new Room((resource) => this.#limitOf(resource));
    this.#testRoom = new Room((resource) => this.#limitOf(resource));
  }

  async open(): Promise<void> {
    await this.#pools.open();
  }

  /** Pools of slots. */
  get pools(): Pools {
    return this.#pools;
  }

  /** A pipeline has this policy from now on, also for what runs and waits already. */
  async deployed({ ref, key, deployment }: LoadedMachine): Promise<void> {
    const policy = sectionOf(CONCURRENCY, deployment);
    const known = this.#known.get(key);
    if (JSON.stringify(policy) === JSON.stringify(known?.policy)) return;
    const queue = known?.queue ?? new Set<number>();
    const testRuns = known?.testRuns ?? new Set<number>();
    const needs = policy === undefined ? [] : this.#needsOf(ref, policy);
    const unlimited: ConcurrencyPolicy = { overlap: 'queue', pools: {} };
    this.#count(known?.needs ?? [], -queue.size);
    this.#known.set(key, { ref, policy: policy ?? unlimited, needs, queue, testRuns });
    this.#count(needs, queue.size);
    const ended = new Set<number>();
    this.#endedMeanwhile.add(ended);
    for (const number of await this.#running(ref, 'without')) {
      if (!ended.has(number) && !queue.has(number)) this.#room.take(number, needs);
    }
    for (const number of await this.#running(ref, 'only')) {
      if (!ended.has(number) && !testRuns.has(number)) this.#testRoom.take(number, needs);
    }
    this.#endedMeanwhile.delete(ended);
    this.admit();
    if (policy === undefined && queue.size + testRuns.size === 0) this.#known.delete(key);
  }

  /** Numbers of executions that have begun and not ended. */
  async #running(pipeline: PipelineRef, testRuns: 'without' | 'only'): Promise<number[]> {
    const numbers: number[] = [];
    for (let below: number | undefined; ; ) {
      const page = await this.#kernel.store.listExecutions({
        pipeline,
        status: 'RUNNING',
        testRuns,
        ...(below === undefined ? {} : { below }),
        limit: PAGE,
      });
      for (const { number, header } of page) if (header.nextEvent > 1) numbers.push(number);
      if (page.length < PAGE) return numbers.reverse();
      below = page.at(-1)?.number;
    }
  }

  /**
   * Begins an execution that exists, or does with it what its pipeline wants while there is no room.
   * @param again what to try again when this comes to nothing
   */
  letBegin(turn: Turn, active: ActiveExecution, again: Input): Performed {
    const { number, creation, state } = active;
    const { executions } = this.#kernel;
    const known = this.#of(active);
    if (state.header.status !== 'RUNNING') {
      if (this.#release(number)) turn.afterCommit(() => this.#admitSoon());
      return 'done';
    }
    const room = this.#roomOf(active);
    if (known === undefined || state.header.nextEvent > 1 || room.holds(number)) {
      return executions.step(turn, active, { type: 'Start' }, again);
    }
    if (isTestRun(creation)) return this.#letTestRunBegin(turn, active, known, again);
    const missing = this.#missing(known);
    if (missing === undefined) {
      this.#room.take(number, known.needs);
      turn.afterFailure(() => void this.#room.release(number));
      return executions.step(turn, active, { type: 'Start' }, again);
    }
    if (!mayWait(known, active)) {
      const cause =
        known.queue.size >= MOST_WAITING
          ? `${MOST_WAITING} executions of ${creation.pipeline} wait already.`
          : `Not begun (overlap: skip): ${this.#reason(missing)}.`;
      return executions.step(turn, active, { type: 'Stop', error: SKIPPED, cause }, again);
    }
    // When the turn fails, `letBegin` is called again.
    turn.afterCommit(() => {
      if (isTriggered(active) && known.policy.overlap === 'cancel-running') {
        this.#supersede(known, creation.name);
      }
      this.#enqueue(known, number);
      this.#admitSoon();
    });
    // Its row is in this turn already, or was in an earlier one: nothing else changes.
    return 'done';
  }

  /** One that begins when nobody else is held up by it. */
  #letTestRunBegin(turn: Turn, active: ActiveExecution, known: Known, again: Input): Performed {
    const { number } = active;
    const { executions } = this.#kernel;
    if (known.testRuns.size >= MOST_WAITING) {
      const cause = `${MOST_WAITING} test runs of ${active.creation.pipeline} wait already.`;
      return executions.step(turn, active, { type: 'Stop', error: SKIPPED, cause }, again);
    }
    if (known.testRuns.size > 0 || this.#missingBeside(known) !== undefined) {
      turn.afterCommit(() => {
        known.testRuns.add(number);
        this.#admitSoon();
      });
      return 'done';
    }
    this.#testRoom.take(number, known.needs);
    turn.afterFailure(() => void this.#testRoom.release(number));
    return executions.step(turn, active, { type: 'Start' }, again);
  }

  /** What there is not enough of beside all that runs and waits. */
  #missingBeside({ needs }: Known): Need | undefined {
    const beside = needs.find(({ resource, slots }) => {
      const limit = this.#limitOf(resource);
      const taken = this.#room.taken(resource) + this.#testRoom.taken(resource);
      return taken + Math.min(slots, limit) > limit;
    });
    return beside ?? this.#awaited(needs);
  }

  #roomOf({ creation }: ActiveExecution): Room {
    return isTestRun(creation) ? this.#testRoom : this.#room;
  }

  /** True when it held something. */
  #release(number: number): boolean {
    return this.#room.release(number) || this.#testRoom.release(number);
  }

  /** An execution that was just created will be skipped: nobody hears that it runs. */
  skips(active: ActiveExecution): boolean {
    const known = this.#of(active);
    if (isTestRun(active.creation)) return false;
    return known !== undefined && this.#missing(known) !== undefined && !mayWait(known, active);
  }

  #missing({ needs }: Known): Need | undefined {
    return this.#room.missing(needs) ?? this.#awaited(needs);
  }

  /** The first thing that others wait for already. */
  #awaited(needs: readonly Need[]): Need | undefined {
    return needs.find(({ resource }) => (this.#awaiting.get(resource) ?? 0) > 0);
  }

  /** So many more (or fewer) executions wait for what their pipeline needs. */
  #count(needs: readonly Need[], change: number): void {
    for (const { resource } of needs) {
      this.#awaiting.set(resource, (this.#awaiting.get(resource) ?? 0) + change);
    }
  }

  #enqueue({ queue, needs }: Known, number: number): void {
    if (queue.has(number)) return;
    queue.add(number);
    this.#count(needs, 1);
  }

  /** True when it has waited. */
  #dequeue({ queue, needs }: Known, number: number): boolean {
    if (!queue.delete(number)) return false;
    this.#count(needs, -1);
    return true;
  }

  /** Once for all that has changed since: a turn may end hundreds of executions. */
  #admitSoon(): void {
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    this.#kernel.clock.soon(() => {
      this.#isAdmitting = false;
      this.admit();
    });
  }

  /** Stops what runs and waits of a pipeline in favour of a newer execution. */
  #supersede({ ref, queue }: Known, name: string): void {
    const { loop, executions } = this.#kernel;
    const cause = `Stopped for the newer execution ${name} (overlap: cancel-running).`;
    const stop = { type: 'Stop', error: SUPERSEDED, cause } as const;
    for (const number of [...queue, ...this.#room.holders(`pipeline/${pipelineKey(ref)}`)]) {
      loop.add(executions.eventInput(number, stop));
    }
  }

  /** An ended execution goes on after a redrive: it holds its slots again, whether they are free or not. */
  resumed(active: ActiveExecution): void {
    const known = this.#of(active);
    if (known) this.#roomOf(active).take(active.number, known.needs);
  }

  /** An execution has ended in this turn. */
  ended(turn: Turn, active: ActiveExecution): void {
    const { number } = active;
    const known = this.#of(active);
    if (known === undefined) return;
    turn.afterCommit(() => {
      for (const ended of this.#endedMeanwhile) ended.add(number);
      const waited = this.#dequeue(known, number) || known.testRuns.delete(number);
      if (this.#release(number) || waited) this.#admitSoon();
    });
  }

  /** Begins all that there is room for now, the longest waiting first. */
  admit(): void {
    const heads: { number: number; known: Known }[] = [];
    for (const known of this.#known.values()) {
      const [number] = known.queue;
      if (number !== undefined) heads.push({ number, known });
    }
    heads.sort((a, b) => a.number - b.number);
    const blocked = new Set<string>();
    for (let at = 0; at < heads.length; at += 1) {
      const { number, known } = heads[at] as { number: number; known: Known };
      const isBlocked = known.needs.some(({ resource }) => blocked.has(resource));
      if (isBlocked || this.#room.missing(known.needs) !== undefined) {
        for (const { resource } of known.needs) {
          if (resource.startsWith('pool/')) blocked.add(resource);
        }
        continue;
      }
      this.#dequeue(known, number);
      this.#room.take(number, known.needs);
      this.#kernel.submit(this.#kernel.executions.beginInput(number));
      const [next] = known.queue;
      if (next === undefined) continue;
      const later = heads.findIndex((head, index) => index > at && head.number > next);
      heads.splice(later < 0 ? heads.length : later, 0, { number: next, known });
    }
    this.#admitTestRuns();
  }

  /** Those for which there is room beside all others, after them. */
  #admitTestRuns(): void {
    for (const known of this.#known.values()) {
      for (const number of known.testRuns) {
        if (this.#missingBeside(known) !== undefined) break;
        known.testRuns.delete(number);
        this.#testRoom.take(number, known.needs);
        this.#kernel.submit(this.#kernel.executions.beginInput(number));
      }
    }
  }

  /** Why an execution has not begun; undefined when it does not wait. */
  reasonFor(pipeline: PipelineRef, number: number): string | undefined {
    const known = this.#known.get(pipelineKey(pipeline));
    if (known?.testRuns.has(number)) {
      const missing = this.#missingBeside(known);
      return missing === undefined ? 'others wait longer' : this.#reason(missing);
    }
    if (!known?.queue.has(number)) return undefined;
    const missing = this.#room.missing(known.needs);
    return missing === undefined ? 'others wait longer' : this.#reason(missing);
  }

  /** Of each team whose executions wait: how many, and the number of the one that waits longest. */
  waiting(): Iterable<{ team: string; count: number; oldest: number }> {
    const found = new Map<string, { team: string; count: number; oldest: number }>();
    for (const { ref, queue } of this.#known.values()) {
      const [first] = queue;
      if (first === undefined) continue;
      const { count = 0, oldest = first } = found.get(ref.team) ?? {};
      const both = { count: count + queue.size, oldest: Math.min(oldest, first) };
      found.set(ref.team, { team: ref.team, ...both });
    }
    return found.values();
  }

  /** Slots of a pool that are held, and executions that wait for some. */
  use(pool: string, team?: string): { taken: number; waiting: number } {
    const resource = team === undefined ? `pool/${pool}` : `pool/${team}/${pool}`;
    let waiting = 0;
    for (const { needs, queue } of this.#known.values()) {
      if (needs.some((need) => need.resource === resource)) waiting += queue.size;
    }
    return { taken: this.#room.taken(resource), waiting };
  }

  /** Pools that pipelines use, and whose pipelines they are. */
  poolsInUse(): { team: string; name: string }[] {
    return [...this.#known.values()].flatMap(({ ref, policy }) =>
      Object.keys(policy.pools).map((name) => ({ team: ref.team, name })),
    );
  }

  #reason({ resource }: Need): string {
    const name = resource.slice(resource.lastIndexOf('/') + 1);
    const taken = this.#room.taken(resource) + this.#testRoom.taken(resource);
    const limit = this.#limitOf(resource);
    return resource.startsWith('pool/')
      ? `${taken} of ${limit} slots of the pool ${name} are taken`
      : `${taken} of ${limit} executions of ${name} run`;
  }

  #limitOf(resource: string): number {
    const name = resource.slice(resource.indexOf('/') + 1);
    if (resource.startsWith('pool/')) return this.#pools.slots(name);
    return this.#known.get(name)?.policy.limit ?? Number.POSITIVE_INFINITY;
  }

  #of({ creation }: ActiveExecution): Known | undefined {
    return creation.mapRun ? undefined : this.#known.get(pipelineKey(pipelineOf(creation)));
  }

  /** A pool is one for all teams once the operator has sized it; until then each team has its own of the name. */
  #poolResource(team: string, pool: string): string {
    return this.#pools.isShared(pool) ? `pool/${pool}` : `pool/${team}/${pool}`;
  }

  #needsOf(pipeline: PipelineRef, { limit, pools }: ConcurrencyPolicy): Need[] {
    const { team } = pipeline;
    return [
      ...(limit === undefined ? [] : [{ resource: `pipeline/${pipelineKey(pipeline)}`, slots: 1 }]),
      ...Object.entries(pools).map(([pool, slots]) => ({
        resource: this.#poolResource(team, pool),
        slots,
      })),
    ];
  }

  /** A pool was sized or forgotten: what runs and waits counts where it belongs now. */
  poolChanged(pool: string): void {
    for (const known of this.#known.values()) {
      if (known.policy.pools[pool] === undefined) continue;
      const before = known.needs;
      this.#count(before, -known.queue.size);
      known.needs = this.#needsOf(known.ref, known.policy);
      this.#count(known.needs, known.queue.size);
      for (const room of [this.#room, this.#testRoom]) {
        for (const number of room.holdersOf(before)) room.take(number, known.needs);
      }
    }
    this.admit();
  }
}

function isTriggered({ creation: { triggeredBy } }: ActiveExecution): boolean {
  return triggeredBy !== undefined && triggeredBy.type !== 'backfill';
}

function mayWait({ queue, policy }: Known, active: ActiveExecution): boolean {
  return queue.size < MOST_WAITING && !(policy.overlap === 'skip' && isTriggered(active));
}
