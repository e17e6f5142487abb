/**
 * Looks at what is watched: lists of what there is, and the runs of each thing since the last look, with an overlap.
 *
 *     due ──▶ a slot of its region ──▶ collector asks ──▶ one commit: runs, and until when they were seen ──▶ due again
 *                                          └─ refused ──▶ the region is blind for this kind: told when it lasts
 *
 * Until when a thing was seen is written with what was seen: who dies in between looks at the same time again, and what was known
 * already is not told twice.
 * @module
 */

import type { Json } from '../../../asl/json.js';
import type { Aws, AwsObject } from '../../../aws/aws.js';
import {
  isOver,
  type ObservedKind,
  runKey,
  type SeenRun,
} from '../../../monitoring/observed/observed-run.js';
import { objects } from '../../../monitoring/observed/told.js';
import { Heap } from '../../kernel/heap.js';
import type { Kernel } from '../../kernel/kernel.js';
import { COLLECTORS } from './collectors/all-collectors.js';
import {
  type Ask,
  type Collector,
  type Listed,
  LookRefused,
  type Refusal,
} from './collectors/collector.js';
import { placeKey, type ThingPlace } from './found-things.js';
import { nextLookIn, nextTryIn, QUIET, USUAL } from './look-rhythm.js';
import { LookSlots } from './look-slots.js';

const MINUTE = 60_000;
/** Milliseconds that are looked at once more: lists lag behind, and clocks elsewhere are others. */
export const OVERLAP = 5 * MINUTE;
/** Of a thing that nobody has looked at before. */
const FIRST_LOOK_BACK = 24 * 60 * MINUTE;
/** Milliseconds that one call may take. */
const PATIENCE = 60_000;
/** Between two lists. */
const LIST_EVERY = 10 * MINUTE;
/** Keys of runs that are remembered as known, of one thing. */
const MOST_DONE = 200;

/** A kind of things in a region: what is listed together. */
export interface ListPlace {
  readonly place: string;
  readonly region: string;
  readonly kind: ObservedKind;
}

/** What one look has seen. */
export interface LookedAt {
  readonly thing: ThingPlace;
  readonly runs: readonly SeenRun[];
  readonly since: number;
  /** When it began: all until then has been seen. */
  readonly at: number;
  readonly isFirst: boolean;
  readonly isWhole: boolean;
  readonly memo?: Json;
}

/** Looks of a kind at a place that came to the same. */
export interface LookCount {
  readonly account: string;
  readonly region: string;
  readonly kind: string;
  /** `seen`, `incomplete`, or why it was refused. */
  readonly outcome: string;
  readonly count: number;
}

export interface LooksPeers {
  readonly aws: Aws;
  isWanted(list: ListPlace, name: string): boolean;
  /** A list was read to its end. */
  listed(list: ListPlace, found: readonly Listed[]): Promise<void>;
  /** Durable when it resolves. */
  looked(look: LookedAt): Promise<void>;
  /** Runs of a thing that are under way. */
  open(thing: ThingPlace): readonly { readonly run: string; readonly startedAt: number }[];
  /** Whether events of a region come. */
  isTold(place: string, region: string): boolean;
  /** What a place answered: undefined, it can be seen. @param asked of what: the list, or one thing of it */
  answered(list: ListPlace, asked: string, refusal: Refusal | undefined): void;
  changed(): void;
}

interface Look {
  readonly list: ListPlace;
  /** Undefined: the list itself. */
  readonly thing: ThingPlace | undefined;
  at: number;
  last: number;
  round: number;
  failed: number;
  /** It is under way, or waits for a slot. */
  isTaken: boolean;
  /** Asked for while it was under way. */
  isAskedAgain: boolean;
  seenUntil: number | undefined;
  memo: Json | undefined;
  stamp: string | undefined;
  /** When there was last too much to see all of it. */
  cutAt: number | undefined;
  readonly done: Set<string>;
}

export class Looks {
  readonly #kernel: Kernel;
  readonly #peers: LooksPeers;
  readonly #looks: Map<string, Look> = new Map();
  readonly #heap: Heap<{ readonly at: number; readonly look: Look }> = new Heap();
  readonly #slots: LookSlots<Look> = new LookSlots();
  readonly #closing: AbortController = new AbortController();
  readonly #underWay: Set<Promise<void>> = new Set();
  /** Names of things by their ids, of each list. */
  readonly #ids: Map<string, ReadonlyMap<string, string>> = new Map();
  readonly #outcomes: Map<string, LookCount> = new Map();
  #calls = 0;
  #isOpen = false;

  constructor(kernel: Kernel, peers: LooksPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
  }

