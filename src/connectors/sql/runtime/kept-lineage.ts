/**
 * What the columns of a file were made of, kept beside the work of its execution: SQL that reads the file later, or a dataset that it is
 * published as, takes it up from there. It is told of the file as it was written: whatever writes it anew makes it unknown.
 *
 *     WORK/.millrace/lineage/SHA-256 of the path.json
 *
 * Programs of the same execution could write there too. What they could say wrongly is of their own data alone.
 * @module
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import type { TracedTable } from '../../../datasets/lineage/column-lineage.js';
import { sourceName } from '../../../datasets/lineage/source-name.js';

/** Bytes of one: what has more is unknown. */
const MOST_BYTES = 1_000_000;

const use = z.strictObject({
  source: z.string().max(2_000),
  column: z.string().max(2_000),
  how: z.enum([
    'identity',
    'transformation',
    'aggregation',
    'conditional',
    'window',
    'filter',
    'join',
    'group by',
    'sort',
  ]),
});
const uses = z.array(use).max(500);
const unknown = z.string().max(1_000).exactOptional();
const table: z.ZodType<TracedTable> = z.strictObject({
  columns: z.array(z.strictObject({ name: z.string().max(2_000), from: uses, unknown })).max(2_000),
  rows: uses,
  unknown,
});
const kept = z.strictObject({ bytes: z.number(), modified: z.number(), lineage: table });

/** Of a file that was written now. */
export async function keepLineage(
  workFolder: string,
  path: string,
  lineage: TracedTable,
): Promise<void> {
  const place = placeOf(workFolder, path);
  const { size: bytes, mtimeMs: modified } = await stat(path);
  const text = JSON.stringify({ bytes, modified, lineage });
  if (text.length > MOST_BYTES) return;
  await mkdir(join(place, '..'), { recursive: true });
  await writeFile(place, text);
}

/** Undefined: nothing is known, or the file is not what it was. */
export async function keptLineage(
  workFolder: string,
  path: string,
): Promise<TracedTable | undefined> {
  try {
    const place = placeOf(workFolder, path);
    if ((await stat(place)).size > MOST_BYTES) return undefined;
    const { bytes, modified, lineage } = kept.parse(JSON.parse(await readFile(place, 'utf8')));
    const { size, mtimeMs } = await stat(path);
    return size === bytes && mtimeMs === modified ? lineage : undefined;
  } catch {
    // It was never kept, or is not as it was kept: both are the same to whoever asks.
    return undefined;
  }
}

/**
 * What is known of a file, also of one without anything kept: it is a source where it came with the pipeline, and unknown where a
 * program of the execution has written it.
 */
export async function lineageOfFile(
  path: string,
  columns: readonly string[],
  { folder, workFolder }: { readonly folder: string; readonly workFolder: string },
): Promise<TracedTable> {
  const known = await keptLineage(workFolder, path);
  if (known !== undefined) return known;
  const own = relative(workFolder, path);
  const isWritten = !own.startsWith('..');
  if (isWritten) {
    const why = `a program has written ${own.slice(0, 200)}`;
    return {
      columns: columns.map((name) => ({ name, from: [], unknown: why })),
      rows: [],
      unknown: why,
    };
  }
  const inside = relative(folder, path);
  const source = sourceName({ type: 'file', path: inside.startsWith('..') ? path : inside });
  return {
    columns: columns.map((name) => ({ name, from: [{ source, column: name, how: 'identity' }] })),
    rows: [],
  };
}

function placeOf(workFolder: string, path: string): string {
  const name = createHash('sha256').update(relative(workFolder, path)).digest('hex');
  return join(workFolder, '.millrace', 'lineage', `${name}.json`);
}
