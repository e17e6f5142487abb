/**
 * Finds datasets by words of their names, descriptions and columns.
 *
 * The longest word leads: those that begin so are read from the index, a few thousand at most, and each dataset that comes is asked for
 * the other words. So a search costs what it finds, and not what there is.
 * @module
 */
import type { Kernel } from '../../kernel/kernel.js';
import { EVERYTHING, type Scope } from '../../kernel/scope.js';
import { WHOEVER } from './catalogue.js';
import { INDEXED, type IndexedRow, WORDS, type WordRow } from './catalogue-tables.js';
import type { CatalogueData } from './known-datasets.js';
import { askedWords, hasAll, wordsOf } from './search-words.js';

export interface FoundDataset {
  readonly team: string;
  readonly name: string;
  readonly pipeline: string;
  readonly description?: string;
  readonly publishedAt?: number;
  /** Columns that were found by their names. */
  readonly columns: readonly string[];
}

/** Entries of the index that one search reads. */
const MOST_READ = 2_000;
/** Datasets that are asked for together. */
const TOGETHER = 200;
const LAST = '\uffff';

/** @param limit most datasets of the answer */
export async function searchDatasets(
  kernel: Pick<Kernel, 'reads'>,
  data: CatalogueData,
  scope: Scope,
  query: string,
  limit: number,
): Promise<FoundDataset[]> {
  const asked = askedWords(query).sort((a, b) => b.length - a.length);
  const [leading] = asked;
  if (leading === undefined) return [];
  const audience = scope === EVERYTHING ? [WHOEVER] : [...scope.teams, '*'];
  const found = new Map<string, { team: string; dataset: string }>();
  for (const one of audience) {
    const rows: WordRow[] = await kernel.reads.listRows(WORDS, {
      where: { audience: one },
      above: { word: before(leading) },
      below: { word: `${leading}${LAST}` },
      order: { by: ['word', 'team', 'dataset'] },
      limit: MOST_READ,
    });
    for (const { team, dataset, word } of rows) {
      if (word.startsWith(leading)) found.set(`${team}\n${dataset}`, { team, dataset });
    }
  }
  const ranked: { rank: number; found: FoundDataset }[] = [];
  for await (const row of rowsOf(kernel, [...found.values()])) {
    const { team, dataset: name } = row;
    if (asked.length === 1 && ranked.length >= limit * 10) break;
    if (!hasAll(row.words, asked)) continue;
    const { description } = data.said(team, name);
    const dataset = data.find(team, name);
    const columns = row.columns
      .map((column) => column.name)
      .filter((column) => asked.some((one) => hasAll(wordsOf([column]), [one])));
    ranked.push({
      rank: hasAll(wordsOf([name]), asked)
        ? 0
        : hasAll(wordsOf([name, team, description ?? '']), asked)
          ? 1
          : 2,
      found: {
        ...{ team, name, pipeline: dataset?.pipeline ?? '', columns: columns.slice(0, 20) },
        ...(description === undefined ? {} : { description }),
        ...(dataset?.publishedAt === undefined ? {} : { publishedAt: dataset.publishedAt }),
      },
    });
  }
  return ranked
    .sort((a, b) => a.rank - b.rank || (a.found.name < b.found.name ? -1 : 1))
    .slice(0, limit)
    .map((one) => one.found);
}

/** What the words of datasets were made of, some hundred at a time. */
async function* rowsOf(
  { reads }: Pick<Kernel, 'reads'>,
  found: readonly { readonly team: string; readonly dataset: string }[],
): AsyncGenerator<IndexedRow> {
  for (let at = 0; at < found.length; at += TOGETHER) {
    const part = found.slice(at, at + TOGETHER);
    const wanted = new Set(part.map(({ team, dataset }) => `${team}\n${dataset}`));
    const where = {
      team: [...new Set(part.map(({ team }) => team))],
      dataset: [...new Set(part.map(({ dataset }) => dataset))],
    };
    const rows: IndexedRow[] = await reads.listRows(INDEXED, { where });
    yield* rows.filter(({ team, dataset }) => wanted.has(`${team}\n${dataset}`));
  }
}

/** A text that stands before all that begin with the word, and after those that begin with a lesser one. */
function before(word: string): string {
  const last = word.charCodeAt(word.length - 1);
  return `${word.slice(0, -1)}${String.fromCharCode(last - 1)}${LAST}`;
}
