/**
 * Sees to it that the storage's pointers follow the store: after each commit that moves one, and for those that a crash left
 * behind. A storage that does not answer is asked again.
 * @module
 */
import type { DatasetStorage } from '../../../connectors/dataset/storage.js';
import { datasetFolder, type Pointer } from '../../../datasets/layout.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import type { DatasetRow, VersionRow } from './dataset-tables.js';

/** Milliseconds before it is tried again, and at most. */
const AGAIN = 1_000;
const MOST_AGAIN = 60_000;

interface Known {
  find(team: string, name: string): DatasetRow | undefined;
  currentOf(dataset: DatasetRow): VersionRow[];
  pointedTo(turn: Turn, team: string, name: string, revision: number): void;
}

export class Pointers {
  readonly #kernel: Kernel;
  readonly #storage: DatasetStorage | undefined;
  readonly #known: Known;
  /** Those that are being moved, by dataset; another move waits for it. */
  readonly #moving: Map<string, Promise<void>> = new Map();
  /** Cancel those that wait to be tried again. */
  readonly #waiting: Set<() => void> = new Set();
  /** Why the last move failed, by dataset. */
  readonly failures: Map<string, string> = new Map();
  #isOpen = false;

  constructor(kernel: Kernel, storage: DatasetStorage | undefined, known: Known) {
    this.#kernel = kernel;
    this.#storage = storage;
    this.#known = known;
  }

  begin(datasets: readonly DatasetRow[]): void {
    this.#isOpen = true;
    for (const { team, name, revision, pointed } of datasets) {
      if (pointed < revision) this.follow(team, name);
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    for (const cancel of this.#waiting) cancel();
    this.#waiting.clear();
    await Promise.all(this.#moving.values());
  }

  /** Moves the pointer of a dataset to where the store says it is. */
  follow(team: string, name: string, failures = 0): void {
    if (this.#storage === undefined || !this.#isOpen) return;
    const key = `${team}:${name}`;
    const before = this.#moving.get(key) ?? Promise.resolve();
    const move = before.then(() => this.#move(team, name, failures));
    this.#moving.set(key, move);
    void move.then(() => {
      if (this.#moving.get(key) === move) this.#moving.delete(key);
    });
  }

  async #move(team: string, name: string, failures: number): Promise<void> {
    const dataset = this.#known.find(team, name);
    if (dataset === undefined || dataset.pointed >= dataset.revision) return;
    const { revision, stage, publishedAt } = dataset;
    const pointer: Pointer = {
      format: 1,
      team,
      name,
      revision,
      publishedAt: new Date(publishedAt ?? 0).toISOString(),
      versions: this.#known.currentOf(dataset).map(({ version, folder, interval }) => ({
        version,
        folder,
        ...(interval === undefined ? {} : { interval }),
      })),
    };
    const key = `${team}:${name}`;
    try {
      await this.#storage?.point(datasetFolder(stage, dataset), pointer);
      this.failures.delete(key);
    } catch (error) {
      this.failures.set(key, error instanceof Error ? error.message : String(error));
      if (this.#isOpen) this.#later(team, name, failures);
      return;
    }
    if (!this.#isOpen) return;
    await this.#kernel
      .write((turn) => this.#known.pointedTo(turn, team, name, revision))
      // It is moved once more when the server starts again, to where it stands already.
      .catch(() => undefined);
  }

  #later(team: string, name: string, failures: number): void {
    const wait = Math.min(MOST_AGAIN, AGAIN * 2 ** failures);
    const cancel = this.#kernel.clock.setTimer(() => {
      this.#waiting.delete(cancel);
      this.follow(team, name, failures + 1);
    }, wait);
    this.#waiting.add(cancel);
  }
}
