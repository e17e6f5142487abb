/**
 * Starts pipelines when files have arrived: one by one, or as a delivery that a manifest lists.
 *
 *     look ──▶ same size and time as at the last look? ──▶ arrived ──▶ start, named after path, size and time
 *                                                      └─▶ manifest: verify every file ──▶ start | quarantine
 *
 * A file counts once it has stopped growing between two looks. The execution is named after what arrived, so a restart, or
 * a look too many, starts nothing twice; a file that is replaced is another arrival. A manifest whose files are missing or
 * differ starts nothing; what is wrong is told file by file, and it is verified again when something in the folder changes.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../../asl/json.js';
import { matchesWildcard, parseWildcard, type Wildcard } from '../../events/pattern/wildcard.js';
import type { LoadedMachine } from '../active-execution.js';
import { EngineError } from '../errors.js';
import type { Machinery } from '../machinery.js';
import { startInput } from '../requests.js';
import type { Input } from '../turn-loop.js';
import type { FileSource, ListedFile } from './file-source.js';
import { type ManifestProblem, verifyManifest } from './manifest.js';
import { FILES, triggerPlanOf } from './trigger-plan.js';

/** A delivery that was refused. */
export interface Quarantined {
  manifest: string;
  /** Milliseconds since the epoch. */
  since: number;
  problems: ManifestProblem[];
}

interface Watched {
  readonly pipeline: string;
  readonly team: string;
  /** Files wait for others, as events on a bus of their own. */
  readonly isBatched: boolean;
  readonly folder: string;
  readonly under: string;
  readonly match: Wildcard | undefined;
  readonly manifest: Wildcard | undefined;
  /** What the last look saw: `size/time` by key. */
  seen: Map<string, string>;
  /** Arrivals that were started or refused as they are. */
  readonly done: Set<string>;
  readonly quarantined: Map<string, Quarantined>;
  /** The folder as it was when manifests were verified last. */
  verified: string;
  /** The folder is not there. */
  isGone: boolean;
}

/** Milliseconds between looks: a file that has not changed from one to the next has arrived. */
const EVERY = 2_000;

export class FileHost {
  readonly #parts: Machinery;
  readonly #source: FileSource;
  readonly #all: Map<string, Watched> = new Map();
  #cancel: (() => void) | undefined;
  #isOpen = false;
  #isLooking = false;

  constructor(parts: Machinery, source: FileSource) {
    this.#parts = parts;
    this.#source = source;
  }

