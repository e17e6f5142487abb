/**
 * What the columns of a version were made of: what is known of the files that it was written from.
 * @module
 */
import { type TracedTable, together } from '../../../datasets/lineage/column-lineage.js';
import type { Column } from '../../../datasets/schema.js';
import { STAMPS } from '../../../datasets/stamps.js';
import { lineageOfFile } from '../../sql/runtime/kept-lineage.js';
import type { DatasetJob } from '../dataset-protocol.js';

/** Bytes of it that the process tells: with more it is unknown. */
const MOST_BYTES = 98_304;

export async function versionLineage(
  job: DatasetJob,
  files: readonly string[],
  columns: readonly Column[],
): Promise<TracedTable> {
  const names = columns.map(({ name }) => name);
  // Stamps say what made a row: they are of no file.
  const own = job.target.stamp ? names.filter((name) => !STAMPS.includes(name)) : names;
  const known = together(await Promise.all(files.map((file) => lineageOfFile(file, own, job))));
  const byName = new Map(known.columns.map((column) => [column.name, column]));
  // A column that no file has is one that was added here: its values come from no column.
  const traced = { ...known, columns: names.map((name) => byName.get(name) ?? { name, from: [] }) };
  if (Buffer.byteLength(JSON.stringify(traced)) <= MOST_BYTES) return traced;
  return { columns: [], rows: [], unknown: 'what there is to say of its columns is too long' };
}
