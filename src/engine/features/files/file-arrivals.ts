/**
 * Starts pipelines when files have arrived: one by one, in batches, as a delivery that a manifest lists, or when all
 * partners have delivered. They lie in a folder beside the pipeline's file, or in a bucket of S3.
 *
 *     look ──▶ same size and time for two seconds? ──▶ arrived ──▶ start, named after path, size and time
 *                                                      └─▶ manifest: verify every file ──▶ start | quarantine
 *
 * A file counts once it has stopped growing. Folders are looked at every two seconds, and sooner when the operating system tells
 * of a change. The execution is named after what arrived, so a restart, or
 * a look too many, starts nothing twice; a file that is replaced is another arrival. A manifest whose files are missing or
 * differ starts nothing; what is wrong is told file by file, and it is verified again when something in the folder changes.
 * An object of S3 is there as a whole, so it counts at once. An event of S3 that tells of a new object only makes the next
 * look come sooner: event and look find the same arrival, and so start it once.
 * @module
 */

import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import { matchesPath, type PathPattern } from '../../../events/pattern/path-pattern.js';
import { FILES, FILES_BUS } from '../../../pipelines/sections/files-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import { pipelineKey } from '../../../store/pipeline-ref.js';
import type { PipelineRef } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';
import type { NewEvent, PutResult } from '../../kernel/bus-event.js';
import { EngineError } from '../../kernel/errors.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Settle, startNeeds, tryStart } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import { ARRIVALS, type ArrivalState, ArrivalWatch, type PartnerBoard } from './arrival-watch.js';
import { type BucketFolder, bucketFolder } from './bucket-files.js';
import { type FileSource, type ListedFile, MOST_FILES } from './listed-file.js';
import { type ManifestProblem, verifyManifest } from './manifest.js';

/** A delivery that was refused. */
export interface Quarantined {
  manifest: string;
  /** Milliseconds since the epoch. */
  since: number;
  problems: ManifestProblem[];
}

/** What a pipeline's files wait for. */
export interface FilesState {
  under: string;
  /** The folder is not there. */
  isGone: boolean;
  problem?: string;
  /** Deliveries whose files are missing or differ, file by file. */
  quarantined: Quarantined[];
  arrivals?: ArrivalState;
}

interface Watched {
  readonly ref: PipelineRef;
  readonly key: string;
  /** Files wait for others, as events on a bus of their own. */
  readonly isBatched: boolean;
  readonly folder: string;
  readonly under: string;
  readonly match: PathPattern | undefined;
  readonly manifest: PathPattern | undefined;
  readonly arrivals: ArrivalWatch | undefined;
  /** Where it lies in S3. */
  readonly remote: BucketFolder | undefined;
  /** What the last look saw, by key: `size/time`, and since when it has been so, by the clock that never jumps. */
  seen: Map<string, { stamp: string; since: number }>;
  /** Ends that changes of the folder are told; undefined while it is not there. */
  unwatch: (() => void) | undefined;
  /** The last look found the folder. */
  isSeen: boolean;
  /** Arrivals that were started or refused as they are. */
  readonly done: Set<string>;
  readonly quarantined: Map<string, Quarantined>;
  /** The folder as it was when manifests were verified last. */
  verified: string;
  /** The folder is not there. */
  isGone: boolean;
  /** Why it cannot be looked at, or not at all of it. */
  problem: string | undefined;
  isLooking: boolean;
  /** Something was heard of it while it was looked at. */
  isLookedAtAgain: boolean;
  /** When the last look ended and how long it took, in milliseconds of the clock that never jumps. */
  lookedAt: number;
  took: number;
  cancel: (() => void) | undefined;
}

/** Milliseconds between looks: a file that has not changed from one to the next has arrived. */
const EVERY = 2_000;
/** Timers may come a little early. */
const TOLERANCE = 50;
/** Looking at a bucket costs money: those who cannot wait send its events. */
const EVERY_REMOTE = 30_000;
/** What is heard of a bucket is gathered so long, and a large one is looked at for half of the time at most. */
const GATHERED = 1_000;
const MOST_WAIT = 60_000;

/** What arrivals need of the bus: files that wait for others are events of a bus of their own. */
export interface FilePeers {
  putInput(event: NewEvent, team: string, settle: Settle<PutResult>): Input;
}