  begin(): void {
    this.#isOpen = true;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#closing.abort();
    await Promise.all(this.#underWay);
  }

  /** Calls so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Looks since the server began, by what came of them. */
  counts(): Iterable<LookCount> {
    return this.#outcomes.values();
  }

  /** How long the look has waited that is due longest, in milliseconds. */
  lateBy(): number {
    const { first } = this.#heap;
    const at = first !== undefined && this.#isCurrent(first) ? first.at : Number.POSITIVE_INFINITY;
    const waits = Math.min(
      at,
      this.#slots.waitsSince((look) => look.at),
    );
    return Math.max(0, this.#kernel.time.now() - waits);
  }

  #count({ place, region, kind }: ListPlace, outcome: string): void {
    const key = `${place} ${region} ${kind} ${outcome}`;
    const known = this.#outcomes.get(key);
    const count = (known?.count ?? 0) + 1;
    this.#outcomes.set(key, { account: place, region, kind, outcome, count });
  }

  /** These lists are to be read, and no others. */
  watchLists(lists: readonly ListPlace[]): void {
    const wanted = new Set(lists.map(listKey));
    for (const [key, look] of this.#looks) {
      if (wanted.has(listKey(look.list))) continue;
      this.#looks.delete(key);
      this.#peers.answered(look.list, key, undefined);
    }
    for (const list of lists) {
      const known = this.#looks.get(listKey(list));
      if (known === undefined) this.#add(listKey(list), newLook(list, undefined), 0);
      // Others may be wanted of it than before.
      else this.#soon(known);
    }
    this.#peers.changed();
  }

  /** A thing is to be looked at from now on. @param seenUntil as its row says */
  watch(thing: ThingPlace, seenUntil: number | undefined, memo: Json | undefined): void {
    const list = listOf(thing);
    const key = placeKey(thing);
    if (list === undefined || this.#looks.has(key) || !this.#looks.has(listKey(list))) return;
    const look = newLook(list, thing);
    look.seenUntil = seenUntil;
    look.memo = memo;
    // Those of which all are asked for at once are looked at with their list.
    if (COLLECTORS[list.kind].all === undefined) this.#add(key, look, 0);
  }

  forget(thing: ThingPlace): void {
    const key = placeKey(thing);
    const look = this.#looks.get(key);
    this.#looks.delete(key);
    if (look !== undefined) this.#peers.answered(look.list, key, undefined);
  }

  /** Somebody has told that there is something to see. @returns whether it can be looked at */
  lookNow(thing: ThingPlace): boolean {
    const list = listOf(thing);
    if (list === undefined) return false;
    const look = this.#looks.get(placeKey(thing)) ?? this.#looks.get(listKey(list));
    if (look === undefined || look.failed > 0) return false;
    this.#soon(look);
    return true;
  }

  /** When a look at a thing last had to leave something out; undefined: none had. */
  cutAt(thing: ThingPlace): number | undefined {
    return this.#looks.get(placeKey(thing))?.cutAt;
  }

  /** Its list is to be read now. */
  listNow(list: ListPlace): void {
    this.#soonList(list);
  }

  /** The name of a thing that somebody knows by its id, as it was listed; undefined: it was not. */
  nameOf({ place, region, kind, name: id }: ThingPlace): string | undefined {
    const list = this.#ids.get(`${place}\n${region}\n${kind}`);
    return list?.get(id);
  }

  nextDue(): number | undefined {
    if (!this.#isOpen || this.#slots.isFull) return undefined;
    for (;;) {
      const { first } = this.#heap;
      if (first === undefined) return undefined;
      if (this.#isCurrent(first)) return first.at;
      this.#heap.pop();
    }
  }

  due(): void {
    const now = this.#kernel.time.now();
    while (this.#isOpen && !this.#slots.isFull) {
      const { first } = this.#heap;
      if (first === undefined || first.at > now) return;
      this.#heap.pop();
      if (!this.#isCurrent(first)) continue;
      first.look.isTaken = true;
      if (this.#slots.take(regionKey(first.look.list), first.look)) this.#begin(first.look);
    }
  }

  #isCurrent({ at, look }: { at: number; look: Look }): boolean {
    return !look.isTaken && look.at === at && this.#looks.get(keyOf(look)) === look;
  }

  #add(key: string, look: Look, inMs: number): void {
    this.#looks.set(key, look);
    this.#schedule(look, inMs);
  }

  #schedule(look: Look, inMs: number): void {
    look.at = this.#kernel.time.now() + inMs;
    if (Number.isFinite(look.at)) this.#heap.push({ at: look.at, look });
    this.#peers.changed();
  }

  #soon(look: Look): void {
    if (look.isTaken) look.isAskedAgain = true;
    else if (look.at > this.#kernel.time.now()) this.#schedule(look, 0);
  }

  #begin(look: Look): void {
    const done = this.#perform(look).then((inMs) => {
      this.#underWay.delete(done);
      look.isTaken = false;
      const next = this.#slots.free(regionKey(look.list));
      if (!this.#isOpen) return;
      if (next !== undefined) {
        if (this.#looks.get(keyOf(next)) !== next) next.isTaken = false;
        else if (this.#slots.take(regionKey(next.list), next)) this.#begin(next);
      }
      if (this.#looks.get(keyOf(look)) === look) {
        this.#schedule(look, look.isAskedAgain && look.failed === 0 ? 0 : inMs);
        look.isAskedAgain = false;
      }
      this.#peers.changed();
    });
    this.#underWay.add(done);
  }

  /** @returns milliseconds until it is due again */
  async #perform(look: Look): Promise<number> {
    const { list, thing } = look;
    const collector = COLLECTORS[list.kind];
    const began = this.#kernel.time.now();
    try {
      const inMs =
        thing === undefined
          ? await this.#readList(look, collector)
          : await this.#readThing(look, thing, collector);
      look.failed = 0;
      const isCut = look.cutAt !== undefined && look.cutAt >= began;
      this.#count(list, isCut ? 'incomplete' : 'seen');
      look.last = inMs;
      look.round += 1;
      this.#slots.isSlow(regionKey(list), false);
      if (this.#isOpen) this.#peers.answered(list, keyOf(look), undefined);
      return inMs;
    } catch (error) {
      if (!this.#isOpen) return QUIET;
      look.failed += 1;
      const refusal = error instanceof LookRefused ? error.refusal : unsaid(error);
      this.#count(list, refusal.kind);
      this.#slots.isSlow(regionKey(list), refusal.kind === 'unreachable');
      // That one thing is not there any more says nothing about the others.
      const isGone = thing !== undefined && refusal.kind === 'missing';
      if (isGone) this.#soonList(list);
      else this.#peers.answered(list, keyOf(look), refusal);
      return nextTryIn(look.failed);
    }
  }

  #soonList(list: ListPlace): void {
    const look = this.#looks.get(listKey(list));
    if (look !== undefined) this.#soon(look);
  }

  /** @returns milliseconds until it is read again */
  async #readList(look: Look, collector: Collector): Promise<number> {
    const { list } = look;
    const now = this.#kernel.time.now();
    const found = new Map<string, Listed>();
    const isWanted = (name: string): boolean => this.#peers.isWanted(list, name);
    for await (const page of collector.list(this.#ask(list), isWanted)) {
      for (const one of page) if (isWanted(one.name)) found.set(one.name, one);
    }
    this.#ids.set(listKey(list), idsOf(found.values()));
    await this.#peers.listed(list, [...found.values()]);
    let hasChanged = false;
    for (const { name, memo, stamp } of found.values()) {
      const own = this.#looks.get(placeKey({ ...list, name }));
      if (own === undefined) continue;
      own.memo = collector.kind === 'glue-catalog' ? own.memo : (memo ?? own.memo);
      if (stamp !== undefined && own.stamp !== stamp) {
        own.stamp = stamp;
        hasChanged = true;
        this.#soon(own);
      }
      if (stamp === undefined && own.stamp !== undefined) {
        own.stamp = undefined;
        this.#soon(own);
      }
    }
    const every = collector.listEvery ?? LIST_EVERY;
    if (collector.all !== undefined) {
      const runs = await this.#readAll(look, collector, now);
      hasChanged ||= runs > 0;
    }
    if (every >= QUIET) return every;
    return Math.max(every, nextLookIn({ ...this.#rhythmOf(look, hasChanged), isRunning: false }));
  }

  /** @returns how many runs there were */
  async #readAll(look: Look, collector: Collector, now: number): Promise<number> {
    const { list, done } = look;
    const isFirst = look.seenUntil === undefined;
    const since = (look.seenUntil ?? now - FIRST_LOOK_BACK + OVERLAP) - OVERLAP;
    const isDone = (key: string): boolean => done.has(key);
    const asked = { since, now, round: look.round, open: [], isDone };
    const collected = await collector.all?.(this.#ask(list), asked);
    const byName = new Map<string, SeenRun[]>();
    for (const run of collected?.runs ?? []) {
      if (!this.#peers.isWanted(list, run.name)) continue;
      byName.set(run.name, [...(byName.get(run.name) ?? []), run]);
    }
    const isWhole = collected?.isWhole ?? true;
    for (const [name, runs] of byName) {
      await this.#peers.looked({
        thing: { ...list, name },
        runs,
        since,
        at: now,
        isFirst,
        isWhole,
      });
    }
    for (const run of collected?.runs ?? []) noteDone(done, run);
    look.seenUntil = now;
    return byName.size;
  }

  async #readThing(look: Look, thing: ThingPlace, collector: Collector): Promise<number> {
    const now = this.#kernel.time.now();
    const open = this.#peers.open(thing);
    const isFirst = look.seenUntil === undefined;
    const from = isFirst ? now - FIRST_LOOK_BACK : (look.seenUntil ?? now) - OVERLAP;
    const since = Math.min(from, ...open.map(({ startedAt }) => startedAt - OVERLAP));
    const collected = await collector.runs(this.#ask(look.list), {
      ...{ name: thing.name, memo: look.memo, since, now, round: look.round },
      open: open.map(({ run }) => run),
      isDone: (key) => look.done.has(key),
    });
    // What nobody can look at is not missing: its list, or an event, will say more of it.
    if (collected === undefined) return QUIET;
    if (!collected.isWhole) look.cutAt = now;
    const fresh = collected.runs.filter((run) => !look.done.has(runKey(run)));
    const { isWhole, memo } = collected;
    const own = memo === undefined ? {} : { memo };
    await this.#peers.looked({ thing, runs: fresh, since, at: now, isFirst, isWhole, ...own });
    for (const run of fresh) noteDone(look.done, run);
    look.seenUntil = now;
    if (memo !== undefined) look.memo = memo;
    if (collector.lookEvery !== undefined) return collector.lookEvery;
    const isRunning = this.#peers.open(thing).length > 0;
    // Its list says when there is something new.
    if (look.stamp !== undefined && !isRunning) return Number.POSITIVE_INFINITY;
    return nextLookIn({ ...this.#rhythmOf(look, fresh.some(isOver)), isRunning });
  }

  #rhythmOf(look: Look, hasChanged: boolean) {
    const { place, region } = look.list;
    return { last: look.last, hasChanged, isTold: this.#peers.isTold(place, region) };
  }

  #ask({ place, region }: ListPlace): Ask {
    return async (service, action, input) => {
      const { clock } = this.#kernel;
      const late = new AbortController();
      const cancel = clock.setTimer(() => late.abort(), PATIENCE);
      this.#calls += 1;
      const answer = await this.#peers.aws.call({
        place: { account: place, region },
        ...{ service, action, input: input as AwsObject, urgency: 'look' },
        signal: AbortSignal.any([late.signal, this.#closing.signal]),
      });
      cancel();
      if (answer.type === 'answered') return answer.output;
      if (!late.signal.aborted) throw new LookRefused(answer);
      const message = `no answer within ${PATIENCE / 1_000} s`;
      throw new LookRefused({ type: 'refused', name: 'Timeout', message, kind: 'unreachable' });
    };
  }
}

/** Ids are what a collector remembers of a thing: an id, or a list of records with one. */
function idsOf(found: Iterable<Listed>): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { name, memo } of found) {
    if (typeof memo === 'string') ids.set(memo, name);
    for (const { id } of objects(memo)) if (typeof id === 'string') ids.set(id, name);
  }
  return ids;
}

function noteDone(done: Set<string>, run: SeenRun): void {
  if (!isOver(run) || run.isPartial === true) return;
  done.add(runKey(run));
  if (done.size <= MOST_DONE) return;
  const [oldest] = done;
  if (oldest !== undefined) done.delete(oldest);
}

function newLook(list: ListPlace, thing: ThingPlace | undefined): Look {
  return {
    ...{ list, thing, at: Number.POSITIVE_INFINITY, last: USUAL, round: 0, failed: 0 },
    ...{ isTaken: false, isAskedAgain: false, seenUntil: undefined, memo: undefined },
    ...{ stamp: undefined, cutAt: undefined, done: new Set<string>() },
  };
}

function listOf({ place, region, kind }: ThingPlace): ListPlace | undefined {
  return Object.hasOwn(COLLECTORS, kind)
    ? { place, region, kind: kind as ObservedKind }
    : undefined;
}

function listKey({ place, region, kind }: ListPlace): string {
  return `${place}\n${region}\n${kind}`;
}

function regionKey({ place, region }: ListPlace): string {
  return `${place}\n${region}`;
}

function keyOf({ list, thing }: Look): string {
  return thing === undefined ? listKey(list) : placeKey(thing);
}

/** What went wrong in our own reading of it. */
function unsaid(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'refused', name: 'Unreadable', message, kind: 'invalid' };
}
