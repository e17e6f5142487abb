/**
 * Removes files of versions that are kept no longer, and what a crash has left in the storage.
 *
 *     versions of a dataset ──not current, not read by an open execution, not among the newest, old──▶ row says removed ──commit──▶ files
 *     folders without a row that is kept, a day old ──▶ gone
 *     versions of test runs, a week old, not read by an open execution ──row says removed──commit──▶ files
 *
 * The row goes first: files that a crash leaves behind are found by the second. What a version was made of is not kept for it: its
 * files hold all of it, and raw data has a retention of its own.
 * @module
 */
import type { DatasetStorage } from '../../../connectors/dataset/storage.js';
import { collectable } from '../../../datasets/collectable.js';
import type { KeptVersions } from '../../../pipelines/sections/datasets-section.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import { type DatasetRow, SHADOWS, type ShadowRow, VERSIONS } from './dataset-tables.js';
import { KEPT, type KeptRow } from './kept-table.js';

const MINUTE = 60_000;
/** Between two looks, and between two at what a crash has left. */
const EVERY = 10 * MINUTE;
const EVERY_ORPHANS = 1_440 * MINUTE;
/** What is younger than this may still be written, or not be told of yet. */
const YOUNG = 1_440 * MINUTE;
/** How long test runs are kept. */
const SHADOW = 7 * 1_440 * MINUTE;
/** Versions that one turn lets go of. */
const AT_A_TIME = 25;

interface Known {
  all(): readonly DatasetRow[];
  find(team: string, name: string): DatasetRow | undefined;
  /** Whether it is current, of the dataset or of an interval, or the last that was written. */
  isHeld(dataset: DatasetRow, version: number): boolean;
  /** Whether an open execution reads it. */
  isRead(version: number): boolean;
  keepOf(team: string, name: string): KeptVersions;
}

export class Collector {
  readonly #kernel: Kernel;
  readonly #storage: DatasetStorage | undefined;
  readonly #known: Known;
  /** When a dataset has to be looked at next; without an entry: at once. */
  readonly #due: Map<string, number> = new Map();
  #nextOrphans = 0;
  #nextShadows = 0;
  #nextLook: number | undefined;
  #running: Promise<void> | undefined;
  #isOpen = false;
  /** Why the last removal failed. */
  failure: string | undefined;

  constructor(kernel: Kernel, storage: DatasetStorage | undefined, known: Known) {
    this.#kernel = kernel;
    this.#storage = storage;
    this.#known = known;
  }

