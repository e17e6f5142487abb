/**
 * When each job is looked at next, and which of them together.
 *
 *     jobs of one kind and place ──▶ one queue, the soonest first ──▶ up to so many in one call
 *
 * A job is looked at after a second, then after pauses that grow with its age up to a minute. Those of one call come back
 * together, so that a thousand jobs of one queue go on being looked at a hundred at a time.
 * @module
 */
import type { RemoteJob } from '../../../connectors/remote-tasks.js';
import { Heap } from '../../kernel/heap.js';

/** Milliseconds between two looks at one job, at least and at most. */
export const SOONEST = 1_000;
const LATEST = 60_000;
/** Part of its age after which a job is looked at again. */
const PART = 1 / 8;
/** Milliseconds before its attempt times out at which a job is looked at once more. */
const BEFORE_TIMEOUT = 3_000;

/** A job that is waited for. Times are milliseconds since the epoch. */
export interface Awaited {
  /** Id of its attempt. */
  readonly id: string;
  readonly job: RemoteJob;
  readonly since: number;
  readonly deadline?: number | undefined;
  /** Looked at no less often than this, in milliseconds, for the sake of its heartbeat. */
  readonly atMost?: number | undefined;
  /** When it is looked at next; infinity while it is. */
  at: number;
  lookedAt: number;
  /** Looks in a row that did not see it, since when, and whether that was told. */
  blind: number;
  blindSince?: number;
  /** As it was seen last. */
  status?: string;
}

/** Jobs of one kind and place. */
interface Place {
  readonly key: string;
  readonly lane: Lane;
  readonly jobs: Heap<{ readonly at: number; readonly one: Awaited }>;
}

/** One kind of call to one region of an account: what hangs there holds up nobody else. */
interface Lane {
  looks: number;
  /** Places that wait until a look has ended. */
  readonly waiting: Set<Place>;
}

/**
 * When a job is looked at next.
 * @param spread 0 to 1: looks of one call have the same, those of others another
 * @example nextLook({ since: 0, blind: 0 }, 80_000, 0.5) // 90_000: after an eighth of its age
 */
export function nextLook(
  one: Pick<Awaited, 'since' | 'deadline' | 'blind' | 'atMost'>,
  now: number,
  spread: number,
): number {
  const usual = Math.min(LATEST, Math.max(SOONEST, (now - one.since) * PART));
  const blind = one.blind === 0 ? 0 : Math.min(LATEST, SOONEST * 2 ** Math.min(10, one.blind));
  const pause = Math.max(usual, blind) * (0.9 + 0.2 * spread);
  const at = now + Math.min(pause, one.atMost ?? pause);
  const last = (one.deadline ?? Number.POSITIVE_INFINITY) - BEFORE_TIMEOUT;
  return Math.ceil(now < last && at > last ? last : at);
}

export class LookQueue {
  readonly #places: Map<string, Place> = new Map();
  readonly #lanes: Map<string, Lane> = new Map();
  /** Places by their soonest job. */
  readonly #soonest: Heap<{ readonly at: number; readonly place: Place }> = new Heap();
  readonly #byId: Map<string, Awaited> = new Map();
  readonly #byJob: Map<string, Awaited> = new Map();
  readonly #most: number;
  readonly #mostEach: number;
  #looks = 0;

  /** @param most looks under way at a time @param mostEach of them of one kind to one region of an account */
  constructor(most: number, mostEach: number) {
    this.#most = most;
    this.#mostEach = mostEach;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Awaited | undefined {
    return this.#byId.get(id);
  }

  /** The one that waits for that job. */
  ofJob(kind: string, id: string): Awaited | undefined {
    return this.#byJob.get(`${kind} ${id}`);
  }

  add(one: Awaited): void {
    this.#byId.set(one.id, one);
    this.#byJob.set(jobKey(one.job), one);
    this.#queue(one);
  }