  open(): void {
    for (const machine of this.#parts.machines.all()) this.deployed(machine);
    this.#isOpen = true;
    this.#arm();
  }

  close(): void {
    this.#isOpen = false;
    this.#cancel?.();
  }

  forgotten(pipeline: string): void {
    this.#all.delete(pipeline);
  }

  deployed({ record, deployment }: LoadedMachine): void {
    const { files } = triggerPlanOf(deployment);
    this.#all.delete(record.pipeline);
    if (files === undefined) return;
    const { under, match, manifest, batch } = files;
    this.#all.set(record.pipeline, {
      pipeline: record.pipeline,
      team: record.team,
      isBatched: batch !== undefined,
      folder: deployment.folder,
      under: String(under),
      match: wildcardOf(match),
      manifest: wildcardOf(manifest),
      seen: new Map(),
      done: new Set(),
      quarantined: new Map(),
      verified: '',
      isGone: false,
    });
    this.#arm();
  }

  /** Deliveries of a pipeline that wait for their files to be right, and whether its folder is there. */
  stateOf(
    pipeline: string,
  ): { under: string; isGone: boolean; quarantined: Quarantined[] } | undefined {
    const watched = this.#all.get(pipeline);
    if (watched === undefined) return undefined;
    const { under, isGone, quarantined } = watched;
    return { under, isGone, quarantined: [...quarantined.values()] };
  }

  #arm(): void {
    if (!this.#isOpen || this.#isLooking || this.#all.size === 0) return;
    this.#cancel?.();
    this.#cancel = this.#parts.clock.setTimer(() => void this.#look(), EVERY);
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    try {
      for (const watched of [...this.#all.values()]) {
        if (!this.#isOpen) return;
        // One folder that cannot be read must not keep the others from being looked at.
        await this.#lookAt(watched).catch(() => {
          watched.isGone = true;
        });
      }
    } finally {
      this.#isLooking = false;
      this.#arm();
    }
  }

  async #lookAt(watched: Watched): Promise<void> {
    const listed = await this.#source.list(watched.folder, watched.under);
    watched.isGone = listed === undefined;
    const now = new Map((listed ?? []).map((file) => [file.key, stamp(file)]));
    const stable = (listed ?? []).filter(({ key }) => watched.seen.get(key) === now.get(key));
    watched.seen = now;
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
    const id = `${file.key} ${stamp(file)}`;
    if (watched.done.has(id)) return;
    watched.done.add(id);
    const name = `file-${digest(id)}`;
    if (watched.isBatched) this.#put(watched, id, name, described(watched, file));
    else this.#start(watched, file.key, name, { file: described(watched, file) });
  }

  /** The same arrival is the same event, however often it is seen. */
  #put(watched: Watched, arrival: string, name: string, file: JsonObject): void {
    const { pipeline, team } = watched;
    const event = {
      bus: FILES,
      id: `${pipeline}/${name}`,
      source: FILES,
      detailType: 'File Arrived',
      detail: { pipeline, file },
    };
    const reject = (): void => void watched.done.delete(arrival);
    this.#parts.loop.add(this.#parts.triggers.bus.putInput(event, team, { resolve() {}, reject }));
  }

  async #verify(watched: Watched, stable: readonly ListedFile[]): Promise<void> {
    const { manifest: pattern, folder, under } = watched;
    const byKey = new Map(stable.map((file) => [file.key, file]));
    const manifests = stable.filter(({ key }) => fits(pattern, key));
    for (const key of watched.quarantined.keys()) {
      if (!byKey.has(key)) watched.quarantined.delete(key);
    }
    for (const manifest of manifests) {
      const id = `${manifest.key} ${stamp(manifest)}`;
      if (watched.done.has(id)) continue;
      const verified = await verifyManifest(this.#source, folder, under, manifest, byKey);
      if (verified.type === 'refused') {
        const known = watched.quarantined.get(manifest.key);
        watched.quarantined.set(manifest.key, {
          manifest: manifest.key,
          since: known?.since ?? this.#parts.time.now(),
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
    const { pipeline } = watched;
    const request = {
      pipeline,
      name,
      input,
      triggeredBy: { type: 'files', key, depth: 0 },
    };
    const again: Input = {
      perform: (turn) => {
        try {
          return startInput(this.#parts, request, { resolve() {}, reject() {} }).perform(turn);
        } catch (error) {
          if (!(error instanceof EngineError)) throw error;
          // One of that name with another input: this arrival was started by an earlier form of the trigger.
          if (error.kind === 'ExecutionConflict') return 'done';
          const problems = [{ file: key, problem: error.message }];
          const since = this.#parts.time.now();
          watched.quarantined.set(key, { manifest: key, since, problems });
          return 'done';
        }
      },
    };
    this.#parts.loop.add(again);
  }
}

function described({ under }: Watched, { key, size, modifiedAt }: ListedFile): JsonObject {
  return { key, path: `${under}/${key}`, size, modifiedAt: new Date(modifiedAt).toISOString() };
}

function stamp({ size, modifiedAt }: ListedFile): string {
  return `${size}/${modifiedAt}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function wildcardOf(pattern: Json | undefined): Wildcard | undefined {
  if (typeof pattern !== 'string') return undefined;
  const parsed = parseWildcard(pattern);
  return 'wildcard' in parsed ? parsed.wildcard : undefined;
}

/** A pattern without a slash is about the name of the file, in whatever folder. */
function fits(pattern: Wildcard | undefined, key: string): boolean {
  if (pattern === undefined) return true;
  const name = pattern.written.includes('/') ? key : key.slice(key.lastIndexOf('/') + 1);
  return matchesWildcard(pattern, name);
}
