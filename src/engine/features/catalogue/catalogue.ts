/**
 * The catalogue: keeps the words by which datasets are found, and knows which pipelines read which dataset.
 *
 *     published, deployed ──▶ to look at ──manifest──▶ words of names, description, columns ──turn──▶ dataset_words
 *
 * What the words were made of is kept with them. So after a crash, or when a file has changed, only what differs is made anew; and
 * what was missed is found when the server begins.
 * @module
 */
import { MANIFEST } from '../../../datasets/layout.js';
import { READS } from '../../../pipelines/sections/datasets-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import type { AnyTable } from '../../../store/table.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import { INDEXED, type IndexedRow, PROFILES, WORDS } from './catalogue-tables.js';
import type { CatalogueData } from './known-datasets.js';
import { wordsOf } from './search-words.js';

/** A pipeline that reads a dataset, under a name of its own. */
export interface ReadingPipeline {
  readonly team: string;
  readonly pipeline: string;
  readonly alias: string;
}

/** Who finds what everybody finds. */
export const WHOEVER = '@';
/** Names that are indexed at a time. */
const TOGETHER = 50;

export class Catalogue implements Feature {
  readonly name = 'catalogue';
  readonly tables: readonly AnyTable[] = [PROFILES, WORDS, INDEXED];
  readonly #kernel: Kernel;
  readonly #data: CatalogueData | undefined;
  /** Datasets that each pipeline reads, by its key. */
  readonly #reads: Map<string, readonly (ReadingPipeline & { of: string })[]> = new Map();
  readonly #waiting: Set<string> = new Set();
  #working: Promise<void> | undefined;
  #isOpen = false;

  /** @param data undefined: nothing here keeps datasets */
  constructor(kernel: Kernel, data: CatalogueData | undefined) {
    this.#kernel = kernel;
    this.#data = data;
  }