  remove(id: string): void {
    const one = this.#byId.get(id);
    if (one === undefined) return;
    this.#byId.delete(id);
    const key = jobKey(one.job);
    if (this.#byJob.get(key) === one) this.#byJob.delete(key);
  }

  /** It is looked at then, when that is sooner. One that is being looked at is looked at again afterwards, as ever. */
  hurry(one: Awaited, at: number): void {
    if (one.at === Number.POSITIVE_INFINITY || at >= one.at) return;
    one.at = at;
    this.#queue(one);
  }

  /** When something may be looked at next; undefined: not before a look has ended, or nothing is waited for. */
  next(): number | undefined {
    return this.#looks >= this.#most ? undefined : this.#firstPlace()?.at;
  }

  /** Takes jobs that are looked at now, in one call each. @param batchOf how many of them one call can look at */
  take(now: number, batchOf: (job: RemoteJob) => number): Awaited[][] {
    const calls: Awaited[][] = [];
    while (this.#looks < this.#most) {
      const next = this.#firstPlace();
      if (next === undefined || next.at > now) break;
      this.#soonest.pop();
      const { place } = next;
      const first = this.#first(place);
      if (first === undefined) continue;
      calls.push(this.#batch(place, now, Math.max(1, batchOf(first.job))));
      place.lane.looks += 1;
      this.#looks += 1;
      this.#line(place);
    }
    return calls;
  }

  #batch(place: Place, now: number, most: number): Awaited[] {
    const batch: Awaited[] = [];
    while (batch.length < most) {
      const one = this.#first(place);
      // Those that would be looked at soon come along: a call costs the same.
      if (one === undefined || one.at > now + Math.max(0, one.at - one.lookedAt) / 2) break;
      place.jobs.pop();
      one.at = Number.POSITIVE_INFINITY;
      batch.push(one);
    }
    return batch;
  }

  /** A look at these has ended. */
  looked(batch: readonly Awaited[], now: number, spread: number): void {
    const [first] = batch;
    if (first === undefined) return;
    const lane = this.#laneOf(first.job);
    lane.looks -= 1;
    this.#looks -= 1;
    for (const one of batch) {
      one.lookedAt = now;
      if (this.#byId.get(one.id) !== one) continue;
      one.at = nextLook(one, now, spread);
      this.#queue(one);
    }
    const waiting = [...lane.waiting];
    lane.waiting.clear();
    for (const place of waiting) this.#line(place);
    if (lane.looks === 0 && this.#byId.size === 0) this.#forget();
  }

  /** Nothing is waited for: what is known of places is worth nothing. */
  #forget(): void {
    if (this.#looks > 0) return;
    this.#places.clear();
    this.#lanes.clear();
    this.#soonest.clear();
  }

  #queue(one: Awaited): void {
    const key = placeKey(one.job);
    let place = this.#places.get(key);
    if (place === undefined) {
      place = { key, lane: this.#laneOf(one.job), jobs: new Heap() };
      this.#places.set(key, place);
    }
    place.jobs.push({ at: one.at, one });
    if (this.#first(place) === one) this.#line(place);
  }

  /** Puts a place where its soonest job has it come up. One without jobs is forgotten. */
  #line(place: Place): void {
    const first = this.#first(place);
    if (first !== undefined) this.#soonest.push({ at: first.at, place });
    else if (this.#places.get(place.key) === place) this.#places.delete(place.key);
  }

  /** The soonest place whose lane is free. */
  #firstPlace(): { readonly at: number; readonly place: Place } | undefined {
    for (let top = this.#soonest.first; top !== undefined; top = this.#soonest.first) {
      const { place, at } = top;
      const isCurrent = this.#places.get(place.key) === place && this.#first(place)?.at === at;
      if (isCurrent && place.lane.looks < this.#mostEach) return top;
      this.#soonest.pop();
      if (isCurrent) place.lane.waiting.add(place);
    }
    return undefined;
  }

  /** The soonest of a place that still waits. */
  #first({ jobs }: Place): Awaited | undefined {
    for (let first = jobs.first; first !== undefined; first = jobs.first) {
      const { one, at } = first;
      if (one.at === at && this.#byId.get(one.id) === one) return one;
      jobs.pop();
    }
    return undefined;
  }

  #laneOf({ kind, place }: RemoteJob): Lane {
    const key = JSON.stringify([kind, place.account ?? null, place.region ?? null]);
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { looks: 0, waiting: new Set() };
      this.#lanes.set(key, lane);
    }
    return lane;
  }
}

function jobKey({ kind, id }: RemoteJob): string {
  return `${kind} ${id}`;
}

function placeKey({ kind, place }: RemoteJob): string {
  const parts = Object.entries(place).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${kind} ${JSON.stringify(parts)}`;
}