  begin(): void {
    if (this.#storage === undefined) return;
    this.#isOpen = true;
    this.#nextLook = this.#kernel.time.now() + EVERY;
    this.#nextOrphans = this.#nextLook;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#running;
  }

  nextDue(): number | undefined {
    return this.#isOpen ? this.#nextLook : undefined;
  }

  /** @param planned is told when it is due again */
  due(planned: () => void): void {
    this.#nextLook = undefined;
    this.#running = this.sweep()
      .catch((error: unknown) => {
        this.failure = error instanceof Error ? error.message : String(error);
      })
      .then(() => {
        this.#running = undefined;
        if (!this.#isOpen) return;
        this.#nextLook = this.#kernel.time.now() + EVERY;
        planned();
      });
  }

  /** Something of it has changed: it may have versions to remove. */
  changed(team: string, name: string): void {
    this.#due.delete(`${team}\n${name}`);
  }

  /** Removes all that may go now. */
  async sweep(): Promise<void> {
    const { time } = this.#kernel;
    for (const { team, name } of this.#known.all()) {
      if (!this.#isOpen) return;
      const key = `${team}\n${name}`;
      const due = this.#due.get(key);
      if (due === undefined || due <= time.now())
        this.#due.set(key, await this.#sweepOne(team, name));
    }
    if (time.now() >= this.#nextShadows) this.#nextShadows = await this.#removeShadows();
    if (time.now() < this.#nextOrphans) return;
    await this.#removeOrphans();
    this.#nextOrphans = time.now() + EVERY_ORPHANS;
    this.failure = undefined;
  }

  /** @returns when it has to be looked at again, if nothing of it changes */
  async #sweepOne(team: string, name: string): Promise<number> {
    const { store, time } = this.#kernel;
    const kept = await store.listRows(KEPT, {
      where: { team, dataset: name },
      order: { by: ['number'], down: true },
    });
    const keep = this.#known.keepOf(team, name);
    const now = time.now();
    const gone = this.#mayGo(kept, keep, now);
    for (let at = 0; at < gone.length; at += AT_A_TIME) {
      await this.#remove(gone.slice(at, at + AT_A_TIME), keep);
    }
    if (keep.age === undefined) return Number.POSITIVE_INFINITY;
    // What is current or read may be free at any time, without growing older.
    const next = kept.slice(keep.versions).filter((row) => !gone.includes(row));
    if (next.some(({ at }) => now - at > (keep.age ?? 0))) return now;
    return Math.min(...next.map(({ at }) => at + (keep.age ?? 0) + 1), Number.POSITIVE_INFINITY);
  }

  #mayGo(kept: readonly KeptRow[], keep: KeptVersions, now: number): KeptRow[] {
    const [first] = kept;
    const dataset = first && this.#known.find(first.team, first.dataset);
    const versions = kept.map((row) => ({
      ...row,
      isCurrent: dataset === undefined || this.#known.isHeld(dataset, row.number),
      isRead: this.#known.isRead(row.number),
    }));
    const gone = new Set(collectable(versions, keep, now).map(({ number }) => number));
    return kept.filter(({ number }) => gone.has(number));
  }

  async #remove(rows: readonly KeptRow[], keep: KeptVersions): Promise<void> {
    const { time } = this.#kernel;
    const needs = rows.map(({ number }) => ({
      key: `version ${number}`,
      read: () => this.#kernel.store.findRow(VERSIONS, [number]),
    }));
    let removed: readonly KeptRow[] = [];
    await this.#kernel.write(
      (turn: Turn) => {
        // As it is now: an execution may have begun, somebody may have rolled back.
        removed = this.#mayGo(rows, { ...keep, versions: 0 }, time.now());
        for (const { number } of removed) {
          turn.remove(KEPT, [number]);
          const need = needs.find(({ key }) => key === `version ${number}`);
          const row = need && turn.known(need);
          if (row !== undefined) turn.put(VERSIONS, { ...row, removedAt: time.now() });
        }
      },
      () => needs,
    );
    for (const { folder, quarantine } of removed) {
      await this.#storage?.remove(folder);
      if (quarantine !== undefined) await this.#storage?.remove(quarantine);
    }
  }

  /**
   * What test runs wrote, and nobody looks at any more.
   * @returns when the next of them is old enough: none that is written from now on is so before
   */
  async #removeShadows(): Promise<number> {
    const { store, time } = this.#kernel;
    let isHeldUp = false;
    for (let above = 0; ; ) {
      const page = await store.listRows(SHADOWS, { above: { number: above }, limit: AT_A_TIME });
      const old = page.filter(({ at }) => time.now() - at > SHADOW);
      if (old.length === 0 || !this.#isOpen) {
        return isHeldUp ? time.now() : (page[0]?.at ?? time.now()) + SHADOW + 1;
      }
      above = old.at(-1)?.number ?? above;
      let removed: readonly ShadowRow[] = [];
      await this.#kernel.write((turn) => {
        // Another execution of the test run may read it still.
        removed = old.filter(({ number }) => !this.#known.isRead(number));
        for (const { number } of removed) {
          turn.remove(SHADOWS, [number]);
          turn.change(VERSIONS, [number], { removedAt: time.now() });
        }
      });
      isHeldUp ||= removed.length < old.length;
      for (const { folder, quarantine } of removed) {
        await this.#storage?.remove(folder);
        if (quarantine !== undefined) await this.#storage?.remove(quarantine);
      }
    }
  }

  /** What was never published, or whose files should be gone. */
  async #removeOrphans(): Promise<void> {
    const { store, time } = this.#kernel;
    const storage = this.#storage;
    if (storage === undefined) return;
    for await (const { folder, at } of storage.list()) {
      if (!this.#isOpen) return;
      if (time.now() - at < YOUNG) continue;
      // What a test run wrote is for its report.
      if (folder.startsWith('shadow/')) {
        // A day longer than its row: that goes first.
        if (time.now() - at > SHADOW + YOUNG) await storage.remove(folder);
        continue;
      }
      const found = /^(?:raw|structured)\/([^/]+)\/(.+)\/(?:versions|quarantine)\/([^/]+)$/.exec(
        folder,
      );
      if (found !== null) {
        const [, team = '', dataset = '', version = ''] = found;
        const [row] = await store.listRows(VERSIONS, {
          where: { team, dataset, version },
          limit: 1,
        });
        if (row !== undefined && row.removedAt === undefined) continue;
      } else if (!folder.startsWith('.staging/')) continue;
      await storage.remove(folder);
    }
  }
}