  begin(): void {
    this.#isOpen = true;
    if (this.#data === undefined) return;
    for (const { team, name } of this.#data.all()) this.#waiting.add(keyOf(team, name));
    for (const { team, name } of this.#data.planned()) this.#waiting.add(keyOf(team, name));
    this.#work();
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#working;
  }

  deployed({ ref, key, deployment }: LoadedMachine): void {
    const reads = (sectionOf(READS, deployment) ?? []).map(({ alias, name, team = ref.team }) => ({
      ...{ team: ref.team, pipeline: ref.name, alias },
      of: keyOf(team, name),
    }));
    if (reads.length > 0) this.#reads.set(key, reads);
    else this.#reads.delete(key);
    this.#lookAgain(ref);
  }

  withdrawn(key: string): void {
    this.#reads.delete(key);
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type !== 'DatasetChanged') return;
    const { team, name } = fact.change;
    turn.afterCommit(() => this.#add(keyOf(team, name)));
  }

  /** Pipelines whose files say that they read the dataset. */
  readersOf(team: string, name: string): ReadingPipeline[] {
    const of = keyOf(team, name);
    return [...this.#reads.values()]
      .flat()
      .filter((read) => read.of === of)
      .map(({ team: reader, pipeline, alias }) => ({ team: reader, pipeline, alias }));
  }

  /** Columns of what is current, as they were when it was indexed. */
  async columnsOf(team: string, name: string): Promise<IndexedRow['columns']> {
    return (await this.#kernel.reads.findRow(INDEXED, [team, name]))?.columns ?? [];
  }

  /** Resolves when everything that has changed by now can be found. For tests. */
  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** What a pipeline says of its datasets may have changed. */
  #lookAgain({ team, name }: { team: string; name: string }): void {
    if (!this.#isOpen || this.#data === undefined) return;
    for (const planned of this.#data.planned()) {
      if (planned.team === team && planned.pipeline === name) {
        this.#waiting.add(keyOf(team, planned.name));
      }
    }
    this.#work();
  }

  #add(key: string): void {
    this.#waiting.add(key);
    this.#work();
  }

  #work(): void {
    if (!this.#isOpen || this.#data === undefined || this.#working !== undefined) return;
    if (this.#waiting.size === 0) return;
    this.#working = this.#indexWaiting(this.#data)
      // What was not written is tried when it changes, or when the server begins.
      .catch(() => undefined)
      .finally(() => {
        this.#working = undefined;
        this.#work();
      });
  }

  async #indexWaiting(data: CatalogueData): Promise<void> {
    const keys = [...this.#waiting].slice(0, TOGETHER);
    for (const key of keys) this.#waiting.delete(key);
    const found = await Promise.all(
      keys.map(async (key) => {
        const [team = '', name = ''] = key.split('\n');
        const before = await this.#kernel.reads.findRow(INDEXED, [team, name]);
        return await indexed(data, team, name, before);
      }),
    );
    const changed = found.filter((row) => row !== undefined);
    if (changed.length === 0 || !this.#isOpen) return;
    const needs = changed.map(({ team, dataset }) => ({
      key: `words of ${team} ${dataset}`,
      read: () => this.#kernel.store.findRow(INDEXED, [team, dataset]),
    }));
    await this.#kernel.write(
      (turn) => {
        for (const [at, row] of changed.entries()) {
          const need = needs[at];
          write(turn, need === undefined ? undefined : turn.known(need), row);
        }
      },
      () => needs,
    );
  }
}

function keyOf(team: string, name: string): string {
  return `${team}\n${name}`;
}

/** What a dataset is found by; undefined: nothing has changed. */
async function indexed(
  data: CatalogueData,
  team: string,
  name: string,
  before: IndexedRow | undefined,
): Promise<IndexedRow | undefined> {
  const dataset = data.find(team, name);
  const { description = '', readers } = data.said(team, name);
  const current = dataset === undefined ? undefined : data.currentOf(dataset).at(-1);
  const pipeline =
    dataset?.pipeline ??
    [...data.planned()].find((one) => one.team === team && one.name === name)?.pipeline ??
    '';
  const said = JSON.stringify([description, readers, pipeline, current?.number ?? null]);
  if (before?.state === said) return undefined;
  const columns = current === undefined ? [] : await columnsOf(data, current.folder);
  // Without its columns it is found by its name, and looked at again when the server begins.
  const state = columns === undefined ? `${said} without columns` : said;
  return {
    ...{ team, dataset: name, state, columns: columns ?? [] },
    audiences: [...new Set([WHOEVER, team, ...readers])],
    words: wordsOf([
      name,
      team,
      description,
      pipeline,
      ...(columns ?? []).map((column) => column.name),
    ]),
  };
}

async function columnsOf(
  data: CatalogueData,
  folder: string,
): Promise<{ name: string; type: string }[] | undefined> {
  const text = await data.read(`${folder}/${MANIFEST}`).catch(() => undefined);
  if (text === undefined) return undefined;
  const { columns = [] } = JSON.parse(text) as { columns?: { name: string; type: string }[] };
  return columns.map(({ name, type }) => ({ name, type }));
}

function write(turn: Turn, before: IndexedRow | undefined, row: IndexedRow): void {
  const { team, dataset } = row;
  const all = ({ audiences, words }: Pick<IndexedRow, 'audiences' | 'words'>): Set<string> =>
    new Set(audiences.flatMap((audience) => words.map((word) => `${audience}\n${word}`)));
  const old = all(before ?? { audiences: [], words: [] });
  const next = all(row);
  const split = (pair: string): [string, string] => {
    const [audience = '', word = ''] = pair.split('\n');
    return [audience, word];
  };
  for (const pair of old) {
    if (!next.has(pair)) turn.remove(WORDS, [...split(pair), team, dataset]);
  }
  for (const pair of next) {
    if (old.has(pair)) continue;
    const [audience, word] = split(pair);
    turn.put(WORDS, { audience, word, team, dataset });
  }
  turn.put(INDEXED, row);
}