export class FileArrivals implements Feature {
  readonly name = 'files';
  readonly tables: readonly AnyTable[] = [ARRIVALS];
  readonly #kernel: Kernel;
  readonly #source: FileSource;
  readonly #peers: FilePeers;
  readonly #all: Map<string, Watched> = new Map();
  /** Up to when deadlines of arrivals were served, by `pipelineKey`. */
  readonly #served: Map<string, number> = new Map();
  #isOpen = false;

  constructor(kernel: Kernel, source: FileSource, peers: FilePeers) {
    this.#kernel = kernel;
    this.#source = source;
    this.#peers = peers;
  }

  async open(): Promise<void> {
    for (const { team, pipeline, served } of await this.#kernel.store.listRows(ARRIVALS)) {
      this.#served.set(pipelineKey({ team, name: pipeline }), served);
    }
  }

  begin(): void {
    this.#isOpen = true;
    for (const watched of this.#all.values()) this.#arm(watched, EVERY);
    this.#kernel.dueChanged(this);
  }

  close(): void {
    this.#isOpen = false;
    for (const { cancel, unwatch } of this.#all.values()) {
      cancel?.();
      unwatch?.();
    }
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type === 'EventStored') this.#hear(turn, fact.event.team, fact.event.envelope);
  }

  withdrawn(key: string): void {
    const known = this.#all.get(key);
    known?.cancel?.();
    known?.unwatch?.();
    if (known === undefined) return;
    if (known.arrivals) this.#served.set(key, known.arrivals.served);
    this.#all.delete(key);
    this.#kernel.dueChanged(this);
  }

  deployed({ ref, key, deployment }: LoadedMachine): void {
    const files = sectionOf(FILES, deployment);
    this.withdrawn(key);
    if (files === undefined) return;
    const { under: written, match, manifest, batch, arrivals } = files;
    const remote = bucketFolder(written);
    // Paths are joined with a slash.
    const under = remote ? written.replace(/\/{1,100}$/, '') : written;
    const { folder } = deployment;
    const place = { pipeline: ref, folder, under };
    const watched: Watched = {
      ref,
      key,
      folder,
      under,
      isBatched: batch !== undefined,
      match,
      manifest,
      arrivals: arrivals
        ? new ArrivalWatch(this.#kernel, this.#source, place, arrivals, this.#served.get(key))
        : undefined,
      remote,
      seen: new Map(),
      unwatch: undefined,
      isSeen: false,
      done: new Set(),
      quarantined: new Map(),
      verified: '',
      isGone: false,
      problem: undefined,
      isLooking: false,
      isLookedAtAgain: false,
      lookedAt: Number.NEGATIVE_INFINITY,
      took: 0,
      cancel: undefined,
    };
    this.#all.set(key, watched);
    this.#arm(watched, EVERY);
    this.#kernel.dueChanged(this);
  }

  /** An event has been put on a bus: perhaps S3 tells of a new object. */
  #hear(turn: Turn, team: string, envelope: JsonObject): void {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
    if (envelope.source !== 'aws.s3' || envelope['detail-type'] !== 'Object Created') return;
    const { bucket, object } = isObject(envelope.detail) ? envelope.detail : {};
    const name = isObject(bucket) ? bucket.name : undefined;
    const key = isObject(object) ? object.key : undefined;
    if (typeof name !== 'string' || typeof key !== 'string') return;
    turn.afterCommit(() => {
      for (const watched of this.#all.values()) {
        const { remote } = watched;
        if (remote?.bucket !== name || !key.startsWith(remote.prefix)) continue;
        if (watched.ref.team === team) this.#lookSoon(watched);
      }
    });
  }

  /** The next deadline of arrivals, in milliseconds since the epoch. */
  nextDue(): number | undefined {
    const due = [...this.#all.values()].map(({ arrivals }) => arrivals?.nextDue());
    const known = due.filter((at) => at !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** A deadline has come: who is missing then is looked for now, not when the next look would come anyway. */
  due(): void {
    for (const watched of this.#all.values()) if (watched.arrivals) this.#arm(watched, 0);
  }

  /** What a pipeline waits for. @param interval of arrivals; default: today */
  async stateOf(pipeline: PipelineRef, interval?: string): Promise<FilesState | undefined> {
    const watched = this.#all.get(pipelineKey(pipeline));
    if (watched === undefined) return undefined;
    const { under, isGone, problem, quarantined } = watched;
    const arrivals = await watched.arrivals?.state(interval);
    return {
      under,
      isGone,
      ...(problem === undefined ? {} : { problem }),
      quarantined: [...quarantined.values()],
      ...(arrivals === undefined ? {} : { arrivals }),
    };
  }

  /** Pipelines that wait for partners, in the order of team and name. */
  awaiting(): PipelineRef[] {
    const all = [...this.#all.values()].filter(({ arrivals }) => arrivals !== undefined);
    const keyOf = ({ team, name }: PipelineRef): string => `${team}\0${name}`;
    return all.map(({ ref }) => ref).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /**
   * What partners have delivered, interval by interval; undefined when the pipeline waits for none, or `until` is no day and no hour.
   * @param until the day or the hour with which the last interval ends; default: the present one
   */
  async boardOf(
    pipeline: PipelineRef,
    count: number,
    until?: string,
  ): Promise<PartnerBoard | undefined> {
    const watched = this.#all.get(pipelineKey(pipeline));
    const board = await watched?.arrivals?.board(count, until);
    if (watched === undefined || board === undefined) return undefined;
    const { isGone, problem = isGone ? `${watched.under} is not there` : undefined } = watched;
    return problem === undefined ? board : { ...board, problem };
  }

  #arm(watched: Watched, wait: number): void {
    if (!this.#isOpen || watched.isLooking || this.#all.get(watched.key) !== watched) return;
    watched.cancel?.();
    watched.cancel = this.#kernel.clock.setTimer(() => void this.#look(watched), wait);
  }

  /** Hears of changes while the folder is there. */
  #watch(watched: Watched, isThere: boolean): void {
    if (!isThere) {
      watched.unwatch?.();
      watched.unwatch = undefined;
      return;
    }
    const { folder, under } = watched;
    watched.unwatch ??= this.#source.watch?.(folder, under, () => this.#lookSoon(watched));
  }

  #lookSoon(watched: Watched): void {
    if (watched.isLooking) watched.isLookedAtAgain = true;
    else {
      const passed = this.#kernel.clock.monotonic() - watched.lookedAt;
      this.#arm(
        watched,
        Math.min(MOST_WAIT, Math.max(0, GATHERED - passed, watched.took - passed)),
      );
    }
  }

  async #look(watched: Watched): Promise<void> {
    const { clock } = this.#kernel;
    const begun = clock.monotonic();
    watched.isLooking = true;
    watched.isLookedAtAgain = false;
    try {
      await this.#lookAt(watched);
    } catch (error) {
      // A bucket that is gone or a server that is down is looked at again like all others.
      watched.problem = error instanceof Error ? error.message : String(error);
    }
    watched.isLooking = false;
    watched.lookedAt = clock.monotonic();
    watched.took = watched.lookedAt - begun;
    if (watched.isLookedAtAgain) this.#lookSoon(watched);
    else this.#arm(watched, watched.remote ? EVERY_REMOTE : this.#untilNext(watched));
  }

  /** Milliseconds until the next look: when the first of those that have not settled does, and in any case soon. */
  #untilNext({ seen }: Watched): number {
    const now = this.#kernel.clock.monotonic();
    let wait = EVERY;
    for (const { since } of seen.values()) {
      const left = since + EVERY - now;
      if (left > 0) wait = Math.min(wait, left);
    }
    return wait;
  }

  async #lookAt(watched: Watched): Promise<void> {
    const listed = await this.#source.list(watched.folder, watched.under);
    // It may have been deployed anew meanwhile: then it is for another one to act.
    if (!this.#isOpen || this.#all.get(watched.key) !== watched) return;
    watched.isGone = listed === undefined;
    watched.problem =
      listed !== undefined && listed.length >= MOST_FILES
        ? `it holds ${MOST_FILES} files or more; only so many are looked at`
        : undefined;
    const now = new Map((listed ?? []).map((file) => [file.key, stamp(file)]));
    const at = this.#kernel.clock.monotonic();
    const before = watched.seen;
    watched.seen = new Map(
      [...now].map(([key, its]) => {
        const known = before.get(key);
        return [key, known?.stamp === its ? known : { stamp: its, since: at }];
      }),
    );
    const stable = (listed ?? []).filter(({ key, version }) => {
      const since = watched.seen.get(key)?.since ?? at;
      return version !== undefined || at - since >= EVERY - TOLERANCE;
    });
    this.#watch(watched, listed !== undefined);
    const isFirst = !watched.isSeen && watched.remote === undefined;
    watched.isSeen = listed !== undefined;
    if (listed === undefined) return;
    forgetGone(watched, now);
    const { arrivals } = watched;
    if (arrivals !== undefined) {
      const settled = new Set(stable);
      const unsettled = listed.filter((file) => !settled.has(file));
      return arrivals.look(
        stable.filter(({ size }) => size > 0),
        unsettled,
        isFirst,
      );
    }
    if (watched.manifest === undefined) {
      for (const file of stable) {
        if (file.size > 0 && fits(watched.match, file.key)) this.#arrived(watched, file);
      }
      return;
    }
    const state = [...now].map((entry) => entry.join('=')).join('\n');
    if (stable.length < now.size || state === watched.verified) return;
    await this.#verify(watched, stable);
    watched.verified = state;
  }

  #arrived(watched: Watched, file: ListedFile): void {
    const id = arrivalOf(file);
    if (watched.done.has(id)) return;
    watched.done.add(id);
    const name = `file-${digest(id)}`;
    if (watched.isBatched) this.#put(watched, id, name, described(watched, file));
    else this.#start(watched, file.key, name, { file: described(watched, file) });
  }

  /** The same arrival is the same event, however often it is seen. */
  #put(watched: Watched, arrival: string, name: string, file: JsonObject): void {
    const { name: pipeline, team } = watched.ref;
    const event = {
      bus: FILES_BUS,
      id: `${pipeline}/${name}`,
      source: FILES_BUS,
      detailType: 'File Arrived',
      detail: { pipeline, file },
    };
    const reject = (): void => void watched.done.delete(arrival);
    this.#kernel.submit(this.#peers.putInput(event, team, { resolve() {}, reject }));
  }

  async #verify(watched: Watched, stable: readonly ListedFile[]): Promise<void> {
    const { manifest: pattern, folder, under } = watched;
    const byKey = new Map(stable.map((file) => [file.key, file]));
    const manifests = stable.filter(({ key }) => fits(pattern, key));
    for (const key of watched.quarantined.keys()) {
      if (!byKey.has(key)) watched.quarantined.delete(key);
    }
    for (const manifest of manifests) {
      const id = arrivalOf(manifest);
      if (watched.done.has(id)) continue;
      const verified = await verifyManifest(this.#source, folder, under, manifest, byKey);
      if (verified.type === 'refused') {
        const known = watched.quarantined.get(manifest.key);
        watched.quarantined.set(manifest.key, {
          manifest: manifest.key,
          since: known?.since ?? this.#kernel.time.now(),
          problems: verified.problems,
        });
        continue;
      }
      watched.quarantined.delete(manifest.key);
      watched.done.add(id);
      const files = verified.files.map((file) => ({ ...file, path: `${under}/${file.key}` }));
      this.#start(watched, manifest.key, `manifest-${digest(id)}`, {
        manifest: described(watched, manifest),
        files: files as unknown as Json,
      });
    }
  }

  #start(watched: Watched, key: string, name: string, input: JsonObject): void {
    const request = {
      pipeline: watched.ref,
      name,
      input,
      triggeredBy: { type: 'files', key, depth: 0 },
    };
    this.#kernel.submit({
      needs: (turn) => startNeeds(this.#kernel, turn, request),
      perform: (turn) => {
        const outcome = tryStart(this.#kernel, turn, request);
        // One of that name with another input: this arrival was started by an earlier form of the trigger.
        if (outcome instanceof EngineError && outcome.kind !== 'ExecutionConflict') {
          const problems = [{ file: key, problem: outcome.message }];
          const since = this.#kernel.time.now();
          watched.quarantined.set(key, { manifest: key, since, problems });
        }
        return 'done';
      },
    });
  }
}

function described({ under }: Watched, { key, size, modifiedAt }: ListedFile): JsonObject {
  return { key, path: `${under}/${key}`, size, modifiedAt: new Date(modifiedAt).toISOString() };
}

function stamp({ size, modifiedAt, version }: ListedFile): string {
  return version === undefined ? `${size}/${modifiedAt}` : `${size}/${version}`;
}

function arrivalOf(file: ListedFile): string {
  return `${file.key} ${stamp(file)}`;
}

/** What was started is remembered as long as it lies there. */
function forgetGone({ done }: Watched, now: ReadonlyMap<string, string>): void {
  const there = new Set([...now].map(([key, its]) => `${key} ${its}`));
  for (const arrival of done) if (!there.has(arrival)) done.delete(arrival);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function fits(pattern: PathPattern | undefined, key: string): boolean {
  return pattern === undefined || matchesPath(pattern, key);
}
